/**
 * The sketch that drift is measured with: counts between fixed edges, moments, and how many values were missing.
 * The edges come with the release, so sketches of any devices, agents and hours add up exactly.
 *
 * Invariants: counts.length = edges.length + 1; the outer two bins are open; sum(counts) = n. A value x falls into
 * the bin whose number is how many edges are <= x.
 *
 *     edges   1    2        values 0.5, 1, 1.5, 7
 *     counts [1 | 2 | 1]    bin 0: x < 1, bin 1: 1 <= x < 2, bin 2: x >= 2
 */
import { SkerryError } from '../errors.ts';

/** What a histogram holds, as messages carry it (DriftSketch, SignalReference). */
export interface HistogramState {
  counts?: ArrayLike<number> | null;
  n?: number | null;
  mean?: number | null;
  m2?: number | null;
  min?: number | null;
  max?: number | null;
  missing?: number | null;
}

const [N, MEAN, M2, MIN, MAX, MISSING] = [0, 1, 2, 3, 4, 5] as const;

/** A mergeable histogram on fixed edges with Welford moments. Adding a value allocates nothing. */
export class Histogram {
  /** Strictly increasing inner edges, shared and never written. */
  readonly edges: Float64Array;
  readonly counts: Float64Array;
  // One typed array, because a double kept in an object's field may be boxed anew at each write.
  readonly #moments: Float64Array;

  /** An empty histogram. Throws `invalid` where the edges don't strictly increase or aren't finite. */
  constructor(edges: Float64Array | readonly number[]) {
    this.edges = edges instanceof Float64Array ? edges : Float64Array.from(edges);
    this.edges.forEach((edge, i) => {
      if (!Number.isFinite(edge) || (i > 0 && edge <= this.edges[i - 1]!))
        throw new SkerryError('invalid', `histogram edge ${i} (${edge}) isn't above the one before it`, {
          hint: 'edges must be finite and strictly increasing',
        });
    });
    // Side by side, so that adding a value finds both in the processor's cache.
    const state = new Float64Array(this.edges.length + 7);
    this.counts = state.subarray(0, this.edges.length + 1);
    this.#moments = state.subarray(this.edges.length + 1);
    this.reset();
  }

