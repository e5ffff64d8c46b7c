/**
 * Whether more agents fail on a release than its rollout allows, looked at after every agent that settled: at a pace a
 * stage takes agents for hours, and nobody need wait for the last of them. Beside the count of failed agents, which takes
 * 2 % of the whole stage to be past its bound.
 */
import { failuresAllowed } from './failures.ts';
import type { Evidence, GateVerdict, Rollout } from './rollout.ts';
import { NOTHING_SEEN, takeAgents } from './statistics/betting.ts';
import { drawsOf } from './statistics/draws.ts';

/** The rollout with those that have settled since the last look; the same one where none has. */
export function withActivations(rollout: Rollout, { settled, members }: Evidence): Rollout {
  const held = rollout.activations ?? NOTHING_SEEN;
  if (!settled || rollout.state.name !== 'running' || members === 0) return rollout;
  const failed = Math.max(0, settled.failed - held.failed);
  const served = Math.max(0, settled.served - (held.agents - held.failed));
  if (failed + served === 0) return rollout;
  const draw = drawsOf(`${rollout.salt}/activations/${held.agents}`);
  return {
    ...rollout,
    activations: takeAgents(held, { served, failed }, allowedShare(rollout, members), draw),
  };
}

/** What the test says; undefined while none has settled, or where any agent may fail. */
export function judgeActivations(
  rollout: Rollout,
  members: number,
): NonNullable<GateVerdict['eProcess']> | undefined {
  const { activations, spec } = rollout;
  if (!activations || activations.agents === 0 || members === 0) return undefined;
  return {
    wealth: Math.exp(Math.min(700, activations.logWealth)),
    limit: 1 / (1 - spec.confidence),
    agents: activations.agents,
    failed: activations.failed,
    allowed: allowedShare(rollout, members),
  };
}

// Below 1, so that there is something to bet on.
function allowedShare(rollout: Rollout, members: number): number {
  return Math.min(0.99, failuresAllowed(rollout, members) / members);
}
