/** What agents say of the releases that they run: stored as it was last said, cumulative since activation. */
import { skerry } from '@skerry/proto/wire';
import type { AgentRow } from './agents.ts';
import type { ShardContext } from './context.ts';
import { countsOf, type ReleaseCounts, reviveCounts } from './counts.ts';
import { storeReversion } from './reversions.ts';

const MAX_RECORDS = 1_000;

/** Stores an agent's evidence in place of what it said before. */
export function storeEvidence(
  context: ShardContext,
  agent: AgentRow,
  evidence: readonly skerry.v1.IReleaseEvidence[],
): void {
  context.sql.run('DELETE FROM release_evidence WHERE agent = ?', agent.id);
  for (const record of evidence.slice(0, MAX_RECORDS)) {
    const counts = countsOf(record);
    context.sql.run(
      `INSERT OR REPLACE INTO release_evidence (agent, pipeline, release_digest, role, trouble, doc)
       VALUES (?, ?, ?, ?, ?, ?)`,
      agent.id,
      (record.pipeline ?? '').slice(0, 256),
      (record.releaseDigest ?? '').slice(0, 256),
      record.role === skerry.v1.Role.ROLE_SHADOW ? 'shadow' : 'active',
      troubleOf(context, agent, record, counts),
      JSON.stringify(counts),
    );
  }
}

// Why the agent counts as failed, empty where it doesn't.
function troubleOf(
  context: ShardContext,
  agent: AgentRow,
  record: skerry.v1.IReleaseEvidence,
  counts: ReleaseCounts,
): string {
  const reversion = record.reverted && storeReversion(context, agent, record);
  if (reversion && reversion.proof !== 'bad') return `gave it back: ${reversion.reason}`;
  return counts.nonFinite > 0 ? 'outputs NaN or infinite' : '';
}

/** Counts of one agent's releases, by pipeline, digest and role. */
export type CountsByKey = Record<string, ReleaseCounts>;

/** The key of a record in CountsByKey. */
export function evidenceKey(pipeline: string, digest: string, role: 'active' | 'shadow'): string {
  return JSON.stringify([pipeline, digest, role]);
}

/** Those of one release in one role, over all pipelines. */
export function countsOfRelease(
  counts: CountsByKey,
  digest: string,
  role: 'active' | 'shadow',
): ReleaseCounts[] {
  return Object.entries(counts).flatMap(([key, value]) => {
    const [, keyDigest, keyRole] = JSON.parse(key) as [string, string, string];
    return keyDigest === digest && keyRole === role ? [value] : [];
  });
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
      reviveCounts(JSON.parse(row.doc) as Partial<ReleaseCounts>),
    ]),
  );
}
