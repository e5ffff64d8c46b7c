/**
 * The key grammar of the agent's store (FORMAT.md). Numbers in keys are 16 lower-case hexadecimal digits, so that the
 * order of keys is the order of numbers: `j/000000000000002a` is journal entry 42.
 */
import type { LaneName } from './types.ts';

/** The one record that every commit of progress rewrites: epoch, sequence numbers, cursors, ledgers. */
export const HEAD_KEY = 'm/head';

/** A number in the fixed-width form in which keys carry it. */
export function keyNumber(n: number): string {
  return n.toString(16).padStart(16, '0');
}

/** Journal entry `seq`. */
export function journalKey(seq: number): string {
  return `j/${keyNumber(seq)}`;
}

const LANE_LETTER: Record<LaneName, string> = { alert: 'a', result: 'r' };

/** The block or range record that begins at `seq`. */
export function blockKey(lane: LaneName, seq: number): string {
  return `b/${LANE_LETTER[lane]}/${keyNumber(seq)}`;
}

/** Drift sketch `seq`. */
export function sketchKey(seq: number): string {
  return `s/${keyNumber(seq)}`;
}

/** What is remembered of the messages of one commit, so that a copy of one is known. */
export function repeatsKey(n: number): string {
  return `p/${keyNumber(n)}`;
}

/** State of one device of one pipeline. Pipeline names hold no slash, so that the rest of the key is the device. */
export function deviceKey(pipeline: string, device: string): string {
  return `d/${pipeline}/${device}`;
}

/** Sample counters of one pipeline: what arrival counted, and what feeding the windows counted. */
export function countersKey(part: CountersPart, pipeline: string): string {
  return `c/${part}/${pipeline}`;
}

export type CountersPart = 'arrival' | 'feed';

/** Every key that begins with `prefix` (which ends in a slash), as the bounds of a range. */
export function underPrefix(prefix: string): { gte: string; lt: string } {
  return { gte: prefix, lt: `${prefix.slice(0, -1)}0` };
}

/** The number at the end of a journal, block, sketch or repeats key. NaN where the key doesn't end in one. */
export function numberOfKey(key: string): number {
  const digits = key.slice(-16);
  return /^[0-9a-f]{16}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
}
