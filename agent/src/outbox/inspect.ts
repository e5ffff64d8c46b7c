/** Whether a lane's numbers hold: every one from the cursor to the last is covered, and every record is counted once. */
import { termOf } from './acknowledge.ts';
import { isRange } from './block-codec.ts';
import { type LaneHead, laneEnd } from './head.ts';
import type { LaneIndex } from './lane-index.ts';

/** Numbers within the epoch, as sync and the control plane name them. */
export interface LaneNumbers {
  cursor: number;
  last: number;
  blocks: number;
  /** Ranges of numbers of which only a record is left, the newest `MAX_GAPS`. */
  gaps: { first: number; last: number; records: number; became: 'summarized' | 'evicted' }[];
  gapsOmitted: number;
  /** What doesn't hold, by number. */
  problems: string[];
}

const MAX_GAPS = 100;

/** Looks at one lane. */
export function inspectLane(name: string, lane: LaneHead, { entries }: LaneIndex): LaneNumbers {
  const { offset } = lane;
  const problems: string[] = [];
  let [seq, before] = [lane.cursor + 1, lane.ackedBefore];
  const expect = (foundSeq: number, foundBefore: number): void => {
    if (foundSeq !== seq) problems.push(`${name}: ${blocks(seq - offset, foundSeq - 1 - offset)} missing`);
    else if (foundBefore !== before)
      problems.push(`${name}: ${foundBefore - before} records uncounted before block ${seq - offset}`);
  };
  for (const entry of entries) {
    expect(entry.seq, entry.before);
    [seq, before] = [entry.seqLast + 1, entry.before + entry.count];
  }
  expect(lane.last + 1, lane.base + lane.ledger.produced);
  const gaps = entries
    .filter(({ kind }) => isRange(kind))
    .map((entry) => ({
      first: entry.seq - offset,
      last: entry.seqLast - offset,
      records: entry.count,
      became: termOf(entry) === 'summarized' ? ('summarized' as const) : ('evicted' as const),
    }));
  return {
    cursor: laneEnd(lane).cursor,
    last: lane.last - offset,
    blocks: entries.length,
    gaps: gaps.slice(-MAX_GAPS),
    gapsOmitted: Math.max(0, gaps.length - MAX_GAPS),
    problems,
  };
}

function blocks(first: number, last: number): string {
  if (last < first) return `block ${last + 1} is there twice, block ${first}`;
  return first === last ? `block ${first} is` : `blocks ${first} to ${last} are`;
}
