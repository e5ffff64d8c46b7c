/**
 * Opening the outbox: reads the head, scans every block's number and checksums, and turns what is missing or damaged
 * into tombstones with reason `corrupt`. The size of a hole is known from its neighbours: every block carries how
 * many records of its lane were produced before it.
 */
import type { Store, StoreOp } from '../ports.ts';
import { decodeStored, encodeStored, isRange } from './block-codec.ts';
import { decodeHead, freshHead, type Head, LANES, MIRROR_KEY, withLane } from './head.ts';
import { blockKey, HEAD_KEY, numberOfKey, underPrefix } from './keys.ts';
import { type Entry, entryOf, LaneIndex } from './lane-index.ts';
import { emptyLedger, moved, produced } from './ledger.ts';
import { holeTombstone } from './ranges.ts';
import type { LaneName } from './types.ts';

const SCAN = 64;

/** What was wrong with the store, for the log and an alert. */
export interface Damage {
  /** Neither copy of the head could be read, or blocks were ahead of it: a new epoch began, the ledgers anew. */
  headLost: boolean;
  /** Ranges of numbers of which nothing was left, with the records that they stood for. */
  holes: { lane: LaneName; first: number; last: number; records: number }[];
  /** Journal entries, states, counters or sketches whose checksum didn't hold. */
  records: string[];
  /** Samples that were journaled, never fed, and are gone. */
  samples: number;
}

export interface Opened {
  head: Head;
  fresh: boolean;
  lanes: Record<LaneName, LaneIndex>;
  /** What must be committed before anything else. */
  ops: StoreOp[];
  damage: Damage;
}

/** Reads what is there; writes nothing. `freshEpoch` is used where the database is new or its head is lost. */
export async function openLanes(store: Store, freshEpoch: () => Uint8Array): Promise<Opened> {
  const copies = [await store.get(HEAD_KEY), await store.get(MIRROR_KEY)];
  const stored = decodeHead(copies);
  const found = { alert: await scanLane(store, 'alert'), result: await scanLane(store, 'result') };
  const damage: Damage = { headLost: false, holes: [], records: [], samples: 0 };
  const lanes = { alert: new LaneIndex(), result: new LaneIndex() };
  const empty = copies.every((copy) => copy === undefined) && (await isEmpty(store));
  if (empty) return { head: freshHead(freshEpoch()), fresh: true, lanes, ops: [], damage };

  let head = stored;
  if (!head || LANES.some((lane) => (found[lane].entries.at(-1)?.seqLast ?? 0) > head!.lanes[lane].last)) {
    damage.headLost = true;
    head = headFromBlocks(freshHead(freshEpoch()), found);
  }
  const ops: StoreOp[] = [];
  for (const lane of LANES) {
    const filled = fillHoles(head, lane, found[lane]);
    head = filled.head;
    const { sent = Number.POSITIVE_INFINITY } = head.lanes[lane];
    for (const entry of filled.entries) {
      lanes[lane].push(entry);
      if (entry.seq > sent) lanes[lane].offer(lanes[lane].entries.length - 1, false);
    }
    ops.push(...filled.ops);
    damage.holes.push(...filled.holes);
  }
  return { head, fresh: false, lanes, ops, damage };
}

async function isEmpty(store: Store): Promise<boolean> {
  for (const prefix of ['b/', 'j/', 's/', 'd/', 'c/', 'p/'])
    if ((await store.range({ ...underPrefix(prefix), limit: 1 })).length > 0) return false;
  return true;
}

interface Scanned {
  entries: Entry[];
  /** Keys under which no readable block lies. */
  corrupt: string[];
}

async function scanLane(store: Store, lane: LaneName): Promise<Scanned> {
  const { lt } = underPrefix(`${blockKey(lane, 0).slice(0, -16)}`);
  const scanned: Scanned = { entries: [], corrupt: [] };
  let gte = blockKey(lane, 0);
  for (;;) {
    const page = await store.range({ gte, lt, limit: SCAN });
    for (const [key, value] of page) {
      const entry = readEntry(key, value);
      const last = scanned.entries.at(-1);
      if (entry && (!last || entry.seq > last.seqLast)) scanned.entries.push(entry);
      else scanned.corrupt.push(key);
    }
    const end = page.at(-1)?.[0];
    if (end === undefined || page.length < SCAN) return scanned;
    gte = `${end}\0`;
  }
}

function readEntry(key: string, value: Uint8Array): Entry | undefined {
  try {
    const stored = decodeStored(value);
    return stored.seq === numberOfKey(key) ? entryOf(stored, value.length, true) : undefined;
  } catch {
    // Its key goes to `corrupt`; the hole that it leaves is counted.
    return undefined;
  }
}

/** A head for blocks whose own is lost: a new epoch in which all that is left has just been produced. */
function headFromBlocks(fresh: Head, found: Record<LaneName, Scanned>): Head {
  let head = fresh;
  for (const lane of LANES) {
    const { entries } = found[lane];
    const first = entries[0];
    if (!first) continue;
    let ledger = emptyLedger();
    for (const entry of entries)
      if (!isRange(entry.kind)) ledger = produced(ledger, entry.count, entry.decisions);
    const last = entries.at(-1)!;
    head = withLane(head, lane, {
      last: last.seqLast,
      cursor: first.seq - 1,
      offset: first.seq - 1,
      sent: first.seq - 1,
      ackedBefore: first.before,
      base: last.before + last.count - ledger.produced,
      ledger,
    });
  }
  return head;
}

interface Filled {
  head: Head;
  entries: Entry[];
  ops: StoreOp[];
  holes: Damage['holes'];
}

function fillHoles(head: Head, lane: LaneName, found: Scanned): Filled {
  const state = head.lanes[lane];
  const ops: StoreOp[] = found.corrupt.map((key) => ({ type: 'del', key }));
  const entries: Entry[] = [];
  const holes: Damage['holes'] = [];
  let [seq, before] = [state.cursor + 1, state.ackedBefore];
  const reach = (next: number, nextBefore: number): void => {
    if (next <= seq) return;
    const count = Math.max(0, nextBefore - before);
    const hole = { seq, seqLast: next - 1, count, before, bornMs: head.poweredMs };
    const value = encodeStored(holeTombstone(hole));
    ops.push({ type: 'put', key: blockKey(lane, seq), value });
    entries.push(entryOf(holeTombstone(hole), value.length, true));
    holes.push({ lane, first: seq, last: next - 1, records: count });
  };
  for (const entry of found.entries) {
    if (entry.seqLast <= state.cursor) {
      ops.push({ type: 'del', key: blockKey(lane, entry.seq) });
      continue;
    }
    reach(entry.seq, entry.before);
    entries.push(entry);
    [seq, before] = [entry.seqLast + 1, entry.before + entry.count];
  }
  reach(state.last + 1, state.base + state.ledger.produced);
  const pending = entries.reduce((sum, entry) => sum + (isRange(entry.kind) ? 0 : entry.count), 0);
  const lost = Math.max(0, state.ledger.pending - pending);
  const ledger = moved(state.ledger, 'pending', 'evicted', lost);
  return { head: withLane(head, lane, { ledger }), entries, ops, holes };
}
