/**
 * What each member of a rollout came to, once and for good, for the test that may be looked at after every agent
 * (statistics/betting.ts). It is read a fixed time after the agent was told of the release, whatever it came to: were
 * failures counted as soon as they show, the quick ones would stand before all that serve, and few would look like many.
 * An agent that can't say by then (no link, people who are yet to consent) is left out.
 */
import type { ShardContext } from './context.ts';

/** Time for fetching, golden vectors, and giving back what fails in its first minutes. */
export const SETTLE_MS = 10 * 60_000;

/** How members settled: they serve it, they failed, or they couldn't say. */
const [SERVED, FAILED, UNKNOWN] = [0, 1, 2] as const;

export interface Outcomes {
  served: number;
  failed: number;
}

/** Notes that an agent's desired state names a rollout's release; of several times the first counts. */
export function noteTold(context: ShardContext, rollout: string, agent: string): void {
  context.sql.run(
    'UPDATE member SET told_ms = ? WHERE rollout = ? AND agent = ? AND told_ms IS NULL',
    context.now(),
    rollout,
    agent,
  );
}

/** Whether it did. */
export function wasTold(context: ShardContext, rollout: string, agent: string): boolean {
  const found = context.sql.all(
    'SELECT 1 AS one FROM member WHERE rollout = ? AND agent = ? AND told_ms IS NOT NULL',
    rollout,
    agent,
  );
  return found.length > 0;
}

/** Settles a member whose time has come: it must have been heard of since. */
export function settle(
  context: ShardContext,
  rollout: string,
  member: { agent: string; told_ms: number | null; outcome: number | null; last_seen_ms: number | null },
  state: { reached: boolean; failed: boolean },
): void {
  const { agent, told_ms: toldMs, outcome } = member;
  if (outcome !== null || toldMs === null || context.now() < toldMs + SETTLE_MS) return;
  if ((member.last_seen_ms ?? 0) < toldMs + SETTLE_MS) return;
  const found = state.failed ? FAILED : state.reached ? SERVED : UNKNOWN;
  context.sql.run('UPDATE member SET outcome = ? WHERE rollout = ? AND agent = ?', found, rollout, agent);
}

/** How many members settled so far; only ever grows. */
export function countOutcomes(context: ShardContext, rollout: string): Outcomes {
  const [row] = context.sql.all<{ served: number | null; failed: number | null }>(
    'SELECT sum(outcome = ?) AS served, sum(outcome = ?) AS failed FROM member WHERE rollout = ?',
    SERVED,
    FAILED,
    rollout,
  );
  return { served: row?.served ?? 0, failed: row?.failed ?? 0 };
}
