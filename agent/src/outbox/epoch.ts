/**
 * A new epoch. Everything that no server has acknowledged moves into it, numbered from 1 again, and leaves the ledger
 * of the old one, which is final then. Nothing in the store is rewritten: numbers of the store run on, and the head
 * says what to subtract.
 */
import { toHex } from '@skerry/proto/bytes';
import { termOf } from './acknowledge.ts';
import { type Head, LANES, laneEnd, withLane, withPastEpoch } from './head.ts';
import type { LaneIndex } from './lane-index.ts';
import { addCounts, emptyLedger, type Ledger, type Undelivered, withdrawn } from './ledger.ts';
import type { LaneName } from './types.ts';

/** The head of the next epoch. */
export function nextEpochHead(head: Head, lanes: Record<LaneName, LaneIndex>, epoch: Uint8Array): Head {
  const final: Record<LaneName, Ledger> = { alert: emptyLedger(), result: emptyLedger() };
  let next = head;
  for (const lane of LANES) {
    const state = head.lanes[lane];
    const moved = undelivered(lanes[lane]);
    const count = moved.pending + moved.summarized + moved.evicted;
    final[lane] = withdrawn(state.ledger, moved);
    next = withLane(next, lane, {
      offset: state.cursor,
      sent: state.cursor,
      base: state.base + state.ledger.produced - count,
      ledger: { ...moved, produced: count, delivered: 0 },
    });
  }
  return {
    ...withPastEpoch(next, final, {
      alert: laneEnd(head.lanes.alert),
      result: laneEnd(head.lanes.result),
    }),
    epoch: toHex(epoch),
    sketch: { ...head.sketch, offset: head.sketch.cursor },
  };
}

function undelivered(index: LaneIndex): Undelivered {
  const sum = { pending: 0, summarized: 0, evicted: 0, decisions: {} as Record<string, number> };
  for (const entry of index.entries) {
    const term = termOf(entry);
    if (term !== 'delivered') sum[term] += entry.count;
    sum.decisions = addCounts(sum.decisions, entry.decisions);
  }
  return sum;
}
