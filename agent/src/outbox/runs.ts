/**
 * How the records of a range record spread over its sequence numbers, so that a part that the server turns out to
 * hold can be counted as delivered. Equal neighbours share a run. A record keeps at most MAX_RUNS; what was added
 * last is folded into one run first, because the server can hold only what was sent, and the oldest is sent first.
 */
import type { Run } from './block-codec.ts';

const MAX_RUNS = 256;

/** The runs of two neighbouring stretches, older one first. */
export function joinRuns(older: readonly Run[], newer: readonly Run[]): Run[] {
  const runs: Run[] = [];
  for (const run of [...older, ...newer]) {
    const last = runs.at(-1);
    if (last && last.records * run.seqs === run.records * last.seqs && isEven(last) && isEven(run)) {
      last.seqs += run.seqs;
      last.records += run.records;
    } else runs.push({ ...run });
  }
  if (runs.length <= MAX_RUNS) return runs;
  const folded = runs.splice(MAX_RUNS - 1);
  const sum = { seqs: 0, records: 0 };
  for (const run of folded) {
    sum.seqs += run.seqs;
    sum.records += run.records;
  }
  return [...runs, sum];
}

/** A run of whole records per number; a folded one may be even only by chance, which then costs nothing. */
function isEven(run: Run): boolean {
  return run.records % run.seqs === 0;
}

/**
 * Records under the numbers first..last of a stretch that begins at `start`. A run that is only partly inside counts
 * in proportion where it is even, and not at all otherwise (`exact` is false then).
 */
export function recordsWithin(
  runs: readonly Run[],
  start: number,
  first: number,
  last: number,
): { records: number; exact: boolean } {
  let [seq, records, exact] = [start, 0, true];
  for (const run of runs) {
    const inside = Math.min(last, seq + run.seqs - 1) - Math.max(first, seq) + 1;
    if (inside >= run.seqs) records += run.records;
    else if (inside > 0 && isEven(run)) records += (run.records / run.seqs) * inside;
    else if (inside > 0) exact = false;
    seq += run.seqs;
  }
  return { records, exact };
}

/** The runs behind the first `seqs` numbers; a run that is cut keeps its share, rounded. */
export function dropRuns(runs: readonly Run[], seqs: number): Run[] {
  const rest: Run[] = [];
  let skip = seqs;
  for (const run of runs) {
    const kept = run.seqs - Math.min(skip, run.seqs);
    skip -= run.seqs - kept;
    if (kept > 0) rest.push({ seqs: kept, records: Math.round((run.records / run.seqs) * kept) });
  }
  return rest;
}
