/**
 * What the results of a backtest are worth against labels.
 *
 *   windows    faulty where any moment of theirs is; past the threshold or not: precision, recall, F1, false alarm rate
 *   ranking    ROC AUC and average precision of the scores: they don't depend on the threshold
 *   alerts     episodes that opened while nothing was wrong, per healthy hour and day; labelled stretches that had an
 *              alert, and how long after their start it came
 *   NAB        where asked for: nab.ts, every result a row, a detection where it is past the threshold
 *
 * F1 alone says little: where half the time is faulty, a detector that is always on scores .67. The false alarm rate and
 * the AUC stand beside it for that reason.
 */
import { averagePrecision, rocAuc } from './metrics.ts';
import { NAB_PROFILES, nabCorpus } from './nab.ts';
import { type Stretch, stretchAt } from './stretches.ts';

/** What is kept of a result. */
export interface JudgedResult {
  fromUs: number;
  /** The last moment that the window covers. */
  lastUs: number;
  score: number;
  isPast: boolean;
  isAlert: boolean;
}

/** One device: its results in order of time, and when something was wrong with it. */
export interface JudgedSeries {
  results: readonly JudgedResult[];
  stretches: readonly Stretch[];
}

export interface Judgement {
  windows: number;
  faulty: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
  /** NaN where there is nothing to divide by, as for all shares. */
  precision: number;
  recall: number;
  f1: number;
  /** Share of the healthy windows that are past the threshold. */
  falseAlarmRate: number;
  auc: number;
  averagePrecision: number;
  stretches: number;
  stretchesDetected: number;
  /** From the start of a stretch to its first alert, the median of those that had one; NaN without any. */
  medianDelayS: number;
  /** Alerts that opened outside every stretch. */
  falseAlerts: number;
  healthyHours: number;
  falseAlertsPerHour: number;
  falseAlertsPerDay: number;
  /** Present where it was asked for. */
  nab?: { [profile in keyof typeof NAB_PROFILES]: number };
}

// A pause in the results longer than so many usual spacings isn't time that was watched.
const PAUSE_SPACINGS = 10;

/** Judges the results of all devices together. */
export function judge(series: readonly JudgedSeries[], options: { nab: boolean }): Judgement {
  const scores: number[] = [];
  const labels: boolean[] = [];
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const { results, stretches } of series)
    for (const { fromUs, lastUs, score, isPast } of results) {
      const isFaulty = stretchAt(stretches, fromUs, lastUs) >= 0;
      scores.push(score);
      labels.push(isFaulty);
      counts[isFaulty ? (isPast ? 'tp' : 'fn') : isPast ? 'fp' : 'tn']++;
    }
  const { tp, fp, fn, tn } = counts;
  const alerts = series.map(alertsOf);
  const delays = alerts.flatMap((a) => a.delaysS).sort((a, b) => a - b);
  const falseAlerts = alerts.reduce((sum, a) => sum + a.falseAlerts, 0);
  const healthyHours = alerts.reduce((sum, a) => sum + a.healthyUs, 0) / 3.6e9;
  return {
    windows: labels.length,
    faulty: tp + fn,
    truePositives: tp,
    falsePositives: fp,
    falseNegatives: fn,
    trueNegatives: tn,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: (2 * tp) / (2 * tp + fp + fn),
    falseAlarmRate: fp / (fp + tn),
    auc: rocAuc(scores, labels),
    averagePrecision: averagePrecision(scores, labels),
    stretches: series.reduce((sum, { stretches }) => sum + stretches.length, 0),
    stretchesDetected: delays.length,
    medianDelayS: median(delays),
    falseAlerts,
    healthyHours,
    falseAlertsPerHour: falseAlerts / healthyHours,
    falseAlertsPerDay: (24 * falseAlerts) / healthyHours,
    ...(options.nab ? { nab: nabOf(series) } : {}),
  };
}

function alertsOf({ results, stretches }: JudgedSeries): {
  delaysS: number[];
  falseAlerts: number;
  healthyUs: number;
} {
  const delays = new Map<number, number>();
  let [falseAlerts, healthyUs] = [0, 0];
  const longestUs = PAUSE_SPACINGS * median(spacings(results));
  for (const [i, { fromUs, lastUs, isAlert }] of results.entries()) {
    const at = stretchAt(stretches, fromUs, lastUs);
    const before = results[i - 1];
    if (at < 0 && before) healthyUs += Math.min(longestUs, lastUs - before.lastUs);
    if (!isAlert) continue;
    // One that opened before a stretch began, and goes on, has detected it at its start.
    if (at >= 0 && !delays.has(at)) delays.set(at, Math.max(0, lastUs - stretches[at]!.fromUs) / 1e6);
    if (at < 0 && !before?.isAlert) falseAlerts++;
  }
  return { delaysS: [...delays.values()], falseAlerts, healthyUs };
}

function spacings(results: readonly JudgedResult[]): number[] {
  return results
    .slice(1)
    .map(({ lastUs }, i) => lastUs - results[i]!.lastUs)
    .sort((a, b) => a - b);
}

function median(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function nabOf(series: readonly JudgedSeries[]): NonNullable<Judgement['nab']> {
  const streams = series.map(({ results, stretches }) => ({
    scores: results.map(({ isPast }) => (isPast ? 1 : 0)),
    windows: stretches.flatMap((stretch): [number, number][] => {
      const first = results.findIndex(({ lastUs }) => lastUs >= stretch.fromUs);
      const last = results.findLastIndex(({ lastUs }) => lastUs <= stretch.toUs);
      return first >= 0 && last >= first ? [[first, last]] : [];
    }),
  }));
  const { standard, lowFalsePositives, lowFalseNegatives } = NAB_PROFILES;
  const at = (profile: typeof standard | typeof lowFalsePositives | typeof lowFalseNegatives): number =>
    nabCorpus(streams, 1, profile).normalized;
  return {
    standard: at(standard),
    lowFalsePositives: at(lowFalsePositives),
    lowFalseNegatives: at(lowFalseNegatives),
  };
}
