/**
 * Membership of a rollout's stages, frozen on entering each. The coordinator asks in three steps, all idempotent, so a
 * crash anywhere is repaired by asking again:
 *
 *   prepareStage  who is eligible now, and isn't a member yet, with their places: written down, so that it can't change
 *   lowestPlaces  the lowest of these places, so that the cut can be found over all shards
 *   commitStage   those up to the cut become members of this stage; members of earlier stages stay
 *
 * Members take effect when the plan names the stage; until then nobody is told.
 */
import { cohortPlace } from '@skerry/proto/cohort';
import { desiredFor, type Membership, type Plan } from '../plan.ts';
import { isAdmitted } from '../rollout/admission.ts';
import type { Evidence } from '../rollout/rollout.ts';
import { mergeSamples } from '../rollout/samples.ts';
import { matchesSelector, parseSelector } from '../selector.ts';
import { type AgentRow, factsOf, labelsOf } from './agents.ts';
import { armSamples, type CompareQuery, markArms, OFFLINE_MS } from './arms.ts';
import type { ShardContext } from './context.ts';
import { penalties } from './evidence.ts';
import { wantedPipelines } from './reported.ts';

export interface StageQuery {
  rollout: string;
  stage: number;
  salt: string;
  selector: string;
  /** The release name that pipelines want. */
  name: string;
  digest: string;
}

/** Writes down who is eligible. `members` are the agents that are members already and still eligible. */
export function prepareStage(
  context: ShardContext,
  query: StageQuery,
): { eligible: number; members: number; committed: boolean } {
  const held = context.sql.all<{ state: string; eligible: number }>(
    'SELECT state, eligible FROM stage WHERE rollout = ? AND stage = ?',
    query.rollout,
    query.stage,
  )[0];
  if (held) return answer(context, query, held.eligible, held.state === 'committed');
  const agents = eligibleAgents(context, query);
  markArms(context, query.rollout, query.name, agents);
  for (const agent of agents)
    context.sql.run(
      `INSERT INTO candidate (rollout, stage, place, agent) SELECT ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM member WHERE rollout = ? AND agent = ?)`,
      query.rollout,
      query.stage,
      cohortPlace(context.crypto, query.salt, agent),
      agent,
      query.rollout,
      agent,
    );
  context.sql.run(
    "INSERT INTO stage (rollout, stage, state, eligible, at_ms) VALUES (?, ?, 'prepared', ?, ?)",
    query.rollout,
    query.stage,
    agents.length,
    context.now(),
  );
  return answer(context, query, agents.length, false);
}

function answer(
  context: ShardContext,
  query: StageQuery,
  eligible: number,
  committed: boolean,
): { eligible: number; members: number; committed: boolean } {
  const candidates = context.sql.all<{ n: number }>(
    'SELECT count(*) AS n FROM candidate WHERE rollout = ? AND stage = ?',
    query.rollout,
    query.stage,
  )[0]!.n;
  return { eligible, members: eligible - candidates, committed };
}

function eligibleAgents(context: ShardContext, query: StageQuery): string[] {
  const selector = parseSelector(query.selector);
  return context.sql
    .all<Pick<AgentRow, 'id' | 'labels' | 'reported_labels' | 'facts'>>(
      `SELECT DISTINCT a.id, a.labels, a.reported_labels, a.facts FROM agent a
       JOIN pipeline p ON p.agent = a.id AND p.wants = ? AND p.pinned = 0 WHERE a.state = 'approved'
         AND NOT EXISTS (SELECT 1 FROM penalty g WHERE g.agent = a.id AND g.release_digest = ?)`,
      query.name,
      query.digest,
    )
    .filter((row) => matchesSelector(selector, { labels: labelsOf(row), facts: factsOf(row) }))
    .map((row) => row.id);
}

/** The lowest places of those who may still come in, ascending. */
export function lowestPlaces(context: ShardContext, rollout: string, stage: number, limit: number): number[] {
  return context.sql
    .all<{ place: number }>(
      'SELECT place FROM candidate WHERE rollout = ? AND stage = ? ORDER BY place LIMIT ?',
      rollout,
      stage,
      limit,
    )
    .map((row) => row.place);
}

