/**
 * A rollout's states (interfaces: rollout.yaml):
 *
 *   draft → pending-approval → running(stage: pending → applying → soaking → evaluating → awaiting-approval) → completed
 *   and paused, stalled (both go back), reverting → reverted, aborted
 */
import type { Sample } from './samples.ts';
import type { RolloutSpec } from './spec.ts';
import type { EProcess } from './statistics/betting.ts';
import type { TestResult } from './statistics/permutation.ts';

/** A stage's size as it was frozen on entering it. */
export interface FrozenStage {
  /** Index into spec.stages. */
  stage: number;
  eligible: number;
  /** Members of this stage and of all before it of the same mode. */
  members: number;
  atMs: number;
  /** How long the rollout was paused since: the pace stood still. */
  pausedMs?: number;
}

export interface Running {
  name: 'running';
  /** Index into spec.stages. */
  stage: number;
  /**
   * pending: membership is being frozen, or nobody is eligible yet · applying: agents fetch and activate · soaking:
   * enough serve it, the soak runs · evaluating: the soak is over, a gate isn't shown to hold yet ·
   * awaiting-approval: all holds, a person decides
   */
  phase: 'pending' | 'applying' | 'soaking' | 'evaluating' | 'awaiting-approval';
  /** Since when the stall deadline runs. */
  enteredMs: number;
  soakFromMs: number | null;
  /** Looks of the comparing gates at this stage: how many were taken, when the next is due, and the last one's verdicts. */
  looks?: { taken: number; nextMs: number; verdicts: GateVerdict[] };
}

export type RolloutState =
  | { name: 'draft' }
  | { name: 'pending-approval' }
  | Running
  /** After a breach (`isBreach`) nobody further is given the release; after a person's pause, no further stage nor turn. */
  | { name: 'paused'; was: Running; sinceMs: number; why: string; isBreach?: true }
  /** A stage made no progress for `stallAfter`: a person decides. */
  | { name: 'stalled'; was: Running; sinceMs: number }
  /** Taken back everywhere; some agents still serve it or haven't been heard of. */
  | { name: 'reverting'; sinceMs: number }
  | { name: 'reverted'; atMs: number }
  /** Stopped; who has the release keeps it. */
  | { name: 'aborted'; atMs: number }
  | { name: 'completed'; atMs: number };

export interface Rollout {
  id: string;
  spec: RolloutSpec;
  /** The release: its name, version and digest as trusted targets listed it at creation. */
  release: { name: string; version: string; digest: string };
  salt: string;
  createdMs: number;
  createdBy: string;
  state: RolloutState;
  /** One entry per stage whose membership was frozen, ascending. */
  frozen: FrozenStage[];
  /** Whether some stage could compare its agents with others. */
  compared?: boolean;
  /** The test of activations over all agents so far, looked at whenever more have settled. */
  activations?: EProcess;
  /** Gates that a person went past although they didn't hold: they decide nothing by themselves any more. */
  waived?: { gate: string; by: string }[];
}

/** What the shards know about a stage's members, as merged counts over agents. */
export interface Evidence {
  /** Approved agents of the frozen stages. */
  members: number;
  /** Of these: every pipeline that wants the release serves it, or in a shadow stage runs it beside what serves. */
  reached: number;
  /** Of the members: those that the stage adds to the ones before it, and of these, those that are reached. */
  added?: number;
  addedReached?: number;
  /** Of the members: the release was refused or given back. */
  failed: number;
  /** Of these: not heard of for a while. Unknown, never success. */
  offline: number;
  /** Of these: people at the device are to consent, or hold updates. Unknown, never success. */
  waiting?: number;
  /** Agents with enough windows, and not failed: those whose error rate counts. */
  judged: number;
  /** Sum over judged agents of errors/windows. */
  errorRateSum: number;
  windows: number;
  errors: number;
  /** Approved agents that serve the release, or may yet activate it, although the plan doesn't give it to them. */
  remaining: number;
  /** Some of the reasons, for people. */
  failures: { agent: string; error: string }[];
  /**
   * Sum over judged agents of the lowest error rate that three standard deviations of chance leave (Wilson). Only where
   * this is past the bound, a stage breaches.
   */
  errorRateLowSum?: number;
  /** Members that came to their end so far, each once (shard/outcomes.ts); left out of a shadow stage. */
  settled?: { served: number; failed: number };
  /** What the comparing gates look at; not kept with decisions. */
  samples?: Sample[];
  /** The gates as they stood when this was stored. */
  gates?: GateVerdict[];
}

/** A judgement of one gate, with the numbers that it was taken on. */
export interface GateVerdict {
  gate: string;
  verdict: 'pass' | 'hold' | 'breach';
  value: number | null;
  bound: number | null;
  text: string;
  /** It passes without having compared: too few agents for any p to count. */
  smoke?: true;
  /** What the test over agents came to: wealth of 1/α or more says that more fail than are allowed. */
  eProcess?: { wealth: number; limit: number; agents: number; failed: number; allowed: number };
  /** The two tests of a comparison: of no difference (harm) and of a difference past the bound. */
  test?: {
    harmP: number;
    harmLevel: number;
    worseP: number;
    level: number;
    floor: number;
    method: TestResult['method'];
  };
}

