/** Exact two-sample statistics on raw samples: what `skerry-model drift` prints beside the binned measures. */
import { kolmogorovSurvival } from './kolmogorov.ts';
import { normalSurvival } from './special.ts';

/**
 * Two-sample Kolmogorov-Smirnov: D = max |F - G| over the pooled points, and its asymptotic two-sided p, the
 * one-sample distribution at the effective size round(nm / (n + m)) (scipy.stats.ks_2samp, method `asymp`).
 */
export function ksTwoSample(reference: Float64Array, current: Float64Array): { d: number; p: number } {
  const d = cdfDistances(reference.toSorted(), current.toSorted()).largest;
  const [n, m] = [reference.length, current.length];
  return { d, p: kolmogorovSurvival(Math.max(1, roundHalfEven((n * m) / (n + m))), d) };
}

/** Wasserstein-1 distance, ∫ |F - G| dx, in the samples' own unit. Vallender (1974). */
export function wassersteinTwoSample(reference: Float64Array, current: Float64Array): number {
  return cdfDistances(reference.toSorted(), current.toSorted()).area;
}

/** Energy distance, sqrt(2 ∫ (F - G)² dx). Székely & Rizzo, J. Statist. Planning Inference 143 (2013). */
export function energyDistance(reference: Float64Array, current: Float64Array): number {
  return Math.sqrt(2 * cdfDistances(reference.toSorted(), current.toSorted()).squaredArea);
}

/**
 * Mann-Whitney: U of the reference (pairs in which it is the larger, ties half) and the two-sided p of the normal
 * approximation with continuity correction and the variance corrected for ties. Mann & Whitney (1947).
 */
export function mannWhitney(reference: Float64Array, current: Float64Array): { u: number; p: number } {
  const [a, b] = [reference.toSorted(), current.toSorted()];
  const [n, m] = [a.length, b.length];
  let [i, j, u, ties] = [0, 0, 0, 0];
  while (i < n || j < m) {
    const x = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    const [fromI, fromJ] = [i, j];
    while (i < n && a[i] === x) i++;
    while (j < m && b[j] === x) j++;
    u += (i - fromI) * (fromJ + (j - fromJ) / 2);
    const tied = i - fromI + (j - fromJ);
    ties += tied ** 3 - tied;
  }
  const size = n + m;
  const deviation = Math.sqrt(((n * m) / 12) * (size + 1 - ties / (size * (size - 1))));
  const z = (Math.max(u, n * m - u) - (n * m) / 2 - 0.5) / deviation;
  return { u, p: deviation > 0 ? Math.min(1, 2 * normalSurvival(z)) : 1 };
}

/** Distances of the empirical distribution functions of two ascending samples, in one walk over the pooled points. */
export function cdfDistances(
  reference: Float64Array,
  current: Float64Array,
): { largest: number; area: number; squaredArea: number } {
  const [n, m] = [reference.length, current.length];
  let [i, j, largest, area, squaredArea] = [0, 0, 0, 0, 0];
  while (i < n || j < m) {
    const x = Math.min(reference[i] ?? Infinity, current[j] ?? Infinity);
    while (i < n && reference[i]! <= x) i++;
    while (j < m && current[j]! <= x) j++;
    const gap = Math.abs(i / n - j / m);
    largest = Math.max(largest, gap);
    if (i === n && j === m) break;
    const width = Math.min(reference[i] ?? Infinity, current[j] ?? Infinity) - x;
    area += gap * width;
    squaredArea += gap * gap * width;
  }
  return { largest, area, squaredArea };
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
