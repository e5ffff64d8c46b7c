/** The agent's Prometheus metrics (README: Metrics). Counts of samples and results come from the database. */
import { DurationHistogram, type Metric, type MetricSample } from '@skerry/proto/prometheus';
import type { DriftStatus } from './drift/status.ts';
import type { OutboxStats } from './outbox/outbox.ts';
import type { SampleCounters } from './pipeline/types.ts';
import type { ClockReport } from './time/agent-time.ts';

const BOUNDS_S = [
  1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 1, 2.5, 10,
];

/** How long windows took, by what ran them. */
export class InferenceDurations {
  readonly #series = new Map<string, { labels: Record<string, string>; histogram: DurationHistogram }>();
  readonly #byPipeline = new Map<string, DurationHistogram>();

  observe(
    labels: { pipeline: string; release: string; variant: string; backend: string },
    seconds: number,
    windows: number,
  ): void {
    const key = Object.values(labels).join('\0');
    let series = this.#series.get(key);
    if (!series) {
      // A series per release that served in this process; releases change too seldom for this to grow.
      series = { labels, histogram: new DurationHistogram(BOUNDS_S) };
      this.#series.set(key, series);
    }
    // Also when a release serves again that served before.
    this.#byPipeline.set(labels.pipeline, series.histogram);
    series.histogram.observe(seconds, windows);
  }

  /**
   * 95 % of the windows of the release that serves took at most this long, microseconds; NaN before the first. What
   * is beyond the last bound is told as twice that: too slow must not look like unknown.
   */
  p95Us(pipeline: string): number {
    const seconds = this.#byPipeline.get(pipeline)?.quantile(0.95) ?? Number.NaN;
    return Math.round(1e6 * Math.min(seconds, 2 * BOUNDS_S.at(-1)!));
  }

  samples(): Metric['samples'] {
    return [...this.#series.values()].flatMap(({ labels, histogram }) => histogram.samples(labels));
  }
}

export interface MetricsInput {
  messages: readonly { pipeline: string; codec: string; count: number }[];
  pipelines: readonly { name: string; counters: SampleCounters; drift: readonly DriftStatus[] }[];
  shadows: readonly {
    pipeline: string;
    name: string;
    version: string;
    counts: { errors: number; matched: number; flips: number; shed: number };
  }[];
  durations: InferenceDurations;
  outbox: OutboxStats;
  clock: ClockReport;
  sync: Readonly<Record<string, number>>;
  unclaimedMessages: number;
}

/** Every family, in the order of the documentation. */
export function agentMetrics(input: MetricsInput): Metric[] {
  const { result, alert } = input.outbox.ledgers;
  const states = ['pending', 'delivered', 'summarized', 'evicted'] as const;
  return [
    counter(
      'skerry_agent_messages_received_total',
      'MQTT messages taken by a pipeline',
      input.messages.map(({ pipeline, codec, count }) => ({ labels: { pipeline, codec }, value: count })),
    ),
    counter('skerry_agent_messages_unclaimed_total', 'MQTT messages that no pipeline takes', [
      { value: input.unclaimedMessages },
    ]),
    counter(
      'skerry_agent_samples_rejected_total',
      'Samples refused, by reason',
      input.pipelines.flatMap(({ name, counters }) =>
        Object.entries(counters.rejected).map(([reason, value]) => ({
          labels: { pipeline: name, reason },
          value,
        })),
      ),
    ),
    counter(
      'skerry_agent_windows_total',
      'Windows closed with every tick determined',
      input.pipelines.map(({ name, counters }) => ({ labels: { pipeline: name }, value: counters.windows })),
    ),
    {
      name: 'skerry_agent_inference_duration_seconds',
      help: 'Time of a run divided by its windows',
      type: 'histogram',
      samples: input.durations.samples(),
    },
    counter(
      'skerry_agent_results_total',
      'Results produced, by decision; read from the database',
      input.pipelines.flatMap(({ name, counters }) =>
        Object.entries(counters.results).map(([decision, value]) => ({
          labels: { pipeline: name, decision },
          value,
        })),
      ),
    ),
    counter(
      'skerry_agent_shadow_windows_total',
      'Windows of shadows: judged as the release that serves does, otherwise, failed, or left out',
      input.shadows.flatMap(shadowSamples),
    ),
    {
      name: 'skerry_agent_outbox_records',
      help: 'Results and alerts, by where they are',
      type: 'gauge',
      samples: states.map((state) => ({ labels: { state }, value: result[state] + alert[state] })),
    },
    {
      name: 'skerry_agent_outbox_bytes',
      help: 'Live bytes of journal and outbox',
      type: 'gauge',
      samples: [{ value: input.outbox.sizeBytes }],
    },
    ...clockMetrics(input.clock),
    counter(
      'skerry_agent_sync_total',
      'Exchanges with the control plane, by outcome',
      Object.entries(input.sync).map(([outcome, value]) => ({ labels: { outcome }, value })),
    ),
    {
      name: 'skerry_agent_drift',
      help: 'Drift of the last judged window, the worst device',
      type: 'gauge',
      samples: input.pipelines.flatMap(driftSamples),
    },
  ];
}

function clockMetrics({ state, nowMs, wallMs, uncertaintyMs, arrivalAheadMs }: ClockReport): Metric[] {
  const seconds = (name: string, help: string, ms: number | undefined): Metric => ({
    name,
    help,
    type: 'gauge',
    samples: ms === undefined ? [] : [{ labels: { state }, value: ms / 1_000 }],
  });
  return [
    seconds(
      'skerry_agent_clock_uncertainty_seconds',
      "How far the agent's time may be off; absent where nothing says",
      uncertaintyMs,
    ),
    seconds(
      'skerry_agent_clock_offset_seconds',
      "How far the machine's clock is ahead of the agent's time",
      wallMs - nowMs,
    ),
    seconds(
      'skerry_agent_clock_arrival_ahead_seconds',
      "How far times of arrival are ahead of the agent's time",
      arrivalAheadMs,
    ),
  ];
}

function shadowSamples({ pipeline, name, version, counts }: MetricsInput['shadows'][number]): MetricSample[] {
  const { errors, matched, flips, shed } = counts;
  return Object.entries({ agree: matched - flips, flip: flips, error: errors, shed }).map(
    ([outcome, value]) => ({ labels: { pipeline, release: `${name}@${version}`, outcome }, value }),
  );
}

function counter(name: string, help: string, samples: readonly MetricSample[]): Metric {
  return { name, help, type: 'counter', samples };
}

function driftSamples({ name, drift }: { name: string; drift: readonly DriftStatus[] }): MetricSample[] {
  const worst = new Map<string, MetricSample>();
  for (const { signal, measures } of drift)
    for (const [measure, value] of Object.entries(measures)) {
      const key = `${signal}\0${measure}`;
      if (value === undefined || value <= (worst.get(key)?.value ?? Number.NEGATIVE_INFINITY)) continue;
      worst.set(key, { labels: { pipeline: name, channel: signal, measure }, value });
    }
  return [...worst.values()];
}
