/**
 * Distances between two histograms on the same edges, `reference` (shares p) and `current` (shares q), B bins,
 * natural logarithm unless said otherwise. Both sides need at least one sample; without any the unsmoothed ones are NaN.
 *
 *     smoothed   p = (count + 0.5) / (n + B / 2), Jeffreys' prior on both sides, so an empty bin stays finite
 *     psi        Σ (q - p) ln(q / p)                              = KL(p‖q) + KL(q‖p), smoothed
 *     psiExcess  psi - (B - 1)(1 / n_ref + 1 / n_cur)             what is left after the mean under no drift
 *     kl         Σ p ln(p / q)                                    KL(reference ‖ current), smoothed
 *     js         sqrt(½ KL2(p‖m) + ½ KL2(q‖m)), m = (p + q) / 2   the distance, base 2: 0 to 1, unsmoothed
 *     hellinger  sqrt(½ Σ (√p - √q)²)                             0 to 1, unsmoothed
 *     ks         max |P - Q| over the edges                       at most the true D, which it misses by at most a bin
 *     wasserstein ∫ |P - Q| dx over the reference's range         see wasserstein()
 *
 * Example: reference [50, 50] and current [30, 70] have psi 0.1659, psiExcess 0.1459, js 0.1741.
 */

/** Population stability index with half a sample added to each bin. Yurdakul & Naranjo, J. Risk Model Validation (2020). */
export function psi(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [refTotal, curTotal] = [smoothedTotal(reference), smoothedTotal(current)];
  let sum = 0;
  for (let i = 0; i < reference.length; i++) {
    const p = (reference[i]! + 0.5) / refTotal;
    const q = (current[i]! + 0.5) / curTotal;
    sum += (q - p) * Math.log(q / p);
  }
  return sum;
}

/** psi less its mean under no drift, (B - 1)(1 / n_ref + 1 / n_cur); may be negative. Yurdakul & Naranjo (2020). */
export function psiExcess(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  return psi(reference, current) - (reference.length - 1) * inverseSizes(total(reference), total(current));
}

/** The factor of sampling noise, 1 / n_ref + 1 / n_cur: under no drift psi is this times a chi-square of B - 1. */
export function inverseSizes(referenceN: number, currentN: number): number {
  return 1 / referenceN + 1 / currentN;
}

/** KL(reference ‖ current) in nats, smoothed as psi is. Kullback & Leibler (1951). */
export function kl(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [refTotal, curTotal] = [smoothedTotal(reference), smoothedTotal(current)];
  let sum = 0;
  for (let i = 0; i < reference.length; i++) {
    const p = (reference[i]! + 0.5) / refTotal;
    const q = (current[i]! + 0.5) / curTotal;
    sum += p * Math.log(p / q);
  }
  return sum;
}

/** Jensen-Shannon distance: square root of the divergence in bits, 0 to 1. Endres & Schindelin (2003). */
export function js(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [refTotal, curTotal] = [total(reference), total(current)];
  let sum = 0;
  for (let i = 0; i < reference.length; i++) {
    const p = reference[i]! / refTotal;
    const q = current[i]! / curTotal;
    const m = (p + q) / 2;
    if (p > 0) sum += p * Math.log2(p / m);
    if (q > 0) sum += q * Math.log2(q / m);
  }
  // Rounding can leave a hair below zero, or above one, where the shares are equal, or disjoint.
  return Math.sqrt(Math.min(Math.max(sum / 2, 0), 1));
}

/** Hellinger distance, 0 to 1. Hellinger (1909). */
export function hellinger(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [refTotal, curTotal] = [total(reference), total(current)];
  let sum = 0;
  for (let i = 0; i < reference.length; i++) {
    const difference = Math.sqrt(reference[i]! / refTotal) - Math.sqrt(current[i]! / curTotal);
    sum += difference * difference;
  }
  return Math.sqrt(Math.min(sum / 2, 1));
}

/** Largest difference of the cumulative shares at the edges: true D - (largest bin's share) <= ks <= true D. */
export function ks(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [refTotal, curTotal] = [total(reference), total(current)];
  let [p, q, largest] = [0, 0, 0];
  for (let i = 0; i < reference.length - 1; i++) {
    p += reference[i]! / refTotal;
    q += current[i]! / curTotal;
    largest = Math.max(largest, Math.abs(p - q));
  }
  return largest;
}

/** The range that stands for the open outer bins: the reference's minimum and maximum. */
export interface Range {
  min: number;
  max: number;
}

/**
 * Wasserstein-1 over bins, in the signal's unit: the cumulative shares are taken as linear within a bin, and what lies
 * outside the reference's range as lying at its end. One outlier can therefore not stretch a bin; that a whole
 * stream has left the range shows in its mean, which callers hold against this (see measures.ts).
 */
export function wasserstein(
  edges: ArrayLike<number>,
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  range: Range,
): number {
  const [refTotal, curTotal] = [total(reference), total(current)];
  const last = edges.length - 1;
  let x = Math.min(range.min, edges[0] ?? range.min);
  let before = 0;
  let [p, q, area] = [0, 0, 0];
  for (let i = 0; i <= last + 1; i++) {
    const next = i <= last ? edges[i]! : Math.max(range.max, x);
    p += reference[i]! / refTotal;
    q += current[i]! / curTotal;
    const after = i <= last ? p - q : 0;
    area += (next - x) * meanMagnitude(before, after);
    [x, before] = [next, after];
  }
  return area;
}

/** Mean of |y| along the straight line from a to b. */
function meanMagnitude(a: number, b: number): number {
  if (a * b >= 0) return Math.abs(a + b) / 2;
  return (a * a + b * b) / (2 * Math.abs(a - b));
}

/** Sum of the counts. */
export function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
}

function smoothedTotal(counts: ArrayLike<number>): number {
  return total(counts) + counts.length / 2;
}
