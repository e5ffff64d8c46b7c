/** The control plane's Prometheus metrics (README: Metrics). What must survive a restart is read from the databases. */
import { DurationHistogram, type Metric, type MetricSample, renderMetrics } from '@skerry/proto/prometheus';
import type { AppDeps } from './deps.ts';

const BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export interface Metrics {
  syncTook(seconds: number): void;
  render(): Promise<string>;
}

/** The metrics of one app; the histogram counts since its start. */
export function createMetrics(deps: AppDeps): Metrics {
  const syncs = new DurationHistogram(BOUNDS_S);
  return {
    syncTook: (seconds) => syncs.observe(seconds),
    render: async () =>
      renderMetrics([
        ...(await shardMetrics(deps)),
        ...(await rolloutMetrics(deps)),
        {
          name: 'skerry_control_sync_duration_seconds',
          help: 'Time to answer a sync',
          type: 'histogram',
          samples: syncs.samples({}),
        },
      ]),
  };
}

async function shardMetrics(deps: AppDeps): Promise<Metric[]> {
  const parts = await Promise.all(deps.shards.map((shard) => shard.counts()));
  const agents: Record<string, number> = {};
  const counters: Record<string, number> = {};
  let openAlerts = 0;
  for (const part of parts) {
    for (const [state, n] of Object.entries(part.agents)) agents[state] = (agents[state] ?? 0) + n;
    for (const [name, n] of Object.entries(part.counters)) counters[name] = (counters[name] ?? 0) + n;
    openAlerts += part.openAlerts;
  }
  const states = Object.entries(agents).map(([state, value]) => ({ labels: { state }, value }));
  return [
    gauge('skerry_control_agents', 'Agents by state', states),
    ...Object.entries(counters).map(
      ([name, value]): Metric => ({
        name: `skerry_control_${name}_total`,
        help: name.replaceAll('_', ' '),
        type: 'counter',
        samples: [{ value }],
      }),
    ),
    gauge('skerry_control_alerts_open', 'Alerts open and not acknowledged', [{ value: openAlerts }]),
  ];
}

async function rolloutMetrics(deps: AppDeps): Promise<Metric[]> {
  const rollouts = await deps.fleet.rolloutsInProgress();
  const verdicts = { pass: 1, hold: 0, breach: -1 } as const;
  return [
    gauge(
      'skerry_control_rollout_stage',
      'The last stage that was entered, counted from 1',
      rollouts.map((r) => ({ labels: { rollout: r.id }, value: (r.frozen.at(-1)?.stage ?? -1) + 1 })),
    ),
    gauge(
      'skerry_control_gate',
      '1 passes, 0 holds, -1 is breached',
      rollouts.flatMap((r) =>
        r.gates.map(({ gate, verdict }) => ({ labels: { rollout: r.id, gate }, value: verdicts[verdict] })),
      ),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly MetricSample[]): Metric {
  return { name, help, type: 'gauge', samples };
}
