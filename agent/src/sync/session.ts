/**
 * The exchange as data: what a request holds, and what a response makes true. Sends nothing and stores nothing.
 *
 * 1. Alerts go first, then sketches (at most a quarter of the space), then results: a backlog of results delays
 *    neither. Captured windows take a quarter of what is left after all of these.
 * 2. Blocks of a lane go in order from the oldest pending, without holes, so a lost response is repaired by sending
 *    again: the same (epoch, lane, seq) are the same bytes.
 * 3. A response acknowledges at most what its own request held. More is cut off; numbers that this outbox never gave
 *    out mean that another copy of it has written to the server, which is an epoch conflict.
 * 4. Effects come in the order in which they must become true: acknowledge, new epoch, desired state.
 */
import { sameBytes } from '@skerry/proto/bytes';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { LaneName, LaneState, OutboxReader, SampleReader } from './outbox-reader.ts';

export interface SyncLimits {
  /** Of a request's body; one block alone may exceed it. */
  maxRequestBytes: number;
  maxSketches: number;
  /** Of sketches and results together, where that is less; one block alone may exceed it only where this says so. */
  bulk?: { maxBytes: number; mayExceed: boolean };
}

export const DEFAULT_LIMITS: SyncLimits = { maxRequestBytes: 1024 * 1024, maxSketches: 512 };

/** What a request tells besides the outbox. */
export interface Situation {
  clock: skerry.v1.IClockReading;
  reported: skerry.v1.IReported;
  /** The desired state that the agent holds. */
  seen: { instance: string; generation: number };
}

/** A request, and what its response may acknowledge. */
export interface Offer {
  request: skerry.v1.ISyncRequest;
  epoch: Uint8Array;
  seen: Situation['seen'];
  lanes: readonly OfferedLane[];
  /** Highest sequence number among the sketches, 0 for none. */
  lastSketch: number;
  /** Something pending didn't fit. */
  hasMore: boolean;
  /** It holds sketches or results, which may wait. */
  hasBulk: boolean;
  /** Bytes of all but blocks and sketches. */
  stateBytes: number;
}

interface OfferedLane extends LaneState {
  /** Highest sequence number in the request; firstPending - 1 where it holds none of this lane. */
  lastSent: number;
}

export type Effect =
  | {
      kind: 'acknowledge';
      acks: { lane: LaneName; cursor: number }[];
      sketchCursor: number;
      held: { lane: LaneName; first: number; last: number }[];
    }
  | { kind: 'release-samples'; ids: string[] }
  | { kind: 'new-epoch'; reason: string }
  | { kind: 'desired'; instance: string; desired: skerry.v1.IDesired };

/** What a response comes to. */
export interface Interpretation {
  effects: Effect[];
  /** Something became durable, so that sending more makes sense at once. */
  progressed: boolean;
  /** Something pending was not in the request, or was not acknowledged. */
  hasMore: boolean;
  /** How fast to come back, as the server wishes; 0 where it doesn't say. */
  nextSyncMs: number;
  serverWallMs: number;
}

const LANES = { alert: v1.Lane.LANE_ALERT, result: v1.Lane.LANE_RESULT } as const;
/** Epoch, numbers and tags around a block's columns, generously. */
const BLOCK_OVERHEAD_BYTES = 80;