/** Takes in everyone up to the cut (undefined: nobody). Returns how many members this shard has by now. */
export function commitStage(
  context: ShardContext,
  query: { rollout: string; stage: number; digest: string },
  cut: number | undefined,
): number {
  const open = context.sql.run(
    "UPDATE stage SET state = 'committed' WHERE rollout = ? AND stage = ? AND state = 'prepared'",
    query.rollout,
    query.stage,
  );
  if (open > 0 && cut !== undefined)
    context.sql.run(
      `INSERT OR IGNORE INTO member (rollout, agent, stage, place, base_results, base_errors)
       SELECT c.rollout, c.agent, c.stage, c.place, coalesce(sum(s.results), 0), coalesce(sum(s.errors), 0)
       FROM candidate c LEFT JOIN stream s ON s.agent = c.agent AND s.release_digest = ?
       WHERE c.rollout = ? AND c.stage = ? AND c.place <= ? GROUP BY c.agent`,
      query.digest,
      query.rollout,
      query.stage,
      cut,
    );
  // The list of candidates is kept while the stage is the newest, so that asking again answers the same.
  context.sql.run('DELETE FROM candidate WHERE rollout = ? AND stage < ?', query.rollout, query.stage);
  return context.sql.all<{ n: number }>(
    'SELECT count(*) AS n FROM member WHERE rollout = ? AND stage <= ?',
    query.rollout,
    query.stage,
  )[0]!.n;
}

/** Nobody was eligible anywhere: the stage is asked about again later, with whoever is there then. */
export function discardStage(context: ShardContext, rollout: string, stage: number): void {
  context.sql.run("DELETE FROM stage WHERE rollout = ? AND stage = ? AND state = 'prepared'", rollout, stage);
  context.sql.run('DELETE FROM candidate WHERE rollout = ? AND stage = ?', rollout, stage);
}

/** Forgets the membership of every rollout but those named. */
export function forgetMembers(context: ShardContext, kept: readonly string[]): void {
  const held = context.sql.all<{ rollout: string }>(
    'SELECT rollout FROM stage UNION SELECT rollout FROM member UNION SELECT rollout FROM candidate UNION SELECT rollout FROM arm',
  );
  for (const { rollout } of held)
    if (!kept.includes(rollout))
      for (const table of ['stage', 'member', 'candidate', 'arm'])
        context.sql.run(`DELETE FROM ${table} WHERE rollout = ?`, rollout);
}

/** The stage in which an agent became a member, undefined where it isn't one. */
export function memberStage(context: ShardContext, rollout: string, agent: string): number | undefined {
  return context.sql.all<{ stage: number }>(
    'SELECT stage FROM member WHERE rollout = ? AND agent = ?',
    rollout,
    agent,
  )[0]?.stage;
}

/** What decides about an agent beside what it reports. A member that has the release, or was told to, keeps it. */
export function membershipOf(
  context: ShardContext,
  row: Pick<AgentRow, 'id' | 'labels' | 'reported_labels' | 'desired'>,
): Membership {
  return {
    stage: (rollout) => memberStage(context, rollout, row.id),
    isAdmitted: ({ digest }, admission, stage) =>
      row.desired.includes(digest) ||
      isAdmitted(admission, { id: row.id, stage, labels: labelsOf(row) }, context.now(), context.crypto),
    penalties: penalties(context, row.id),
  };
}

export interface EvidenceQuery {
  rollout: string;
  name: string;
  digest: string;
  stage: number;
  minWindows: number;
  /** Asked for while the stage is being compared. */
  compare?: CompareQuery;
}

interface MemberRow extends Record<string, string | number | Uint8Array | null> {
  agent: string;
  base_results: number;
  base_errors: number;
  last_seen_ms: number | null;
  pipelines: number;
  serving: number;
  failed: number;
  error: string;
  trouble: string;
  said_windows: number;
  said_errors: number;
  results: number;
  errors: number;
}

