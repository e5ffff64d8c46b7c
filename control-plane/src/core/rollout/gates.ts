/** Kill checks and fixed bounds: what needs no comparison. What does is in compare.ts. */
import { formatDuration } from '@skerry/proto/units';
import { judgeActivations } from './activations.ts';
import { failuresAllowed } from './failures.ts';
import type { Evidence, GateVerdict, Rollout } from './rollout.ts';
import { neededReached, runs } from './rollout.ts';

/**
 * Judges a stage. `activation` is the kill check that every rollout has: so many members refused the release, gave it
 * back by themselves or answered with NaN, that it is harmful, or that enough can't serve it any more; or so many of those
 * that settled so far that more fail than may (activations.ts). The fixed bounds
 * are on means over agents, the agent being the unit. An error rate past its bound that chance may explain holds; one
 * that it can't breaches at once. Missing data holds; it never passes. Gates that a person went past always pass.
 */
export function judgeGates(rollout: Rollout, evidence: Evidence): GateVerdict[] {
  const { errorRate, latencyP95, alertRate } = rollout.spec.gates;
  const verdicts = [judgeActivation(rollout, evidence)];
  if (errorRate?.max !== undefined) verdicts.push(judgeErrorRate(rollout, evidence, errorRate.max));
  if (isSoaked(rollout)) {
    if (latencyP95?.max !== undefined)
      verdicts.push(judgeMean(rollout, evidence, 'latencyP95', latencyP95.max, milliseconds));
    if (alertRate?.max !== undefined)
      verdicts.push(judgeMean(rollout, evidence, 'alertRate', alertRate.max, share));
  }
  return verdicts.map((verdict) => asWaived(rollout, verdict));
}

/** The verdict, unless a person went past this gate. */
export function asWaived(rollout: Rollout, verdict: GateVerdict): GateVerdict {
  const waiver = rollout.waived?.find((w) => w.gate === verdict.gate);
  if (!waiver || verdict.verdict === 'pass') return verdict;
  return {
    ...verdict,
    verdict: 'pass',
    text: `${waiver.by} went past it; it would ${verdict.verdict}: ${verdict.text}`,
  };
}

function judgeActivation(rollout: Rollout, evidence: Evidence): GateVerdict {
  const needed = neededReached(rollout, evidence.members);
  const harmful = failuresAllowed(rollout, evidence.members);
  const eProcess = judgeActivations(rollout, evidence.members);
  const isShown = eProcess !== undefined && eProcess.wealth >= eProcess.limit;
  const isBreach =
    isShown ||
    (evidence.failed > 0 && (evidence.failed >= harmful || evidence.failed > evidence.members - needed));
  const isPass = evidence.reached >= needed && evidence.members > 0;
  return {
    gate: 'activation',
    verdict: isBreach ? 'breach' : isPass ? 'pass' : 'hold',
    value: evidence.reached,
    bound: needed,
    ...(eProcess && { eProcess }),
    text:
      `${evidence.reached} of ${evidence.members} agents ${runs(rollout)} it, ${needed} needed; ${evidence.failed} failed, ${harmful} are too many` +
      (evidence.waiting ? `; ${evidence.waiting} wait for people at the device` : '') +
      (eProcess ? `; ${eProcessText(eProcess)}` : ''),
  };
}

function eProcessText({
  wealth,
  limit,
  agents,
  failed,
  allowed,
}: NonNullable<GateVerdict['eProcess']>): string {
  return `of the first ${agents} that settled ${failed} failed, ${share(allowed)} may: evidence ${Number(wealth.toPrecision(3))}, ${Number(limit.toPrecision(3))} shows harm`;
}

function isSoaked({ state }: Rollout): boolean {
  return state.name === 'running' && (state.phase === 'evaluating' || state.phase === 'awaiting-approval');
}

function judgeErrorRate(rollout: Rollout, evidence: Evidence, max: number): GateVerdict {
  const needed = neededReached(rollout, evidence.members);
  const value = evidence.judged === 0 ? null : evidence.errorRateSum / evidence.judged;
  const sure = evidence.errorRateLowSum ?? evidence.errorRateSum;
  const isBreach = evidence.judged > 0 && sure / evidence.judged > max;
  const isPass = value !== null && value <= max && evidence.judged >= needed;
  return {
    gate: 'errorRate',
    verdict: isBreach ? 'breach' : isPass ? 'pass' : 'hold',
    value,
    bound: max,
    text: `mean error rate ${value === null ? 'unknown' : share(value)} over ${evidence.judged} agents, at most ${share(max)} over ${needed} needed`,
  };
}

function judgeMean(
  rollout: Rollout,
  evidence: Evidence,
  metric: 'latencyP95' | 'alertRate',
  max: number,
  shown: (value: number) => string,
): GateVerdict {
  const own = (evidence.samples ?? []).filter((s) => s.metric === metric && s.arm === 'stage');
  const judged = own.reduce((total, s) => total + s.judged, 0);
  const needed = neededReached(rollout, evidence.members);
  const value = judged === 0 ? null : own.reduce((total, s) => total + s.sum, 0) / judged;
  return {
    gate: metric,
    verdict: value === null || judged < needed ? 'hold' : value > max ? 'breach' : 'pass',
    value,
    bound: max,
    text: `mean ${value === null ? 'unknown' : shown(value)} over ${judged} agents, at most ${shown(max)} over ${needed} needed`,
  };
}

function share(value: number): string {
  return `${(100 * value).toFixed(2)}%`;
}

function milliseconds(value: number): string {
  return formatDuration(Number(value.toPrecision(3)));
}
