/**
 * A pipeline's sample counters in their two durable parts. What arrival counts (received, and rejections before the
 * journal) is true as soon as the journal entry is; what feeding the windows counts is true only together with the
 * progress that it made. Written apart, a crash between the two commits counts nothing twice.
 */
import type { SampleCounters } from '../pipeline/types.ts';
import { addCounts } from './ledger.ts';

/** Reasons that are found when a journaled sample is fed to its windows; all others are found at arrival. */
const FEED_REASONS: ReadonlySet<string> = new Set(['late', 'duplicate', 'conflict', 'overflow', 'devices']);

/** Copies that are known as such before they are journaled. They are duplicates to whoever looks (shownCounters). */
export const REPEATED = 'repeated';

/** Counters as they are shown and sent: a duplicate is a duplicate, wherever it was found. */
export function shownCounters(counters: SampleCounters): SampleCounters {
  const { [REPEATED]: repeated = 0, ...rejected } = counters.rejected;
  if (repeated === 0) return counters;
  return { ...counters, rejected: addCounts(rejected, { duplicate: repeated }) };
}

/** Counters of a pipeline that has seen nothing. */
export function emptyCounters(): SampleCounters {
  return { received: 0, rejected: {}, used: 0, gap: 0, skipped: 0, windows: 0, gapWindows: 0, results: {} };
}

/** The part that is committed with the journal. */
export function arrivalPart(counters: SampleCounters): SampleCounters {
  return { ...emptyCounters(), received: counters.received, rejected: reasons(counters, false) };
}

/** The part that is committed with the progress. */
export function feedPart(counters: SampleCounters): SampleCounters {
  return { ...counters, received: 0, rejected: reasons(counters, true) };
}

function reasons(counters: SampleCounters, feed: boolean): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counters.rejected).filter(([key]) => FEED_REASONS.has(key) === feed),
  );
}

/** Term-wise sum; of the two parts, the whole. */
export function addCounters(a: SampleCounters, b: SampleCounters): SampleCounters {
  return {
    received: a.received + b.received,
    rejected: addCounts(a.rejected, b.rejected),
    used: a.used + b.used,
    gap: a.gap + b.gap,
    skipped: a.skipped + b.skipped,
    windows: a.windows + b.windows,
    gapWindows: a.gapWindows + b.gapWindows,
    results: addCounts(a.results, b.results),
  };
}
