/** What agents say of the releases that they run: stored as it was last said, cumulative since activation. */

import { addLatency, type LatencyCounts, latencyQuantile, latencySince } from '@skerry/proto/latency';
import { skerry } from '@skerry/proto/wire';
import type { ShardContext } from './context.ts';

/** Counts of one release in one pipeline and role. */
export interface ReleaseCounts {
  windows: number;
  errors: number;
  nonFinite: number;
  alertWindows: number;
  latency: LatencyCounts;
  matched: number;
  flips: number;
}

const MAX_RECORDS = 1_000;
const MAX_LATENCY_BINS = 2_048;
/** Releases that an agent gave back are remembered, the newest so many. */
const MAX_PENALTIES = 100;

/** Stores an agent's evidence in place of what it said before. */
export function storeEvidence(
  context: ShardContext,
  agent: string,
  evidence: readonly skerry.v1.IReleaseEvidence[],
): void {
  context.sql.run('DELETE FROM release_evidence WHERE agent = ?', agent);
  for (const record of evidence.slice(0, MAX_RECORDS)) {
    const counts = countsOf(record);
    const digest = (record.releaseDigest ?? '').slice(0, 256);
    const reverted = record.reverted ? (record.reverted.reason || 'no reason given').slice(0, 1_024) : '';
    const trouble = reverted
      ? `gave it back: ${reverted}`
      : counts.nonFinite > 0
        ? 'outputs NaN or infinite'
        : '';
    context.sql.run(
      `INSERT OR REPLACE INTO release_evidence (agent, pipeline, release_digest, role, trouble, doc)
       VALUES (?, ?, ?, ?, ?, ?)`,
      agent,
      (record.pipeline ?? '').slice(0, 256),
      digest,
      record.role === skerry.v1.Role.ROLE_SHADOW ? 'shadow' : 'active',
      trouble,
      JSON.stringify(counts),
    );
    if (reverted) addPenalty(context, agent, digest, reverted);
  }
}

function countsOf(record: skerry.v1.IReleaseEvidence): ReleaseCounts {
  const latency = record.latency;
  const bins = latency?.counts ?? [];
  return {
    windows: Number(record.windows ?? 0),
    errors: Number(record.errors ?? 0),
    nonFinite: Number(record.nonFinite ?? 0),
    alertWindows: Number(record.alertWindows ?? 0),
    latency: {
      gamma: latency?.gamma ?? 0,
      offset: latency?.offset ?? 0,
      counts: bins.length <= MAX_LATENCY_BINS ? bins.map(Number) : [],
      zeros: Number(latency?.zeros ?? 0),
    },
    matched: Number(record.shadow?.matched ?? 0),
    flips: Number(record.shadow?.flips ?? 0),
  };
}

function addPenalty(context: ShardContext, agent: string, digest: string, reason: string): void {
  context.sql.run(
    'INSERT OR IGNORE INTO penalty (agent, release_digest, reason, at_ms) VALUES (?, ?, ?, ?)',
    agent,
    digest,
    reason,
    context.now(),
  );
  context.sql.run(
    `DELETE FROM penalty WHERE agent = ? AND release_digest NOT IN
       (SELECT release_digest FROM penalty WHERE agent = ? ORDER BY at_ms DESC LIMIT ?)`,
    agent,
    agent,
    MAX_PENALTIES,
  );
}

/** Digests of the releases that an agent gave back by itself: they aren't tried there again. */
export function penalties(context: ShardContext, agent: string): ReadonlySet<string> {
  return new Set(
    context.sql
      .all<{ release_digest: string }>('SELECT release_digest FROM penalty WHERE agent = ?', agent)
      .map((row) => row.release_digest),
  );
}

/** Counts of one agent's releases, by pipeline, digest and role. */
export type CountsByKey = Record<string, ReleaseCounts>;

/** The key of a record in CountsByKey. */
export function evidenceKey(pipeline: string, digest: string, role: 'active' | 'shadow'): string {
  return JSON.stringify([pipeline, digest, role]);
}

/** Everything that an agent last said. */
export function readCounts(context: ShardContext, agent: string): CountsByKey {
  const rows = context.sql.all<{
    pipeline: string;
    release_digest: string;
    role: 'active' | 'shadow';
    doc: string;
  }>('SELECT pipeline, release_digest, role, doc FROM release_evidence WHERE agent = ?', agent);
  return Object.fromEntries(
    rows.map((row) => [
      evidenceKey(row.pipeline, row.release_digest, row.role),
      JSON.parse(row.doc) as ReleaseCounts,
    ]),
  );
}

/** What came since an earlier state; everything where the release was activated anew meanwhile. */
export function countsSince(later: ReleaseCounts, earlier: ReleaseCounts | undefined): ReleaseCounts {
  if (!earlier || earlier.windows > later.windows || earlier.errors > later.errors) return later;
  return {
    windows: later.windows - earlier.windows,
    errors: later.errors - earlier.errors,
    nonFinite: later.nonFinite - earlier.nonFinite,
    alertWindows: later.alertWindows - earlier.alertWindows,
    latency: latencySince(later.latency, earlier.latency),
    matched: later.matched - earlier.matched,
    flips: later.flips - earlier.flips,
  };
}

/** The counts of an agent's pipelines together; undefined of none. */
export function addCounts(parts: readonly ReleaseCounts[]): ReleaseCounts | undefined {
  const [first, ...others] = parts;
  if (!first) return undefined;
  return others.reduce(
    (a, b) => ({
      windows: a.windows + b.windows,
      errors: a.errors + b.errors,
      nonFinite: a.nonFinite + b.nonFinite,
      alertWindows: a.alertWindows + b.alertWindows,
      latency: addLatency(a.latency, b.latency),
      matched: a.matched + b.matched,
      flips: a.flips + b.flips,
    }),
    first,
  );
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
