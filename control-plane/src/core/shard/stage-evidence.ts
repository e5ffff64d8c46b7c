/** What this shard's agents show of a rollout. */
import { desiredFor, type Plan } from '../plan.ts';
import type { Evidence } from '../rollout/rollout.ts';
import { mergeSamples } from '../rollout/samples.ts';
import { type AgentRow, factsOf, labelsOf } from './agents.ts';
import { armSamples, type CompareQuery, OFFLINE_MS } from './arms.ts';
import { cohortKey } from './cohort.ts';
import type { ShardContext } from './context.ts';
import { membershipOf } from './membership.ts';
import { countOutcomes, settle } from './outcomes.ts';
import { wantedPipelines } from './reported.ts';

export interface EvidenceQuery {
  rollout: string;
  name: string;
  digest: string;
  stage: number;
  /** Whether the stage's agents run the release beside what they serve. */
  isShadow: boolean;
  minWindows: number;
  /** Asked for while the stage is being compared. */
  compare?: CompareQuery;
}

interface MemberRow extends Record<string, string | number | Uint8Array | null> {
  agent: string;
  /** Whether the stage is the agent's first. */
  is_new: number;
  base_results: number;
  base_errors: number;
  told_ms: number | null;
  outcome: number | null;
  last_seen_ms: number | null;
  pipelines: number;
  serving: number;
  failed: number;
  waiting: number;
  error: string;
  trouble: string;
  said_windows: number;
  said_errors: number;
  results: number;
  errors: number;
}

// Which of a member's pipelines are to have the release, have it, or couldn't, and why; five times the digest.
const SERVING = `sum(? != '') AS pipelines, sum(p.release_digest = ?) AS serving,
  sum(p.trying_digest = ? AND p.state = 'failed') AS failed,
  sum(p.trying_digest = ? AND p.state = 'waiting') AS waiting,
  max(CASE WHEN p.trying_digest = ? THEN p.error ELSE '' END) AS error`;
const SHADOW_STATE = "json_extract(p.doc, '$.shadow.state')";
const SHADOW_DIGEST = "coalesce(json_extract(p.doc, '$.shadow.releaseDigest'), '')";
const SHADOWING = `sum(p.release_digest NOT IN ('', ?)) AS pipelines,
  sum(${SHADOW_DIGEST} = ? AND ${SHADOW_STATE} = 'active') AS serving,
  sum(${SHADOW_DIGEST} = ? AND ${SHADOW_STATE} = 'failed') AS failed,
  sum(${SHADOW_DIGEST} = ? AND ${SHADOW_STATE} = 'waiting') AS waiting,
  max(CASE WHEN ${SHADOW_DIGEST} = ? THEN json_extract(p.doc, '$.shadow.error') ELSE '' END) AS error`;

/** What this shard's agents show of a rollout, as sums that merge over shards by addition. Settles members (outcomes.ts). */
export function stageEvidence(context: ShardContext, query: EvidenceQuery, plan: Plan | undefined): Evidence {
  const evidence = emptyEvidence();
  const role = query.isShadow ? 'shadow' : 'active';
  const rows = context.sql.all<MemberRow>(
    `SELECT m.agent, m.stage = ? AS is_new, m.base_results, m.base_errors, m.told_ms, m.outcome, a.last_seen_ms,
       ${query.isShadow ? SHADOWING : SERVING},
       (SELECT coalesce(max(trouble), '') FROM release_evidence e WHERE e.agent = m.agent AND e.release_digest = ?)
         AS trouble,
       (SELECT coalesce(sum(json_extract(doc, '$.windows')), 0) FROM release_evidence e
         WHERE e.agent = m.agent AND e.release_digest = ? AND e.role = ?) AS said_windows,
       (SELECT coalesce(sum(json_extract(doc, '$.errors')), 0) FROM release_evidence e
         WHERE e.agent = m.agent AND e.release_digest = ? AND e.role = ?) AS said_errors,
       (SELECT coalesce(sum(results), 0) FROM stream s WHERE s.release_digest = ? AND s.agent = m.agent) AS results,
       (SELECT coalesce(sum(errors), 0) FROM stream s WHERE s.release_digest = ? AND s.agent = m.agent) AS errors
     FROM member m JOIN agent a ON a.id = m.agent AND a.state = 'approved'
     JOIN pipeline p ON p.agent = m.agent AND p.wants = ? AND p.pinned = 0
     WHERE m.rollout = ? AND m.stage <= ? GROUP BY m.agent`,
    query.stage,
    ...new Array<string>(6).fill(query.digest),
    query.digest,
    role,
    query.digest,
    role,
    query.digest,
    query.digest,
    query.name,
    cohortKey(query),
    query.stage,
  );
  for (const row of rows) {
    const state = addMember(evidence, row, query.minWindows, context.now());
    if (!query.isShadow) settle(context, query.rollout, row, state);
  }
  if (!query.isShadow) evidence.settled = countOutcomes(context, query.rollout);
  evidence.remaining = plan ? countRemaining(context, query, plan) : 0;
  if (query.compare) evidence.samples = armSamples(context, query, query.compare);
  return evidence;
}

