import { readMeta } from '../migrate.ts';
import type { Assignment, Plan } from '../plan.ts';
import type { Admission } from '../rollout/admission.ts';
import { comparedGates, minWindowsOf } from '../rollout/compare.ts';
import {
  frozenOf,
  isShadowStage,
  lastAdded,
  lastFrozen,
  type Rollout,
  reviveRollout,
} from '../rollout/rollout.ts';
import type { RolloutSpec } from '../rollout/spec.ts';
import type { CompareQuery } from '../shard/arms.ts';
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
  isShadow: boolean;
  minWindows: number;
  /** Asked for while the stage is being compared and a look is due. */
  compare?: CompareQuery;
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
    .map((r) => evidenceQuery(r, context.now()));
  return { freezes, plan: buildPlan(context), confirmed, evidence };
}

function evidenceQuery(rollout: Rollout, nowMs: number): EvidenceQuery {
  const { spec, release, state } = rollout;
  const isDue =
    state.name === 'running' && state.phase === 'evaluating' && nowMs >= (state.looks?.nextMs ?? nowMs);
  return {
    rollout: rollout.id,
    name: release.name,
    digest: release.digest,
    stage: lastFrozen(rollout),
    isShadow: isShadowStage(rollout, lastFrozen(rollout)),
    minWindows: spec.gates.errorRate?.minWindows ?? 10,
    ...(isDue && { compare: compareQuery(spec, state.stage) }),
  };
}

function compareQuery(spec: RolloutSpec, stage: number): CompareQuery {
  const { latencyP95, alertRate } = spec.gates;
  const metrics = Object.fromEntries(
    comparedGates(spec, stage).map(({ metric }) => [metric, minWindowsOf(spec, metric)]),
  );
  if (latencyP95) metrics.latencyP95 = latencyP95.minWindows;
  if (alertRate) metrics.alertRate = alertRate.minWindows;
  return { metrics, stratify: spec.stratify, isShadow: spec.stages[stage]!.mode === 'shadow' };
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
    .map((row) => reviveRollout(row.doc))
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

/** Members of active stages serve it; a shadow stage's run it beside what they serve while it is the newest. */
function toMembers(rollout: Rollout, active: boolean): Assignment[] {
  const last = lastFrozen(rollout);
  return [false, true].flatMap((isShadow): Assignment[] => {
    const stage = frozenOf(rollout, isShadow).at(-1)?.stage;
    if (stage === undefined || (isShadow && (!active || stage !== last))) return [];
    const admission = active && stage === last ? admissionOf(rollout) : undefined;
    const kind = isShadow ? 'shadows' : 'members';
    const { state } = rollout;
    const isStopped = !isShadow && (!active || (state.name === 'paused' && state.isBreach === true));
    const how = { ...(admission && { admission }), ...(isStopped && { stopped: true as const }) };
    return [{ ...common(rollout), to: { kind, stage, ...how }, active }];
  });
}

function admissionOf(rollout: Rollout): Admission | undefined {
  const { spec, salt, state } = rollout;
  const [last, added] = lastAdded(rollout);
  if (!last || (!spec.pace && !spec.window)) return undefined;
  return {
    stage: last.stage,
    fromMs: last.atMs + (last.pausedMs ?? 0),
    added,
    salt,
    ...(state.name === 'paused' && { untilMs: state.sinceMs }),
    ...(spec.pace && { pace: spec.pace }),
    ...(spec.window && { window: spec.window }),
  };
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
