/**
 * How a signal's drift lies in time, from its windows: whether it stays, comes at the same time of the day or the
 * week, or has only just begun. A pump that warms every afternoon isn't ageing.
 *
 *     ok ok ALERT ALERT ALERT ALERT                        sustained: three windows and no end
 *     ok ALERT ok ok ALERT ok ok ALERT   (a day apart)     seasonal: also one and two periods ago, and not in between
 *     ok ok ok ok ok ALERT                                 new
 */
import type { DriftLevel } from './drift.ts';

export type DriftPattern = 'new' | 'sustained' | 'daily' | 'weekly';

export interface JudgedSpan {
  fromUs: number;
  toUs: number;
  level: DriftLevel;
}

const DAY_US = 86_400_000_000;
const SUSTAINED = 3;

/** The pattern of spans in order of time; undefined where the last one judged isn't at the alert level. */
export function patternOf(
  spans: readonly JudgedSpan[],
): { pattern: DriftPattern; sinceUs: number } | undefined {
  const judged = spans.filter(({ level }) => level !== 'learning');
  const last = judged.at(-1);
  if (last?.level !== 'alert') return undefined;
  const before = judged.findLastIndex(({ level }) => level !== 'alert');
  const run = judged.slice(before + 1);
  const sinceUs = run[0]!.fromUs;
  const pattern = recurs(judged, run, DAY_US)
    ? 'daily'
    : recurs(judged, run, 7 * DAY_US)
      ? 'weekly'
      : run.length >= SUSTAINED
        ? 'sustained'
        : 'new';
  return { pattern, sinceUs };
}

/** Whether the run was there one and two periods ago as well, and most of the time in between was not. */
function recurs(judged: readonly JudgedSpan[], run: readonly JudgedSpan[], periodUs: number): boolean {
  const [fromUs, toUs] = [run[0]!.fromUs, run.at(-1)!.toUs];
  if (toUs - fromUs > periodUs / 2) return false;
  const alertedAt = (agoUs: number): boolean =>
    judged.some(
      ({ fromUs: from, toUs: to, level }) => level === 'alert' && from < toUs - agoUs && to > fromUs - agoUs,
    );
  if (!alertedAt(periodUs) || !alertedAt(2 * periodUs)) return false;
  const between = judged.filter(({ fromUs: from }) => from >= fromUs - 2 * periodUs && from < fromUs);
  return 2 * between.filter(({ level }) => level === 'alert').length < between.length;
}
