/**
 * Fits an anomaly model to recordings of healthy operation, whole: scaling and subspace on the training rows, alert
 * threshold on held-out rows, float32 and int8 graphs whose thresholds both lie at score 1.
 */
import type { InferenceBackend } from '@skerry/agent/ports';
import { invariant } from '@skerry/proto/errors';
import { encodeModel } from '../graph/builder.ts';
import { type Model, readModel } from '../graph/reader.ts';
import { activationAffine } from '../quantize/affine.ts';
import { calibrate } from '../quantize/calibrate.ts';
import { calibratedValues, planQuantization } from '../quantize/plan.ts';
import { quantizeModel } from '../quantize/qdq.ts';
import { fitPca, type PcaModel } from './pca.ts';
import { pcaGraph, pcaGraphForInt8 } from './pca-graph.ts';
import { fitScaling, normalizeRows, type Rows, rowCount, type Scaling, windowStarts } from './scaling.ts';
import { thresholdFrom } from './threshold.ts';
import { answersOf, windowTensor } from './windows.ts';

export interface AnomalyOptions {
  length: number;
  hop: number;
  /** Share of the variance that the subspace holds. */
  explained: number;
  /** Windows in a row past the threshold that make an alert. */
  sustain: number;
  /** The threshold lies this factor above the highest score that held-out rows sustained. */
  margin: number;
}

export interface FittedAnomaly {
  options: AnomalyOptions;
  width: number;
  scaling: Scaling;
  pca: PcaModel;
  fp32: Uint8Array;
  int8: Uint8Array;
  /** How far whitened components go in int8 before they are clipped, in standard deviations. */
  reach: number;
  /** SPE at which each variant's score is 1. */
  limits: { fp32: number; int8: number };
}

// More windows than this sharpen no minimum or maximum worth having.
const CALIBRATION_WINDOWS = 8_192;

/**
 * Fits on `train`, sets the threshold on `heldOut` (several recordings each; all of one width). Deterministic in its
 * input, up to the last bit of the backend's float arithmetic in the int8 ranges and limit.
 */
export async function fitAnomaly(
  backend: InferenceBackend,
  train: readonly Rows[],
  heldOut: readonly Rows[],
  options: AnomalyOptions,
): Promise<FittedAnomaly> {
  const width = train[0]?.width;
  invariant(width !== undefined && heldOut.length > 0, 'there are recordings to fit on and held-out ones');
  const shape = { width, length: options.length, hop: options.hop };
  const scaling = fitScaling(joined(train));
  const normalized = train.map((rows) => normalizeRows(rows, scaling));
  const held = heldOut.map((rows) => normalizeRows(rows, scaling));
  const pca = fitPca(normalized, { ...shape, explained: options.explained });
  const feeds = calibrationFeeds(normalized, shape);
  // The ranges of the float graph's components give the step that the int8 graph's copies are staggered by.
  const plain = readModel(pcaGraph(pca, 1));
  const ranges = await calibrate(backend, plain, ['components'], feeds);
  const range = ranges.get('components')!;
  const reach = Math.min(-range.min, range.max);
  const { scale: step } = activationAffine(range);
  const quantized = async (limit: number): Promise<Uint8Array> =>
    quantize(backend, readModel(pcaGraphForInt8(pca, limit, step)), feeds);
  const limitOf = async (unscaled: Uint8Array): Promise<number> => {
    const scores: Float32Array[] = [];
    for (const rows of held) scores.push((await answersOf(backend, unscaled, rows, shape)).score);
    return Math.fround(thresholdFrom(scores, options));
  };
  const limits = { fp32: await limitOf(pcaGraph(pca, 1)), int8: await limitOf(await quantized(1)) };
  const fp32 = pcaGraph(pca, limits.fp32);
  return { options, width, scaling, pca, fp32, int8: await quantized(limits.int8), reach, limits };
}

async function quantize(
  backend: InferenceBackend,
  model: Model,
  feeds: Parameters<typeof calibrate>[3],
): Promise<Uint8Array> {
  const plan = planQuantization(model);
  const ranges = await calibrate(backend, model, calibratedValues(plan), feeds);
  return encodeModel(quantizeModel(model, plan, ranges, { perChannel: true }));
}

function calibrationFeeds(
  recordings: readonly Float32Array[],
  shape: { width: number; length: number; hop: number },
): Parameters<typeof calibrate>[3] {
  const perRecording = Math.ceil(CALIBRATION_WINDOWS / recordings.length);
  return recordings.map((rows) => {
    const starts = windowStarts(rows.length / shape.width, shape.length, shape.hop);
    const every = Math.ceil(starts.length / perRecording);
    return {
      window: windowTensor(
        rows,
        starts.filter((_, i) => i % every === 0),
        shape,
      ),
    };
  });
}

function joined(recordings: readonly Rows[]): Rows {
  const width = recordings[0]!.width;
  const values = new Float64Array(recordings.reduce((sum, rows) => sum + rowCount(rows) * width, 0));
  let at = 0;
  for (const rows of recordings) {
    values.set(rows.values, at);
    at += rows.values.length;
  }
  return { width, values };
}
