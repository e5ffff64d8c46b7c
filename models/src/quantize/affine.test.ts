import { describe, expect, it } from 'vitest';
import {
  activationAffine,
  quantizeBias,
  quantizeInt8,
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
    expect([-100, -1, 0, 3, 100].map((x) => quantizeInt8(x, affine))).toEqual([-128, -128, -64, 127, 127]);
  });

  it('takes weights symmetric over [-127, 127], one scale for each output', () => {
    const perChannel = quantizeWeights([1, -10, 0.5, 5, -1, 2.5], [3, 2], 1);
    expect([...perChannel.data]).toEqual([127, -127, 64, 64, -127, 32]);
    expect([...perChannel.scales]).toEqual([Math.fround(1 / 127), Math.fround(10 / 127)]);
    const perTensor = quantizeWeights([1, -10, 0.5, 5], [2, 2], undefined);
    expect([...perTensor.data]).toEqual([13, -127, 6, 64]);
  });

  it('stores a bias as int32 at the product of both scales, clipped', () => {
    const { data, scales } = quantizeBias([1, -2, 1e30], 0.5, Float32Array.of(0.25, 0.5, 0.5));
    expect([...data]).toEqual([8, -8, 2 ** 31 - 1]);
    expect([...scales]).toEqual([0.125, 0.25, 0.25]);
  });
});
