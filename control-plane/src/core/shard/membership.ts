/**
 * Membership of a rollout's stages, frozen on entering each. The coordinator asks in three steps, all idempotent, so a
 * crash anywhere is repaired by asking again:
 *
 *   prepareStage  who is eligible now, and isn't a member yet, with their places: written down, so that it can't change
 *   lowestPlaces  the lowest of these places, so that the cut can be found over all shards
 *   commitStage   those up to the cut become members of this stage; members of earlier stages stay
 *
 * Members take effect when the plan names the stage; until then nobody is told. Agents that shadow a release are no
 * members of it: they are kept under a key of their own, so that shadow stages and active ones each grow by themselves.
 */
import { cohortPlace } from '@skerry/proto/cohort';
import { canShadow, type DesiredEntry, type Membership } from '../plan.ts';
import { isAdmitted } from '../rollout/admission.ts';
import { matchesSelector, parseSelector } from '../selector.ts';
import { type AgentRow, factsOf, labelsOf } from './agents.ts';
import { markArms } from './arms.ts';
import { cohortKey, type StageRef } from './cohort.ts';
import type { ShardContext } from './context.ts';
import { wasTold } from './outcomes.ts';
import { penalties } from './reversions.ts';

export interface StageQuery extends StageRef {
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
  const cohort = cohortKey(query);
  const held = context.sql.all<{ state: string; eligible: number }>(
    'SELECT state, eligible FROM stage WHERE rollout = ? AND stage = ?',
    cohort,
    query.stage,
  )[0];
  if (held) return answer(context, query, held.eligible, held.state === 'committed');
  const agents = eligibleAgents(context, query);
  markArms(context, query.rollout, query.name, agents);
  for (const agent of agents)
    context.sql.run(
      `INSERT INTO candidate (rollout, stage, place, agent) SELECT ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM member WHERE rollout = ? AND agent = ?)`,
      cohort,
      query.stage,
      cohortPlace(context.crypto, query.salt, agent),
      agent,
      cohort,
      agent,
    );
  context.sql.run(
    "INSERT INTO stage (rollout, stage, state, eligible, at_ms) VALUES (?, ?, 'prepared', ?, ?)",
    cohort,
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
    cohortKey(query),
    query.stage,
  )[0]!.n;
  return { eligible, members: eligible - candidates, committed };
}

// A release is shadowed where the agent says that it can, beside something else that serves.
function eligibleAgents(context: ShardContext, query: StageQuery): string[] {
  const selector = parseSelector(query.selector);
  return context.sql
    .all<Pick<AgentRow, 'id' | 'labels' | 'reported_labels' | 'facts'> & { beside: string }>(
      `SELECT a.id, a.labels, a.reported_labels, a.facts,
         max(CASE WHEN p.release_digest != ? THEN p.release ELSE '' END) AS beside FROM agent a
       JOIN pipeline p ON p.agent = a.id AND p.wants = ? AND p.pinned = 0 WHERE a.state = 'approved'
         AND NOT EXISTS (SELECT 1 FROM penalty g WHERE g.agent = a.id AND g.release_digest = ?) GROUP BY a.id`,
      query.digest,
      query.name,
      query.digest,
    )
    .filter((row) => {
      const subject = { labels: labelsOf(row), facts: factsOf(row) };
      if (query.isShadow && !canShadow(subject, { release: row.beside })) return false;
      return matchesSelector(selector, subject);
    })
    .map((row) => row.id);
}

/** The lowest places of those who may still come in, ascending. */
export function lowestPlaces(context: ShardContext, query: StageRef, limit: number): number[] {
  return context.sql
    .all<{ place: number }>(
      'SELECT place FROM candidate WHERE rollout = ? AND stage = ? ORDER BY place LIMIT ?',
      cohortKey(query),
      query.stage,
      limit,
    )
    .map((row) => row.place);
}

/** Takes in everyone up to the cut (undefined: nobody). Returns how many members this shard has by now. */
export function commitStage(
  context: ShardContext,
  query: StageRef & { digest: string },
  cut: number | undefined,
): number {
  const cohort = cohortKey(query);
  const open = context.sql.run(
    "UPDATE stage SET state = 'committed' WHERE rollout = ? AND stage = ? AND state = 'prepared'",
    cohort,
    query.stage,
  );
  if (open > 0 && cut !== undefined)
    context.sql.run(
      `INSERT OR IGNORE INTO member (rollout, agent, stage, place, base_results, base_errors)
       SELECT c.rollout, c.agent, c.stage, c.place, coalesce(sum(s.results), 0), coalesce(sum(s.errors), 0)
       FROM candidate c LEFT JOIN stream s ON s.agent = c.agent AND s.release_digest = ?
       WHERE c.rollout = ? AND c.stage = ? AND c.place <= ? GROUP BY c.agent`,
      query.digest,
      cohort,
      query.stage,
      cut,
    );
  // The list of candidates is kept while the stage is the newest, so that asking again answers the same.
  context.sql.run('DELETE FROM candidate WHERE rollout = ? AND stage < ?', cohort, query.stage);
  return context.sql.all<{ n: number }>(
    'SELECT count(*) AS n FROM member WHERE rollout = ? AND stage <= ?',
    cohort,
    query.stage,
  )[0]!.n;
}

/** Nobody was eligible anywhere: the stage is asked about again later, with whoever is there then. */
export function discardStage(context: ShardContext, query: StageRef): void {
  const [cohort, { stage }] = [cohortKey(query), query];
  context.sql.run("DELETE FROM stage WHERE rollout = ? AND stage = ? AND state = 'prepared'", cohort, stage);
  context.sql.run('DELETE FROM candidate WHERE rollout = ? AND stage = ?', cohort, stage);
}

/** Forgets the membership of every rollout but those named. */
export function forgetMembers(context: ShardContext, kept: readonly string[]): void {
  const held = context.sql.all<{ rollout: string }>(
    'SELECT rollout FROM stage UNION SELECT rollout FROM member UNION SELECT rollout FROM candidate UNION SELECT rollout FROM arm',
  );
  const keys = new Set(kept.flatMap((rollout) => [rollout, cohortKey({ rollout, isShadow: true })]));
  for (const { rollout } of held)
    if (!keys.has(rollout))
      for (const table of ['stage', 'member', 'candidate', 'arm'])
        context.sql.run(`DELETE FROM ${table} WHERE rollout = ?`, rollout);
}

/** The stage in which an agent came into a cohort, undefined where it isn't in it. */
export function memberStage(context: ShardContext, cohort: string, agent: string): number | undefined {
  return context.sql.all<{ stage: number }>(
    'SELECT stage FROM member WHERE rollout = ? AND agent = ?',
    cohort,
    agent,
  )[0]?.stage;
}

/** What decides about an agent beside what it reports. A member that has the release, or was told to, keeps it. */
export function membershipOf(
  context: ShardContext,
  row: Pick<AgentRow, 'id' | 'labels' | 'reported_labels' | 'desired'>,
): Membership {
  const told = JSON.parse(row.desired) as DesiredEntry[];
  return {
    stage: (rollout, isShadow) => memberStage(context, cohortKey({ rollout, isShadow }), row.id),
    isAdmitted: ({ digest, to }, admission, stage) =>
      told.some((e) => e.releaseDigest === digest && (e.role === 'shadow') === (to.kind === 'shadows')) ||
      isAdmitted(admission, { id: row.id, stage, labels: labelsOf(row) }, context.now(), context.crypto),
    isTold: (rollout) => wasTold(context, rollout, row.id),
    penalties: penalties(context, row.id),
  };
}
