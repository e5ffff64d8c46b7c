/** Keeps the outbox within its bounds, one atomic commit a step; what gives way is chosen in evict.ts. */
import { SkerryError } from '@skerry/proto/errors';
import { v1 } from '@skerry/proto/wire';
import { termOf } from './acknowledge.ts';
import { decodeStored, encodeStored, type StoredBlock } from './block-codec.ts';
import { type Eviction, nextEviction, nextExpiry } from './evict.ts';
import { withLane } from './head.ts';
import { blockKey } from './keys.ts';
import { type Entry, entryOf } from './lane-index.ts';
import { moved } from './ledger.ts';
import { holeTombstone, MAX_SUMMARY_BYTES, summaryOf, tombstoneOf, tombstoneReason } from './ranges.ts';
import type { OutboxState } from './state.ts';
import type { LaneName } from './types.ts';

/** How far below the bound a full outbox is brought, so that not every commit has to make room. */
const SLACK_BYTES = 256 * 1024;
/** A summary must save at least a quarter of what it stands for; otherwise a tombstone does. */
const WORTHWHILE = 0.75;

export class Enforcer {
  readonly #state: OutboxState;

  constructor(state: OutboxState) {
    this.#state = state;
  }

  /** Whether new samples have to be turned away. */
  get full(): boolean {
    const { whenFull, maxBytes } = this.#state.limits;
    return (whenFull === 'reject-new' || whenFull === 'block') && this.#state.liveBytes() >= maxBytes;
  }

  /** Carries out what age and space demand. Rejects as the store does; what was done until then stands. */
  async enforce(): Promise<void> {
    const { limits, lanes } = this.#state;
    for (;;) {
      const step = nextExpiry(lanes, this.#state.poweredMs(), limits.maxAgeMs);
      if (!step) break;
      await this.#evict(step);
    }
    if (this.#state.liveBytes() <= limits.maxBytes) return;
    const target = limits.maxBytes - Math.min(limits.maxBytes / 16, SLACK_BYTES);
    for (;;) {
      const before = this.#state.liveBytes();
      const step =
        before > target ? nextEviction(lanes, limits.whenFull, before - target, limits.maxBytes) : undefined;
      if (!step) return;
      await this.#evict(step);
      if (this.#state.liveBytes() >= before) return;
    }
  }

  /** Writes the hole that a damaged block left in its place, and counts it. */
  async bury(lane: LaneName, at: number, hole: StoredBlock): Promise<void> {
    this.#state.log('error', 'outbox', `block ${hole.seq} is damaged; its records are counted as evicted`, {
      lane,
      records: hole.count,
    });
    await this.#replace(lane, at, at, hole, false);
  }

  async #evict(step: Eviction): Promise<void> {
    const { entries } = this.#state.lanes[step.lane];
    const sources = entries.slice(step.from, step.to + 1);
    const blocks = await Promise.all(sources.map((entry) => this.#read(step.lane, entry)));
    const summary = step.into === 'summary' ? this.#summary(blocks, sources) : undefined;
    let range = summary ?? tombstoneOf(blocks, step.reason, this.#state.compression);
    const { kind } = range;
    let [from, to] = [step.from, step.to];
    for (const side of ['older', 'newer'] as const) {
      const at = side === 'older' ? from - 1 : to + 1;
      const joined = await this.#join(step, range, kind, entries[at], side);
      if (!joined) continue;
      range = joined;
      if (side === 'older') from = at;
      else to = at;
    }
    await this.#replace(step.lane, from, to, range, false);
    this.#state.log('debug', 'outbox', `${step.lane} blocks ${range.seq}–${range.seqLast} gave way`, {
      into: kind === v1.BlockKind.BLOCK_KIND_SUMMARY ? 'summary' : 'tombstone',
      reason: step.reason,
      records: range.count,
    });
  }

  /** The summary of blocks, or undefined where it isn't worth it or they can't be read. */
  #summary(blocks: readonly StoredBlock[], sources: readonly Entry[]): StoredBlock | undefined {
    try {
      const summary = summaryOf(blocks, this.#state.compression);
      const bytes = sources.reduce((sum, entry) => sum + entry.sizeBytes, 0);
      return encodeStored(summary).length <= Math.min(bytes * WORTHWHILE, MAX_SUMMARY_BYTES)
        ? summary
        : undefined;
    } catch (error) {
      if (error instanceof SkerryError && error.code === 'corrupt') return undefined;
      throw error;
    }
  }

  /** Joins a new range record with a neighbour of its kind that no server has seen. */
  async #join(
    step: Eviction,
    range: StoredBlock,
    kind: number,
    neighbour: Entry | undefined,
    side: 'older' | 'newer',
  ): Promise<StoredBlock | undefined> {
    if (!neighbour || neighbour.offered || neighbour.kind !== kind) return undefined;
    const other = await this.#read(step.lane, neighbour);
    const pair = side === 'older' ? [other, range] : [range, other];
    if (kind === v1.BlockKind.BLOCK_KIND_TOMBSTONE)
      return tombstoneReason(other) === step.reason
        ? tombstoneOf(pair, step.reason, this.#state.compression)
        : undefined;
    const summary = summaryOf(pair, this.#state.compression);
    return summary.columns.length <= MAX_SUMMARY_BYTES ? summary : undefined;
  }

  async #replace(
    lane: LaneName,
    from: number,
    to: number,
    range: StoredBlock,
    offered: boolean,
  ): Promise<void> {
    const state = this.#state;
    const index = state.lanes[lane];
    const value = encodeStored(range);
    let { ledger } = state.head.lanes[lane];
    for (const source of index.entries.slice(from, to + 1))
      ledger = moved(ledger, termOf(source), termOf(range), source.count);
    const gone = index.entries.slice(from + 1, to + 1);
    await state.commit('outbox.evict', {
      head: withLane(state.head, lane, { ledger }),
      ops: [
        ...gone.map((entry) => ({ type: 'del' as const, key: blockKey(lane, entry.seq) })),
        { type: 'put', key: blockKey(lane, range.seq), value },
      ],
      apply: () => index.replace(from, to, entryOf(range, value.length, offered)),
    });
  }

  async #read(lane: LaneName, entry: Entry): Promise<StoredBlock> {
    const value = await this.#state.store.get(blockKey(lane, entry.seq));
    try {
      if (value) return decodeStored(value);
    } catch {
      // It is about to give way anyway; its count is known.
    }
    return holeTombstone(entry);
  }
}
