/** What a person may do with a rollout, and in which states. Every verb is a recorded decision. */
import { SkerryError } from '@skerry/proto/errors';
import { enter, finishStage, freezeEffect } from './advance.ts';
import { judgeGates } from './gates.ts';
import {
  describeState,
  type Effect,
  type Evidence,
  move,
  type Rollout,
  type Running,
  type Step,
} from './rollout.ts';

export const VERBS = ['start', 'pause', 'resume', 'approve', 'promote', 'abort', 'revert'] as const;
export type Verb = (typeof VERBS)[number];

/** Performs a verb. Throws SkerryError conflict where the state doesn't allow it. */
export function operate(
  rollout: Rollout,
  verb: Verb,
  by: { who: string; nowMs: number; evidence?: Evidence },
): Step {
  const decided =
    verb === 'resume' || verb === 'approve' || verb === 'promote' ? waive(rollout, by) : rollout;
  return perform(decided, verb, by);
}

/**
 * A person who goes on past a gate that doesn't hold has the last word on it: it decides nothing by itself any more in
 * this rollout. (A stage that isn't reached yet is no judgement; it is waited for as before.)
 */
function waive(rollout: Rollout, { who, evidence }: { who: string; evidence?: Evidence }): Rollout {
  const { state } = rollout;
  const running = state.name === 'paused' || state.name === 'stalled' ? state.was : state;
  if (running.name !== 'running' || !evidence) return rollout;
  const judged = [
    ...judgeGates({ ...rollout, state: running }, evidence),
    ...(running.looks?.verdicts ?? []),
  ];
  const breached = judged.filter((gate) => gate.verdict === 'breach').map(({ gate }) => ({ gate, by: who }));
  return breached.length === 0 ? rollout : { ...rollout, waived: [...(rollout.waived ?? []), ...breached] };
}

function perform(
  rollout: Rollout,
  verb: Verb,
  by: { who: string; nowMs: number; evidence?: Evidence },
): Step {
  switch (verb) {
    case 'start':
      return start(rollout, by.who, by.nowMs);
    case 'pause':
      return pause(rollout, by.who, by.nowMs);
    case 'resume':
      return resume(rollout, by.who, by.nowMs);
    case 'approve':
      return approve(rollout, by);
    case 'promote':
      return promote(rollout, by);
    case 'abort':
      return abort(rollout, by.who, by.nowMs);
    case 'revert':
      return revert(rollout, by.who, by.nowMs);
  }
}

function refuse(rollout: Rollout, verb: Verb, hint: string): SkerryError {
  return new SkerryError('conflict', `rollout ${rollout.id} is ${describeState(rollout)}: it can't ${verb}`, {
    hint,
  });
}

function plain(who: string, rule: string, text: string, evidence?: Evidence) {
  return { who, rule, text, numbers: evidence ? { evidence } : {} };
}

function start(rollout: Rollout, who: string, nowMs: number): Step {
  if (rollout.state.name !== 'draft') throw refuse(rollout, 'start', 'only a draft starts');
  if (rollout.spec.approval === 'required')
    return move(rollout, { name: 'pending-approval' }, plain(who, 'start', 'waits for an approver'));
  return move(rollout, enter(0, nowMs), plain(who, 'start', 'started'), freezeEffect(0));
}

function pause(rollout: Rollout, who: string, nowMs: number): Step {
  if (rollout.state.name !== 'running') throw refuse(rollout, 'pause', 'only a running rollout pauses');
  return move(
    rollout,
    { name: 'paused', was: rollout.state, sinceMs: nowMs, why: `paused by ${who}` },
    plain(who, 'pause', 'paused; who has the release keeps it'),
    [{ kind: 'publish' }],
  );
}

function resume(rollout: Rollout, who: string, nowMs: number): Step {
  const { state } = rollout;
  if (state.name !== 'paused' && state.name !== 'stalled')
    throw refuse(rollout, 'resume', 'only a paused or stalled rollout resumes');
  const { was } = state;
  // The pause doesn't count as soaking, and the stall deadline begins anew.
  const back: Running = {
    ...was,
    enteredMs: nowMs,
    soakFromMs: was.soakFromMs === null ? null : was.soakFromMs + (nowMs - state.sinceMs),
  };
  const effects: Effect[] = was.phase === 'pending' ? freezeEffect(was.stage) : [];
  const next = state.name === 'paused' ? withPause(rollout, nowMs - state.sinceMs) : rollout;
  return move(next, back, plain(who, 'resume', 'goes on'), [...effects, { kind: 'publish' }]);
}

// So that whoever waits for its turn at a pace isn't let in at once with all others.
function withPause(rollout: Rollout, pausedMs: number): Rollout {
  const last = rollout.frozen.at(-1);
  if (!last) return rollout;
  const held = { ...last, pausedMs: (last.pausedMs ?? 0) + pausedMs };
  return { ...rollout, frozen: [...rollout.frozen.slice(0, -1), held] };
}

function approve(rollout: Rollout, by: { who: string; nowMs: number; evidence?: Evidence }): Step {
  const { state } = rollout;
  if (state.name === 'pending-approval')
    return move(rollout, enter(0, by.nowMs), plain(by.who, 'approve', 'approved to start'), freezeEffect(0));
  if (state.name === 'running' && state.phase === 'awaiting-approval')
    return finishStage(
      rollout,
      state,
      by.nowMs,
      by.who,
      'approve',
      by.evidence ? { evidence: by.evidence } : {},
    );
  throw refuse(rollout, 'approve', 'nothing waits for approval');
}

function promote(rollout: Rollout, by: { who: string; nowMs: number; evidence?: Evidence }): Step {
  const { state } = rollout;
  const running = state.name === 'stalled' ? state.was : state;
  if (running.name !== 'running' || running.phase === 'awaiting-approval')
    throw refuse(rollout, 'promote', 'promote ends the soak of a running stage; what waits is approved');
  if (running.phase === 'pending')
    throw refuse(rollout, 'promote', 'no agent has entered this stage yet; nothing is known of it');
  const text = 'the soak is ended; a person approves';
  if (rollout.spec.stages[running.stage]!.approval === 'required')
    return move(
      rollout,
      { ...running, phase: 'awaiting-approval' },
      plain(by.who, 'promote', text, by.evidence),
    );
  return finishStage(
    rollout,
    running,
    by.nowMs,
    by.who,
    'promote',
    by.evidence ? { evidence: by.evidence } : {},
  );
}

function abort(rollout: Rollout, who: string, nowMs: number): Step {
  if (!['draft', 'pending-approval', 'running', 'paused', 'stalled'].includes(rollout.state.name))
    throw refuse(rollout, 'abort', 'it is over already');
  return move(
    rollout,
    { name: 'aborted', atMs: nowMs },
    plain(who, 'abort', 'stopped; who has the release keeps it'),
    [{ kind: 'publish' }],
  );
}

function revert(rollout: Rollout, who: string, nowMs: number): Step {
  if (!['running', 'paused', 'stalled', 'aborted', 'completed'].includes(rollout.state.name))
    throw refuse(rollout, 'revert', 'there is nothing to take back');
  return move(
    rollout,
    { name: 'reverting', sinceMs: nowMs },
    plain(who, 'revert', 'every agent goes back to its previous release'),
    [{ kind: 'publish' }],
  );
}