/** Builds the next request from what the outbox holds. */
export async function buildOffer(
  outbox: OutboxReader,
  situation: Situation,
  limits: SyncLimits,
  samples?: SampleReader,
): Promise<Offer> {
  const epoch = outbox.epoch;
  const states = outbox.lanes();
  const base: skerry.v1.ISyncRequest = {
    protocol: 1,
    epoch,
    clock: situation.clock,
    reported: situation.reported,
    ledgers: outbox.ledgers(),
    seenInstance: situation.seen.instance,
    seenGeneration: situation.seen.generation,
    lanes: states.map(({ lane, firstPending, last }) => ({ lane: LANES[lane], firstPending, last })),
  };
  const stateBytes = encodedBytes(v1.SyncRequest, base);
  const space = { bytes: limits.maxRequestBytes - stateBytes, isEmpty: true };
  const alerts = await takeBlocks(outbox, stateOf(states, 'alert'), space);
  const bulk = {
    bytes: Math.min(space.bytes, limits.bulk?.maxBytes ?? space.bytes),
    isEmpty: space.isEmpty && (limits.bulk?.mayExceed ?? true),
  };
  const sketches = await takeSketches(outbox, limits, bulk);
  const results = await takeBlocks(outbox, stateOf(states, 'result'), bulk);
  const captured = samples && bulk.bytes > 0 ? await samples.take(bulk.bytes / 4) : [];
  const lanes = [alerts.lane, results.lane];
  // The outbox was set aside and begun anew meanwhile: what was read belongs to two epochs.
  if (!sameBytes(outbox.epoch, epoch)) return buildOffer(outbox, situation, limits, samples);
  return {
    request: {
      ...base,
      blocks: [...alerts.blocks, ...results.blocks],
      sketches: sketches.taken,
      samples: captured,
    },
    epoch,
    stateBytes,
    seen: situation.seen,
    lanes,
    lastSketch: sketches.taken.at(-1)?.seq ?? 0,
    hasBulk: sketches.taken.length + results.blocks.length + captured.length > 0,
    hasMore: sketches.hasMore || lanes.some((l) => l.firstPending > 0 && l.lastSent < l.last),
  };
}

/** What a response makes true. Trusts it with nothing that its request didn't hold. */
export function interpret(offer: Offer, response: skerry.v1.ISyncResponse): Interpretation {
  const effects: Effect[] = [];
  const { acks, conflicts } = readAcks(offer, response);
  const sketchCursor = Math.min(response.sketchCursor ?? 0, offer.lastSketch);
  const held = heldRanges(offer, response);
  if (acks.length > 0 || sketchCursor > 0 || held.length > 0)
    effects.push({ kind: 'acknowledge', acks, sketchCursor, held });
  const sampled = (offer.request.samples ?? []).map(({ id }) => id ?? '');
  const ids = sampled.filter((id) => response.heldSamples?.includes(id));
  if (ids.length > 0) effects.push({ kind: 'release-samples', ids });
  if (conflicts.length > 0) effects.push({ kind: 'new-epoch', reason: conflicts.join('; ') });
  const instance = response.instance ?? '';
  if (response.desired && isNewer(offer.seen, instance, response.desired.generation ?? 0))
    effects.push({ kind: 'desired', instance, desired: response.desired });
  const cursorOf = (lane: LaneName): number => acks.find((ack) => ack.lane === lane)?.cursor ?? 0;
  const wasSent = (l: OfferedLane): boolean => l.firstPending > 0 && l.lastSent >= l.firstPending;
  const sent = offer.lanes.filter(wasSent);
  return {
    effects,
    progressed: sketchCursor > 0 || sent.some((l) => cursorOf(l.lane) >= l.firstPending),
    hasMore: offer.hasMore || sent.some((l) => cursorOf(l.lane) < l.lastSent),
    nextSyncMs: response.nextSyncMs ?? 0,
    serverWallMs: response.wallMs ?? 0,
  };
}

function readAcks(
  offer: Offer,
  response: skerry.v1.ISyncResponse,
): { acks: { lane: LaneName; cursor: number }[]; conflicts: string[] } {
  const cursors = new Map<LaneName, number>();
  const conflicts = new Map<LaneName, string>();
  for (const ack of response.acks ?? []) {
    const offered = offer.lanes.find(({ lane }) => LANES[lane] === ack.lane);
    if (!offered || !ack.epoch || !sameBytes(ack.epoch, offer.epoch)) continue;
    const { lane, last, lastSent } = offered;
    const cursor = ack.cursor ?? 0;
    if (ack.epochConflict) conflicts.set(lane, `the server holds other ${lane} blocks under this epoch`);
    else if (cursor > last)
      conflicts.set(lane, `the server holds ${lane} block ${cursor}, and ${last} is the last here`);
    else if (cursor > 0) cursors.set(lane, Math.min(cursor, lastSent));
  }
  const acks = [...cursors].map(([lane, cursor]) => ({ lane, cursor }));
  return { acks, conflicts: [...conflicts.values()] };
}

