import { formatBytes } from '@skerry/proto/units';

/** The metrics that evidence is shown by, to people: one number per agent, the mean over agents beside how many had it. */
export const SHOWN_METRICS = {
  errorRate: { label: 'error rate', unit: 'share' },
  nonFiniteRate: { label: 'NaN or infinite', unit: 'share' },
  alertRate: { label: 'windows that alert', unit: 'share' },
  alertsPerDay: { label: 'alerts a day', unit: 'number' },
  latencyP95: { label: 'latency p95, ms', unit: 'number' },
  confidence: { label: 'confidence', unit: 'number' },
  memoryBytes: { label: 'memory', unit: 'bytes' },
  restartsPerDay: { label: 'restarts a day', unit: 'number' },
  disagreement: { label: 'decided otherwise', unit: 'share' },
  shadowDistance: { label: 'distance to what serves', unit: 'number' },
  shedRate: { label: 'windows left out', unit: 'share' },
} as const;

export type ShownMetric = keyof typeof SHOWN_METRICS;

/** Their names, in the order in which they are shown. */
export const SHOWN_METRIC_NAMES = Object.keys(SHOWN_METRICS) as ShownMetric[];

/** A mean as text, in the unit that its label says, or with its own. */
export function metricText(metric: ShownMetric, mean: number): string {
  switch (SHOWN_METRICS[metric].unit) {
    case 'share':
      return `${Number((100 * mean).toPrecision(3))}%`;
    case 'bytes':
      return formatBytes(Math.round(mean));
    case 'number':
      return `${Number(mean.toPrecision(3))}`;
  }
}
