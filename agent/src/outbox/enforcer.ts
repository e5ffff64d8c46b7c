/** Keeps the outbox within its bounds, one atomic commit a step; what gives way is chosen in evict.ts. */
import { SkerryError } from '@skerry/proto/errors';
import { v1 } from '@skerry/proto/wire';
import type { StoreOp } from '../ports.ts';
import { termOf } from './acknowledge.ts';
import { decodeStored, encodeStored, type StoredBlock } from './block-codec.ts';
import { type Eviction, nextEviction, nextExpiry } from './evict.ts';
import { withLane } from './head.ts';
import { blockKey } from './keys.ts';
import { type Entry, entryOf, TOMBSTONE } from './lane-index.ts';
import { moved } from './ledger.ts';
import {
  holeTombstone,
  MAX_SUMMARY_BYTES,
  movedTo,
  summaryOf,
  tombstoneOf,
  tombstoneReason,
} from './ranges.ts';
import type { OutboxState } from './state.ts';
import type { LaneName } from './types.ts';

/** How far below the bound a full outbox is brought, so that not every commit has to make room. */
const SLACK_BYTES = 256 * 1024;
/** A summary must save at least a quarter of what it stands for; otherwise a tombstone does. */
const WORTHWHILE = 0.75;

/** A range record, and the entries (indices, ascending) in whose place it stands. */
interface Made {
  members: readonly number[];
  range: StoredBlock;
}

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
      const isWritten = await this.#evict(step);
      if (isWritten && this.#state.liveBytes() >= before) return;
    }
  }

  /** Writes the hole that a damaged block left in its place, and counts it. */
  async bury(lane: LaneName, at: number, hole: StoredBlock): Promise<void> {
    this.#state.log('error', 'outbox', `block ${hole.seq} is damaged; its records are counted as evicted`, {
      lane,
      records: hole.count,
    });
    await this.#replace(lane, [{ members: [at], range: hole }]);
  }

  /** False where nothing was written: what was chosen isn't worth it, and has another rank now. */
  async #evict(step: Eviction): Promise<boolean> {
    const index = this.#state.lanes[step.lane];
    const made: Made[] = [];
    for (const group of step.groups) {
      const sources = group.map((at) => index.entries[at]!);
      const blocks = await Promise.all(sources.map((entry) => this.#read(step.lane, entry)));
      const summary = step.into === 'summary' ? this.#summary(blocks, sources) : undefined;
      if (summary) made.push({ members: group, range: summary });
      else if (step.otherwise !== undefined) for (const at of group) index.rank(at, step.otherwise);
      else made.push(await this.#tombstone(step, group, blocks));
    }
    if (made.length > 0) await this.#replace(step.lane, made);
    for (const { range } of made)
      this.#state.log('debug', 'outbox', `${step.lane} blocks ${range.seq}–${range.seqLast} gave way`, {
        into: range.kind === v1.BlockKind.BLOCK_KIND_SUMMARY ? 'summary' : 'tombstone',
        reason: step.reason,
        records: range.count,
      });
    return made.length > 0;
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

  /** The tombstone of a group, joined with tombstones of the same reason beside it that no server has seen. */
  async #tombstone(step: Eviction, group: readonly number[], blocks: readonly StoredBlock[]): Promise<Made> {
    const { entries } = this.#state.lanes[step.lane];
    const [older, newer] = [group[0]! - 1, group.at(-1)! + 1];
    const isWhole = newer - older - 1 === group.length;
    const members = [...group];
    const parts = [...blocks];
    const before = await this.#sameTombstone(step, entries[older]);
    if (before && (isWhole || !entries[older]!.sent)) {
      members.unshift(older);
      parts.unshift(before);
    }
    const behind = await this.#sameTombstone(step, entries[newer]);
    if (behind) {
      members.push(newer);
      parts.push(behind);
    }
    return { members, range: tombstoneOf(parts, step.reason, this.#state.compression) };
  }

  async #sameTombstone(step: Eviction, entry: Entry | undefined): Promise<StoredBlock | undefined> {
    if (!entry || entry.offered || entry.rank !== TOMBSTONE) return undefined;
    const block = await this.#read(step.lane, entry);
    return tombstoneReason(block) === step.reason ? block : undefined;
  }

  /**
   * Writes range records in the place of their members. Entries in between move up in front of them, under new numbers:
   * evict.ts passes over none that a server may know.
   */
  async #replace(lane: LaneName, made: readonly Made[]): Promise<void> {
    const state = this.#state;
    const index = state.lanes[lane];
    const [from, to] = [made[0]!.members[0]!, made.at(-1)!.members.at(-1)!];
    const places = new Map(made.flatMap((each) => each.members.map((at) => [at, each] as const)));
    const placed: Entry[] = [];
    const ops = new Map<string, StoreOp>();
    let { ledger } = state.head.lanes[lane];
    let { seq, before } = index.entries[from]!;
    for (let at = from; at <= to; at++) {
      const entry = index.entries[at]!;
      const key = blockKey(lane, entry.seq);
      if (!ops.has(key)) ops.set(key, { type: 'del', key });
      const range = places.get(at);
      if (range && at !== range.members.at(-1)) continue;
      if (!range && entry.seq === seq) {
        ops.delete(key);
        placed.push(entry);
      } else {
        const block = movedTo(range?.range ?? (await this.#read(lane, entry)), seq, before);
        for (const source of range ? range.members.map((member) => index.entries[member]!) : [entry])
          ledger = moved(ledger, termOf(source), termOf(block), source.count);
        const value = encodeStored(block);
        ops.set(blockKey(lane, seq), { type: 'put', key: blockKey(lane, seq), value });
        const isSent = range?.members.some((member) => index.entries[member]!.sent) ?? false;
        const next = entryOf(block, value.length, false, isSent);
        placed.push(range || next.rank === TOMBSTONE ? next : { ...next, rank: entry.rank });
      }
      seq = placed.at(-1)!.seqLast + 1;
      before += placed.at(-1)!.count;
    }
    await state.commit('outbox.evict', {
      head: withLane(state.head, lane, { ledger }),
      ops: [...ops.values()],
      apply: () => index.replace(from, to, placed),
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
