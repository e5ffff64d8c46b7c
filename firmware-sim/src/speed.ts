/**
 * How fast simulated or recorded time passes: `60x` is an hour a minute, `max` as fast as acknowledgements allow.
 *
 * An agent refuses readings from the future, so time never runs ahead of the wall clock: at 60x a run of one hour begins
 * 59 minutes ago and has come to now when it ends.
 */
import { SkerryError } from '@skerry/proto/errors';

const pattern = /^(\d+(?:\.\d+)?)x$/;

/** Whether a text is a speed other than `max`. */
export function isSpeed(text: string): boolean {
  return Number(pattern.exec(text)?.[1] ?? 0) > 0;
}

/** The factor of `60x`, or Infinity for `max`. Throws SkerryError invalid. */
export function parseSpeed(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  if (isSpeed(text)) return Number(text.slice(0, -1));
  throw new SkerryError('invalid', `"${text}" is no speed`, { hint: 'write for example 1x, 60x or max' });
}

/** Which moment of simulated or recorded time (µs since the epoch) it is at a wall time (ms since the epoch), and back. */
export interface Pace {
  timeUsAt(wallMs: number): number;
  wallMsAt(timeUs: number): number;
}

/** Time that stands at `originUs` at the wall time `startMs` and passes `speed` times as fast. */
export function createPace(speed: number, originUs: number, startMs: number): Pace {
  return {
    timeUsAt: (wallMs) => Math.floor(originUs + (wallMs - startMs) * 1000 * speed),
    wallMsAt: (timeUs) => startMs + (timeUs - originUs) / 1000 / speed,
  };
}

/** Where time must begin so that `spanUs` of it, at `speed`, ends no later than the wall clock. */
export function originUs(speed: number, spanUs: number, startMs: number): number {
  return Math.round(startMs * 1000 - Math.max(0, spanUs * (1 - 1 / speed)));
}
