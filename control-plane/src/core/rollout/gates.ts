import type { Evidence, GateVerdict, Rollout } from './rollout.ts';
import { neededReached } from './rollout.ts';

/**
 * Judges a stage. `activation` is the kill check that every rollout has: so many members refused the release that
 * enough can't serve it any more. `errorRate.max` is a fixed bound on the mean over agents of errors per window, the
 * agent being the unit; an agent that refused the release counts as 1. Missing data holds; it never passes.
 */
export function judgeGates(rollout: Rollout, evidence: Evidence): GateVerdict[] {
  const verdicts = [judgeActivation(rollout, evidence)];
  const max = rollout.spec.gates.errorRate?.max;
  if (max !== undefined) verdicts.push(judgeErrorRate(rollout, evidence, max));
  return verdicts;
}

function judgeActivation(rollout: Rollout, evidence: Evidence): GateVerdict {
  const needed = neededReached(rollout, evidence.members);
  const verdict =
    evidence.failed > 0 && evidence.failed > evidence.members - needed
      ? 'breach'
      : evidence.reached >= needed && evidence.members > 0
        ? 'pass'
        : 'hold';
  return {
    gate: 'activation',
    verdict,
    value: evidence.reached,
    bound: needed,
    text: `${evidence.reached} of ${evidence.members} agents serve it, ${evidence.failed} refused it, ${needed} needed`,
  };
}

function judgeErrorRate(rollout: Rollout, evidence: Evidence, max: number): GateVerdict {
  const needed = neededReached(rollout, evidence.members);
  const value = evidence.judged === 0 ? null : evidence.errorRateSum / evidence.judged;
  const verdict =
    value === null ? 'hold' : value > max ? 'breach' : evidence.judged >= needed ? 'pass' : 'hold';
  const shown = value === null ? 'unknown' : `${(100 * value).toFixed(2)}%`;
  return {
    gate: 'errorRate',
    verdict,
    value,
    bound: max,
    text: `mean error rate ${shown} over ${evidence.judged} agents, at most ${(100 * max).toFixed(2)}% over ${needed} needed`,
  };
}
