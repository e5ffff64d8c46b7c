/**
 * What gives way when space or age says so. The choice is pure; the outbox carries it out, one atomic commit a step.
 *
 * `degrade`: the oldest results that were all normal become summaries; then the oldest summaries become tombstones;
 * then all other results take the same way; alerts go last. Summaries never hold more than a quarter of the space.
 * `drop-oldest`: the oldest results become tombstones, alerts last. `reject-new` and `block` evict nothing for space.
 */
import { v1 } from '@skerry/proto/wire';
import type { Entry, LaneIndex } from './lane-index.ts';
import type { LaneName } from './types.ts';

export type WhenFull = 'degrade' | 'drop-oldest' | 'reject-new' | 'block';
export type TombstoneReason = 'age' | 'space' | 'corrupt';

/** Entries from..to (indices, inclusive) of a lane become one range record. */
export interface Eviction {
  lane: LaneName;
  from: number;
  to: number;
  into: 'summary' | 'tombstone';
  reason: TombstoneReason;
}

/** Blocks that one step takes at most, so that a step stays short. */
const MAX_STEP = 64;

const { BLOCK_KIND_SUMMARY, BLOCK_KIND_TOMBSTONE } = v1.BlockKind;

/** The next step towards freeing `excessBytes`, or undefined where the policy has nothing left to give. */
export function nextEviction(
  lanes: Readonly<Record<LaneName, LaneIndex>>,
  whenFull: WhenFull,
  excessBytes: number,
  maxBytes: number,
): Eviction | undefined {
  const results = lanes.result.entries;
  const take = (
    lane: LaneName,
    into: Eviction['into'],
    wanted: (entry: Entry) => boolean,
  ): Eviction | undefined => {
    const run = oldestRun(lanes[lane].entries, wanted, excessBytes);
    return run && { lane, ...run, into, reason: 'space' };
  };
  switch (whenFull) {
    case 'reject-new':
    case 'block':
      return undefined;
    case 'drop-oldest':
      return take('result', 'tombstone', isAlive) ?? take('alert', 'tombstone', isAlive);
    case 'degrade': {
      const summaries = results.reduce((sum, e) => sum + (isSummary(e) ? e.sizeBytes : 0), 0);
      const overShare = summaries > maxBytes / 4 ? take('result', 'tombstone', isSummary) : undefined;
      return (
        overShare ??
        take('result', 'summary', (e) => isAlive(e) && !isSummary(e) && e.normal) ??
        take('result', 'tombstone', isSummary) ??
        take('result', 'summary', isAlive) ??
        take('alert', 'tombstone', isAlive)
      );
    }
  }
}

/** The next step towards keeping nothing older than `maxAgeMs` of powered-on time. */
export function nextExpiry(
  lanes: Readonly<Record<LaneName, LaneIndex>>,
  poweredMs: number,
  maxAgeMs: number,
): Eviction | undefined {
  for (const lane of ['result', 'alert'] as const) {
    const old = (entry: Entry): boolean => isAlive(entry) && poweredMs - entry.bornMs > maxAgeMs;
    const run = oldestRun(lanes[lane].entries, old, Number.POSITIVE_INFINITY);
    if (run) return { lane, ...run, into: 'tombstone', reason: 'age' };
  }
  return undefined;
}

function isAlive(entry: Entry): boolean {
  return entry.kind !== BLOCK_KIND_TOMBSTONE;
}

function isSummary(entry: Entry): boolean {
  return entry.kind === BLOCK_KIND_SUMMARY;
}

/** The oldest stretch of neighbours that are wanted, as long as the excess asks for. */
function oldestRun(
  entries: readonly Entry[],
  wanted: (entry: Entry) => boolean,
  excessBytes: number,
): { from: number; to: number } | undefined {
  const from = entries.findIndex(wanted);
  if (from < 0) return undefined;
  let to = from;
  let bytes = entries[from]!.sizeBytes;
  while (
    bytes < excessBytes &&
    to + 1 < entries.length &&
    to - from + 1 < MAX_STEP &&
    wanted(entries[to + 1]!)
  )
    bytes += entries[++to]!.sizeBytes;
  return { from, to };
}
