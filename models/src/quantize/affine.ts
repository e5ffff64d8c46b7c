/**
 * Affine quantization exactly as ONNX Runtime 1.30's `quantize_static` computes it (quant_utils.py): ranges include 0,
 * scales in float64 and stored as float32, rounding half to even, int8 symmetric in [-127, 127] for weights and
 * asymmetric in [-128, 127] for activations, bias int32 at the product of the scales.
 *
 *   range [-1, 3] → scale 4/255 = 0.015686…, zero point round(-128 + 1/scale) = -64; 3 → 127, -1 → -128
 */

export interface Range {
  min: number;
  max: number;
}

/** x ≈ (q - zeroPoint) · scale; scale is a float32 value. */
export interface Affine {
  scale: number;
  zeroPoint: number;
}

// The smallest normal float32: below it a range is taken as empty.
const FLOAT32_TINY = 1.1754943508222875e-38;

/** Rounds half to even, as IEEE 754 and numpy do; Math.round rounds half up. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Scale and zero point of an activation, int8 over [-128, 127]. */
export function activationAffine(range: Range): Affine {
  const min = Math.min(range.min, 0);
  const max = Math.max(range.max, 0);
  const scale = (max - min) / 255;
  if (scale < FLOAT32_TINY) return { scale: 1, zeroPoint: 0 };
  return { scale: Math.fround(scale), zeroPoint: clampInt8(roundHalfEven(-128 - min / scale)) };
}

/** Scale of a weight, int8 symmetric over [-127, 127]; the zero point is 0. */
export function weightScale(peak: number): number {
  const scale = (2 * peak) / 254;
  return scale < FLOAT32_TINY ? 1 : Math.fround(scale);
}

/** One value quantized to int8: clip(round(float32(x) / scale) + zeroPoint). */
export function quantizeInt8(x: number, { scale, zeroPoint }: Affine): number {
  return clampInt8(roundHalfEven(Math.fround(Math.fround(x) / scale)) + zeroPoint);
}

function clampInt8(q: number): number {
  return Math.max(-128, Math.min(127, q));
}

/** Quantized weights with one scale for each index along `axis` (or one in all where it is undefined). */
export function quantizeWeights(
  values: ArrayLike<number>,
  dims: readonly number[],
  axis: number | undefined,
): { data: Int8Array; scales: Float32Array } {
  const channels = axis === undefined ? 1 : dims[axis]!;
  const inner = axis === undefined ? 1 : dims.slice(axis + 1).reduce((product, d) => product * d, 1);
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const peaks = new Float64Array(channels);
  for (let i = 0; i < values.length; i++)
    peaks[channelOf(i)] = Math.max(peaks[channelOf(i)]!, Math.abs(values[i]!));
  const scales = Float32Array.from(peaks, weightScale);
  const data = new Int8Array(values.length);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.max(-127, quantizeInt8(values[i]!, { scale: scales[channelOf(i)]!, zeroPoint: 0 }));
  return { data, scales };
}

/** A bias as int32 at scale inputScale · weightScale[i] (float64 product, clipped), with the scales it is stored at. */
export function quantizeBias(
  bias: ArrayLike<number>,
  inputScale: number,
  weightScales: Float32Array,
): { data: Int32Array; scales: Float32Array } {
  const data = new Int32Array(bias.length);
  for (let i = 0; i < data.length; i++) {
    const scale = inputScale * weightScales[weightScales.length === 1 ? 0 : i]!;
    data[i] = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, roundHalfEven(bias[i]! / scale)));
  }
  return { data, scales: weightScales.map((w) => inputScale * w) };
}
