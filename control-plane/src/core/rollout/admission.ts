/**
 * When a member of a stage is given the release: at once, or as the rollout's pace and its sites' time of day allow. A
 * member that has it keeps it. Membership itself isn't touched: it was frozen when the stage was entered.
 */
import { cohortPlace } from '@skerry/proto/cohort';
import type { Crypto } from '@skerry/proto/crypto';
import { isWithin, isZone } from '@skerry/proto/time-of-day';
import type { PaceSpec, WindowSpec } from './spec.ts';

/** What the plan says of a stage's admission. */
export interface Admission {
  /** The stage that is being entered; members of earlier ones are in. */
  stage: number;
  fromMs: number;
  /** While the rollout is paused: when that began. Nobody's turn comes later. */
  untilMs?: number;
  /** Members that this stage adds. */
  added: number;
  salt: string;
  pace?: PaceSpec;
  window?: WindowSpec;
}

/** How many of a stage's new members may have been given the release after `elapsedMs`. */
export function admitted({ agents, every, growth }: PaceSpec, elapsedMs: number): number {
  const intervals = Math.floor(Math.max(0, elapsedMs) / every) + 1;
  return growth === 1 ? agents * intervals : (agents * (growth ** intervals - 1)) / (growth - 1);
}

/** After how long all of `added` members may have been given the release. */
export function paceMs(pace: PaceSpec, added: number): number {
  let intervals = 0;
  while (admitted(pace, intervals * pace.every) < added) intervals++;
  return intervals * pace.every;
}

/** Whether a member that hasn't the release yet is given it now. */
export function isAdmitted(
  admission: Admission,
  member: { id: string; stage: number; labels: Readonly<Record<string, string>> },
  nowMs: number,
  crypto: Crypto,
): boolean {
  const { pace, window, untilMs = nowMs } = admission;
  const atMs = Math.min(nowMs, untilMs);
  if (window && !isOpen(window, member.labels, atMs)) return false;
  if (!pace || member.stage < admission.stage) return true;
  // Its turn is as random as its place, and independent of it: the lowest places aren't always first.
  const turn = cohortPlace(crypto, `${admission.salt}/pace`, member.id) / 2 ** 52;
  return turn * admission.added < admitted(pace, atMs - admission.fromMs);
}

/**
 * Whether it is within the window at the agent's site. One whose label names no time zone is taken to be at UTC: a typing
 * error there stops no rollout.
 */
export function isOpen(window: WindowSpec, labels: Readonly<Record<string, string>>, nowMs: number): boolean {
  const zone = labels[window.zoneLabel] ?? 'UTC';
  return isWithin(window, isZone(zone) ? zone : 'UTC', nowMs);
}
