/**
 * Ranges from the distribution of a value and not only from its extremes: percentile and entropy calibration as ONNX
 * Runtime 1.30 computes them (calibrate.py, HistogramCollector), over histograms as numpy 2 counts them, in float32. Both
 * cut off what is rare. That is right for classifiers and wrong for anomaly models, where what is rare is what counts.
 */
import type { Range } from './affine.ts';

/** What is known of a value before it is counted. */
export interface Seen extends Range {
  /** The smallest magnitude. */
  least: number;
}

/** Counts in equal bins. */
export interface Histogram {
  counts: Float64Array;
  /** One more than bins. */
  edges: Float32Array;
}

/** A histogram of values over ±their largest magnitude: what entropyRange takes. */
export function valueHistogram(seen: Seen, bins: number): Histogram {
  const reach = largest(seen);
  return createHistogram(-reach, reach, bins);
}

/** A histogram of magnitudes, from the least to the largest: what percentileRange takes. */
export function magnitudeHistogram(seen: Seen, bins: number): Histogram {
  return createHistogram(seen.least, largest(seen), bins);
}

function createHistogram(from: number, to: number, bins: number): Histogram {
  // As numpy widens a range of no width.
  const [first, last] = from === to ? [Math.fround(from - 0.5), Math.fround(to + 0.5)] : [from, to];
  const step = Math.fround(Math.fround(last - first) / bins);
  const edges = Float32Array.from({ length: bins + 1 }, (_, i) => Math.fround(i * step) + first);
  edges[bins] = last;
  return { counts: new Float64Array(bins), edges };
}

function largest({ min, max }: Range): number {
  return Math.max(Math.abs(min), Math.abs(max));
}

/** Adds values to a histogram. */
export function countInto({ counts, edges }: Histogram, values: Float32Array): void {
  const bins = counts.length;
  const first = edges[0]!;
  const width = Math.fround(edges[bins]! - first);
  for (const x of values) {
    let bin = Math.trunc(Math.fround(Math.fround(Math.fround(x - first) / width) * bins));
    if (bin === bins) bin--;
    if (x < edges[bin]!) bin--;
    else if (bin < bins - 1 && x >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
}

/** The range around zero that holds `percentile` percent of the magnitudes. */
export function percentileRange({ counts, edges }: Histogram, seen: Range, percentile: number): Range {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const reach = edges[binAt(counts, total, percentile / 100)]!;
  return within(seen, -reach, reach);
}

/** The first bin at which the share of all values counted so far reaches `share`. */
function binAt(counts: Float64Array, total: number, share: number): number {
  let cumulated = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    cumulated += counts[bin]! / total;
    if (cumulated >= share) return bin;
  }
  return counts.length;
}

/**
 * The range around zero whose values, put into `levels` bins, are nearest to all values in relative entropy. Of as many
 * bins as levels nothing is left to choose: that is the whole range.
 */
export function entropyRange({ counts, edges }: Histogram, seen: Range, levels: number): Range {
  const bins = counts.length;
  const middle = bins >> 1;
  let best = { divergence: Number.POSITIVE_INFINITY, min: edges[0]!, max: edges[bins]! };
  for (let half = levels >> 1; half <= middle; half++) {
    const [start, end] = [middle - half, Math.min(middle + half + 1, bins)];
    const divergence = Math.fround(divergenceOf(counts, start, end, levels));
    if (divergence < best.divergence) best = { divergence, min: edges[start]!, max: edges[end]! };
  }
  return within(seen, best.min, best.max);
}

/** Relative entropy of the counts within [start, end), outliers added to the outermost bins, from their `levels` means. */
function divergenceOf(counts: Float64Array, start: number, end: number, levels: number): number {
  const inside = counts.subarray(start, end);
  const p = inside.slice();
  p[0]! += sumOf(counts.subarray(0, start));
  p[p.length - 1]! += sumOf(counts.subarray(end));
  const merged = Math.floor(inside.length / levels);
  const q = new Float64Array(inside.length);
  for (let level = 0; level < levels; level++) {
    const from = level * merged;
    const upTo = from + merged;
    const sum = sumOf(inside.subarray(from, level === levels - 1 ? inside.length : upTo));
    const filled = p.subarray(from, upTo).reduce((n, x) => n + (x > 0 ? 1 : 0), 0);
    // The reference stores these means as whole numbers.
    if (filled > 0) q.fill(Math.trunc(sum / filled), from, upTo);
  }
  const [smoothP, smoothQ] = [smoothed(p), smoothed(q)];
  return smoothP && smoothQ ? relativeEntropy(smoothP, smoothQ) : Number.POSITIVE_INFINITY;
}

/** Empty bins get 0.0001, taken from the others in equal parts; undefined where all are empty. */
function smoothed(counts: Float64Array): Float32Array | undefined {
  const empty = counts.reduce((n, x) => n + (x === 0 ? 1 : 0), 0);
  const filled = counts.length - empty;
  if (filled === 0) return undefined;
  const given = 0.0001;
  const taken = (given * empty) / filled;
  return Float32Array.from(counts, (x) => (x === 0 ? given : Math.fround(x) - Math.fround(taken)));
}

function relativeEntropy(p: Float32Array, q: Float32Array): number {
  const [sumP, sumQ] = [sumOf(p), sumOf(q)];
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const share = p[i]! / sumP;
    sum += share * Math.log(share / (q[i]! / sumQ));
  }
  return sum;
}

function sumOf(values: Float64Array | Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function within(seen: Range, min: number, max: number): Range {
  return { min: Math.max(min, seen.min), max: Math.min(max, seen.max) };
}
