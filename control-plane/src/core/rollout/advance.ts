import { formatDuration } from '@skerry/proto/units';
import { withActivations } from './activations.ts';
import { paceMs } from './admission.ts';
import { comparedGates, compareStage } from './compare.ts';
import { asWaived, judgeGates } from './gates.ts';
import {
  type Effect,
  type Evidence,
  type FrozenStage,
  type GateVerdict,
  isActive,
  isReached,
  isShadowStage,
  lastAdded,
  lastFrozen,
  move,
  type Rollout,
  type Running,
  runs,
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
  total.rollout = withActivations(rollout, evidence);
  for (;;) {
    if (!isActive(total.rollout.state)) return total;
    const step = lookOnce(total.rollout, evidence, nowMs);
    if (!step) return total;
    total.rollout = step.rollout;
    total.effects.push(...step.effects);
    total.decisions.push(...step.decisions);
    // What the agents are given changes now: evidence from before says nothing about it.
    if (step.effects.some((effect) => effect.kind === 'publish')) return total;
    if (isEvaluating(total.rollout) && !isEvaluating(rollout)) return total;
  }
}

// The bounds and comparisons of a stage need what wasn't asked for before.
function isEvaluating({ state }: Rollout): boolean {
  return state.name === 'running' && state.phase === 'evaluating';
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
  return actOnBreach(rollout, state, evidence, judgeGates(rollout, evidence), nowMs);
}

function actOnBreach(
  rollout: Rollout,
  state: Running,
  evidence: Evidence,
  gates: GateVerdict[],
  nowMs: number,
): Step | undefined {
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
    : move(
        rollout,
        { name: 'paused', was: state, sinceMs: nowMs, why: breach.text, isBreach: true },
        decision,
        [{ kind: 'publish' }],
      );
}

function forward(rollout: Rollout, state: Running, evidence: Evidence, nowMs: number): Step | undefined {
  const stage = rollout.spec.stages[state.stage]!;
  const gates = judgeGates(rollout, evidence);
  const auto = (rule: string, text: string) => ({ who: 'auto', rule, text, numbers: { evidence, gates } });
  if (state.phase === 'applying') {
    if (!isReached(rollout, evidence) || nowMs < pacedUntilMs(rollout)) return undefined;
    return move(
      rollout,
      { ...state, phase: 'soaking', soakFromMs: nowMs },
      auto('reached', `${evidence.reached} of ${evidence.members} agents ${runs(rollout)} it`),
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
  return lookAtStage(rollout, state, evidence, gates, nowMs);
}

// A stage soaks once the pace has let all of it in: those that come last are judged too.
function pacedUntilMs(rollout: Rollout): number {
  const { pace } = rollout.spec;
  const [last, added] = lastAdded(rollout);
  return pace && last ? last.atMs + (last.pausedMs ?? 0) + paceMs(pace, added) : 0;
}

/** A look of the comparing gates, where one is due and enough is known; a look that decides nothing is recorded too. */
function lookAtStage(
  rollout: Rollout,
  state: Running,
  evidence: Evidence,
  fixed: GateVerdict[],
  nowMs: number,
): Step | undefined {
  const stage = rollout.spec.stages[state.stage]!;
  const taken = state.looks?.taken ?? 0;
  // Shards are asked for their agents' values only while a look is due.
  if (!evidence.samples || (state.looks && nowMs < state.looks.nextMs)) return undefined;
  const look = compareStage(rollout, state.stage, taken, evidence.samples);
  if (!look.isReady) return undefined;
  const verdicts = look.verdicts.map((verdict) => asWaived(rollout, verdict));
  const gates = [...fixed, ...verdicts];
  // Hours on the same agents add little: each further look waits twice as long.
  const nextMs = nowMs + Math.max(stage.soak, MIN_LOOK_MS) * 2 ** taken;
  const looked: Running = { ...state, looks: { taken: taken + 1, nextMs, verdicts } };
  const next = {
    ...rollout,
    compared: rollout.compared || verdicts.some((v) => v.test && v.gate !== 'silence'),
  };
  const breach = actOnBreach(next, looked, evidence, gates, nowMs);
  if (breach) return breach;
  const numbers = { evidence, gates };
  const wait = (rule: string, text: string): Step =>
    move(next, { ...looked, phase: 'awaiting-approval' }, { who: 'auto', rule, text, numbers });
  if (gates.some((gate) => gate.verdict !== 'pass'))
    return move(next, looked, {
      who: 'auto',
      rule: 'look',
      text: `look ${taken + 1}: neither harm nor its absence is shown; the next is due in ${formatDuration(nextMs - nowMs)}`,
      numbers,
    });
  if (stage.approval === 'required') return wait('gates passed', 'every gate holds; a person decides');
  if (asksPerson(next, state.stage))
    return wait('not compared', 'no stage had enough agents to compare; a person decides before the last');
  const smoke = verdicts.some((verdict) => verdict.smoke && verdict.gate !== 'silence');
  return finishStage(next, state, nowMs, 'auto', smoke ? 'smoke stage passed' : 'gates passed', numbers);
}

/** Looks are at least so far apart. */
const MIN_LOOK_MS = 60_000;

/** Whether this is the stage before the last of a rollout that was to compare, and never could. */
function asksPerson(rollout: Rollout, stage: number): boolean {
  if (rollout.compared || stage !== rollout.spec.stages.length - 2) return false;
  return comparedGates(rollout.spec, stage).some((gate) => gate.mustPass);
}

function stalled(rollout: Rollout, state: Running, evidence: Evidence, nowMs: number): Step | undefined {
  if (state.phase === 'soaking' || nowMs < state.enteredMs + rollout.spec.stallAfter) return undefined;
  return move(
    rollout,
    { name: 'stalled', was: state, sinceMs: nowMs },
    {
      who: 'auto',
      rule: 'stallAfter',
      text: `stage ${rollout.spec.stages[state.stage]!.name} made no progress for ${formatDuration(rollout.spec.stallAfter)}${evidence.waiting ? `; ${evidence.waiting} agents wait for people at the device` : ''}`,
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
      text: `${frozen.members} of ${frozen.eligible} ${isShadowStage(rollout, frozen.stage) ? 'agents that can run it beside what they serve' : 'eligible agents'}`,
      numbers: { frozen },
    },
    [{ kind: 'publish' }],
  );
}
