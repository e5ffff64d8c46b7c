/**
 * The values of agents as shards send them: exact up to 1,000 in one place, counts in 64 fixed bins beyond. Both add
 * up over shards; rows never travel.
 */
import { type Metric, onScale, SCALES } from './metrics.ts';

export const MAX_EXACT_VALUES = 1_000;
const BINS = 64;

export interface Values {
  exact: number[];
  /** 64 counts on the metric's scale; left out while `exact` holds all. */
  bins?: number[];
}

/** One metric of the agents of one arm and stratum. */
export interface Sample {
  metric: Metric;
  arm: 'stage' | 'control';
  /** Values of the labels that the rollout is stratified by, joined; empty where it isn't. */
  stratum: string;
  /** Agents whose value is known. */
  judged: number;
  /** Agents that have too few windows, or of whom nothing was heard: never success. */
  unknown: number;
  /** Sum of the raw values, for fixed bounds. */
  sum: number;
  /** Each agent's value, on the metric's scale. */
  own: Values;
  /** Each agent's value less its own before, of those that have one; in a shadow stage, less the serving release's. */
  change: Values;
}

export function emptySample(metric: Metric, arm: Sample['arm'], stratum: string): Sample {
  return { metric, arm, stratum, judged: 0, unknown: 0, sum: 0, own: { exact: [] }, change: { exact: [] } };
}

/** Adds an agent with a raw value and, where it has one, the raw value to compare with. */
export function addAgent(sample: Sample, value: number, before: number | undefined): void {
  const scaled = onScale(sample.metric, value);
  sample.judged++;
  sample.sum += value;
  addValue(sample.metric, sample.own, scaled);
  if (before !== undefined) addValue(sample.metric, sample.change, scaled - onScale(sample.metric, before));
}

function addValue(metric: Metric, values: Values, value: number): void {
  if (values.bins) values.bins[binOf(metric, value)]!++;
  else {
    values.exact.push(value);
    if (values.exact.length > MAX_EXACT_VALUES) toBins(metric, values);
  }
}

/** Samples of several shards together: one for each metric, arm and stratum. */
export function mergeSamples(parts: readonly (readonly Sample[])[]): Sample[] {
  const merged = new Map<string, Sample>();
  for (const part of parts.flat()) {
    const key = JSON.stringify([part.metric, part.arm, part.stratum]);
    const total = merged.get(key) ?? emptySample(part.metric, part.arm, part.stratum);
    merged.set(key, total);
    total.judged += part.judged;
    total.unknown += part.unknown;
    total.sum += part.sum;
    for (const which of ['own', 'change'] as const) addValues(part.metric, total[which], part[which]);
  }
  return [...merged.values()];
}

function addValues(metric: Metric, total: Values, part: Values): void {
  if (part.bins && !total.bins) toBins(metric, total);
  for (const value of part.exact) addValue(metric, total, value);
  part.bins?.forEach((count, bin) => {
    total.bins![bin]! += count;
  });
}

function toBins(metric: Metric, values: Values): void {
  const bins = new Array<number>(BINS).fill(0);
  for (const value of values.exact) bins[binOf(metric, value)]!++;
  values.exact = [];
  values.bins = bins;
}

function binOf(metric: Metric, value: number): number {
  const { from, width } = SCALES[metric];
  return Math.min(BINS - 1, Math.max(0, Math.floor((value - from) / width)));
}

/**
 * The values as numbers: where any of those that are compared come in bins, all are taken to the middle of theirs, so
 * that no arm is favoured.
 */
export function numbersOf(metric: Metric, values: Values, binned: boolean): number[] {
  const { from, width } = SCALES[metric];
  const middle = (bin: number): number => from + (bin + 0.5) * width;
  if (!values.bins) return binned ? values.exact.map((value) => middle(binOf(metric, value))) : values.exact;
  return values.bins.flatMap((count, bin) => new Array<number>(count).fill(middle(bin)));
}

/** How many values there are. */
export function countOf(values: Values): number {
  return values.bins ? values.bins.reduce((a, b) => a + b, 0) : values.exact.length;
}
