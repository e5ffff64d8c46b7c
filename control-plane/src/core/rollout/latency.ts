/** Latency as agents sketch it (DDSketch, relative accuracy alpha), and its quantiles. */

export interface LatencyCounts {
  gamma: number;
  /** counts[i] counts values in (gamma^(offset + i − 1), gamma^(offset + i)] microseconds. */
  offset: number;
  counts: number[];
  zeros: number;
}

/** What came in between two states of one sketch; all of the later one where the earlier isn't a part of it. */
export function latencySince(later: LatencyCounts, earlier: LatencyCounts | undefined): LatencyCounts {
  if (!earlier || earlier.gamma !== later.gamma || earlier.zeros > later.zeros) return later;
  const before = (i: number): number => earlier.counts[i + later.offset - earlier.offset] ?? 0;
  const counts = later.counts.map((count, i) => count - before(i));
  return counts.some((count) => count < 0) ? later : { ...later, counts, zeros: later.zeros - earlier.zeros };
}

/** Sketches of one gamma added up. */
export function addLatency(a: LatencyCounts, b: LatencyCounts): LatencyCounts {
  if (a.gamma !== b.gamma || b.counts.length === 0) return a;
  if (a.counts.length === 0) return b;
  const offset = Math.min(a.offset, b.offset);
  const end = Math.max(a.offset + a.counts.length, b.offset + b.counts.length);
  const at = (s: LatencyCounts, i: number): number => s.counts[i + offset - s.offset] ?? 0;
  const counts = Array.from({ length: end - offset }, (_, i) => at(a, i) + at(b, i));
  return { gamma: a.gamma, offset, counts, zeros: a.zeros + b.zeros };
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
