/**
 * Latency as agents sketch it, and its quantiles: DDSketch (Masson, Rim, Lee 2019) with relative accuracy alpha = .01.
 * Sketches add up exactly, and so do their differences.
 */

export interface LatencyCounts {
  gamma: number;
  /** counts[i] counts values in (gamma^(offset + i − 1), gamma^(offset + i)] microseconds. */
  offset: number;
  counts: number[];
  zeros: number;
}

const ALPHA = 0.01;
const GAMMA = (1 + ALPHA) / (1 - ALPHA);
const PER_LOG = 1 / Math.log(GAMMA);
/** Up to an hour and a half; what takes longer counts as that. */
const BINS = 1_121;

/** A sketch that is being filled; adding allocates nothing. */
export class LatencySketch {
  /** counts[i]: values in (gamma^(i − 1), gamma^i] microseconds. */
  readonly #counts = new Float64Array(BINS);
  #zeros = 0;
  #from = BINS;
  #to = 0;

  /** The sketch that was stored; what it holds of another accuracy, or beyond the bins, is left out. */
  static from(state: Partial<LatencyCounts>): LatencySketch {
    const sketch = new LatencySketch();
    const { gamma = 0, offset = 0, counts = [], zeros = 0 } = state;
    if (gamma !== GAMMA) return sketch;
    sketch.#zeros = zeros;
    for (const [i, count] of counts.entries()) {
      const bin = offset + i;
      if (bin >= 0 && bin < BINS && count > 0) sketch.#put(bin, count);
    }
    return sketch;
  }

  /** Adds a value in microseconds `count` times; less than one microsecond counts as 0. */
  add(valueUs: number, count: number): void {
    if (valueUs >= 1) this.#put(Math.min(Math.ceil(Math.log(valueUs) * PER_LOG), BINS - 1), count);
    else this.#zeros += count;
  }

  #put(bin: number, count: number): void {
    this.#counts[bin]! += count;
    if (bin < this.#from) this.#from = bin;
    if (bin >= this.#to) this.#to = bin + 1;
  }

  /** What it holds, the empty bins at both ends left out. */
  state(): LatencyCounts {
    const offset = Math.min(this.#from, this.#to);
    return { gamma: GAMMA, offset, counts: [...this.#counts.subarray(offset, this.#to)], zeros: this.#zeros };
  }
}

/** What came in between two states of one sketch; all of the later one where the earlier isn't a part of it. */
export function latencySince(later: LatencyCounts, earlier: LatencyCounts | undefined): LatencyCounts {
  if (!earlier || earlier.gamma !== later.gamma || earlier.zeros > later.zeros) return later;
  const before = (i: number): number => earlier.counts[i + later.offset - earlier.offset] ?? 0;
  const counts = later.counts.map((count, i) => count - before(i));
  return counts.some((count) => count < 0) ? later : { ...later, counts, zeros: later.zeros - earlier.zeros };
}

/** Sketches added up; of two gammas the first stays, since they have no bins in common. */
export function addLatency(a: LatencyCounts, b: LatencyCounts): LatencyCounts {
  if (isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  if (a.gamma !== b.gamma) return a;
  const offset = Math.min(a.offset, b.offset);
  const end = Math.max(a.offset + a.counts.length, b.offset + b.counts.length);
  const at = (s: LatencyCounts, i: number): number => s.counts[i + offset - s.offset] ?? 0;
  const counts = Array.from({ length: end - offset }, (_, i) => at(a, i) + at(b, i));
  return { gamma: a.gamma, offset, counts, zeros: a.zeros + b.zeros };
}

function isEmpty({ counts, zeros }: LatencyCounts): boolean {
  return counts.length === 0 && zeros === 0;
}

/** A quantile in milliseconds, within the sketch's accuracy; undefined of nothing. */
export function latencyQuantile(
  { gamma, offset, counts, zeros }: LatencyCounts,
  q: number,
): number | undefined {
  const n = counts.reduce((a, b) => a + b, zeros);
  if (n === 0) return undefined;
  // The rank counts from 0, as in the paper.
  let left = q * (n - 1) - zeros;
  if (left < 0) return 0;
  for (const [i, count] of counts.entries()) {
    left -= count;
    if (left < 0) return (2 * gamma ** (offset + i)) / (gamma + 1) / 1_000;
  }
  return undefined;
}
