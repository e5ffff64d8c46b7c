/**
 * The plan: everything that decides which release an agent is to run, small enough to be pushed whole to every shard.
 * One generation number orders plans within a control-plane instance. From plan + membership + what the agent reports,
 * a shard computes the agent's desired state at the moment it asks; nothing fans out per agent.
 *
 *   assignments (first match wins, per release name)
 *     members   rollouts in progress, then aborted ones: the agents of the frozen stages; of aborted ones, and those that
 *               a breach has paused, only those that were told by then
 *     shadows   rollouts in progress, in a shadow stage: its agents, beside what they serve
 *     matching  completed rollouts: every agent that the selector matches
 */
import { type DriftPolicy, encodePolicy, mergePolicies } from '@skerry/proto/policy';
import { inRange, parseReleaseRange } from './range.ts';
import type { Admission } from './rollout/admission.ts';
import { matchesSelector, parseSelector, type Subject } from './selector.ts';

export interface Assignment {
  rollout: string;
  name: string;
  version: string;
  digest: string;
  selector: string;
  to:
    | {
        kind: 'members' | 'shadows';
        /** The last frozen stage; members of it and of the ones before. */
        stage: number;
        /** Where not all of them are given it at once. */
        admission?: Admission;
        /** Aborted, or paused by a breach: who was told to run it by then keeps it, and nobody else is given it. */
        stopped?: true;
      }
    | { kind: 'matching' };
  /** Whether the rollout is in progress, so that desired state names it. */
  active: boolean;
}

export interface Plan {
  instance: string;
  generation: number;
  policyGeneration: number;
  assignments: Assignment[];
  /** In order of application. */
  policies: DriftPolicy[];
  /** Rollouts that are in progress or that assignments name: shards forget the membership of all others. */
  rollouts?: string[];
  /** NAME@VERSION of releases that were taken back: an agent that serves one and gets no other is to serve none. */
  takenBack?: string[];
}

/** What an agent reports of one of its pipelines, as far as assigning goes. */
export interface WantedPipeline {
  name: string;
  /** The release name in agent.yaml. */
  wants: string;
  pinned: boolean;
  /** NAME@VERSION that serves, empty for none. */
  release: string;
}

/**
 * One pipeline of an agent's desired state. An empty release leaves a pinned pipeline's own alone; a managed one that is
 * named with an empty release is to serve nothing, since what it serves was taken back and there is nothing before it.
 */
export interface DesiredEntry {
  name: string;
  release: string;
  releaseDigest: string;
  /** Left out: it is to serve. A shadow runs beside the pipeline's other entry, or what it has where there is none. */
  role?: 'shadow';
  rollout: string;
  /** Canonical JSON of the effective policy, empty for none. */
  policy: string;
}

/** What a shard knows of an agent beside what it reports. */
export interface Membership {
  /** The stage in which it became a member, of those that serve the release or of those that shadow it. */
  stage(rollout: string, isShadow: boolean): number | undefined;
  /** Whether a member of that stage is given the release by now; asked only where the plan says how. */
  isAdmitted(assignment: Assignment, admission: Admission, stage: number): boolean;
  /** Whether its desired state has named the release as this rollout's. */
  isTold(rollout: string): boolean;
  /** Digests of releases that it gave back by itself. */
  penalties: ReadonlySet<string>;
}

/**
 * What an agent is to run. A pipeline that no assignment reaches is left out, and keeps what it has, unless that was
 * taken back. A pinned pipeline is named only where a policy applies to it. What it gave back by itself it isn't given again.
 */
export function desiredFor(
  plan: Plan,
  agent: Subject & { pipelines: readonly WantedPipeline[] },
  membership: Membership,
): DesiredEntry[] {
  return agent.pipelines.flatMap((pipeline): DesiredEntry[] => {
    if (pipeline.pinned) {
      const policy = policyFor(plan, agent, pipeline);
      return policy ? [{ name: pipeline.name, release: '', releaseDigest: '', rollout: '', policy }] : [];
    }
    const reaching = plan.assignments.filter(
      (a) =>
        a.name === pipeline.wants && !membership.penalties.has(a.digest) && reaches(a, agent, membership),
    );
    const found = reaching.find((a) => a.to.kind !== 'shadows');
    const shadow = canShadow(agent, pipeline) ? reaching.find((a) => a.to.kind === 'shadows') : undefined;
    const isTakenBack = !found && plan.takenBack?.includes(pipeline.release);
    return [
      ...(found ? [entryOf(plan, agent, pipeline, found)] : []),
      ...(isTakenBack
        ? [{ name: pipeline.name, release: '', releaseDigest: '', rollout: '', policy: '' }]
        : []),
      ...(shadow && shadow.digest !== found?.digest && refOf(shadow) !== pipeline.release
        ? [{ ...entryOf(plan, agent, pipeline, shadow), role: 'shadow' as const }]
        : []),
    ];
  });
}

/** Whether an agent says that it runs shadows, and has something that serves to run one beside. */
export function canShadow(agent: Subject, pipeline: Pick<WantedPipeline, 'release'>): boolean {
  return agent.facts.shadow === '1' && pipeline.release !== '';
}

function entryOf(plan: Plan, agent: Subject, { name }: WantedPipeline, assignment: Assignment): DesiredEntry {
  const release = refOf(assignment);
  return {
    name,
    release,
    releaseDigest: assignment.digest,
    rollout: assignment.active ? assignment.rollout : '',
    policy: policyFor(plan, agent, { name, release }),
  };
}

function refOf({ name, version }: Assignment): string {
  return `${name}@${version}`;
}

function reaches(assignment: Assignment, agent: Subject, membership: Membership): boolean {
  const { to } = assignment;
  if (to.kind === 'matching') return matchesSelector(parseSelector(assignment.selector), agent);
  const stage = membership.stage(assignment.rollout, to.kind === 'shadows');
  if (stage === undefined || stage > to.stage) return false;
  if (to.stopped) return membership.isTold(assignment.rollout);
  return to.admission === undefined || membership.isAdmitted(assignment, to.admission, stage);
}

function policyFor(plan: Plan, agent: Subject, pipeline: Pick<WantedPipeline, 'name' | 'release'>): string {
  const [name = '', version = ''] = pipeline.release.split('@');
  if (!name || !version) return '';
  const merged = mergePolicies(
    plan.policies.filter(
      (policy) =>
        inRange(parseReleaseRange(policy.release), name, version) &&
        (policy.pipelines?.includes(pipeline.name) ?? true) &&
        matchesSelector(parseSelector(policy.selector ?? ''), agent),
    ),
  );
  return merged ? encodePolicy(merged) : '';
}
