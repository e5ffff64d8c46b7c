/**
 * The drift reference of a signal: histogram and moments of healthy operation, and what every measure does on blocks
 * of the reference itself.
 *
 * Why blocks: a sensor's samples depend on each other, so an hour of a healthy temperature never looks like an hour's
 * worth of independent draws, and thresholds made for those cry wolf (on an AR(1) stream with φ = .98, 98 % of healthy
 * windows fail a Kolmogorov-Smirnov test at 5 %). So each measure is taken over contiguous, overlapping blocks of n =
 * 50 · 2^k samples up to a quarter of the reference, each against the rest of it, and the quantiles are shipped as the
 * null for windows of n samples.
 *
 *     reference of 2000 samples → blocks of 50, 100, 200, 400, at most 400 starts each, evenly spread
 */
import { MEASURES } from '../policy.ts';
import type { skerry } from '../wire.ts';
import { binOf, Histogram, quantileEdges, quantileSorted } from './histogram.ts';
import { binsOf, measureDrift, type ReferenceBins, referenceBins } from './measures.ts';
import { NULL_QUANTILES } from './quantiles.ts';
import { blockMaxima, calibrate, PAGE_HINKLEY } from './sequential.ts';

const SMALLEST_BLOCK = 50;

export interface ReferenceOptions {
  /** How many bins the edges are cut for (fewer where values are tied). Default 10. */
  bins?: number;
  /** Samples per hour of the recording, to state hours between false alarms; 0 where unknown. */
  samplesPerHour: number;
  /** Blocks measured per length. Default 400. */
  maxBlocks?: number;
}

/**
 * Profiles one channel or output. `values` are in the order of time, in the signal's unit; those that aren't finite
 * are left out. O(N log N). Throws `invalid` where none is finite.
 */
export function buildSignalReference(
  name: string,
  isOutput: boolean,
  values: Float64Array,
  options: ReferenceOptions,
): skerry.v1.ISignalReference {
  const finite = values.filter(Number.isFinite);
  const histogram = new Histogram(quantileEdges(finite, options.bins ?? 10));
  histogram.addAll(finite);
  const { counts, n, mean, m2, min, max } = histogram.state();
  const nulls: skerry.v1.IBlockNull[] = [];
  for (let block = SMALLEST_BLOCK; block <= n / 4; block *= 2)
    nulls.push(blockNull(histogram, finite, block, startsOf(n, block, options)));
  const { samplesPerHour } = options;
  const edges = [...histogram.edges];
  const reference = { name, isOutput, edges, counts, n, mean, m2, min, max, nulls, samplesPerHour };
  return isOutput ? withSequential(reference, finite, options) : reference;
}

function startsOf(n: number, block: number, { maxBlocks = 400 }: ReferenceOptions): number {
  return Math.max(2, Math.min(maxBlocks, n - block + 1));
}

/** What the sequential detectors need, which watch outputs alone. */
function withSequential(
  reference: skerry.v1.ISignalReference,
  values: Float64Array,
  options: ReferenceOptions,
): skerry.v1.ISignalReference {
  const { mean, deviation } = referenceBins(reference);
  const { sums, adwinBatch, dependence } = calibrate(values, mean, deviation);
  const nulls = (reference.nulls ?? []).map(({ block, measures }) => {
    const size = block ?? 0;
    const maxima = blockMaxima(sums, size, startsOf(values.length, size, options));
    const quantiles = NULL_QUANTILES.map((q) => quantileSorted(maxima, q));
    return { block: size, measures: [...(measures ?? []), { measure: PAGE_HINKLEY, quantiles }] };
  });
  return { ...reference, nulls, adwinBatch, dependence };
}

/** The quantiles of every measure over blocks of one length, each block against the reference without it. */
function blockNull(
  whole: Histogram,
  values: Float64Array,
  block: number,
  starts: number,
): skerry.v1.IBlockNull {
  const bins = binsOf(whole);
  const blocks = new SlidingBlock(bins, values, block);
  const seen = Object.fromEntries(MEASURES.map((measure) => [measure, new Float64Array(starts)]));
  for (let i = 0; i < starts; i++) {
    blocks.moveTo(Math.floor((i * (values.length - block)) / (starts - 1)));
    const measured = measureDrift(blocks.rest, blocks.current);
    for (const measure of MEASURES) seen[measure]![i] = measured[measure];
  }
  return {
    block,
    measures: MEASURES.map((measure) => {
      const sorted = seen[measure]!.sort();
      return { measure, quantiles: NULL_QUANTILES.map((q) => quantileSorted(sorted, q)) };
    }),
  };
}

/** A block that slides along the reference; moving it by d samples costs O(d). */
class SlidingBlock {
  readonly current: { counts: Float64Array; mean: number };
  /** The reference without the block. */
  readonly rest: ReferenceBins;
  readonly #whole: ReferenceBins;
  readonly #values: Float64Array;
  readonly #bins: Uint32Array;
  readonly #size: number;
  #from = 0;
  #to = 0;
  /** Sum of (value - mean of the whole), so that it stays near zero and rounding stays small. */
  #sum = 0;

  constructor(whole: ReferenceBins, values: Float64Array, size: number) {
    this.#whole = whole;
    this.#values = values;
    this.#bins = Uint32Array.from(values, (x) => binOf(whole.edges, x));
    this.#size = size;
    this.current = { counts: new Float64Array(whole.counts.length), mean: whole.mean };
    this.rest = { ...whole, n: whole.n - size, counts: Float64Array.from(whole.counts) };
  }

  /** Moves the block forward to start at `start`. */
  moveTo(start: number): void {
    while (this.#to < start + this.#size) this.#move(this.#to++, 1);
    while (this.#from < start) this.#move(this.#from++, -1);
    this.current.mean = this.#whole.mean + this.#sum / this.#size;
    this.rest.mean = this.#whole.mean - this.#sum / this.rest.n;
  }

  #move(index: number, by: 1 | -1): void {
    const bin = this.#bins[index]!;
    this.current.counts[bin]! += by;
    (this.rest.counts as Float64Array)[bin]! -= by;
    this.#sum += by * (this.#values[index]! - this.#whole.mean);
  }
}
