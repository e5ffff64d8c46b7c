import { formatDuration } from '@skerry/proto/units';
import { judgeGates } from './gates.ts';
import {
  type Effect,
  type Evidence,
  type FrozenStage,
  type GateVerdict,
  isActive,
  lastFrozen,
  move,
  neededReached,
  type Rollout,
  type Running,
  type Step,
} from './rollout.ts';

/**
 * One look at a rollout: pure, `(rollout, evidence, now) → (rollout', effects, decisions)`. Without evidence nothing
 * is promoted. A paused, stalled or ended rollout is left as a person or the end left it. Several phases may pass in
 * one look (no soak, all reached), but never two stages: the next one's membership must be frozen first.
 */
export function advance(rollout: Rollout, evidence: Evidence | undefined, nowMs: number): Step {
  const total: Step = { rollout, effects: [], decisions: [] };
  if (!evidence) return total;
  for (;;) {
    if (!isActive(total.rollout.state)) return total;
    const step = lookOnce(total.rollout, evidence, nowMs);
    if (!step) return total;
    total.rollout = step.rollout;
    total.effects.push(...step.effects);
    total.decisions.push(...step.decisions);
    // What the agents are given changes now: evidence from before says nothing about it.
    if (step.effects.some((effect) => effect.kind === 'publish')) return total;
  }
}

function lookOnce(rollout: Rollout, evidence: Evidence, nowMs: number): Step | undefined {
  const { state } = rollout;
  if (state.name === 'reverting') {
    if (evidence.remaining > 0) return undefined;
    return move(
      rollout,
      { name: 'reverted', atMs: nowMs },
      {
        who: 'auto',
        rule: 'reverted',
        text: 'no agent heard of serves it any more',
        numbers: { evidence },
      },
    );
  }
  if (state.name !== 'running') return undefined;
  switch (state.phase) {
    case 'pending':
      return stalled(rollout, state, evidence, nowMs);
    case 'awaiting-approval':
      return breached(rollout, state, evidence, nowMs);
    case 'applying':
    case 'soaking':
    case 'evaluating':
      return (
        breached(rollout, state, evidence, nowMs) ??
        forward(rollout, state, evidence, nowMs) ??
        stalled(rollout, state, evidence, nowMs)
      );
  }
}

function breached(rollout: Rollout, state: Running, evidence: Evidence, nowMs: number): Step | undefined {
  const gates = judgeGates(rollout, evidence);
  const breach = gates.find((gate) => gate.verdict === 'breach');
  if (!breach) return undefined;
  const decision = {
    who: 'auto',
    rule: `breach: ${breach.gate}`,
    text: breach.text,
    numbers: { evidence, gates },
  };
  return rollout.spec.onBreach === 'revert'
    ? move(rollout, { name: 'reverting', sinceMs: nowMs }, decision, [{ kind: 'publish' }])
    : move(rollout, { name: 'paused', was: state, sinceMs: nowMs, why: breach.text }, decision);
}

function forward(rollout: Rollout, state: Running, evidence: Evidence, nowMs: number): Step | undefined {
  const stage = rollout.spec.stages[state.stage]!;
  const gates = judgeGates(rollout, evidence);
  const needed = neededReached(rollout, evidence.members);
  const auto = (rule: string, text: string) => ({ who: 'auto', rule, text, numbers: { evidence, gates } });
  if (state.phase === 'applying') {
    if (evidence.members === 0 || evidence.reached < needed) return undefined;
    return move(
      rollout,
      { ...state, phase: 'soaking', soakFromMs: nowMs },
      auto('reached', `${evidence.reached} of ${evidence.members} agents serve it`),
    );
  }
  if (state.phase === 'soaking') {
    if (nowMs < (state.soakFromMs ?? nowMs) + stage.soak) return undefined;
    return move(
      rollout,
      { ...state, phase: 'evaluating', enteredMs: nowMs },
      auto('soaked', `soaked for ${formatDuration(stage.soak)}`),
    );
  }
  if (gates.some((gate) => gate.verdict !== 'pass')) return undefined;
  if (stage.approval === 'required')
    return move(
      rollout,
      { ...state, phase: 'awaiting-approval' },
      auto('gates passed', 'every gate holds; a person decides'),
    );
  return finishStage(rollout, state, nowMs, 'auto', 'gates passed', { evidence, gates });
}

function stalled(rollout: Rollout, state: Running, evidence: Evidence, nowMs: number): Step | undefined {
  if (state.phase === 'soaking' || nowMs < state.enteredMs + rollout.spec.stallAfter) return undefined;
  return move(
    rollout,
    { name: 'stalled', was: state, sinceMs: nowMs },
    {
      who: 'auto',
      rule: 'stallAfter',
      text: `stage ${rollout.spec.stages[state.stage]!.name} made no progress for ${formatDuration(rollout.spec.stallAfter)}`,
      numbers: { evidence },
    },
  );
}

/** Leaves a stage by a decision: the next stage is entered, or the rollout is complete. */
export function finishStage(
  rollout: Rollout,
  state: Running,
  nowMs: number,
  who: string,
  rule: string,
  numbers: { evidence?: Evidence; gates?: GateVerdict[] },
): Step {
  const next = state.stage + 1;
  const stage = rollout.spec.stages[next];
  if (!stage)
    return move(
      rollout,
      { name: 'completed', atMs: nowMs },
      { who, rule, text: 'the last stage is done; every agent that matches gets the release', numbers },
      [{ kind: 'publish' }],
    );
  return move(
    rollout,
    enter(next, nowMs),
    { who, rule, text: `stage ${stage.name} begins`, numbers },
    freezeEffect(next),
  );
}

/** The state in which a stage begins. */
export function enter(stage: number, nowMs: number): Running {
  return { name: 'running', stage, phase: 'pending', enteredMs: nowMs, soakFromMs: null };
}

export function freezeEffect(stage: number): Effect[] {
  return [{ kind: 'freeze', stage }];
}

/**
 * The shards have frozen a stage. Where nobody was eligible nothing changes and the freezing is tried again later; an
 * answer to a question that isn't open any more (paused meanwhile, frozen already) is ignored.
 */
export function stageFrozen(rollout: Rollout, frozen: FrozenStage): Step {
  const { state } = rollout;
  const open =
    state.name === 'running' &&
    state.phase === 'pending' &&
    state.stage === frozen.stage &&
    lastFrozen(rollout) < frozen.stage;
  if (!open || frozen.members === 0) return { rollout, effects: [], decisions: [] };
  const next = { ...rollout, frozen: [...rollout.frozen, frozen] };
  return move(
    next,
    { ...state, phase: 'applying', enteredMs: frozen.atMs },
    {
      who: 'auto',
      rule: 'frozen',
      text: `${frozen.members} of ${frozen.eligible} eligible agents`,
      numbers: { frozen },
    },
    [{ kind: 'publish' }],
  );
}
