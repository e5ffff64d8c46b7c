/** What stages are compared by: one number per agent and metric. */

export const METRICS = [
  'errorRate',
  'latencyP95',
  'alertRate',
  'outputDrift',
  'disagreement',
  'silence',
] as const;
export type Metric = (typeof METRICS)[number];

export interface Scale {
  /** ratio: compared as log(x + ε), so that differences are factors · difference: compared as it is. */
  kind: 'ratio' | 'difference';
  /**
   * Keeps the ratio of small rates finite, in the metric's unit. A rate that is far below it is as good as none: two
   * agents with 0 and 1 error in 500 windows are alike.
   */
  epsilon: number;
  /** Bins from `from` on, `width` wide, where there are too many agents to send every value. */
  from: number;
  width: number;
}

const SHARE: Scale = { kind: 'difference', epsilon: 0, from: 0, width: 1 / 64 };

/** Rates are per window, latency is in milliseconds, drift in excess PSI, disagreement and silence are shares. */
export const SCALES: Readonly<Record<Metric, Scale>> = {
  errorRate: { kind: 'ratio', epsilon: 0.01, from: -8, width: 0.25 },
  latencyP95: { kind: 'ratio', epsilon: 0.1, from: -8, width: 0.25 },
  alertRate: { kind: 'ratio', epsilon: 0.002, from: -8, width: 0.25 },
  outputDrift: { kind: 'difference', epsilon: 0, from: -0.2, width: 0.025 },
  disagreement: SHARE,
  silence: SHARE,
};

/** A raw value on its metric's scale, on which values are subtracted and compared. */
export function onScale(metric: Metric, value: number): number {
  const { kind, epsilon } = SCALES[metric];
  return kind === 'ratio' ? Math.log(value + epsilon) : value;
}
