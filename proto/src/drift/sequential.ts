/**
 * Watching a score value by value for a shift of its mean: two-sided Page-Hinkley for slow ones, ADWIN for abrupt
 * ones. A score is standardized by its reference; both are calibrated on the reference itself, since scores of
 * overlapping windows depend on each other and the detectors' own theory is for independent values.
 *
 * Page-Hinkley runs through the reference without a stop, and the quantiles of its largest sum within blocks are kept
 * in the block nulls under `pageHinkley`. λ for a wanted time T between false alarms is then the sum that a block of
 * duration b exceeds with chance b / T, by an exponential tail through the median and the 95 % quantile; at least all
 * that was seen, where T is longer than the reference; and at least what the law for normal values gives when τ values
 * in a row are worth one independent one (`dependence`), since one reference is but one sample of the tail.
 *
 * ADWIN is given means of so many values that it finds no change in the reference, which stands in `adwinBatch`.
 */
import type { skerry } from '../wire.ts';
import { Adwin } from './adwin.ts';
import { PageHinkley } from './page-hinkley.ts';
import { NULL_QUANTILES } from './quantiles.ts';

export const PAGE_HINKLEY = 'pageHinkley';

/** Page-Hinkley's δ, and what a change must amount to: half a standard deviation, so shifts of one are found soonest. */
export const SHIFT = 0.5;
const SMALLEST_BATCH = 25;

/** What one value did. `shift`: a detector alarms, having been silent · `over`: none does any more. */
export type SequentialEvent = 'shift' | 'over';

/** Both detectors of one score. */
export class SequentialDetector {
  readonly #mean: number;
  readonly #deviation: number;
  readonly #sums: PageHinkley;
  readonly #batchSize: number;
  readonly #adwin = new Adwin({ clock: 1 });
  #lambda: number;
  #batch = { n: 0, sum: 0 };
  #by: 'pageHinkley' | 'adwin' | undefined;

  /** `lambda`: from lambdaFor(). */
  constructor(reference: skerry.v1.ISignalReference, lambda: number) {
    this.#mean = reference.mean ?? 0;
    this.#deviation = deviationOf(reference);
    this.#lambda = lambda;
    this.#batchSize = reference.adwinBatch ?? 0;
    this.#sums = newSums();
  }

  /** What Page-Hinkley alarms at; a new value holds from the next value on. */
  get lambda(): number {
    return this.#lambda;
  }
  set lambda(lambda: number) {
    this.#lambda = lambda;
  }

  /** Page-Hinkley's larger sum, in standard deviations × values. */
  get sum(): number {
    return this.#sums.sum;
  }

  /** Which detector said so, while a shift lasts. */
  get by(): 'pageHinkley' | 'adwin' | undefined {
    return this.#by;
  }