/** What this shard's agents show of a rollout, as sums that merge over shards by addition. */
export function stageEvidence(context: ShardContext, query: EvidenceQuery, plan: Plan | undefined): Evidence {
  const evidence = emptyEvidence();
  const rows = context.sql.all<MemberRow>(
    `SELECT m.agent, m.base_results, m.base_errors, a.last_seen_ms, count(*) AS pipelines,
       sum(p.release_digest = ?) AS serving, sum(p.trying_digest = ? AND p.state = 'failed') AS failed,
       max(CASE WHEN p.trying_digest = ? THEN p.error ELSE '' END) AS error,
       (SELECT coalesce(max(trouble), '') FROM release_evidence e WHERE e.agent = m.agent AND e.release_digest = ?)
         AS trouble,
       (SELECT coalesce(sum(json_extract(doc, '$.windows')), 0) FROM release_evidence e
         WHERE e.agent = m.agent AND e.release_digest = ? AND e.role = 'active') AS said_windows,
       (SELECT coalesce(sum(json_extract(doc, '$.errors')), 0) FROM release_evidence e
         WHERE e.agent = m.agent AND e.release_digest = ? AND e.role = 'active') AS said_errors,
       (SELECT coalesce(sum(results), 0) FROM stream s WHERE s.release_digest = ? AND s.agent = m.agent) AS results,
       (SELECT coalesce(sum(errors), 0) FROM stream s WHERE s.release_digest = ? AND s.agent = m.agent) AS errors
     FROM member m JOIN agent a ON a.id = m.agent AND a.state = 'approved'
     JOIN pipeline p ON p.agent = m.agent AND p.wants = ? AND p.pinned = 0
     WHERE m.rollout = ? AND m.stage <= ? GROUP BY m.agent`,
    ...new Array<string>(8).fill(query.digest),
    query.name,
    query.rollout,
    query.stage,
  );
  for (const row of rows) addMember(evidence, row, query.minWindows, context.now());
  evidence.remaining = plan ? countRemaining(context, query, plan) : 0;
  if (query.compare) evidence.samples = armSamples(context, query, query.compare);
  return evidence;
}

function addMember(evidence: Evidence, row: MemberRow, minWindows: number, nowMs: number): void {
  // A stream that fell silent is forgotten in time, and with it what it had before. What the agent says counts windows
  // of which no result has arrived yet, or ever will.
  const [results, failures] = [row.results - row.base_results, row.errors - row.base_errors];
  const [windows, errors] =
    row.said_windows > results
      ? [row.said_windows, row.said_errors]
      : [Math.max(0, results), Math.max(0, failures)];
  const reached = row.serving === row.pipelines;
  const failed = (!reached && row.failed > 0) || row.trouble !== '';
  evidence.members++;
  if (reached) evidence.reached++;
  if (failed) {
    evidence.failed++;
    if (evidence.failures.length < 5)
      evidence.failures.push({ agent: row.agent, error: row.trouble || row.error });
  }
  if (nowMs - (row.last_seen_ms ?? 0) > OFFLINE_MS) evidence.offline++;
  evidence.windows += windows;
  evidence.errors += errors;
  // One that failed is the activation gate's: in a small stage it would be past any bound on errors alone.
  if (!failed && windows >= minWindows) {
    evidence.judged++;
    evidence.errorRateSum += errors / windows;
    evidence.errorRateLowSum = (evidence.errorRateLowSum ?? 0) + lowestShare(errors, windows);
  }
}

/** The lower end of Wilson's interval for a share, three standard deviations wide. */
export function lowestShare(count: number, of: number): number {
  const [z2, share] = [9, count / of];
  const centre = share + z2 / (2 * of);
  const half = 3 * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return Math.max(0, (centre - half) / (1 + z2 / of));
}

/**
 * Agents that serve the release, or may yet activate it, although the plan doesn't give it to them: those that report
 * it, those whose desired state named it when they last asked, and those that haven't confirmed what came after that.
 */
function countRemaining(context: ShardContext, query: EvidenceQuery, plan: Plan): number {
  const rows = context.sql.all<Pick<AgentRow, 'id' | 'labels' | 'reported_labels' | 'facts' | 'desired'>>(
    `SELECT id, labels, reported_labels, facts, desired FROM agent a WHERE a.state = 'approved' AND (
       EXISTS (SELECT 1 FROM pipeline p WHERE p.agent = a.id AND p.wants = ? AND p.pinned = 0 AND p.release_digest = ?)
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
    failed: 0,
    offline: 0,
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
  'failed',
  'offline',
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
  if (parts.some((part) => part.samples))
    total.samples = mergeSamples(parts.map((part) => part.samples ?? []));
  return total;
}
