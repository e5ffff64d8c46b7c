import { readMeta } from '../migrate.ts';
import type { Assignment, Plan } from '../plan.ts';
import { lastFrozen, type Rollout } from '../rollout/rollout.ts';
import type { RolloutSpec } from '../rollout/spec.ts';
import { currentNumber, type FleetContext } from './context.ts';
import { listPolicies } from './policies.ts';
import { inState } from './rollouts.ts';

/** A stage whose membership the shards are to freeze. */
export interface FreezeWork {
  rollout: string;
  stage: number;
  spec: RolloutSpec;
  salt: string;
  /** The release name that pipelines want. */
  name: string;
  digest: string;
}

/** What the shards are asked about a rollout that is in progress. */
export interface EvidenceQuery {
  rollout: string;
  name: string;
  digest: string;
  /** The last frozen stage, -1 for none. */
  stage: number;
  minWindows: number;
}

/** What is due across actors; stored, so that it survives a crash at any point. */
export interface FleetWork {
  freezes: FreezeWork[];
  plan: Plan;
  /** The plan generation that each shard has confirmed. */
  confirmed: Record<number, number>;
  evidence: EvidenceQuery[];
}

/** What is due now. */
export function fleetWork(context: FleetContext): FleetWork {
  const active = inState(context);
  const freezes = context.sql
    .all<{ rollout: string; stage: number }>('SELECT rollout, stage FROM freeze')
    .flatMap(({ rollout: id, stage }) => {
      const rollout = active.find((r) => r.id === id);
      if (!rollout) return [];
      const { spec, salt, release } = rollout;
      return [{ rollout: id, stage, spec, salt, name: release.name, digest: release.digest }];
    });
  const confirmed = Object.fromEntries(
    context.sql
      .all<{ shard: number; generation: number }>('SELECT shard, generation FROM shard_plan')
      .map((row) => [row.shard, row.generation]),
  );
  const evidence = active
    .filter((r) => r.state.name === 'running' || r.state.name === 'reverting')
    .map((r) => ({
      rollout: r.id,
      name: r.release.name,
      digest: r.release.digest,
      stage: lastFrozen(r),
      minWindows: r.spec.gates.errorRate?.minWindows ?? 10,
    }));
  return { freezes, plan: buildPlan(context), confirmed, evidence };
}

/** The plan as it stands: rollouts in progress first, then what ended last. */
export function buildPlan(context: FleetContext): Plan {
  const listed = new Set(
    context.sql
      .all<{ digest: string }>('SELECT digest FROM release WHERE yanked_ms IS NULL')
      .map((row) => row.digest),
  );
  const inProgress = inState(context);
  const active = inProgress
    .filter((r) => r.state.name !== 'reverting' && r.state.name !== 'pending-approval')
    .flatMap((r) => toMembers(r, true));
  const ended = context.sql
    .all<{ doc: string }>("SELECT doc FROM rollout WHERE state IN ('completed', 'aborted') ORDER BY ord DESC")
    .map((row) => JSON.parse(row.doc) as Rollout)
    .flatMap((r) => (r.state.name === 'completed' ? [toMatching(r)] : toMembers(r, false)));
  const assignments = withoutHidden([...active, ...ended].filter((a) => listed.has(a.digest)));
  return {
    instance: String(readMeta(context.sql, 'instance')),
    generation: currentNumber(context, 'planGeneration'),
    policyGeneration: currentNumber(context, 'policyGeneration'),
    assignments,
    policies: listPolicies(context).map((info) => info.policy),
    takenBack: takenBack(context),
    rollouts: [...new Set([...inProgress.map((r) => r.id), ...assignments.map((a) => a.rollout)])],
  };
}

function takenBack(context: FleetContext): string[] {
  const refs = context.sql
    .all<{ doc: string }>(
      "SELECT doc FROM rollout WHERE state IN ('reverting', 'reverted') ORDER BY ord DESC",
    )
    .map(({ doc }) => (JSON.parse(doc) as Rollout).release)
    .map(({ name, version }) => `${name}@${version}`);
  return [...new Set(refs)];
}

function toMembers(rollout: Rollout, active: boolean): Assignment[] {
  const stage = lastFrozen(rollout);
  return stage < 0 ? [] : [{ ...common(rollout), to: { kind: 'members', stage }, active }];
}

function toMatching(rollout: Rollout): Assignment {
  return { ...common(rollout), to: { kind: 'matching' }, active: false };
}

function common(rollout: Rollout): Omit<Assignment, 'to' | 'active'> {
  const { name, version, digest } = rollout.release;
  return { rollout: rollout.id, name, version, digest, selector: rollout.spec.selector };
}

// Behind a completed rollout nothing older of that name reaches an agent that its selector matches: older completed
// ones with the same selector, and behind the empty selector all, are left out, so that the plan stays small.
function withoutHidden(assignments: readonly Assignment[]): Assignment[] {
  const closed = new Set<string>();
  return assignments.filter((a) => {
    const selector = a.selector.trim();
    const key = `${a.name}\0${selector}`;
    if (closed.has(`${a.name}\0`) || (a.to.kind === 'matching' && closed.has(key))) return false;
    if (a.to.kind === 'matching') closed.add(key);
    return true;
  });
}
