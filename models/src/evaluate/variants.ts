/** What quantization changed: both variants over the same windows, healthy and faulty mixed. */
import type { InferenceBackend } from '@skerry/agent/ports';
import type { FittedAnomaly } from '../fit/anomaly.ts';
import { answersOf } from '../fit/windows.ts';
import { averagePrecision, rocAuc, spearman, sqnrDb } from './metrics.ts';

/** Acceptance: |auc int8 - auc fp32| <= .01 and score Spearman >= .98 on a mixed set. */
export const ACCEPTANCE = { aucLoss: 0.01, spearman: 0.98 } as const;

/** How near the answers of a quantized model are to those of the float32 one, window by window. */
export interface Agreement {
  windows: number;
  /** Rank correlation of all answers; 1 where both are the same. */
  spearman: number;
  /** float32 being the signal. */
  sqnrDb: number;
  /** Of the absolute differences. */
  meanDifference: number;
  maxDifference: number;
  /** With labels and one number a window: how well it tells faulty windows from healthy ones. */
  auc?: { fp32: number; int8: number };
  /** With several numbers a window (a class each): the share of windows whose greatest is another one. */
  flips?: number;
  /** With labels (the number of the class) and several numbers a window: the share that is right. */
  accuracy?: { fp32: number; int8: number };
  /** Spearman >= .98 and auc or accuracy within .01, as far as they are known. */
  accepted: boolean;
}

/** Compares answers, `windows` times as many numbers each; a label for each window where there are any. */
export function agreementOf(
  answers: { fp32: Float64Array; int8: Float64Array },
  windows: number,
  labels?: ArrayLike<number>,
): Agreement {
  const { fp32, int8 } = answers;
  const differences = fp32.map((x, i) => Math.abs(x - int8[i]!));
  const sqnr = sqnrDb(fp32, int8);
  const rank = sqnr === Number.POSITIVE_INFINITY ? 1 : spearman(fp32, int8);
  const quality = qualityOf(answers, fp32.length / windows, labels);
  const { auc, accuracy } = quality;
  const losses = [auc, accuracy].flatMap((q) => (q ? [Math.abs(q.fp32 - q.int8)] : []));
  return {
    windows,
    spearman: rank,
    sqnrDb: sqnr,
    meanDifference: differences.reduce((sum, d) => sum + d, 0) / differences.length,
    maxDifference: differences.reduce((a, b) => Math.max(a, b), 0),
    ...quality,
    accepted: rank >= ACCEPTANCE.spearman && losses.every((loss) => loss <= ACCEPTANCE.aucLoss),
  };
}

function qualityOf(
  { fp32, int8 }: { fp32: Float64Array; int8: Float64Array },
  perWindow: number,
  labels: ArrayLike<number> | undefined,
): Pick<Agreement, 'auc' | 'flips' | 'accuracy'> {
  if (perWindow === 1) {
    const both = labels && new Set(Array.from(labels, (l) => l !== 0)).size === 2;
    return both ? { auc: { fp32: rocAuc(fp32, labels), int8: rocAuc(int8, labels) } } : {};
  }
  const [before, after] = [greatest(fp32, perWindow), greatest(int8, perWindow)];
  const shareOf = (classes: number[], other: ArrayLike<number>): number =>
    classes.filter((c, i) => c === other[i]).length / classes.length;
  return {
    flips: 1 - shareOf(before, after),
    ...(labels ? { accuracy: { fp32: shareOf(before, labels), int8: shareOf(after, labels) } } : {}),
  };
}

/** For every window the index of its greatest number. */
function greatest(answers: Float64Array, perWindow: number): number[] {
  return Array.from({ length: answers.length / perWindow }, (_, w) => {
    const one = answers.subarray(w * perWindow, (w + 1) * perWindow);
    return one.indexOf(one.reduce((a, b) => Math.max(a, b)));
  });
}

export interface VariantReport {
  windows: number;
  faulty: number;
  auc: { fp32: number; int8: number };
  averagePrecision: { fp32: number; int8: number };
  /** Rank correlation of the scores of both variants. */
  spearman: number;
  /** Of the scores, float32 being the signal. */
  sqnrDb: number;
  sizeBytes: { fp32: number; int8: number };
  accepted: boolean;
}

/** Normalized rows, and whether each window counts as faulty. */
export interface LabelledRows {
  rows: Float32Array;
  labels: readonly boolean[];
}

/** Compares the variants over several labelled recordings. */
export async function compareVariants(
  backend: InferenceBackend,
  fitted: FittedAnomaly,
  recordings: readonly LabelledRows[],
): Promise<VariantReport> {
  const shape = { ...fitted.options, width: fitted.width };
  const labels = recordings.flatMap((r) => r.labels);
  const [fp32, int8]: [number[], number[]] = [[], []];
  for (const { rows } of recordings) {
    fp32.push(...(await answersOf(backend, fitted.fp32, rows, shape)).score);
    int8.push(...(await answersOf(backend, fitted.int8, rows, shape)).score);
  }
  const auc = { fp32: rocAuc(fp32, labels), int8: rocAuc(int8, labels) };
  const rank = spearman(fp32, int8);
  return {
    windows: labels.length,
    faulty: labels.filter(Boolean).length,
    auc,
    averagePrecision: { fp32: averagePrecision(fp32, labels), int8: averagePrecision(int8, labels) },
    spearman: rank,
    sqnrDb: sqnrDb(fp32, int8),
    sizeBytes: { fp32: fitted.fp32.length, int8: fitted.int8.length },
    accepted: Math.abs(auc.int8 - auc.fp32) <= ACCEPTANCE.aucLoss && rank >= ACCEPTANCE.spearman,
  };
}
