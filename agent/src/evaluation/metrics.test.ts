import { describe, expect, it } from 'vitest';
import { averagePrecision, rocAuc, spearman, sqnrDb } from './metrics.ts';

describe('metrics', () => {
  it('AUC is the share of pairs in the right order, ties counting half', () => {
    expect(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
    expect(rocAuc([1, 1, 1], [true, false, true])).toBe(0.5);
    expect(rocAuc([1, 2], [0, 0])).toBeNaN();
  });

  it('average precision is that of scikit-learn', () => {
    // sklearn.metrics.average_precision_score([0, 0, 1, 1], [.1, .4, .35, .8]) = 0.8333…
    expect(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(5 / 6, 12);
    expect(averagePrecision([1, 1], [1, 0])).toBe(0.5);
    expect(averagePrecision([1], [0])).toBeNaN();
  });

  it('Spearman compares ranks, ties sharing theirs', () => {
    expect(spearman([1, 2, 3, 4], [10, 20, 30, 400])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4]) = 0.9486832980505138
    expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138, 12);
  });

  it('SQNR is 20 dB for an error of a tenth', () => {
    expect(sqnrDb([10, -10], [11, -9])).toBeCloseTo(20, 12);
    expect(sqnrDb([1], [1])).toBe(Number.POSITIVE_INFINITY);
  });
});
