/**
 * The arithmetic of the two ledgers. Results, per lane: produced = delivered + pending + summarized + evicted; each
 * function below moves records between terms and keeps the sum. Samples: received = rejected + open + closed, where
 * closed = used + gap + skipped.
 */
import { invariant } from '@skerry/proto/errors';
import type { skerry } from '@skerry/proto/wire';
import type { SampleCounters } from '../pipeline/types.ts';

/** Records of one lane, by where they are. `decisions` counts what was produced. */
export interface Ledger {
  produced: number;
  delivered: number;
  pending: number;
  summarized: number;
  evicted: number;
  decisions: Record<string, number>;
}

/** What a record may become after it was produced. */
export type Term = 'pending' | 'delivered' | 'summarized' | 'evicted';

/** A ledger of nothing. */
export function emptyLedger(): Ledger {
  return { produced: 0, delivered: 0, pending: 0, summarized: 0, evicted: 0, decisions: {} };
}

/** The ledger after records were produced; they are pending. */
export function produced(
  ledger: Ledger,
  count: number,
  decisions: Readonly<Record<string, number>> = {},
): Ledger {
  return {
    ...ledger,
    produced: ledger.produced + count,
    pending: ledger.pending + count,
    decisions: addCounts(ledger.decisions, decisions),
  };
}

/** The ledger after `count` records went from one term to another. Throws where there aren't as many. */
export function moved(ledger: Ledger, from: Term, to: Term, count: number): Ledger {
  if (from === to || count === 0) return ledger;
  invariant(count > 0 && ledger[from] >= count, `${count} of ${ledger[from]} ${from} records become ${to}`);
  return { ...ledger, [from]: ledger[from] - count, [to]: ledger[to] + count };
}

/** Records that are not delivered, by where they are. */
export type Undelivered = Pick<Ledger, 'pending' | 'summarized' | 'evicted' | 'decisions'>;

/** The ledger without these records, as if they had been produced elsewhere (in the next epoch). */
export function withdrawn(ledger: Ledger, what: Undelivered): Ledger {
  const count = what.pending + what.summarized + what.evicted;
  const decisions = Object.entries(what.decisions).map(([key, n]) => [key, -n]);
  const rest = {
    ...ledger,
    produced: ledger.produced - count,
    pending: ledger.pending - what.pending,
    summarized: ledger.summarized - what.summarized,
    evicted: ledger.evicted - what.evicted,
    decisions: addCounts(ledger.decisions, Object.fromEntries(decisions)),
  };
  invariant(
    rest.pending >= 0 && rest.summarized >= 0 && rest.evicted >= 0,
    'more records leave than are there',
  );
  return rest;
}

/** Throws where a ledger doesn't add up. */
export function check(ledger: Ledger, what: string): void {
  const { produced: all, delivered, pending, summarized, evicted } = ledger;
  invariant(
    all === delivered + pending + summarized + evicted,
    `${what}: ${all} produced ≠ ${delivered} delivered + ${pending} pending + ${summarized} summarized + ${evicted} evicted`,
  );
}

/** Term-wise sum of two ledgers. */
export function addLedgers(a: Ledger, b: Ledger): Ledger {
  return {
    produced: a.produced + b.produced,
    delivered: a.delivered + b.delivered,
    pending: a.pending + b.pending,
    summarized: a.summarized + b.summarized,
    evicted: a.evicted + b.evicted,
    decisions: addCounts(a.decisions, b.decisions),
  };
}

/** Sum of two sets of named counts; keys whose sum is 0 are left out. */
export function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [key, n] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + n;
  return Object.fromEntries(Object.entries(sum).filter(([, n]) => n !== 0));
}

/** A ledger in the form of the sync, with how far its lane is acknowledged. */
export function ledgerMessage(
  ledger: Ledger,
  end: { cursor: number; acknowledged: number } | undefined,
): skerry.v1.IResultLedger {
  const { decisions, ...terms } = ledger;
  return { ...terms, decisions: countsMessage(decisions), ...end };
}

/** Samples that are neither rejected nor closed: some window may still need them. */
export function openSamples(counters: SampleCounters): number {
  const rejected = Object.values(counters.rejected).reduce((sum, n) => sum + n, 0);
  return counters.received - rejected - counters.used - counters.gap - counters.skipped;
}

/** A pipeline's samples in the form of the sync. */
export function sampleLedgerMessage(pipeline: string, counters: SampleCounters): skerry.v1.ISampleLedger {
  return {
    pipeline,
    received: counters.received,
    rejected: countsMessage(counters.rejected),
    open: openSamples(counters),
    used: counters.used,
    gap: counters.gap,
    skipped: counters.skipped,
  };
}

function countsMessage(counts: Readonly<Record<string, number>>): skerry.v1.ICount[] {
  return Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
}