/** Generations order within an instance; another instance (a restored control plane) always counts as newer. */
function isNewer(seen: Situation['seen'], instance: string, generation: number): boolean {
  return instance !== seen.instance || generation > seen.generation;
}

/**
 * Ranges that the server held before they were tombstoned here: within what was sent, in order, and no number twice,
 * so that no answer can make the ledger count one result more than once.
 */
function heldRanges(
  offer: Offer,
  response: skerry.v1.ISyncResponse,
): { lane: LaneName; first: number; last: number }[] {
  const ranges: { lane: LaneName; first: number; last: number }[] = [];
  for (const range of response.held ?? []) {
    const offered = offer.lanes.find(({ lane }) => LANES[lane] === range.lane);
    const [first, last] = [range.firstPending ?? 0, range.last ?? 0];
    if (!offered || offered.firstPending === 0) continue;
    const afterSeq = ranges.findLast(({ lane }) => lane === offered.lane)?.last ?? offered.firstPending - 1;
    if (first > afterSeq && first <= last && last <= offered.lastSent)
      ranges.push({ lane: offered.lane, first, last });
  }
  return ranges;
}

interface Space {
  bytes: number;
  /** No block is in yet: the next goes in whatever its size, so that nothing stalls. */
  isEmpty: boolean;
}

async function takeBlocks(
  outbox: OutboxReader,
  state: LaneState,
  space: Space,
): Promise<{ lane: OfferedLane; blocks: skerry.v1.IBlock[] }> {
  const before = Math.max(0, state.firstPending - 1);
  const lane: OfferedLane = { ...state, lastSent: before };
  const blocks: skerry.v1.IBlock[] = [];
  if (state.firstPending === 0 || (space.bytes <= 0 && !space.isEmpty)) return { lane, blocks };
  for (const block of await outbox.pending(state.lane, before, Math.max(1, space.bytes))) {
    const sizeBytes = (block.columns?.length ?? 0) + BLOCK_OVERHEAD_BYTES;
    const lastSeq = Math.max(block.seq ?? 0, block.seqLast ?? 0);
    // Committed while this was being read: the request already says where the lane ends, so it waits for the next one.
    if (lastSeq > state.last) break;
    if (sizeBytes > space.bytes && !space.isEmpty) break;
    blocks.push(block);
    space.bytes -= sizeBytes;
    space.isEmpty = false;
    lane.lastSent = lastSeq;
  }
  return { lane, blocks };
}

async function takeSketches(
  outbox: OutboxReader,
  limits: SyncLimits,
  space: Space,
): Promise<{ taken: skerry.v1.IDriftSketch[]; hasMore: boolean }> {
  const offered = await outbox.sketches(limits.maxSketches);
  const taken: skerry.v1.IDriftSketch[] = [];
  let budgetBytes = Math.min(space.bytes, limits.maxRequestBytes / 4);
  for (const sketch of offered) {
    const sizeBytes = encodedBytes(v1.DriftSketch, sketch) + 8;
    if (sizeBytes > budgetBytes && (taken.length > 0 || !space.isEmpty)) break;
    taken.push(sketch);
    budgetBytes -= sizeBytes;
    space.bytes -= sizeBytes;
  }
  return { taken, hasMore: taken.length < offered.length || offered.length === limits.maxSketches };
}

function stateOf(states: readonly LaneState[], lane: LaneName): LaneState {
  return states.find((state) => state.lane === lane) ?? { lane, firstPending: 0, last: 0 };
}

function encodedBytes<P>(type: { encode(message: P): { len: number } }, message: P): number {
  return type.encode(message).len;
}