  /**
   * The histogram that a message describes. Throws `invalid` where the counts don't fit the edges or aren't
   * counts: messages come from outside.
   */
  static from(edges: Float64Array | readonly number[], state: HistogramState): Histogram {
    const histogram = new Histogram(edges);
    const counts = state.counts ?? [];
    if (counts.length !== histogram.counts.length)
      throw new SkerryError(
        'invalid',
        `a sketch of ${counts.length} bins on ${histogram.edges.length} edges, which make ${histogram.counts.length}`,
      );
    histogram.counts.set(counts);
    let n = 0;
    for (const count of histogram.counts) {
      if (!(count >= 0)) throw new SkerryError('invalid', `a sketch with the count ${count}`);
      n += count;
    }
    const missing = state.missing ?? 0;
    const [mean, m2, min, max] = [state.mean ?? 0, state.m2 ?? 0, state.min ?? 0, state.max ?? 0];
    if (n !== (state.n ?? 0) || ![mean, m2, min, max].every(Number.isFinite) || m2 < 0 || missing < 0)
      throw new SkerryError('invalid', "a sketch whose n or moments don't fit its counts");
    histogram.#moments.set(
      n > 0 ? [n, mean, m2, min, max, missing] : [0, 0, 0, Infinity, -Infinity, missing],
    );
    return histogram;
  }

  /** Values counted; missing ones not included. */
  get n(): number {
    return this.#moments[N]!;
  }
  get mean(): number {
    return this.#moments[MEAN]!;
  }
  /** Sum of squared deviations from the mean. */
  get m2(): number {
    return this.#moments[M2]!;
  }
  /** Infinity while empty. */
  get min(): number {
    return this.#moments[MIN]!;
  }
  /** -Infinity while empty. */
  get max(): number {
    return this.#moments[MAX]!;
  }
  /** NaN and infinite values: counted here and nowhere else. */
  get missing(): number {
    return this.#moments[MISSING]!;
  }

  /** Counts one value. Moments after Welford (1962). */
  add(x: number): void {
    const m = this.#moments;
    // x - x is 0 for every finite x and NaN for all others.
    if (x - x !== 0) {
      m[MISSING]!++;
      return;
    }
    this.counts[binOf(this.edges, x)]!++;
    const n = m[N]! + 1;
    const delta = x - m[MEAN]!;
    const mean = m[MEAN]! + delta / n;
    m[N] = n;
    m[MEAN] = mean;
    m[M2]! += delta * (x - mean);
    if (x < m[MIN]!) m[MIN] = x;
    if (x > m[MAX]!) m[MAX] = x;
  }

  /** Counts many values. */
  addAll(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.add(values[i]!);
  }

  /**
   * Adds another histogram on the same edges: exact, in any order. Moments after Chan, Golub & LeVeque (1979).
   * Throws `invalid` where the edges differ.
   */
  merge(other: Histogram): void {
    if (!sameEdges(this.edges, other.edges))
      throw new SkerryError('invalid', 'histograms on different edges cannot be merged', {
        hint: 'edges belong to a release: merge sketches of one release only',
      });
    const [a, b] = [this.#moments, other.#moments];
    a[MISSING]! += b[MISSING]!;
    if (b[N] === 0) return;
    const n = a[N]! + b[N]!;
    const delta = b[MEAN]! - a[MEAN]!;
    a[M2]! += b[M2]! + (delta * delta * a[N]! * b[N]!) / n;
    a[MEAN]! += (delta * b[N]!) / n;
    a[N] = n;
    a[MIN] = Math.min(a[MIN]!, b[MIN]!);
    a[MAX] = Math.max(a[MAX]!, b[MAX]!);
    for (let i = 0; i < this.counts.length; i++) this.counts[i]! += other.counts[i]!;
  }

  /** Back to empty. */
  reset(): void {
    this.counts.fill(0);
    this.#moments.fill(0);
    this.#moments[MIN] = Infinity;
    this.#moments[MAX] = -Infinity;
  }

  /** The state as messages carry it; min and max are 0 while empty. */
  state(): {
    counts: number[];
    n: number;
    mean: number;
    m2: number;
    min: number;
    max: number;
    missing: number;
  } {
    const { n, mean, m2, missing } = this;
    const [min, max] = n > 0 ? [this.min, this.max] : [0, 0];
    return { counts: [...this.counts], n, mean, m2, min, max, missing };
  }
}

const FEW_EDGES = 16;

/** The bin that x falls into: how many edges are <= x. */
export function binOf(edges: Float64Array, x: number): number {
  if (edges.length <= FEW_EDGES) {
    // Every comparison, and no branch that the processor would guess wrongly every other time.
    let bin = 0;
    for (let i = 0; i < edges.length; i++) bin += Number(edges[i]! <= x);
    return bin;
  }
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sameEdges(a: Float64Array, b: Float64Array): boolean {
  return a === b || (a.length === b.length && a.every((edge, i) => edge === b[i]));
}

/**
 * Inner edges at the quantiles 1/bins … (bins - 1)/bins of the finite values (type R-7: linear between order
 * statistics), ties kept once, so heavily tied data get fewer bins. As with deciles whose outer edges are opened, the
 * minimum and the maximum are never inner edges. A constant signal gets two edges closely around its value, so that
 * leaving it shows. Throws `invalid` where no value is finite.
 */
export function quantileEdges(values: ArrayLike<number>, bins: number): Float64Array {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0)
    throw new SkerryError('invalid', 'no finite value to take the edges of a histogram from');
  const [min, max] = [sorted[0]!, sorted.at(-1)!];
  if (min === max) {
    const reach = Math.max(Math.abs(min) * 1e-9, 1e-12);
    return Float64Array.of(min - reach, min + reach);
  }
  const edges: number[] = [];
  for (let i = 1; i < bins; i++) {
    // The order of operations is numpy's linspace, so that ties at an edge fall on the same side there and here.
    const edge = quantileSorted(sorted, i * (1 / bins));
    if (edge > (edges.at(-1) ?? min) && edge < max) edges.push(edge);
  }
  // More than (bins - 1)/bins of the mass at one end leave no inner quantile: part that end from the rest.
  return Float64Array.from(edges.length > 0 ? edges : [(min + max) / 2]);
}

/** The q-quantile (0 to 1) of ascending values, type R-7. Hyndman & Fan, The American Statistician 50 (1996). */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number {
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const t = position - below;
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  // From the nearer end, so that equal neighbours give exactly their value.
  return t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t);
}
