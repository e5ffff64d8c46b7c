/**
 * Whether a window of a signal has drifted. A threshold counts only where the measure also exceeds what the reference
 * does on blocks of itself (null.ts): significance guards small and autocorrelated windows, the threshold guards
 * large ones, in which every trifle is significant. psi's thresholds apply to psiExcess.
 *
 * Where the reference itself wanders, its blocks lie in few bins and the null of psi comes close to the most that psi
 * can be. One thing such a null can't excuse: a window whose mean lies outside everything the reference ever saw, as
 * no block's does. There the threshold alone decides.
 *
 * Example: 500 samples against a reference of 20,000 independent ones, psi { warn: 0.1, alert: 0.2 }. Sampling noise
 * alone makes psi 0.018 on average and more than 0.044 once in a hundred windows. psiExcess 0.13 is a `warn`.
 */
import { SkerryError } from '../errors.ts';
import { type DriftThresholds, MEASURES, type MeasureName } from '../policy.ts';
import type { skerry } from '../wire.ts';
import { inverseSizes, total } from './distances.ts';
import { type CurrentBins, type Measures, measureDrift, referenceBins } from './measures.ts';
import { Null } from './null.ts';
import type { SensorFault } from './sensor.ts';

/**
 * `learning`: too few samples to say · `ok` · `warn`, `alert`: a threshold of that level, and the null, are exceeded.
 */
export type Level = 'ok' | 'warn' | 'alert' | 'learning';

export interface JudgeOptions {
  /** Below so many samples the answer is `learning`. */
  minSamples: number;
  /** Signals × measures of the device that are judged side by side, for Bonferroni's correction. Default: those here. */
  tests?: number;
  /** Chance that a window of a healthy device exceeds its nulls in any of the tests. Default 0.01. */
  falseAlarm?: number;
  /** Hours that a window lasts. Default: its samples over the reference's samples per hour. */
  windowHours?: number;
}

export interface Crossing {
  /** A sensor's fault is judged by the share of the values that show it (sensor.ts). */
  measure: MeasureName | SensorFault;
  /** For psi its excess. */
  value: number;
  threshold: number;
}

export interface Judgement {
  level: Level;
  /** By name: the measures and psiExcess. Empty where the window is. */
  measures: Partial<Measures & Record<SensorFault, number>>;
  /** The threshold of this level that was exceeded most, relative to itself. */
  crossed?: Crossing;
  /**
   * How many hours of healthy operation pass, in expectation, between two windows of this signal that reach the alert
   * level; requiring several windows in a row makes alerts rarer still. Infinity where no alert threshold is set, NaN
   * where the rate of samples isn't known.
   */
  hoursBetweenFalseAlarms: number;
}

/**
 * Judges one window of one signal: `current` is a Histogram on the reference's edges, or a sketch's counts and mean.
 * Throws `invalid` where the reference contradicts itself, or the sketch is another release's.
 */
export function judge(
  reference: skerry.v1.ISignalReference,
  current: CurrentBins,
  thresholds: DriftThresholds,
  options: JudgeOptions,
): Judgement {
  const n = total(current.counts);
  if (n === 0) return { level: 'learning', measures: {}, hoursBetweenFalseAlarms: Number.NaN };
  const bins = referenceBins(reference);
  if (current.counts.length !== bins.counts.length)
    throw new SkerryError(
      'invalid',
      `a sketch of ${current.counts.length} bins against the ${bins.counts.length} of the reference of ${reference.name}`,
      { hint: 'a sketch is judged by the reference of the release that it was made under' },
    );
  const measures = measureDrift(bins, current);
  const leftRange = current.mean < bins.min || current.mean > bins.max;
  const judged = MEASURES.filter((measure) => thresholds[measure]);
  const tail = (options.falseAlarm ?? 0.01) / Math.max(1, options.tests ?? judged.length);
  // Thresholds and values are of the excess, the null is of psi itself.
  const bias = (bins.counts.length - 1) * inverseSizes(bins.n, n);
  const crossings: (Crossing & { level: 'warn' | 'alert' })[] = [];
  let chance = 0;
  for (const measure of judged) {
    const { warn, alert } = thresholds[measure]!;
    const null_ = new Null(reference, measure, n);
    const limit = null_.limit(tail);
    if (alert !== undefined)
      chance += null_.chance(Math.max(limit, measure === 'psi' ? alert + bias : alert));
    if (measures[measure] <= limit && !leftRange) continue;
    const value = measures[measure === 'psi' ? 'psiExcess' : measure];
    if (alert !== undefined && value >= alert)
      crossings.push({ level: 'alert', measure, value, threshold: alert });
    else if (warn !== undefined && value >= warn)
      crossings.push({ level: 'warn', measure, value, threshold: warn });
  }
  const windowHours = options.windowHours ?? n / (reference.samplesPerHour || Number.NaN);
  const hoursBetweenFalseAlarms = chance === 0 ? Infinity : windowHours / Math.min(1, chance);
  if (n < options.minSamples) return { level: 'learning', measures, hoursBetweenFalseAlarms };
  const [worst] = crossings.sort(
    (a, b) => Number(b.level === 'alert') - Number(a.level === 'alert') || excess(b) - excess(a),
  );
  if (!worst) return { level: 'ok', measures, hoursBetweenFalseAlarms };
  const { level, ...crossed } = worst;
  return { level, measures, crossed, hoursBetweenFalseAlarms };
}

function excess({ value, threshold }: Crossing): number {
  return value / threshold;
}

/** Hours between false alarms of several signals together, from those of each. */
export function combineHours(hours: readonly number[]): number {
  return 1 / hours.reduce((rate, each) => rate + 1 / each, 0);
}