  /** Which way. */
  get direction(): 'up' | 'down' {
    if (this.#by === 'adwin') return this.#adwin.mean > 0 ? 'up' : 'down';
    return this.#sums.direction;
  }

  /** How far ADWIN's present mean is from the reference's, in standard deviations; NaN before the first. */
  get apart(): number {
    return this.#adwin.mean;
  }

  /** Takes the next value of the score; one that isn't finite says nothing. */
  add(value: number): SequentialEvent | undefined {
    if (!Number.isFinite(value)) return undefined;
    const z = (value - this.#mean) / this.#deviation;
    this.#sums.add(z);
    // So that a shift that lasted a month isn't told for another one.
    this.#sums.cap(this.#lambda);
    const cut = this.#addToBatch(z);
    if (this.#by === undefined) {
      if (this.#sums.sum >= this.#lambda) this.#by = 'pageHinkley';
      else if (cut && Math.abs(this.#adwin.mean) >= SHIFT) this.#by = 'adwin';
      return this.#by && 'shift';
    }
    const isApart = this.#batchSize > 0 && Math.abs(this.#adwin.mean) >= SHIFT;
    if (isApart || this.#sums.sum > this.#lambda / 2) return undefined;
    this.#by = undefined;
    return 'over';
  }

  #addToBatch(z: number): boolean {
    if (this.#batchSize === 0) return false;
    this.#batch.sum += z;
    if (++this.#batch.n < this.#batchSize) return false;
    const cut = this.#adwin.add(this.#batch.sum / this.#batch.n);
    this.#batch = { n: 0, sum: 0 };
    return cut;
  }
}

/**
 * Page-Hinkley's λ for one false alarm in `hours` of healthy operation, in expectation. Undefined where the reference
 * doesn't say how it can be calibrated: it has no blocks of this measure, or its rate isn't known.
 */
export function lambdaFor(reference: skerry.v1.ISignalReference, hours: number): number | undefined {
  const perHour = reference.samplesPerHour ?? 0;
  const known = blocksOf(reference);
  // Of the longest blocks twenty must fit side by side, or their 95 % quantile is none.
  const block = known.findLast(({ size }) => 20 * size <= (reference.n ?? 0)) ?? known[0];
  if (!block || !(perHour > 0)) return undefined;
  const chance = Math.min(0.5, block.size / (perHour * hours));
  const [median, upper] = [block.quantiles[0]!, block.quantiles[2]!];
  const tail = median + ((upper - median) * Math.log(0.5 / chance)) / Math.log(0.5 / 0.05);
  const seen = hours * perHour > (reference.n ?? 0) ? known.at(-1)!.quantiles.at(-1)! : 0;
  const { dependence } = reference;
  return Math.max(tail, seen, normalLambda(hours * perHour, Math.max(1, dependence ?? 1)));
}

/** Calibrates both detectors on a score's own reference: what buildSignalReference adds for outputs. */
export function calibrate(
  values: Float64Array,
  mean: number,
  deviation: number,
): { sums: Float64Array; adwinBatch: number; dependence: number } {
  const z = values.map((value) => (value - mean) / deviation);
  return { sums: runningSums(z), adwinBatch: quietBatch(z), dependence: dependenceOf(z) };
}

/** The largest sum within each of `starts` evenly spread blocks, ascending. */
export function blockMaxima(sums: Float64Array, block: number, starts: number): Float64Array {
  const maxima = new Float64Array(starts);
  for (let i = 0; i < starts; i++) {
    const from = Math.floor((i * (sums.length - block)) / (starts - 1));
    let largest = 0;
    for (let j = from; j < from + block; j++) largest = Math.max(largest, sums[j]!);
    maxima[i] = largest;
  }
  return maxima.sort();
}

// The second of two rounds, so that the sum at the beginning is as in the midst of operation.
function runningSums(z: Float64Array): Float64Array {
  const detector = newSums();
  for (const value of z) detector.add(value);
  return z.map((value) => {
    detector.add(value);
    return detector.sum;
  });
}

function newSums(): PageHinkley {
  return new PageHinkley({ delta: SHIFT, lambda: Infinity, mean: 0 });
}

function quietBatch(z: Float64Array): number {
  for (let size = SMALLEST_BATCH; size <= z.length / 20; size *= 2) if (!findsChange(z, size)) return size;
  return 0;
}

function findsChange(z: Float64Array, size: number): boolean {
  const adwin = new Adwin({ clock: 1 });
  for (let from = 0; from + size <= z.length; from += size) {
    let sum = 0;
    for (let i = from; i < from + size; i++) sum += z[i]!;
    if (adwin.add(sum / size)) return true;
  }
  return false;
}

function blocksOf(reference: skerry.v1.ISignalReference): { size: number; quantiles: readonly number[] }[] {
  return (reference.nulls ?? [])
    .map(({ block, measures }) => ({
      size: block ?? 0,
      quantiles: measures?.find(({ measure }) => measure === PAGE_HINKLEY)?.quantiles ?? [],
    }))
    .filter(({ size, quantiles }) => size > 0 && quantiles.length === NULL_QUANTILES.length);
}

function deviationOf({ m2, n }: skerry.v1.ISignalReference): number {
  return Math.sqrt((m2 ?? 0) / Math.max(1, n ?? 0)) || 1;
}

/**
 * τ, by overlapping means of b values: b times their variance over that of the values. Meketon & Schmeiser, Winter
 * Simulation Conference (1984). Short means miss long dependence, and few long ones may show too little by chance, so
 * the largest answer counts, from b = 25 to a twentieth of the reference.
 */
function dependenceOf(z: Float64Array): number {
  let tau = 1;
  for (let b = SMALLEST_BATCH; b <= z.length / 20; b *= 2) tau = Math.max(tau, spreadOfMeans(z, b));
  return tau;
}

function spreadOfMeans(z: Float64Array, b: number): number {
  const n = z.length;
  let [sum, squares, all] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    all += z[i]! * z[i]!;
    sum += z[i]! - (i >= b ? z[i - b]! : 0);
    if (i >= b - 1) squares += (sum / b) ** 2;
  }
  // A constant score depends on nothing. Means about the mean of all spread less by the share of it that they make up.
  return all === 0 ? 1 : (b * (squares / (n - b + 1))) / (all / n) / (1 - b / n);
}

/**
 * λ for a mean run of `values` standard normal ones with δ = ½, both sides watched. Siegmund, Sequential Analysis
 * (1985): independent ones run e^b - b - 1, b = λ + 1.166; where τ of them are worth one, sums and runs are τ times
 * as long (the sums' limit is a Brownian motion of variance τ).
 */
function normalLambda(values: number, tau: number): number {
  let b = 1;
  for (let i = 0; i < 30; i++) b = Math.log(Math.max(1, values / tau) + b + 1);
  return Math.max(1, tau * (b - 1.166));
}