/** A decision as it is stored: what, by whom, on which numbers. */
export interface Decision {
  /** `auto`, or the operator's name. */
  who: string;
  rule: string;
  /** The state before and after, as describeState prints it. */
  from: string;
  to: string;
  text: string;
  numbers: { evidence?: Evidence; gates?: GateVerdict[]; frozen?: FrozenStage };
}

/** What must follow a step, in this order; stored by the fleet before anything is performed. */
export type Effect =
  /** Ask the shards to freeze this stage's membership. */
  | { kind: 'freeze'; stage: number }
  /** The plan has changed: push it to every shard. */
  | { kind: 'publish' };

export interface Step {
  rollout: Rollout;
  effects: Effect[];
  decisions: Decision[];
}

/** Whether shards are asked for evidence: it runs, or is being taken back. */
export function isActive(state: RolloutState): boolean {
  return state.name === 'running' || state.name === 'reverting';
}

/** Whether the rollout holds its release name: no other one of that name may start. */
export function isInProgress(state: RolloutState): boolean {
  return ['pending-approval', 'running', 'paused', 'stalled', 'reverting'].includes(state.name);
}

/** The last stage whose membership is frozen, -1 for none. */
export function lastFrozen(rollout: Rollout): number {
  return rollout.frozen.at(-1)?.stage ?? -1;
}

/** Whether a stage runs the release beside the one that serves. */
export function isShadowStage({ spec }: Pick<Rollout, 'spec'>, stage: number): boolean {
  return spec.stages[stage]?.mode === 'shadow';
}

/** The frozen stages of one mode, ascending. */
export function frozenOf(rollout: Pick<Rollout, 'spec' | 'frozen'>, isShadow: boolean): FrozenStage[] {
  return rollout.frozen.filter(({ stage }) => isShadowStage(rollout, stage) === isShadow);
}

/** The newest frozen stage, and how many members it adds. */
export function lastAdded(rollout: Rollout): [last: FrozenStage | undefined, added: number] {
  const last = rollout.frozen.at(-1);
  if (!last) return [undefined, 0];
  const before = frozenOf(rollout, isShadowStage(rollout, last.stage)).at(-2);
  return [last, last.members - (before?.members ?? 0)];
}

/** What agents of the newest frozen stage do with the release, for people. */
export function runs(rollout: Rollout): 'serve' | 'shadow' {
  return isShadowStage(rollout, lastFrozen(rollout)) ? 'shadow' : 'serve';
}

/** A state for people: `running(canary: soaking)`. */
export function describeState(rollout: Rollout): string {
  const { state } = rollout;
  const running = (s: Running): string => `running(${rollout.spec.stages[s.stage]!.name}: ${s.phase})`;
  switch (state.name) {
    case 'running':
      return running(state);
    case 'paused':
    case 'stalled':
      return `${state.name} in ${running(state.was)}`;
    default:
      return state.name;
  }
}

/**
 * Whether enough of the agents that a stage adds serve the release: minReached, or all of fewer. Those of the stages before
 * were judged there, and say nothing about the new ones.
 */
export function isReached(rollout: Rollout, evidence: Evidence): boolean {
  const { members, reached, added = 0, addedReached = 0 } = evidence;
  const isWholeReached = members > 0 && reached >= neededReached(rollout, members);
  return isWholeReached && addedReached >= Math.min(rollout.spec.minReached, added);
}

/** How many agents must serve the release before a stage soaks: minReached, or all where the stage is smaller. */
export function neededReached(rollout: Rollout, members: number): number {
  return Math.max(1, Math.min(rollout.spec.minReached, members));
}

/** A rollout as it was stored; one from before a setting existed gets its default. */
export function reviveRollout(text: string): Rollout {
  const rollout = JSON.parse(text) as Rollout;
  const { spec } = rollout;
  const gates = { ...spec.gates, silence: spec.gates.silence ?? { max: 0.1 } };
  const preflight = spec.preflight ?? { maxFailing: 0.1 };
  return { ...rollout, spec: { ...spec, stratify: spec.stratify ?? [], preflight, gates } };
}

/** Evidence as it is kept: the numbers without the agents' single values. */
export function withoutSamples({ samples: _, gates: __, ...evidence }: Evidence): Evidence {
  return evidence;
}

/** A step that moves to another state by a decision. */
export function move(
  rollout: Rollout,
  state: RolloutState,
  decision: Omit<Decision, 'from' | 'to'>,
  effects: Effect[] = [],
): Step {
  const next = { ...rollout, state };
  const { evidence } = decision.numbers;
  const numbers = { ...decision.numbers, ...(evidence && { evidence: withoutSamples(evidence) }) };
  const stored = { ...decision, numbers, from: describeState(rollout), to: describeState(next) };
  return { rollout: next, effects, decisions: [stored] };
}
