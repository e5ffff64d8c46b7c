/** What the agent shows of itself: to the control plane, to whoever stands beside it, to Prometheus. Reads, changes nothing. */
import { RUNTIME } from '@skerry/proto/onnx/check';
import { resultJson } from '@skerry/proto/results';
import type { skerry } from '@skerry/proto/wire';
import type { AgentOptions } from './agent.ts';
import type { EvidenceBook } from './evidence/book.ts';
import type { Engine } from './inference/engine.ts';
import type { Lane } from './lane.ts';
import type { Link } from './link.ts';
import type { AgentStatus, LocalView } from './local/view.ts';
import { agentMetrics, type InferenceDurations } from './metrics.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { Processor } from './processor.ts';
import type { Releases } from './release/releases.ts';
import {
  allLabels,
  epochText,
  type OpenAlerts,
  outboxStatus,
  type PipelineFacts,
  pipelineStatus,
  reportedPipeline,
} from './reported.ts';
import type { Shadows } from './shadow/shadows.ts';
import type { AgentTime } from './time/agent-time.ts';
import { clockNotices, clockStatus } from './time/show.ts';
import type { DesiredStore } from './twin/desired-store.ts';
import type { UnclaimedTopics } from './twin/unclaimed.ts';
import type { UpdateGate } from './twin/update-gate.ts';

/** What it looks at. */
export interface AgentParts {
  options: AgentOptions;
  time: AgentTime;
  outbox: Outbox;
  desired: DesiredStore;
  lanes: ReadonlyMap<string, Lane>;
  unclaimed: UnclaimedTopics;
  alerts: OpenAlerts;
  durations: InferenceDurations;
  engine: Engine;
  processor: Processor;
  releases: Releases;
  evidence: EvidenceBook;
  updates: Pick<UpdateGate, 'waiting'>;
  shadows: Pick<Shadows, 'status'>;
  link: () => Link | undefined;
}

