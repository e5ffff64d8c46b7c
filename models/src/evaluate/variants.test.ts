import { describe, expect, it } from 'vitest';
import { agreementOf } from './variants.ts';

const of = (...values: number[]): Float64Array => Float64Array.from(values);

describe('agreement of an int8 model with the float32 one', () => {
  it('is full where all answers are the same', () => {
    const scores = of(1, 2, 3);
    expect(agreementOf({ fp32: scores, int8: scores }, 3)).toEqual({
      windows: 3,
      spearman: 1,
      sqnrDb: Number.POSITIVE_INFINITY,
      meanDifference: 0,
      maxDifference: 0,
      accepted: true,
    });
  });

  it('needs the ranks, and the AUC where labels tell', () => {
    const fp32 = Float64Array.from({ length: 100 }, (_, i) => i);
    const labels = fp32.map((i) => (i >= 90 ? 1 : 0));
    const shifted = agreementOf({ fp32, int8: fp32.map((x) => 2 * x) }, 100, labels);
    expect(shifted).toMatchObject({ spearman: 1, auc: { fp32: 1, int8: 1 }, accepted: true });
    // The ranks hardly change, but the faulty windows are now among the healthy ones.
    const clipped = agreementOf({ fp32, int8: fp32.map((x) => (x >= 90 ? 85.5 : x)) }, 100, labels);
    expect(clipped.spearman).toBeGreaterThan(0.98);
    expect(clipped).toMatchObject({ accepted: false });
    expect(agreementOf({ fp32, int8: fp32.map((x) => -x) }, 100)).toMatchObject({
      spearman: -1,
      accepted: false,
    });
  });

  it('says nothing of AUC where all windows are healthy', () => {
    expect(agreementOf({ fp32: of(1, 2), int8: of(1, 2.5) }, 2, [0, 0])).not.toHaveProperty('auc');
  });

  it('of classes counts the windows that get another one, and the right ones', () => {
    const fp32 = of(0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7);
    const int8 = of(0.9, 0.1, 0.2, 0.8, 0.4, 0.6, 0.3, 0.7);
    expect(agreementOf({ fp32, int8 }, 4, [0, 1, 0, 1])).toMatchObject({
      flips: 0.25,
      accuracy: { fp32: 1, int8: 0.75 },
      accepted: false,
    });
  });
});
