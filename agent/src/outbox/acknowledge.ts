/**
 * What an acknowledgement means for a lane. Blocks up to the cursor are delivered and go. A range record that goes
 * adds nothing to `delivered`, except for what the server held of the results themselves: parts that it names, and
 * whatever it acknowledges of a range that was never sent as one (the blocks had been sent before they gave way).
 */
import { SkerryError } from '@skerry/proto/errors';
import { v1 } from '@skerry/proto/wire';
import { isRange, type StoredBlock } from './block-codec.ts';
import type { LaneHead } from './head.ts';
import type { Entry, LaneIndex } from './lane-index.ts';
import { type Ledger, moved, type Term } from './ledger.ts';
import { dropRuns, recordsWithin } from './runs.ts';

export interface HeldRange {
  first: number;
  last: number;
}

export interface LaneAcknowledgement {
  lane: LaneHead;
  /** The oldest entries that go. */
  gone: readonly Entry[];
  /** A range record of which the front part goes. */
  cut: Entry | undefined;
}

/**
 * The lane after the server made everything up to `cursor` durable (numbers of the store). Undefined where the cursor
 * is not ahead. Throws SkerryError `invalid` where it is ahead of everything given out.
 */
export function acknowledgeLane(
  lane: LaneHead,
  index: LaneIndex,
  cursor: number,
  held: readonly HeldRange[],
): LaneAcknowledgement | undefined {
  if (cursor > lane.last)
    throw new SkerryError(
      'invalid',
      `acknowledgement of block ${cursor}, but the last one given out is ${lane.last}`,
    );
  if (cursor <= lane.cursor) return undefined;
  const end = index.after(cursor);
  const gone = index.entries.slice(0, end);
  let ledger = lane.ledger;
  let ackedBefore = lane.ackedBefore;
  for (const entry of gone) {
    ledger = isRange(entry.kind)
      ? moved(ledger, termOf(entry), 'delivered', clamp(ledger, entry, heldOf(entry, held)))
      : moved(ledger, 'pending', 'delivered', entry.count);
    ackedBefore = entry.before + entry.count;
  }
  const next = index.entries[end];
  const cut = next && next.seq <= cursor ? next : undefined;
  if (cut) {
    const { records } = recordsWithin(cut.runs, cut.seq, cut.seq, cursor);
    ledger = moved(ledger, termOf(cut), 'delivered', clamp(ledger, cut, records));
    ackedBefore = cut.before + records;
  }
  return { lane: { ...lane, cursor, ackedBefore, ledger }, gone, cut };
}

/** What is left of a range record behind the cursor. */
export function cutRange(stored: StoredBlock, cursor: number): StoredBlock {
  const { records } = recordsWithin(stored.runs, stored.seq, stored.seq, cursor);
  return {
    ...stored,
    seq: cursor + 1,
    before: stored.before + records,
    count: stored.count - records,
    runs: dropRuns(stored.runs, cursor + 1 - stored.seq),
  };
}

/** The term of the ledger in which the records of an entry stand. */
export function termOf(entry: Pick<Entry, 'kind'>): Term {
  switch (entry.kind) {
    case v1.BlockKind.BLOCK_KIND_SUMMARY:
      return 'summarized';
    case v1.BlockKind.BLOCK_KIND_TOMBSTONE:
      return 'evicted';
    default:
      return 'pending';
  }
}

function heldOf(entry: Entry, held: readonly HeldRange[]): number {
  if (!entry.offered) return entry.count;
  const records = held.reduce(
    (sum, part) => sum + recordsWithin(entry.runs, entry.seq, part.first, part.last).records,
    0,
  );
  return Math.min(records, entry.count);
}

/** Never more than the term holds: a hole may stand for fewer records than its neighbours suggest. */
function clamp(ledger: Ledger, entry: Entry, records: number): number {
  return Math.min(records, entry.count, ledger[termOf(entry)]);
}