export class AgentView implements Pick<LocalView, 'status' | 'recent' | 'metrics'> {
  readonly #parts: AgentParts;
  readonly #startedMonoMs: number;

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#startedMonoMs = parts.options.ports.clock.monoMs();
  }

  /** For the control plane. */
  reported(): skerry.v1.IReported {
    const { options, unclaimed, desired, evidence, time, link } = this.#parts;
    const { version, facts, config, ports } = options;
    const metered = config.controlPlane?.metered;
    return {
      version,
      labels: allLabels(config, facts),
      facts: {
        ...facts,
        backends: ports.backends.map(({ name }) => name).join(','),
        opset: `${RUNTIME.opsets['']}`,
        opsetMl: `${RUNTIME.opsets['ai.onnx.ml']}`,
        ...(metered && { metered: 'true', meteredBytesPerHour: `${metered.bytesPerHour}` }),
        // Says that it knows what a shadow is, and would run one.
        ...(config.inference.shadow.maxCpu > 0 && { shadow: '1' }),
      },
      pipelines: this.#facts().map(reportedPipeline),
      unclaimed: unclaimed.list(),
      unclaimedMessages: unclaimed.messages,
      appliedGeneration: desired.seen().generation,
      devices: this.#lanes.flatMap(({ pipeline, devices }) =>
        [...devices.keys()].map((device) => `${pipeline.name}/${device}`),
      ),
      trusted: link()?.trusted() ?? {},
      trustProblem: link()?.trustProblem() ?? '',
      arrivalAheadMs: Math.round(time.report().arrivalAheadMs),
      evidence: evidence.records(),
    };
  }

  status(): AgentStatus {
    const { options, outbox, unclaimed, alerts, time } = this.#parts;
    const stats = outbox.stats();
    return {
      agent: options.agentId,
      version: options.version,
      epoch: epochText(outbox.epoch),
      uptimeMs: options.ports.clock.monoMs() - this.#startedMonoMs,
      clock: clockStatus(time.report()),
      controlPlane: this.#controlPlane(),
      pipelines: this.#facts().map(pipelineStatus),
      outbox: outboxStatus(stats),
      outboxBytes: stats.sizeBytes,
      unclaimed: unclaimed.list(),
      unclaimedMessages: unclaimed.messages,
      alerts: alerts.list(),
      messagesReceived: this.#lanes.reduce((sum, lane) => sum + lane.messages, unclaimed.messages),
      notices: this.#notices(),
    };
  }

  recent(limit: number, device?: string): Record<string, unknown>[] {
    const { options, outbox } = this.#parts;
    const rows = outbox.tail(device === undefined ? limit : Number.MAX_SAFE_INTEGER);
    return rows
      .filter((row) => device === undefined || row.device === device)
      .slice(-limit)
      .reverse()
      .map((row) => resultJson(options.ports.crypto, options.agentId, row));
  }

  metrics(): ReturnType<LocalView['metrics']> {
    const { outbox, processor, shadows, durations, time, unclaimed, link, lanes } = this.#parts;
    return agentMetrics({
      messages: this.#lanes.map(({ config, messages }) => ({
        pipeline: config.name,
        codec: config.source.codec,
        count: messages,
      })),
      pipelines: [
        ...this.#lanes.map(({ pipeline, drift }) => ({
          name: pipeline.name,
          counters: processor.counters(pipeline),
          drift: drift.status(),
        })),
        // What pipelines produced that agent.yaml no longer has was delivered, too, and the sums must agree.
        ...[...outbox.counters()]
          .filter(([name]) => !lanes.has(name))
          .map(([name, counters]) => ({ name, counters, drift: [] })),
      ],
      shadows: this.#lanes.flatMap(({ config: { name } }) => {
        const shadow = shadows.status(name);
        return shadow?.counts ? [{ pipeline: name, ...shadow.target, counts: shadow.counts }] : [];
      }),
      durations,
      outbox: outbox.stats(),
      clock: time.report(),
      sync: link()?.status()?.outcomes ?? {},
      unclaimedMessages: unclaimed.messages,
    });
  }

  get #lanes(): Lane[] {
    return [...this.#parts.lanes.values()];
  }

  #facts(): PipelineFacts[] {
    const { processor, releases, updates, shadows, engine, durations } = this.#parts;
    return this.#lanes.map(({ config, pipeline, policyGeneration, devices }) => ({
      config,
      channels: pipeline.channels,
      counters: processor.counters(pipeline),
      release: releases.status(pipeline.name),
      waiting: updates.waiting(pipeline.name),
      serving: engine.serving(pipeline.name),
      shadow: shadows.status(pipeline.name),
      policyGeneration,
      devices: [...devices.keys()],
      p95Us: durations.p95Us(pipeline.name),
    }));
  }

  #controlPlane(): AgentStatus['controlPlane'] {
    const { config, ports } = this.#parts.options;
    const link = this.#parts.link();
    const lastOk = link?.status()?.lastOkMonoMs;
    const metered = link?.metered();
    return {
      url: config.controlPlane?.url ?? '',
      state: link?.state() ?? 'none',
      ...(lastOk !== undefined && { lastSyncMs: ports.clock.monoMs() - lastOk }),
      ...(metered && { metered }),
    };
  }

  #notices(): string[] {
    const { options, outbox, processor, time, link } = this.#parts;
    const stampsArrival = this.#lanes.some(({ pipeline }) => pipeline.stampsArrival);
    const { failing } = processor.stats();
    return [
      ...(link()?.notices() ?? []),
      ...clockNotices(time.report(), stampsArrival),
      ...(options.setAside === undefined ? [] : [`the database was corrupt and lies in ${options.setAside}`]),
      ...(failing ? [`the disk refuses: ${failing}`] : []),
      ...(outbox.full ? ['the buffer is full'] : []),
    ];
  }
}
