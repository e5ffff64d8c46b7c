/**
 * How far a measure strays without drift: the reference's own blocks (reference.ts), with the law for independent
 * samples as the floor.
 *
 * Between two block lengths the quantiles are interpolated linearly in log n, on a log scale, which is exact for the
 * 1/n and 1/√n laws that the measures follow. Shorter and longer than any block they are scaled by those laws from the
 * nearest one. A reference too short for any block leaves the floor alone.
 *
 * The floor, with s = 1 / n_ref + 1 / n_cur and c the chi-square quantile of B - 1 degrees of freedom: psi = c s
 * (Yurdakul & Naranjo 2020), and since all are locally one and the same quadratic form, kl = c s / 2, hellinger = √(c s
 * / 8), js = √(c s / (8 ln 2)); ks = √(-s ln(tail / 2) / 2) (Smirnov 1939); wasserstein = the distance of two normal
 * means, below which it can't be.
 */
import type { MeasureName } from '../policy.ts';
import type { skerry } from '../wire.ts';
import { inverseSizes } from './distances.ts';
import { NULL_QUANTILES } from './quantiles.ts';
import { chiSquareQuantile } from './special.ts';

const SMALLEST_CHANCE = 1e-9;

/** The null of one measure of one signal for windows of `n` samples. */
export class Null {
  readonly #measure: MeasureName;
  readonly #reference: skerry.v1.ISignalReference;
  readonly #n: number;
  /** At NULL_QUANTILES; empty where the reference has no blocks. */
  readonly #quantiles: number[];

  constructor(reference: skerry.v1.ISignalReference, measure: MeasureName, n: number) {
    this.#measure = measure;
    this.#reference = reference;
    this.#n = n;
    this.#quantiles = quantilesAt(reference, measure, n);
  }

  /** What the measure exceeds with chance `tail` where nothing drifts; below .001 the blocks say no more than at .001. */
  limit(tail: number): number {
    return Math.max(this.#floor(tail), interpolateTail(this.#quantiles, tail));
  }

  /**
   * The chance that the measure exceeds `value` where nothing drifts: an exponential tail through the null's median and
   * its 95 % quantile. Where fewer than twenty blocks fit side by side into the reference, 95 % of overlapping ones
   * aren't known to be 95 %: the largest of k is exceeded with chance 1 / (k + 1), so that much is assumed.
   */
  chance(value: number): number {
    const [median, upper] = [this.limit(0.5), this.limit(0.05)];
    const block = Math.min(this.#n, this.#reference.nulls?.at(-1)?.block ?? 0);
    const upperTail = Math.max(0.05, block / (block + (this.#reference.n ?? 0)));
    const chance = 0.5 * (upperTail / 0.5) ** ((value - median) / (upper - median));
    return Math.min(1, Math.max(SMALLEST_CHANCE, chance));
  }

  #floor(tail: number): number {
    const s = inverseSizes(this.#reference.n ?? 0, this.#n);
    const chiSquare = (): number => chiSquareQuantile(tail, (this.#reference.counts?.length ?? 2) - 1);
    switch (this.#measure) {
      case 'psi':
        return chiSquare() * s;
      case 'kl':
        return (chiSquare() * s) / 2;
      case 'js':
        return Math.sqrt((chiSquare() * s) / (8 * Math.LN2));
      case 'hellinger':
        return Math.sqrt((chiSquare() * s) / 8);
      case 'ks':
        return Math.sqrt((-s * Math.log(tail / 2)) / 2);
      case 'wasserstein':
        return Math.sqrt(chiSquareQuantile(tail, 1) * s);
    }
  }
}

/** The null's quantiles for windows of n samples; empty where no block was measured. */
function quantilesAt(reference: skerry.v1.ISignalReference, measure: MeasureName, n: number): number[] {
  const known = (reference.nulls ?? [])
    .map((null_) => ({
      block: null_.block ?? 0,
      quantiles: null_.measures?.find((m) => m.measure === measure)?.quantiles ?? [],
    }))
    .filter(({ block, quantiles }) => block > 0 && quantiles.length === NULL_QUANTILES.length);
  const above = known.find(({ block }) => block >= n);
  const below = known.findLast(({ block }) => block <= n);
  if (above && below) {
    const t = above === below ? 0 : Math.log(n / below.block) / Math.log(above.block / below.block);
    return below.quantiles.map((q, i) => interpolateLog(q, above.quantiles[i]!, t));
  }
  const nearest = above ?? below;
  if (!nearest) return [];
  const sizes = (length: number): number => inverseSizes(reference.n ?? 0, length);
  const ratio = sizes(n) / sizes(nearest.block);
  const scale = measure === 'psi' || measure === 'kl' ? ratio : Math.sqrt(ratio);
  return nearest.quantiles.map((q) => q * scale);
}

function interpolateLog(a: number, b: number, t: number): number {
  return a > 0 && b > 0 ? a * (b / a) ** t : a + (b - a) * t;
}

/** The quantile that leaves `tail` above it, linear in the logarithm of the tail; 0 without quantiles. */
function interpolateTail(quantiles: readonly number[], tail: number): number {
  const at = NULL_QUANTILES.findIndex((q) => 1 - q <= tail * (1 + 1e-9));
  if (quantiles.length === 0) return 0;
  if (at === -1) return quantiles.at(-1)!;
  if (at === 0) return quantiles[0]!;
  const [from, to] = [1 - NULL_QUANTILES[at - 1]!, 1 - NULL_QUANTILES[at]!];
  const t = Math.log(tail / from) / Math.log(to / from);
  return quantiles[at - 1]! + (quantiles[at]! - quantiles[at - 1]!) * t;
}
