/**
 * Window PCA, a linear model of healthy operation. A window of T rows and C channels, normalized per channel, is one
 * point x of D = T·C dimensions (time-major, as it lies in memory). Healthy windows lie near a subspace of k
 * dimensions, because channels move together and time moves smoothly; the distance from it is the anomaly score.
 *
 *   x̂ = μ + P Pᵀ (x - μ)             P: D × k, the leading eigenvectors of the windows' covariance
 *   SPE = ‖x - x̂‖²                   squared prediction error (Jackson and Mudholkar, Technometrics 21 (1979) 341)
 *   RBC_i = r_i² / M_ii              reconstruction-based contribution of element i, r = M(x - μ), M = I - P Pᵀ
 *                                    (Alcala and Qin, Automatica 45 (2009) 1593), summed over time per channel
 *
 * Dividing by M_ii makes a single faulty sensor come first however well the others could have stood in for it.
 */
import { invariant, SkerryError } from '@skerry/proto/errors';
import { symmetricEigen } from './eigen.ts';
import { windowStarts } from './scaling.ts';

export interface PcaModel {
  /** Rows a window (T). */
  length: number;
  /** Channels a row (C). */
  width: number;
  /** μ, D numbers. */
  mean: Float64Array;
  /** Pᵀ row by row, k × D. */
  vectors: Float64Array;
  /** Variance along each of the k components, descending. */
  variances: Float64Array;
  /** M_ii, D numbers in (0, 1]. */
  complement: Float64Array;
  /** Share of the windows' variance that the k components hold. */
  explained: number;
}

export interface PcaOptions {
  width: number;
  length: number;
  hop: number;
  /** Keep the fewest components that hold this share of the variance. */
  explained: number;
}

// An element that the others determine to within 1 % of its variance would get an unstable share; the floor caps it.
const COMPLEMENT_MIN = 0.01;
// The covariance has the square of it in entries, and the eigenvectors take its cube in time: a minute or two here.
const DIMENSIONS_MAX = 2_048;

/**
 * Fits the model to normalized rows of healthy operation (row-major, `width` a row); several recordings are several
 * arrays, and no window spans two. Throws SkerryError invalid where there are fewer windows than twice the channels.
 */
export function fitPca(recordings: readonly Float32Array[], options: PcaOptions): PcaModel {
  const { width, length } = options;
  const size = width * length;
  if (size > DIMENSIONS_MAX)
    throw new SkerryError(
      'invalid',
      `windows of ${length} rows of ${width} channels are ${size} values, ${DIMENSIONS_MAX} at most`,
      {
        hint: 'use a shorter --length or fewer --channels',
      },
    );
  const { mean, covariance, count } = covarianceOf(recordings, options);
  if (count < 2 * width)
    throw new SkerryError(
      'invalid',
      `${count} windows of ${length} rows are too few to fit ${width} channels`,
      {
        hint: 'give more rows, or a shorter --length',
      },
    );
  const { values, vectors } = symmetricEigen(covariance, size);
  const total = values.reduce((sum, v) => sum + Math.max(0, v), 0);
  invariant(total > 0, 'normalized rows have variance');
  let components = 0;
  let held = 0;
  // At least one dimension must be left over: with none the score would be 0 for every window.
  while (components < size - 1 && values[components]! > 0 && held < options.explained * total)
    held += values[components++]!;
  const kept = vectors.slice(0, components * size);
  return {
    length,
    width,
    mean,
    vectors: kept,
    variances: values.slice(0, components),
    complement: complementOf(kept, size),
    explained: held / total,
  };
}

function covarianceOf(
  recordings: readonly Float32Array[],
  { width, length, hop }: PcaOptions,
): { mean: Float64Array; covariance: Float64Array; count: number } {
  const size = width * length;
  const windows = recordings.flatMap((rows) =>
    windowStarts(rows.length / width, length, hop).map((start) =>
      rows.subarray(start * width, (start + length) * width),
    ),
  );
  const mean = new Float64Array(size);
  for (const window of windows) for (let i = 0; i < size; i++) mean[i]! += window[i]! / windows.length;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (const window of windows) {
    for (let i = 0; i < size; i++) centred[i] = window[i]! - mean[i]!;
    for (let i = 0; i < size; i++) {
      const ci = centred[i]!;
      for (let j = 0, at = i * size; j <= i; j++, at++) covariance[at]! += ci * centred[j]!;
    }
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      covariance[i * size + j]! /= windows.length;
      covariance[j * size + i] = covariance[i * size + j]!;
    }
  return { mean, covariance, count: windows.length };
}

function complementOf(vectors: Float64Array, size: number): Float64Array {
  const complement = new Float64Array(size).fill(1);
  for (let at = 0; at < vectors.length; at++) complement[at % size]! -= vectors[at]! ** 2;
  return complement.map((m) => Math.max(COMPLEMENT_MIN, m));
}

/** SPE of one normalized window (D numbers), and each channel's share of the summed contributions. */
export function scoreWindow(
  model: PcaModel,
  window: ArrayLike<number>,
): { spe: number; attribution: Float64Array } {
  const residual = residualOf(model, window);
  const attribution = new Float64Array(model.width);
  let spe = 0;
  let total = 0;
  for (let i = 0; i < residual.length; i++) {
    const squared = residual[i]! ** 2;
    const contribution = squared / model.complement[i]!;
    spe += squared;
    total += contribution;
    attribution[i % model.width]! += contribution;
  }
  if (total > 0) for (let c = 0; c < model.width; c++) attribution[c]! /= total;
  return { spe, attribution };
}

function residualOf(model: PcaModel, window: ArrayLike<number>): Float64Array {
  const size = model.mean.length;
  const centred = Float64Array.from(model.mean, (m, i) => window[i]! - m);
  const residual = centred.slice();
  for (let row = 0; row < model.vectors.length; row += size) {
    let projection = 0;
    for (let i = 0; i < size; i++) projection += model.vectors[row + i]! * centred[i]!;
    for (let i = 0; i < size; i++) residual[i]! -= projection * model.vectors[row + i]!;
  }
  return residual;
}
