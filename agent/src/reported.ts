/** What the agent says is true of itself, for the control plane and for its own page. */

import { toHex } from '@skerry/proto/bytes';
import { isoFromUs } from '@skerry/proto/units';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { AgentConfig, PipelineConfig } from './config.ts';
import type { VariantOutcome } from './inference/prepare.ts';
import type { AgentStatus, PipelineStatus } from './local/view.ts';
import type { LaneNumbers } from './outbox/inspect.ts';
import type { Ledger } from './outbox/ledger.ts';
import { openSamples } from './outbox/ledger.ts';
import type { OutboxStats } from './outbox/outbox.ts';
import type { SampleCounters } from './pipeline/types.ts';
import type { BackendName } from './ports.ts';
import type { ReleaseStatus } from './release/releases.ts';
import type { ReleaseTarget } from './release/slots.ts';
import type { ShadowStatus } from './shadow/types.ts';
import type { Waiting } from './twin/update-gate.ts';

/** One pipeline as it stands. */
export interface PipelineFacts {
  config: PipelineConfig;
  channels: readonly string[];
  counters: SampleCounters;
  release: ReleaseStatus;
  /** What it isn't given yet, since people at the device have a say in it. */
  waiting: Waiting | undefined;
  serving: { variant: string; backend: BackendName } | undefined;
  shadow: ShadowStatus | undefined;
  policyGeneration: number;
  devices: readonly string[];
  p95Us: number;
}

const SLOT_STATES: Record<ReleaseStatus['state'], skerry.v1.SlotState> = {
  none: v1.SlotState.SLOT_STATE_UNSPECIFIED,
  fetching: v1.SlotState.SLOT_STATE_FETCHING,
  verifying: v1.SlotState.SLOT_STATE_VERIFYING,
  active: v1.SlotState.SLOT_STATE_ACTIVE,
  failed: v1.SlotState.SLOT_STATE_FAILED,
};

/** A pipeline for the control plane. */
export function reportedPipeline(facts: PipelineFacts): skerry.v1.IReportedPipeline {
  const { config, release, waiting, serving, counters } = facts;
  const wanted = config.release;
  return {
    name: config.name,
    wants: wanted.kind === 'file' ? (release.active?.name ?? '') : wanted.name,
    pinned: wanted.kind !== 'managed',
    release: ref(release.active),
    releaseDigest: release.active?.digest ?? '',
    variant: serving?.variant ?? '',
    backend: serving?.backend ?? '',
    previous: ref(release.previous),
    tryingDigest: (waiting?.target ?? release.trying)?.digest ?? '',
    state: waiting ? v1.SlotState.SLOT_STATE_WAITING : SLOT_STATES[release.state],
    error: waiting ? '' : (release.error ?? ''),
    waitsFor: waiting?.for ?? '',
    policy: facts.policyGeneration,
    golden: goldenOutcomes(release.outcomes),
    channels: [...facts.channels],
    windows: counters.windows,
    errors: counters.results.error ?? 0,
    latencyP95Us: Number.isFinite(facts.p95Us) ? facts.p95Us : 0,
    ...(facts.shadow && { shadow: reportedShadow(facts.shadow) }),
  };
}

function reportedShadow(shadow: ShadowStatus): skerry.v1.IReportedShadow {
  const { target, variant, backend, state, error, outcomes } = shadow;
  return {
    release: ref(target),
    releaseDigest: target.digest,
    variant,
    backend,
    state: SLOT_STATES[state],
    error: error ?? '',
    golden: goldenOutcomes(outcomes),
  };
}

function goldenOutcomes(outcomes: readonly VariantOutcome[]): skerry.v1.IGoldenOutcome[] {
  return outcomes.map(({ variant, backend, passed, detail, inferUs }) => ({
    variant,
    backend,
    passed,
    detail,
    inferUs,
  }));
}

/** A pipeline for people beside the machine. */
export function pipelineStatus(facts: PipelineFacts): PipelineStatus {
  const { config, release, waiting, serving, counters } = facts;
  const { received, rejected, used, gap, skipped } = counters;
  return {
    name: config.name,
    release: ref(release.active),
    variant: serving?.variant ?? '',
    backend: serving?.backend ?? '',
    state: release.state === 'none' ? 'no release yet' : release.state,
    error: release.error ?? '',
    ...(waiting && { waits: { release: ref(waiting.target), for: waiting.for } }),
    samples: { received, rejected, open: openSamples(counters), used, gap, skipped },
    windows: counters.windows,
    devices: [...facts.devices],
    inferUsP95: facts.p95Us,
    ...(facts.shadow && { shadow: shadowLine(facts.shadow) }),
  };
}

function shadowLine({ target, state, error, counts }: ShadowStatus): NonNullable<PipelineStatus['shadow']> {
  const { windows = 0, errors = 0, matched = 0, flips = 0, shed = 0 } = counts ?? {};
  return { release: ref(target), state, error: error ?? '', windows, errors, matched, flips, shed };
}

/** The two lanes' ledgers for people. */
export function outboxStatus(stats: OutboxStats): AgentStatus['outbox'] {
  const line = (
    lane: string,
    { produced, delivered, pending, summarized, evicted }: Ledger,
    numbers: LaneNumbers,
  ) => ({ lane, produced, delivered, pending, summarized, evicted, numbers });
  const { ledgers, numbers } = stats;
  return [line('results', ledgers.result, numbers.result), line('alerts', ledgers.alert, numbers.alert)];
}

/** Labels that the operator's selectors see beside those of agent.yaml. */
export function allLabels(
  config: AgentConfig,
  facts: Readonly<Record<string, string>>,
): Record<string, string> {
  const added = { hw: facts.cpu, os: facts.platform, runtime: facts.runtime?.split(' ')[0] };
  const known = Object.entries(added).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(known), ...config.agent.labels };
}

/** Open alert episodes, as the page shows them. */
export class OpenAlerts {
  readonly #open = new Map<string, AgentStatus['alerts'][number]>();

  note(alerts: readonly skerry.v1.IAlertRecord[]): void {
    for (const alert of alerts) {
      const episode = alert.episode ?? '';
      if (alert.state === v1.EpisodeState.EPISODE_STATE_CLEARED) this.#open.delete(episode);
      // An update of an episode that opened before this start is as good as its opening.
      else
        this.#open.set(episode, {
          episode,
          pipeline: alert.pipeline ?? '',
          device: alert.device ?? '',
          since: this.#open.get(episode)?.since ?? isoFromUs((alert.wallMs ?? 0) * 1_000),
          message: alert.message ?? '',
        });
      // An episode of a device that is never heard of again stays open; the newest thousand are shown.
      if (this.#open.size > 1_000) this.#open.delete(this.#open.keys().next().value!);
    }
  }

  list(): AgentStatus['alerts'] {
    return [...this.#open.values()];
  }
}

/** The epoch as text. */
export function epochText(epoch: Uint8Array): string {
  return toHex(epoch);
}

function ref(target: ReleaseTarget | undefined): string {
  return target ? `${target.name}@${target.version}` : '';
}
