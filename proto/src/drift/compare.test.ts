import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareSamples } from './compare.ts';
import { quantileEdges } from './histogram.ts';
import { kolmogorovSurvival } from './kolmogorov.ts';
import { energyDistance, ksTwoSample, mannWhitney, wassersteinTwoSample } from './samples.ts';

interface ScipyCase {
  source_data: string;
  reference: number[];
  current: number[];
  ks_statistic: number;
  ks_p_asymptotic: number;
  wasserstein: number;
  energy_distance: number;
  mannwhitney_U1: number;
  mannwhitney_p_two_sided_asymptotic_continuity: number;
  decile_bin_edges: number[];
  psi_deciles_of_reference_plus_half_smoothing: number | null;
  jensen_shannon_distance_base2_same_bins: number | null;
}

interface PublishedCase {
  stat: string;
  reference: number[];
  current: number[];
  expected: number;
  expected_p?: number;
  tol: number;
}

const data = process.env.SKERRY_DATA;
const vectors = <T>(file: string): T[] =>
  (JSON.parse(readFileSync(join(data ?? '', 'drift_canary_vectors', file), 'utf8')) as { cases: T[] }).cases;

/** Within a relative tolerance; an expected zero is met within the same tolerance of the unit. */
function expectNear(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-9));
}

describe.skipIf(!data)('two samples, against published numbers (SKERRY_DATA)', () => {
  test.each(data ? vectors<ScipyCase>('two_sample_scipy_on_nab.json') : [])('$source_data', (c) => {
    const [reference, current] = [Float64Array.from(c.reference), Float64Array.from(c.current)];
    const compared = compareSamples(reference, current);
    expectNear(compared.ks, c.ks_statistic, 1e-6);
    expectNear(compared.ksP, c.ks_p_asymptotic, 1e-3);
    expectNear(compared.wasserstein, c.wasserstein, 1e-6);
    expectNear(compared.energy, c.energy_distance, 1e-6);
    expect(compared.mannWhitneyU).toBe(c.mannwhitney_U1);
    expectNear(compared.mannWhitneyP, c.mannwhitney_p_two_sided_asymptotic_continuity, 1e-6);
    // Where scipy's convention leaves no bin at all (a constant reference) the vectors have no number.
    if (c.psi_deciles_of_reference_plus_half_smoothing !== null)
      expectNear(compared.psi, c.psi_deciles_of_reference_plus_half_smoothing, 1e-6);
    if (c.jensen_shannon_distance_base2_same_bins !== null)
      expectNear(compared.js, c.jensen_shannon_distance_base2_same_bins, 1e-6);
    if (c.decile_bin_edges.length > 2)
      expect([...quantileEdges(reference, 10)]).toEqual(c.decile_bin_edges.slice(1, -1));
  });

  // The other statistics of that file are none of Skerry's, or are binned otherwise.
  const published = (stat: string): PublishedCase =>
    vectors<PublishedCase>('two_sample_published.json').find((c) => c.stat === stat)!;

  test('wasserstein of two normal samples', () => {
    const c = published('wasserstein');
    const actual = wassersteinTwoSample(Float64Array.from(c.reference), Float64Array.from(c.current));
    expectNear(actual, c.expected, c.tol);
  });

  test('D of two normal samples (the published p is the exact one, ours the asymptotic one)', () => {
    const c = published('ks_2samp');
    const { d } = ksTwoSample(Float64Array.from(c.reference), Float64Array.from(c.current));
    expectNear(d, c.expected, 1e-9);
  });

  test('Mann-Whitney of heavily tied samples (the published p is one-sided, whatever its name says)', () => {
    const c = published('mann_whitney two-sided p');
    const { p } = mannWhitney(Float64Array.from(c.reference), Float64Array.from(c.current));
    expect(Math.abs(p / 2 - c.expected_p!)).toBeLessThan(c.tol);
  });
});

test("without SKERRY_DATA the published vectors are skipped, and that's said", ({ skip }) => {
  if (!data) skip('SKERRY_DATA is not set: the published drift vectors were not compared');
  expect(vectors('two_sample_scipy_on_nab.json').length).toBeGreaterThan(10);
});

describe('the Kolmogorov distribution', () => {
  // scipy.stats.kstwo.sf of scipy 1.17.1.
  test.each([
    [1, 0.7, 0.6],
    [10, 0.3, 0.27053557479999946],
    [50, 0.1, 0.6623112704658186],
    [50, 0.2, 0.03143877776953241],
    [140, 0.12, 0.03252638258561632],
    [141, 0.05, 0.854845693009663],
    [300, 0.1, 0.004595673656972621],
    [5000, 0.01, 0.6954557253913853],
    [5000, 0.03, 0.00024159234422666817],
    [100_000, 0.003, 0.3284563327726956],
    [7, 0.9, 1.999999999999997e-7],
  ])('n %i, d %f', (n, d, expected) => {
    expectNear(kolmogorovSurvival(n, d), expected, 1e-9);
  });

  test('is one below 1/(2n) and zero from one on', () => {
    expect(kolmogorovSurvival(20, 0.025)).toBe(1);
    expect(kolmogorovSurvival(20, 1)).toBe(0);
  });

  test('falls without a jump where one method hands over to the next', () => {
    for (const n of [140, 141, 1000, 50_000])
      for (const scaled of [0.3, 0.75, 2.2, 4]) {
        const d = Math.sqrt(scaled / n);
        const [before, after] = [
          kolmogorovSurvival(n, d * (1 - 1e-9)),
          kolmogorovSurvival(n, d * (1 + 1e-9)),
        ];
        expect(after).toBeLessThanOrEqual(before * (1 + 1e-5));
        expect(before - after).toBeLessThan(1e-4 * before);
      }
  });
});

describe('edge cases of two samples', () => {
  test('a constant reference that stays says no drift; one that moves says much', () => {
    const same = compareSamples(new Float64Array(50).fill(1), new Float64Array(50).fill(1));
    expect(same).toMatchObject({
      psi: 0,
      js: 0,
      hellinger: 0,
      ks: 0,
      ksP: 1,
      wasserstein: 0,
      mannWhitneyP: 1,
    });
    const moved = compareSamples(new Float64Array(50).fill(1), new Float64Array(50).fill(2));
    expect(moved.psi).toBeGreaterThan(5);
    expect(moved).toMatchObject({ js: 1, hellinger: 1, ks: 1, wasserstein: 1 });
    expect(moved.energy).toBeCloseTo(Math.SQRT2, 12);
  });

  test("values that aren't finite are left out, and a side without any is refused in one plain line", () => {
    const [a, b] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(2, 3, 4, 5)];
    expect(compareSamples(Float64Array.of(1, Number.NaN, 2, 3, Infinity, 4), b)).toEqual(
      compareSamples(a, b),
    );
    expect(() => compareSamples(a, Float64Array.of(Number.NaN))).toThrow(
      'the current sample has no finite value',
    );
  });

  test('energy distance of a sample with itself is zero', () => {
    const a = Float64Array.of(3, 1, 4, 1, 5);
    expect(energyDistance(a, a)).toBe(0);
  });
});
