/** Prometheus text (exposition format 0.0.4). What must survive a restart is read from the databases. */
import type { AppDeps } from './deps.ts';

const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export interface Metrics {
  syncTook(seconds: number): void;
  render(): Promise<string>;
}

/** The metrics of one app; the histogram counts since its start. */
export function createMetrics(deps: AppDeps): Metrics {
  const buckets = new Array<number>(BUCKETS_S.length).fill(0);
  let [count, sum] = [0, 0];
  return {
    syncTook(seconds) {
      count++;
      sum += seconds;
      BUCKETS_S.forEach((bound, i) => {
        if (seconds <= bound) buckets[i]!++;
      });
    },
    async render() {
      const histogram = [
        ...BUCKETS_S.map((bound, i) => [`_bucket{le="${bound}"}`, buckets[i]!] as const),
        ['_bucket{le="+Inf"}', count] as const,
        ['_sum', sum] as const,
        ['_count', count] as const,
      ];
      return [
        ...(await shardLines(deps)),
        ...(await rolloutLines(deps)),
        ...family('skerry_control_sync_duration_seconds', 'histogram', 'Time to answer a sync', histogram),
        '',
      ].join('\n');
    },
  };
}

async function shardLines(deps: AppDeps): Promise<string[]> {
  const parts = await Promise.all(deps.shards.map((shard) => shard.counts()));
  const agents: Record<string, number> = {};
  const counters: Record<string, number> = {};
  let openAlerts = 0;
  for (const part of parts) {
    for (const [state, n] of Object.entries(part.agents)) agents[state] = (agents[state] ?? 0) + n;
    for (const [name, n] of Object.entries(part.counters)) counters[name] = (counters[name] ?? 0) + n;
    openAlerts += part.openAlerts;
  }
  return [
    ...family(
      'skerry_control_agents',
      'gauge',
      'Agents by state',
      Object.entries(agents).map(([state, n]) => [`{state="${state}"}`, n]),
    ),
    ...Object.entries(counters).flatMap(([name, n]) =>
      family(`skerry_control_${name}_total`, 'counter', name.replaceAll('_', ' '), [['', n]]),
    ),
    ...family('skerry_control_alerts_open', 'gauge', 'Alerts open and not acknowledged', [['', openAlerts]]),
  ];
}

async function rolloutLines(deps: AppDeps): Promise<string[]> {
  const rollouts = await deps.fleet.rolloutsInProgress();
  const verdicts = { pass: 1, hold: 0, breach: -1 } as const;
  return [
    ...family(
      'skerry_control_rollout_stage',
      'gauge',
      'The last stage that was entered, counted from 1',
      rollouts.map((r) => [`{rollout="${r.id}"}`, (r.frozen.at(-1)?.stage ?? -1) + 1]),
    ),
    ...family(
      'skerry_control_gate',
      'gauge',
      '1 passes, 0 holds, -1 is breached',
      rollouts.flatMap((r) =>
        r.gates.map((g) => [`{rollout="${r.id}",gate="${g.gate}"}`, verdicts[g.verdict]] as const),
      ),
    ),
  ];
}

function family(
  name: string,
  type: 'gauge' | 'counter' | 'histogram',
  help: string,
  samples: readonly (readonly [suffix: string, value: number])[],
): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([suffix, value]) => `${name}${suffix} ${value}`),
  ];
}
