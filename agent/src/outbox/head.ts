/**
 * The head of the outbox: the one record that every commit of progress rewrites, twice (HEAD_KEY and its mirror), so
 * that a flipped byte in one of them costs nothing. Sequence numbers come from here and are never derived from the
 * blocks that are left.
 */
import { fromHex, toHex } from '@skerry/proto/bytes';
import type { StoreOp } from '../ports.ts';
import { HEAD_KEY } from './keys.ts';
import { addLedgers, emptyLedger, type Ledger } from './ledger.ts';
import { sealJson, unsealJson } from './sealed.ts';
import type { LaneName } from './types.ts';

export const LANES: readonly LaneName[] = ['alert', 'result'];
export const MIRROR_KEY = 'm/mirror';

/** Past epochs that are still reported; older ones fold into one sum. */
const MAX_PAST = 8;

export interface LaneHead {
  /** Highest number ever given out. Numbers of the store run on over epochs. */
  last: number;
  /** Highest number acknowledged, without holes below it. */
  cursor: number;
  /** A number of the store less this is the number within the epoch, as sync sends it. */
  offset: number;
  /** No higher number has been handed to anyone. Absent in heads written before it was kept: any may have been. */
  sent?: number;
  /** Records of the lane produced before the epoch's first. */
  base: number;
  /** Records of the lane produced up to the cursor. */
  ackedBefore: number;
  ledger: Ledger;
}

/** How far a lane is acknowledged, in numbers of its epoch. */
export interface LaneEnd {
  cursor: number;
  /** Records up to the cursor, whatever became of them. */
  acknowledged: number;
}

export interface PastEpoch {
  epoch: string;
  lanes: Record<LaneName, Ledger>;
  /** Where the epoch ended; heads of earlier versions don't say. */
  ends?: Record<LaneName, LaneEnd>;
}

export interface Head {
  version: 1;
  epoch: string;
  fedThrough: number;
  /** Rows of each pipeline in all the entries up to it: what the journal must have held. */
  fedRows: Record<string, number>;
  /** Milliseconds that the outbox has been open in all, over restarts: the time by which data ages. */
  poweredMs: number;
  /** Commits so far: no two heads are the same, so that it can be told whether one reached the disk. */
  writes?: number;
  /** What the agent held the time to be at this commit, ms since the Unix epoch: where a start without a clock goes on from. */
  wallMs?: number;
  lanes: Record<LaneName, LaneHead>;
  sketch: { last: number; cursor: number; offset: number; dropped: number };
  /** Earlier epochs, newest last. */
  past: PastEpoch[];
  /** Epochs before those. */
  folded: Record<LaneName, Ledger>;
}

/** The head of a database that was created just now. */
export function freshHead(epoch: Uint8Array): Head {
  const lane = (): LaneHead => ({
    last: 0,
    cursor: 0,
    offset: 0,
    sent: 0,
    base: 0,
    ackedBefore: 0,
    ledger: emptyLedger(),
  });
  return {
    version: 1,
    epoch: toHex(epoch),
    fedThrough: 0,
    fedRows: {},
    poweredMs: 0,
    lanes: { alert: lane(), result: lane() },
    sketch: { last: 0, cursor: 0, offset: 0, dropped: 0 },
    past: [],
    folded: { alert: emptyLedger(), result: emptyLedger() },
  };
}

/** The two puts that store a head. */
export function headOps(head: Head): StoreOp[] {
  const value = sealJson(head);
  return [
    { type: 'put', key: HEAD_KEY, value },
    { type: 'put', key: MIRROR_KEY, value },
  ];
}

/** The head that was stored, from whichever copy holds; undefined where neither does. */
export function decodeHead(copies: readonly (Uint8Array | undefined)[]): Head | undefined {
  for (const copy of copies) {
    const head = copy && (unsealJson(copy) as Head | undefined);
    if (head?.version === 1) return head;
  }
  return undefined;
}

/** A head as text, for telling whether two are the same. */
export function canonicalHead(head: Head): string {
  return JSON.stringify(head);
}

/** 16 bytes. */
export function epochBytes(head: Head): Uint8Array {
  return fromHex(head.epoch);
}

/** The head with one lane replaced. */
export function withLane(head: Head, lane: LaneName, change: Partial<LaneHead>): Head {
  return { ...head, lanes: { ...head.lanes, [lane]: { ...head.lanes[lane], ...change } } };
}

/** How far a lane is acknowledged within the present epoch. */
export function laneEnd({ cursor, offset, ackedBefore, base }: LaneHead): LaneEnd {
  return { cursor: cursor - offset, acknowledged: ackedBefore - base };
}

/** The head whose epoch has become a past one; its ledgers, and where it ended, are final. */
export function withPastEpoch(
  head: Head,
  final: Record<LaneName, Ledger>,
  ends: Record<LaneName, LaneEnd>,
): Head {
  const past = [...head.past, { epoch: head.epoch, lanes: final, ends }];
  const old = past.length > MAX_PAST ? past.shift() : undefined;
  if (!old) return { ...head, past };
  const folded = {
    alert: addLedgers(head.folded.alert, old.lanes.alert),
    result: addLedgers(head.folded.result, old.lanes.result),
  };
  return { ...head, past, folded };
}

/** Records of a lane over all epochs: what the metrics count. */
export function lifetimeLedger(head: Head, lane: LaneName): Ledger {
  return [...head.past.map((epoch) => epoch.lanes[lane]), head.lanes[lane].ledger].reduce(
    addLedgers,
    head.folded[lane],
  );
}
