/** Counts of one release in one pipeline and role: read from evidence, subtracted, added up over pipelines and agents. */

import { addLatency, type LatencyCounts, latencyQuantile, latencySince } from '@skerry/proto/latency';
import type { skerry } from '@skerry/proto/wire';

/** Cumulative since the release was activated in that role. */
export interface ReleaseCounts {
  /** Time powered on with the release active. */
  activeMs: number;
  windows: number;
  errors: number;
  nonFinite: number;
  /** Episodes opened. */
  alerts: number;
  alertWindows: number;
  latency: LatencyCounts;
  /** Counts over the release's own drift edges, by output. */
  outputs: Record<string, number[]>;
  /** Windows that had a confidence, and the sum of these. */
  confidences: number;
  confidenceSum: number;
  /** The most that the release was seen to take; 0 where that isn't known. */
  memoryBytes: number;
  /** Of the process, while the release was active. */
  restarts: number;
  /** Golden vectors as they came out on activation, by variant and backend. */
  goldenPassed: number;
  goldenFailed: number;
  /** A shadow's windows that both judged, those decided otherwise, the scores' distances, and those it left out. */
  matched: number;
  flips: number;
  distanceSum: number;
  squaredDistanceSum: number;
  shed: number;
}

const MAX_LATENCY_BINS = 2_048;
const MAX_OUTPUTS = 64;
const MAX_OUTPUT_BINS = 64;

const NOTHING: ReleaseCounts = {
  activeMs: 0,
  windows: 0,
  errors: 0,
  nonFinite: 0,
  alerts: 0,
  alertWindows: 0,
  latency: { gamma: 0, offset: 0, counts: [], zeros: 0 },
  outputs: {},
  confidences: 0,
  confidenceSum: 0,
  memoryBytes: 0,
  restarts: 0,
  goldenPassed: 0,
  goldenFailed: 0,
  matched: 0,
  flips: 0,
  distanceSum: 0,
  squaredDistanceSum: 0,
  shed: 0,
};

/** What a record says. Sketches beyond the limits are left out whole, since a part of one means nothing. */
export function countsOf(record: skerry.v1.IReleaseEvidence): ReleaseCounts {
  const { latency, shadow } = record;
  const golden = record.golden ?? [];
  const bins = latency?.counts ?? [];
  return {
    activeMs: Number(record.activeMs ?? 0),
    windows: Number(record.windows ?? 0),
    errors: Number(record.errors ?? 0),
    nonFinite: Number(record.nonFinite ?? 0),
    alerts: Number(record.alerts ?? 0),
    alertWindows: Number(record.alertWindows ?? 0),
    latency: {
      gamma: latency?.gamma ?? 0,
      offset: latency?.offset ?? 0,
      counts: bins.length <= MAX_LATENCY_BINS ? bins.map(Number) : [],
      zeros: Number(latency?.zeros ?? 0),
    },
    outputs: Object.fromEntries(
      (record.outputs ?? [])
        .filter(({ name, counts }) => (name ?? '').length <= 64 && (counts ?? []).length <= MAX_OUTPUT_BINS)
        .slice(0, MAX_OUTPUTS)
        .map(({ name, counts }) => [name ?? '', (counts ?? []).map(Number)]),
    ),
    confidences: Number(record.confidences ?? 0),
    confidenceSum: record.confidenceSum ?? 0,
    memoryBytes: Number(record.memoryBytes ?? 0),
    restarts: record.restarts ?? 0,
    goldenPassed: golden.filter((g) => g.passed).length,
    goldenFailed: golden.filter((g) => !g.passed).length,
    matched: Number(shadow?.matched ?? 0),
    flips: Number(shadow?.flips ?? 0),
    distanceSum: shadow?.sumDistance ?? 0,
    squaredDistanceSum: shadow?.sumSqDistance ?? 0,
    shed: Number(shadow?.shedWindows ?? 0),
  };
}

/** Counts of nothing. */
export function noCounts(): ReleaseCounts {
  return { ...NOTHING };
}

/** Counts as they were stored; ones from before something was counted have none of it. */
export function reviveCounts(stored: Partial<ReleaseCounts>): ReleaseCounts {
  return { ...NOTHING, ...stored };
}

/** Those of a release's counts that only add up, and go back to 0 where it is activated anew. */
const SUMS = [
  'activeMs',
  'windows',
  'errors',
  'nonFinite',
  'alerts',
  'alertWindows',
  'confidences',
  'confidenceSum',
  'restarts',
] as const;

/** Those of a shadow against what serves beside it, which begin anew where that is another release. */
const SHADOW_SUMS = ['matched', 'flips', 'distanceSum', 'squaredDistanceSum', 'shed'] as const;

/** What came since an earlier state; everything where the release was activated anew meanwhile. */
export function countsSince(later: ReleaseCounts, earlier: ReleaseCounts | undefined): ReleaseCounts {
  if (!earlier || earlier.windows > later.windows || earlier.errors > later.errors) return later;
  const since = { ...later, latency: latencySince(later.latency, earlier.latency) };
  for (const key of SUMS) since[key] = later[key] - earlier[key];
  if (SHADOW_SUMS.every((key) => later[key] >= earlier[key]))
    for (const key of SHADOW_SUMS) since[key] = later[key] - earlier[key];
  since.outputs = Object.fromEntries(
    Object.entries(later.outputs).map(([name, counts]) => [name, binsSince(counts, earlier.outputs[name])]),
  );
  return since;
}

function binsSince(later: number[], earlier: readonly number[] | undefined): number[] {
  if (earlier?.length !== later.length) return later;
  const counts = later.map((n, i) => n - earlier[i]!);
  return counts.some((n) => n < 0) ? later : counts;
}

/** Two together: counts add up, of the memory the higher. Histograms of other edges than the first's are left out. */
export function plusCounts(a: ReleaseCounts, b: ReleaseCounts): ReleaseCounts {
  const total = { ...a, latency: addLatency(a.latency, b.latency) };
  for (const key of [...SUMS, ...SHADOW_SUMS]) total[key] = a[key] + b[key];
  total.goldenPassed = a.goldenPassed + b.goldenPassed;
  total.goldenFailed = a.goldenFailed + b.goldenFailed;
  total.memoryBytes = Math.max(a.memoryBytes, b.memoryBytes);
  total.outputs = { ...b.outputs, ...a.outputs };
  for (const [name, counts] of Object.entries(a.outputs)) {
    const other = b.outputs[name];
    if (other?.length === counts.length) total.outputs[name] = counts.map((n, i) => n + other[i]!);
  }
  return total;
}

/** Several together; undefined of none. */
export function addCounts(parts: readonly ReleaseCounts[]): ReleaseCounts | undefined {
  const [first, ...others] = parts;
  return first && others.reduce(plusCounts, first);
}

/** An agent's value of a metric, undefined where it has fewer than `minWindows`. Latency in milliseconds. */
export function metricValue(
  metric: 'errorRate' | 'latencyP95' | 'alertRate' | 'disagreement',
  counts: ReleaseCounts | undefined,
  minWindows: number,
): number | undefined {
  if (!counts) return undefined;
  const of = metric === 'disagreement' ? counts.matched : counts.windows;
  if (of < minWindows || of === 0) return undefined;
  switch (metric) {
    case 'errorRate':
      return counts.errors / counts.windows;
    case 'alertRate':
      return counts.alertWindows / counts.windows;
    case 'disagreement':
      return counts.flips / counts.matched;
    case 'latencyP95':
      return latencyQuantile(counts.latency, 0.95);
  }
}
