/**
 * What gives way when space or age says so. The choice is pure; the outbox carries it out, one atomic commit a step.
 *
 * `degrade`, for the lowest priority first: the oldest results that were all normal become summaries; summaries become
 * coarser, the finest first; all other results become summaries; summaries that can't be coarser become tombstones.
 * Alerts go last. Summaries never hold more than a quarter of the space: beyond, they become coarser at once.
 * `drop-oldest`: the oldest results of the lowest priority become tombstones, alerts last. `reject-new` and `block` evict
 * nothing for space.
 *
 * What becomes one range record is gathered from a stretch of the lane. Where no server can know of the stretch yet,
 * others that lie in between (of another priority or decision) are passed over, and move up in front of the record:
 *
 *     1 low  2 high  3 low  4 high  5 low      →    1 high  2 high  3–5 summary of low
 */
import type { Entry, Group, LaneIndex, Rank } from './lane-index.ts';
import { FINAL_SUMMARY, NORMAL, OTHER, TOMBSTONE } from './lane-index.ts';
import type { LaneName } from './types.ts';

export type WhenFull = 'degrade' | 'drop-oldest' | 'reject-new' | 'block';
export type TombstoneReason = 'age' | 'space' | 'corrupt';

/** Entries of a lane that each become one range record. */
export interface Eviction {
  lane: LaneName;
  /** Indices, ascending; each group apart from the others, oldest first. */
  groups: number[][];
  into: 'summary' | 'tombstone';
  reason: TombstoneReason;
  /** What becomes of a group whose summary isn't worth it: it stays, with this rank. Undefined: it becomes a tombstone. */
  otherwise?: Rank;
}

/** Entries that a group takes at most, pairs that a step joins, entries that are looked at for them: steps stay short. */
const MAX_GROUP = 64;
const MAX_PAIRS = 32;
const MAX_SCAN = 512;
/** Entries that a group takes if there are as many: fewer make a poor summary. */
const MIN_GROUP = 16;
/** Powered-on time that a summary of normal results spans at first. */
const FIRST_SPAN_MS = 300_000;
/** What may be passed over between two entries of a group: entries, and bytes against those of the group. */
const MAX_PASSED = 64;
const PASSED_BYTES = 4;

/** The next step towards freeing `excessBytes`, or undefined where the policy has nothing left to give. */
export function nextEviction(
  lanes: Readonly<Record<LaneName, LaneIndex>>,
  whenFull: WhenFull,
  excessBytes: number,
  maxBytes: number,
): Eviction | undefined {
  switch (whenFull) {
    case 'reject-new':
    case 'block':
      return undefined;
    case 'drop-oldest':
      return drop('result', lanes.result, excessBytes) ?? drop('alert', lanes.alert, excessBytes);
    case 'degrade':
      return degrade(lanes.result, excessBytes, maxBytes) ?? drop('alert', lanes.alert, excessBytes);
  }
}

/** The next step towards keeping nothing older than `maxAgeMs` of powered-on time. */
export function nextExpiry(
  lanes: Readonly<Record<LaneName, LaneIndex>>,
  poweredMs: number,
  maxAgeMs: number,
): Eviction | undefined {
  const isOld = (entry: Entry): boolean => entry.rank !== TOMBSTONE && poweredMs - entry.bornMs > maxAgeMs;
  for (const lane of ['result', 'alert'] as const) {
    const index = lanes[lane];
    const old = alive(index.groups())
      .map((group) => index.oldest(group))
      .filter((at) => isOld(index.entries[at]!));
    if (old.length === 0) continue;
    const group = [Math.min(...old)];
    while (group.length < MAX_GROUP && group.at(-1)! + 1 < index.entries.length) {
      const next = group.at(-1)! + 1;
      if (!isOld(index.entries[next]!)) break;
      group.push(next);
    }
    return { lane, groups: [group], into: 'tombstone', reason: 'age' };
  }
  return undefined;
}

function degrade(index: LaneIndex, excessBytes: number, maxBytes: number): Eviction | undefined {
  const priorities = byPriority(alive(index.groups()));
  const summaries = priorities.flat().filter(isSummary);
  if (sizeOf(summaries) > maxBytes / 4) {
    for (const own of priorities) {
      const joined = coarsen(index, own);
      if (joined) return joined;
    }
    return entomb('result', index, byPriority(summaries)[0]!, excessBytes);
  }
  const [own] = priorities;
  if (!own) return undefined;
  return (
    summarize(index, own, NORMAL, excessBytes) ??
    coarsen(index, own) ??
    summarize(index, own, OTHER, excessBytes) ??
    entomb('result', index, own, excessBytes)
  );
}

