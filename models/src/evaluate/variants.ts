/** What quantization changed: both variants over the same windows, healthy and faulty mixed. */
import type { InferenceBackend } from '@skerry/agent/ports';
import type { FittedAnomaly } from '../fit/anomaly.ts';
import { answersOf } from '../fit/windows.ts';
import { averagePrecision, rocAuc, spearman, sqnrDb } from './metrics.ts';

/** Acceptance: |auc int8 - auc fp32| <= .01 and score Spearman >= .98 on a mixed set. */
export const ACCEPTANCE = { aucLoss: 0.01, spearman: 0.98 } as const;

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
