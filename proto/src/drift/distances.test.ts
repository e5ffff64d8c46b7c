import { describe, expect, test } from 'vitest';
import { hellinger, js, kl, ks, psi, psiExcess, wasserstein } from './distances.ts';
import { chiSquareQuantile, chiSquareSurvival, normalSurvival } from './special.ts';

const MEASURES = { psi, kl, js, hellinger, ks };
const P = [10, 20, 30, 40];
const Q = [40, 30, 20, 10];

describe('distances between histograms', () => {
  test('the documented example holds', () => {
    expect(psi([50, 50], [30, 70])).toBeCloseTo(0.1659, 4);
    expect(psiExcess([50, 50], [30, 70])).toBeCloseTo(0.1459, 4);
    expect(js([50, 50], [30, 70])).toBeCloseTo(0.1741, 4);
  });

  test.each(Object.entries(MEASURES))(
    '%s is zero between equal shares, more the further they are',
    (_, of) => {
      expect(of(P, P)).toBeCloseTo(0, 12);
      expect(of(P, [11, 20, 30, 39])).toBeLessThan(of(P, Q));
    },
  );

  test('psi is the sum of both divergences, and both stay finite with empty bins', () => {
    expect(psi(P, Q)).toBeCloseTo(kl(P, Q) + kl(Q, P), 12);
    expect(Number.isFinite(psi([100, 0], [0, 100]))).toBe(true);
    expect(Number.isFinite(kl([100, 0], [0, 100]))).toBe(true);
  });

  test('js and hellinger are one between disjoint histograms, ks likewise', () => {
    expect(js([5, 0], [0, 9])).toBe(1);
    expect(hellinger([5, 0], [0, 9])).toBe(1);
    expect(ks([5, 0], [0, 9])).toBe(1);
  });

  test('wasserstein is the distance that mass travels, in the unit of the edges', () => {
    const range = { min: 0, max: 3 };
    expect(wasserstein([1, 2], [10, 0, 0], [0, 10, 0], range)).toBeCloseTo(1, 12);
    expect(wasserstein([1, 2], [10, 0, 0], [0, 0, 10], range)).toBeCloseTo(2, 12);
    expect(wasserstein([1, 2], [0, 10, 0], [5, 0, 5], range)).toBeCloseTo(0.75, 12);
    expect(wasserstein([1, 2], [5, 5, 5], [7, 7, 7], range)).toBeCloseTo(0, 12);
  });
});

describe('special functions', () => {
  test("the chi-square tail meets the table's quantiles", () => {
    // The usual printed table, 9 degrees of freedom.
    expect(chiSquareSurvival(14.683657, 9)).toBeCloseTo(0.1, 7);
    expect(chiSquareSurvival(16.918978, 9)).toBeCloseTo(0.05, 7);
    expect(chiSquareSurvival(21.665994, 9)).toBeCloseTo(0.01, 7);
    expect(chiSquareSurvival(27.877165, 9)).toBeCloseTo(0.001, 7);
    expect(chiSquareSurvival(0, 9)).toBe(1);
    expect(chiSquareQuantile(0.001, 9)).toBeCloseTo(27.877165, 5);
    expect(chiSquareQuantile(0.05, 1)).toBeCloseTo(1.959964 ** 2, 5);
    for (const df of [1, 2, 9, 49])
      for (const tail of [0.999, 0.5, 0.05, 1e-3, 1e-9])
        expect(chiSquareSurvival(chiSquareQuantile(tail, df), df) / tail).toBeCloseTo(1, 9);
  });

  test('the normal tail keeps its digits far out', () => {
    expect(normalSurvival(0)).toBe(0.5);
    expect(normalSurvival(-1)).toBeCloseTo(0.8413447460685429, 12);
    expect(normalSurvival(10) / 7.619853024160527e-24).toBeCloseTo(1, 10);
  });
});