function addMember(
  evidence: Evidence,
  row: MemberRow,
  minWindows: number,
  nowMs: number,
): { reached: boolean; failed: boolean } {
  // A stream that fell silent is forgotten in time, and with it what it had before. What the agent says counts windows
  // of which no result has arrived yet, or ever will.
  const [results, failures] = [row.results - row.base_results, row.errors - row.base_errors];
  const [windows, errors] =
    row.said_windows > results
      ? [row.said_windows, row.said_errors]
      : [Math.max(0, results), Math.max(0, failures)];
  const reached = row.pipelines > 0 && row.serving >= row.pipelines;
  const failed = (!reached && row.failed > 0) || row.trouble !== '';
  evidence.members++;
  if (reached) evidence.reached++;
  evidence.added = (evidence.added ?? 0) + row.is_new;
  evidence.addedReached = (evidence.addedReached ?? 0) + (reached ? row.is_new : 0);
  if (failed) {
    evidence.failed++;
    if (evidence.failures.length < 5)
      evidence.failures.push({ agent: row.agent, error: row.trouble || row.error });
  } else if (!reached && row.waiting > 0) evidence.waiting = (evidence.waiting ?? 0) + 1;
  if (nowMs - (row.last_seen_ms ?? 0) > OFFLINE_MS) evidence.offline++;
  evidence.windows += windows;
  evidence.errors += errors;
  // One that failed is the activation gate's: in a small stage it would be past any bound on errors alone.
  if (!failed && windows >= minWindows) {
    evidence.judged++;
    evidence.errorRateSum += errors / windows;
    evidence.errorRateLowSum = (evidence.errorRateLowSum ?? 0) + lowestShare(errors, windows);
  }
  return { reached, failed };
}

/** The lower end of Wilson's interval for a share, three standard deviations wide. */
export function lowestShare(count: number, of: number): number {
  const [z2, share] = [9, count / of];
  const centre = share + z2 / (2 * of);
  const half = 3 * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return Math.max(0, (centre - half) / (1 + z2 / of));
}

/**
 * Agents that serve or shadow the release, or may yet activate it, although the plan doesn't give it to them: those that report
 * it, those whose desired state named it when they last asked, and those that haven't confirmed what came after that.
 */
function countRemaining(context: ShardContext, query: EvidenceQuery, plan: Plan): number {
  const rows = context.sql.all<Pick<AgentRow, 'id' | 'labels' | 'reported_labels' | 'facts' | 'desired'>>(
    `SELECT id, labels, reported_labels, facts, desired FROM agent a WHERE a.state = 'approved' AND (
       EXISTS (SELECT 1 FROM pipeline p WHERE p.agent = a.id AND p.wants = ? AND p.pinned = 0
         AND ? IN (p.release_digest, ${SHADOW_DIGEST}))
       OR instr(a.desired, ?) > 0
       OR (a.seen_generation < a.desired_generation AND instr(a.former, ?) > 0))`,
    query.name,
    query.digest,
    query.digest,
    query.digest,
  );
  return rows.filter((row) => {
    const desired = desiredFor(
      plan,
      { labels: labelsOf(row), facts: factsOf(row), pipelines: wantedPipelines(context, row.id) },
      membershipOf(context, row),
    );
    return !desired.some((entry) => entry.releaseDigest === query.digest);
  }).length;
}

/** Evidence about nobody. */
export function emptyEvidence(): Evidence {
  return {
    members: 0,
    reached: 0,
    added: 0,
    addedReached: 0,
    failed: 0,
    offline: 0,
    waiting: 0,
    judged: 0,
    errorRateSum: 0,
    windows: 0,
    errors: 0,
    remaining: 0,
    failures: [],
    errorRateLowSum: 0,
  };
}

const SUMS = [
  'members',
  'reached',
  'added',
  'addedReached',
  'failed',
  'offline',
  'waiting',
  'judged',
  'errorRateSum',
  'errorRateLowSum',
  'windows',
  'errors',
  'remaining',
] as const;

/** Evidence of several shards together. */
export function mergeEvidence(parts: readonly Evidence[]): Evidence {
  const total = emptyEvidence();
  for (const part of parts) {
    for (const key of SUMS) total[key] = (total[key] ?? 0) + (part[key] ?? 0);
    total.failures = [...total.failures, ...part.failures].slice(0, 5);
  }
  const settled = parts.flatMap((part) => part.settled ?? []);
  if (settled.length > 0)
    total.settled = {
      served: settled.reduce((sum, s) => sum + s.served, 0),
      failed: settled.reduce((sum, s) => sum + s.failed, 0),
    };
  if (parts.some((part) => part.samples))
    total.samples = mergeSamples(parts.map((part) => part.samples ?? []));
  return total;
}
