/**
 * Affine quantization exactly as ONNX Runtime 1.30's `quantize_static` computes it (quant_utils.py, base_quantizer.py):
 * ranges include 0, their width in float32, scales in float64 and stored as float32, rounding half to even, weights int8
 * symmetric in [-127, 127] (reduced: [-64, 64]), activations asymmetric over all of int8 or uint8, bias int32 at the
 * product of the scales.
 *
 *   range [-1, 3] → scale 4/255 = 0.015686…, zero point round(-128 + 1/scale) = -64; 3 → 127, -1 → -128
 */

export interface Range {
  min: number;
  max: number;
}

/** What activations are stored as. uint8 is what all of ONNX Runtime's int8 kernels take; int8 only some. */
export type ActivationType = 'int8' | 'uint8';

/** x ≈ (q - zeroPoint) · scale; scale is a float32 value. */
export interface Affine {
  scale: number;
  zeroPoint: number;
}

const LIMITS = { int8: { min: -128, max: 127 }, uint8: { min: 0, max: 255 } } as const;

// The smallest normal float32: below it a range is taken as empty.
const FLOAT32_TINY = 1.1754943508222875e-38;

/** Rounds half to even, as IEEE 754 and numpy do; Math.round rounds half up. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Scale and zero point of an activation, over the whole of its type. */
export function activationAffine(range: Range, type: ActivationType = 'int8'): Affine {
  const limits = LIMITS[type];
  const min = Math.min(Math.fround(range.min), 0);
  const max = Math.max(Math.fround(range.max), 0);
  const scale = Math.fround(max - min) / 255;
  if (scale < FLOAT32_TINY) return { scale: 1, zeroPoint: 0 };
  return { scale: Math.fround(scale), zeroPoint: clamp(roundHalfEven(limits.min - min / scale), limits) };
}

/** Scale of a weight, int8 symmetric; the zero point is 0. */
export function weightScale(peak: number, reduceRange = false): number {
  const scale = (2 * peak) / (2 * weightLimit(reduceRange));
  return scale < FLOAT32_TINY ? 1 : Math.fround(scale);
}

/**
 * The largest int8 weight. 64 is for processors that add two products of uint8 and int8 in 16 bits, where 255 · 127 · 2
 * would not fit: 255 · 64 · 2 does.
 */
function weightLimit(reduceRange: boolean): number {
  return reduceRange ? 64 : 127;
}

/** One value quantized: clip(round(float32(x) / scale) + zeroPoint). */
export function quantize(x: number, { scale, zeroPoint }: Affine, type: ActivationType = 'int8'): number {
  return clamp(roundHalfEven(Math.fround(Math.fround(x) / scale)) + zeroPoint, LIMITS[type]);
}

function clamp(q: number, limits: Range): number {
  return Math.max(limits.min, Math.min(limits.max, q));
}

/** How a weight is cut into channels, and what its scales must respect. */
export interface WeightOptions {
  /** One scale for each index along this dimension; one in all where it is undefined. */
  axis: number | undefined;
  reduceRange?: boolean;
  /** A bias that is added to the product, with the scale of the activation: its int32 must not overflow. */
  bias?: { values: ArrayLike<number>; inputScale: number } | undefined;
}

/** Quantized weights with their scales. */
export function quantizeWeights(
  values: ArrayLike<number>,
  dims: readonly number[],
  { axis, reduceRange = false, bias }: WeightOptions,
): { data: Int8Array; scales: Float32Array } {
  const channels = axis === undefined ? 1 : dims[axis]!;
  const inner = axis === undefined ? 1 : dims.slice(axis + 1).reduce((product, d) => product * d, 1);
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const peaks = new Float64Array(channels);
  for (let i = 0; i < values.length; i++)
    peaks[channelOf(i)] = Math.max(peaks[channelOf(i)]!, Math.abs(values[i]!));
  const scales = Float32Array.from(peaks, (peak) => weightScale(peak, reduceRange));
  if (bias) makeRoomForBias(scales, bias.values, bias.inputScale);
  const limit = weightLimit(reduceRange);
  const data = new Int8Array(values.length);
  for (let i = 0; i < data.length; i++) {
    const q = quantize(values[i]!, { scale: scales[channelOf(i)]!, zeroPoint: 0 });
    data[i] = Math.max(-limit, Math.min(limit, q));
  }
  return { data, scales };
}

/** Raises scales so far that the bias fits int32 at inputScale · scale; coarser weights cost less than a clipped bias. */
function makeRoomForBias(scales: Float32Array, bias: ArrayLike<number>, inputScale: number): void {
  for (let i = 0; i < bias.length; i++) {
    const channel = scales.length === 1 ? 0 : i;
    const smallest = (1.0001 * 2 * Math.abs(bias[i]!)) / (2 ** 32 - 2);
    const candidate = inputScale * scales[channel]!;
    if (candidate > 0 && candidate < smallest) scales[channel]! *= smallest / candidate;
  }
}

/** A bias as int32 at scale inputScale · weightScale[i] (a float32 product, clipped), with the scales it is stored at. */
export function quantizeBias(
  bias: ArrayLike<number>,
  inputScale: number,
  weightScales: Float32Array,
): { data: Int32Array; scales: Float32Array } {
  const scales = weightScales.map((w) => inputScale * w);
  const data = new Int32Array(bias.length);
  for (let i = 0; i < data.length; i++) {
    const scale = scales[scales.length === 1 ? 0 : i]!;
    data[i] = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, roundHalfEven(bias[i]! / scale)));
  }
  return { data, scales };
}
