/**
 * A rollout over a simulated fleet (rollout-fleet.ts), decided by the control plane's own core: spec, stage sizes, gates
 * and state machine. Only the agents, the network and the time are made up.
 */
import { advance, stageFrozen } from '@skerry/control-plane/core/rollout/advance';
import { comparedGates, minWindowsOf } from '@skerry/control-plane/core/rollout/compare';
import type { Metric } from '@skerry/control-plane/core/rollout/metrics';
import { operate } from '@skerry/control-plane/core/rollout/operate';
import {
  isShadowStage,
  lastFrozen,
  type Rollout,
  type Step,
} from '@skerry/control-plane/core/rollout/rollout';
import type { RolloutSpec } from '@skerry/control-plane/core/rollout/spec';
import { stageSize } from '@skerry/control-plane/core/rollout/stages';
import { createRandom } from '@skerry/firmware-sim/random';
import { type Defect, RolloutFleet } from './rollout-fleet.ts';

const STEP_MS = 10 * 60_000;
/** A rollout that hasn't ended by then is left. */
const MAX_MS = 14 * 86_400_000;

export interface Run {
  /** asked: it waits for a person, since it couldn't show enough by itself. */
  outcome: 'completed' | 'reverted' | 'asked';
  /** The rule of the last decision. */
  rule: string;
  /** The stage in which it ended. */
  stage: number;
  /** Agents that were given the release by then. */
  exposed: number;
  afterMs: number;
  /** Stages that were left by comparison. */
  compared: boolean;
}

export interface RunOptions {
  spec: RolloutSpec;
  agents: number;
  defect: Defect;
  /** Share of the fleet that is offline at the start. */
  offline: number;
  seed: number;
}

/** Lives one rollout until it ends or asks a person. Approvals that the file asks for are given at once. */
export function runRollout({ spec, agents, defect, offline, seed }: RunOptions): Run {
  const fleet = new RolloutFleet(createRandom(seed), agents, defect, offline);
  let rollout = operate(draft(spec, seed), 'start', { who: 'sim', nowMs: 0 }).rollout;
  let rule = 'start';
  const take = (step: Step): void => {
    rollout = step.rollout;
    rule = step.decisions.at(-1)?.rule ?? rule;
  };
  for (let nowMs = 0; nowMs < MAX_MS; nowMs += STEP_MS) {
    if (rollout.state.name === 'running' && rollout.state.phase === 'pending') {
      const { stage } = rollout.state;
      const members = stageSize(spec, stage, agents);
      fleet.freeze(members, nowMs, isShadowStage(rollout, stage));
      take(stageFrozen(rollout, { stage, eligible: agents, members, atMs: nowMs }));
    }
    fleet.pass(nowMs, STEP_MS);
    // As the coordinator does: as long as something is decided, it looks again.
    for (let decided = true; decided; ) {
      const step = advance(
        rollout,
        fleet.evidence(nowMs, asked(rollout, nowMs), minWindowsOf(spec, 'errorRate')),
        nowMs,
      );
      decided = step.decisions.length > 0;
      take(step);
      if (rollout.state.name === 'running' && rollout.state.phase === 'awaiting-approval') {
        if (rule === 'not compared') break;
        take(operate(rollout, 'approve', { who: 'sim', nowMs }));
      }
      // Evidence from before says nothing of what is being taken back, or of the next stage.
      if (rollout.state.name !== 'running' || rollout.state.phase === 'pending') break;
    }
    const outcome = outcomeOf(rollout);
    if (outcome)
      return {
        outcome,
        rule,
        stage: lastFrozen(rollout),
        exposed: fleet.agents.filter((a) => a.everActivated).length,
        afterMs: nowMs,
        compared: rollout.compared === true,
      };
  }
  throw new Error(`the rollout neither ended nor asked within ${MAX_MS / 86_400_000} days`);
}

function asked(rollout: Rollout, nowMs: number): Partial<Record<Metric, number>> | undefined {
  const { state, spec } = rollout;
  if (state.name !== 'running' || state.phase !== 'evaluating') return undefined;
  if (state.looks && nowMs < state.looks.nextMs) return undefined;
  const metrics: Partial<Record<Metric, number>> = {};
  for (const { metric } of comparedGates(spec, state.stage)) metrics[metric] = minWindowsOf(spec, metric);
  for (const metric of ['latencyP95', 'alertRate'] as const)
    if (spec.gates[metric]) metrics[metric] = minWindowsOf(spec, metric);
  return metrics;
}

function outcomeOf({ state }: Rollout): Run['outcome'] | undefined {
  switch (state.name) {
    case 'completed':
      return 'completed';
    case 'reverting':
      return 'reverted';
    case 'paused':
    case 'stalled':
      return 'asked';
    case 'running':
      return state.phase === 'awaiting-approval' ? 'asked' : undefined;
    default:
      return undefined;
  }
}

function draft(spec: RolloutSpec, seed: number): Rollout {
  const [name = '', version = ''] = spec.release.split('@');
  return {
    id: `sim-${seed}`,
    spec,
    release: { name, version, digest: 'sha256:sim' },
    salt: `salt ${seed}`,
    createdMs: 0,
    createdBy: 'sim',
    state: { name: 'draft' },
    frozen: [],
  };
}
