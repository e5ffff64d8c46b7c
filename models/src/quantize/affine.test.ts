import { describe, expect, it } from 'vitest';
import {
  activationAffine,
  quantize,
  quantizeBias,
  quantizeWeights,
  roundHalfEven,
  weightScale,
} from './affine.ts';

describe('quantization as quantize_static computes it', () => {
  it('rounds half to even, where Math.round rounds half up', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4, -2.6].map((x) => roundHalfEven(x) + 0)).toEqual([
      0, 2, 2, 0, -2, -2, 2, -3,
    ]);
  });

  it('takes activations asymmetric over [-128, 127], the range widened to hold 0', () => {
    expect(activationAffine({ min: -1, max: 3 })).toEqual({ scale: Math.fround(4 / 255), zeroPoint: -64 });
    expect(activationAffine({ min: 2, max: 5.1 })).toEqual({
      scale: Math.fround(5.1 / 255),
      zeroPoint: -128,
    });
    expect(activationAffine({ min: -2, max: -1 })).toEqual({ scale: Math.fround(2 / 255), zeroPoint: 127 });
  });

  it('takes an empty range as scale 1, zero point 0', () => {
    expect(activationAffine({ min: 0, max: 0 })).toEqual({ scale: 1, zeroPoint: 0 });
    expect(weightScale(0)).toBe(1);
  });

  it('clips what lies beyond the range', () => {
    const affine = activationAffine({ min: -1, max: 3 });
    expect([-100, -1, 0, 3, 100].map((x) => quantize(x, affine))).toEqual([-128, -128, -64, 127, 127]);
  });

  it('takes weights symmetric over [-127, 127], one scale for each output', () => {
    const perChannel = quantizeWeights([1, -10, 0.5, 5, -1, 2.5], [3, 2], { axis: 1 });
    expect([...perChannel.data]).toEqual([127, -127, 64, 64, -127, 32]);
    expect([...perChannel.scales]).toEqual([Math.fround(1 / 127), Math.fround(10 / 127)]);
    const perTensor = quantizeWeights([1, -10, 0.5, 5], [2, 2], { axis: undefined });
    expect([...perTensor.data]).toEqual([13, -127, 6, 64]);
  });

  it('stores a bias as int32 at the product of both scales, clipped', () => {
    const { data, scales } = quantizeBias([1, -2, 1e30], 0.5, Float32Array.of(0.25, 0.5, 0.5));
    expect([...data]).toEqual([8, -8, 2 ** 31 - 1]);
    expect([...scales]).toEqual([0.125, 0.25, 0.25]);
  });

  // From onnxruntime 1.30.0's compute_scale_zp.
  it.each([
    [-1, 3, -64, 64, 0.01568627543747425],
    [0.1, 5.1, -128, 0, 0.019999999552965164],
    [-3.3333333, 0.7, 83, 211, 0.01581699401140213],
    [0, 6.02e-5, -128, 0, 2.3607843502304604e-7],
    [-123.456, 789.123, -94, 34, 3.5787410736083984],
    [-0.3, -0.1, 127, 255, 0.0011764706578105688],
  ])('maps [%d, %d] to int8 and uint8 as the reference does, to the bit', (min, max, int8, uint8, scale) => {
    expect(activationAffine({ min, max }, 'int8')).toEqual({ scale, zeroPoint: int8 });
    expect(activationAffine({ min, max }, 'uint8')).toEqual({ scale, zeroPoint: uint8 });
  });

  // From onnxruntime 1.30.0's quantize_data.
  it.each([
    [false, 0.010640562511980534, [-127, 51, -51, 127, 25, -76, 102, 0, -102, 76, -25, -127]],
    [true, 0.021114865317940712, [-64, 26, -26, 64, 13, -38, 51, 0, -51, 38, -13, -64]],
  ])('keeps weights within the range (reduced: %s)', (reduceRange, scale, data) => {
    const weights = Float32Array.from({ length: 12 }, (_, i) => (((i * 7) % 11) - 5) / 3.7);
    const quantized = quantizeWeights(weights, [12], { axis: undefined, reduceRange });
    expect([...quantized.scales]).toEqual([scale]);
    expect([...quantized.data]).toEqual(data);
  });

  it('coarsens weights rather than clip the bias that is added to their product', () => {
    const weights = Float32Array.of(1e-6, -1e-6, 0.5, 1);
    const bias = Float32Array.of(40, 40);
    const options = { axis: 0, bias: { values: bias, inputScale: 1e-3 } };
    const { scales } = quantizeWeights(weights, [2, 2], options);
    expect(scales[1]).toBe(Math.fround(1 / 127));
    const stored = quantizeBias(bias, 1e-3, scales);
    expect(stored.data[0]! * stored.scales[0]!).toBeCloseTo(40, 4);
    expect(stored.data[0]).toBeLessThan(2 ** 31 - 1);
  });
});