function drop(lane: LaneName, index: LaneIndex, excessBytes: number): Eviction | undefined {
  const [own] = byPriority(alive(index.groups()));
  return own && entomb(lane, index, own, excessBytes);
}

/** The oldest of the groups become a tombstone. */
function entomb(lane: LaneName, index: LaneIndex, own: readonly Group[], excessBytes: number): Eviction {
  const at = Math.min(...own.map((group) => index.oldest(group)));
  const wanted = (entry: Entry): boolean => own.some((group) => isOf(entry, group));
  return { lane, groups: [gather(index, at, wanted, excessBytes)], into: 'tombstone', reason: 'space' };
}

function summarize(
  index: LaneIndex,
  own: readonly Group[],
  rank: Rank,
  excessBytes: number,
): Eviction | undefined {
  const group = own.find((each) => each.rank === rank);
  if (!group) return undefined;
  const at = index.oldest(group);
  const { bornMs } = index.entries[at]!;
  const spanMs = rank === NORMAL ? FIRST_SPAN_MS : Number.POSITIVE_INFINITY;
  const wanted = (entry: Entry): boolean => isOf(entry, group) && entry.bornMs - bornMs <= spanMs;
  return {
    lane: 'result',
    groups: [gather(index, at, wanted, excessBytes)],
    into: 'summary',
    reason: 'space',
    // Too few normal results for a summary of their own go with the others.
    ...(rank === NORMAL && { otherwise: OTHER }),
  };
}

/** Joins summaries by twos: those of the finest level that has neighbours, the oldest first. */
function coarsen(index: LaneIndex, own: readonly Group[]): Eviction | undefined {
  for (const group of own) {
    if (group.rank < 1 || group.rank >= FINAL_SUMMARY) continue;
    const groups = pairsOf(index, group);
    if (groups.length > 0)
      return { lane: 'result', groups, into: 'summary', reason: 'space', otherwise: FINAL_SUMMARY };
  }
  return undefined;
}

function pairsOf(index: LaneIndex, finest: Group): number[][] {
  const pairs: number[][] = [];
  const isNear = ({ priority, rank }: Entry): boolean =>
    priority === finest.priority && (rank === finest.rank || rank === finest.rank + 1);
  const first = index.oldest(finest);
  const end = Math.min(index.entries.length, first + MAX_SCAN);
  for (let at = first; at < end && pairs.length < MAX_PAIRS; at++) {
    if (!isOf(index.entries[at]!, finest)) continue;
    const pair = gather(index, at, isNear, Number.POSITIVE_INFINITY, 2);
    if (pair.length < 2) continue;
    pairs.push(pair);
    at = pair[1]!;
  }
  return pairs;
}

/** Indices from `first` on that are wanted, as many as the excess asks for. */
function gather(
  index: LaneIndex,
  first: number,
  wanted: (entry: Entry) => boolean,
  excessBytes: number,
  maxCount: number = MAX_GROUP,
): number[] {
  const { entries } = index;
  const group = [first];
  let bytes = entries[first]!.sizeBytes;
  let [passed, passedBytes] = [0, 0];
  let isFree = !entries[first]!.sent;
  for (let at = first + 1; at < entries.length && group.length < maxCount && passed <= MAX_PASSED; at++) {
    if (bytes >= excessBytes && group.length >= MIN_GROUP) break;
    const entry = entries[at]!;
    const isWanted = wanted(entry);
    isFree &&= !entry.sent;
    if ((!isWanted || passed > 0) && !isFree) break;
    if (!isWanted) {
      passed++;
      passedBytes += entry.sizeBytes;
    } else if (passedBytes > PASSED_BYTES * (bytes + entry.sizeBytes)) break;
    else {
      group.push(at);
      bytes += entry.sizeBytes;
    }
  }
  return group;
}

function alive(groups: readonly Group[]): Group[] {
  return groups.filter((group) => group.rank !== TOMBSTONE);
}

function byPriority(groups: readonly Group[]): Group[][] {
  const parts: Group[][] = [];
  for (const group of groups) {
    const part = parts.at(-1);
    if (part?.[0]?.priority === group.priority) part.push(group);
    else parts.push([group]);
  }
  return parts;
}

function isSummary({ rank }: Group): boolean {
  return rank >= 1 && rank <= FINAL_SUMMARY;
}

function isOf(entry: Entry, group: Group): boolean {
  return entry.rank === group.rank && entry.priority === group.priority;
}

function sizeOf(groups: readonly Group[]): number {
  return groups.reduce((sum, group) => sum + group.sizeBytes, 0);
}
