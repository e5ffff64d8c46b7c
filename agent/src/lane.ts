import { shortId } from '@skerry/proto/ids';
import type { EffectivePolicy } from '@skerry/proto/policy';
import { Capture, type CaptureOptions } from './capture/capture.ts';
import type { AgentConfig, PipelineConfig } from './config.ts';
import { DriftWatch } from './drift/watch.ts';
import type { EvidenceNotes } from './evidence/types.ts';
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
import type { Clock, Ports } from './ports.ts';
import type { Shadow } from './shadow/shadow.ts';

/** A pipeline with what stands beside it. */
export interface Lane {
  config: PipelineConfig;
  pipeline: Pipeline;
  drift: DriftWatch;
  /** Left out where nothing is kept for people to label. */
  capture: Capture | undefined;
  /** The release that runs beside what serves. */
  shadow: Shadow | undefined;
  /** Devices heard of lately; the oldest is forgotten past MAX_LISTED_DEVICES. */
  devices: Map<string, true>;
  messages: number;
  policyGeneration: number;
  /** The policy in force as it came, empty for none. */
  policy: string;
  /** What the policy in force asks to be done where a signal drifts. */
  onAlert: EffectivePolicy['onAlert'];
  /** NAME@VERSION that serves. */
  release: string;
}

const MAX_LISTED_DEVICES = 1_000;

export interface LaneOptions {
  agentId: string;
  limits: AgentConfig['limits'];
  /** Stamps what drift says. */
  clock: Clock;
  ports: Pick<Ports, 'crypto' | 'random'>;
  /** What is known of the releases that serve; left out where nobody asks. */
  evidence?: EvidenceNotes;
  /** How windows are chosen to be labelled, and who keeps them. */
  capture?: Pick<CaptureOptions, 'keep' | 'isHeld' | 'randomShare' | 'novelty'>;
}

/** A lane without a release. Throws SkerryError for a source that isn't supported. */
export function createLane(config: PipelineConfig, options: LaneOptions): Lane {
  const { ports, clock, agentId, limits } = options;
  const channels = Object.keys(config.source.channels);
  const drift = new DriftWatch({
    pipeline: config.name,
    channels,
    clock,
    newEpisode: () => shortId(ports.random, 'ep'),
  });
  const capture = options.capture && new Capture({ ...ports, ...options.capture, agentId, clock });
  const devices = new Map<string, true>();
  let latest = '';
  const pipeline = createPipeline(config, {
    agent: agentId,
    crypto: ports.crypto,
    limits,
    onRow(device, values, timeUs) {
      if (device !== latest) {
        latest = device;
        if (!devices.has(device)) devices.set(device, true);
        if (devices.size > MAX_LISTED_DEVICES) devices.delete(devices.keys().next().value!);
      }
      drift.onRow(device, values, timeUs);
    },
    onOutside: (device, channel, timeUs) => drift.onOutside(device, channel, timeUs),
    onOutput: (device, output, value, toUs) => drift.onOutput(device, output, value, toUs),
    onWindow(windows, index, decided, inferred) {
      options.evidence?.noteRow(config.name, 'active', decided, inferred, index);
      const { row } = decided;
      const { manifest } = pipeline;
      if (!manifest) return;
      capture?.onWindow(manifest, windows, index, row, () => drift.isDrifting(row.device));
      lane.shadow?.onWindow(manifest, windows, index, row);
    },
    onStartAnew: (device) => drift.startAnew(device),
  });
  const lane: Lane = {
    config,
    pipeline,
    drift,
    capture,
    shadow: undefined,
    devices,
    messages: 0,
    policyGeneration: 0,
    policy: '',
    onAlert: [],
    release: '',
  };
  return lane;
}

/** The lane with nothing that serves. */
export function withoutRelease(lane: Lane): void {
  lane.pipeline.clearRelease();
  lane.drift.clear();
  lane.release = '';
}
