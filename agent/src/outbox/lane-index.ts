/**
 * What a lane holds, in memory: one small entry per pending block or range record, in order of sequence numbers; and, by
 * priority and rank, where the oldest of each lies, so that finding what gives way costs the same however many there are.
 */
import { invariant } from '@skerry/proto/errors';
import { v1 } from '@skerry/proto/wire';
import { isRange, type StoredHeader } from './block-codec.ts';

/**
 * How coarse an entry is, in the order in which it gives way: 0 nothing but normal results; 1 and up a summary, twice as
 * coarse at each level; then the ranks below.
 */
export type Rank = number;
export const NORMAL: Rank = 0;
/** A summary that can't be joined with another one. */
export const FINAL_SUMMARY: Rank = 61;
/** Results of any decision, and alerts. */
export const OTHER: Rank = 62;
export const TOMBSTONE: Rank = 63;
const RANKS = 64;

export interface Entry extends StoredHeader {
  /** Key and value. */
  sizeBytes: number;
  /** May be known to a server: never rewritten under its number as something of the same kind. */
  offered: boolean;
  /** Of its numbers some may be known to a server, be it as what was there before: they stay what they are. */
  sent: boolean;
  rank: Rank;
}

/** The entries of one priority and rank. */
export interface Group {
  readonly priority: number;
  readonly rank: Rank;
  count: number;
  sizeBytes: number;
  /** None of them is older. */
  fromSeq: number;
}

/** Bytes that a key of a block takes. */
export const BLOCK_KEY_BYTES = 20;

export class LaneIndex {
  #entries: Entry[] = [];
  #bytes = 0;
  readonly #groups = new Map<number, Group>();

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Groups that have entries, the lowest priority first, then by rank. */
  groups(): Group[] {
    return [...this.#groups.values()].sort((a, b) => a.priority - b.priority || a.rank - b.rank);
  }

  /** Index of a group's oldest entry. */
  oldest(group: Group): number {
    let at = this.after(group.fromSeq - 1);
    while (!this.#isOf(this.#entries[at]!, group)) at++;
    group.fromSeq = this.#entries[at]!.seq;
    return at;
  }

  /** Gives an entry another rank. */
  rank(at: number, rank: Rank): void {
    const entry = this.#entries[at]!;
    this.#remove(entry);
    entry.rank = rank;
    this.#add(entry);
  }

  /** Notes whether a server may know an entry. */
  offer(at: number, offered: boolean): void {
    const entry = this.#entries[at]!;
    entry.offered = offered;
    entry.sent = offered;
    if (isRange(entry.kind)) this.rank(at, rankOf(entry, offered));
  }

  /** Adds the newest entry, or replaces it where it has the same number. */
  push(entry: Entry): void {
    const last = this.#entries.at(-1);
    if (last?.seq === entry.seq) {
      this.#remove(last);
      this.#entries.pop();
    } else invariant(!last || entry.seq === last.seqLast + 1, `block ${entry.seq} follows ${last?.seqLast}`);
    this.#entries.push(entry);
    this.#add(entry);
  }

  /** Puts others in the place of all entries from..to (indices, inclusive), whose numbers they cover. */
  replace(from: number, to: number, entries: readonly Entry[]): void {
    invariant(
      this.#entries[from]?.seq === entries[0]?.seq && this.#entries[to]?.seqLast === entries.at(-1)?.seqLast,
      `entries ${entries[0]?.seq}–${entries.at(-1)?.seqLast} cover whole blocks`,
    );
    for (const gone of this.#entries.splice(from, to - from + 1, ...entries)) this.#remove(gone);
    for (const entry of entries) this.#add(entry);
  }

  /** Removes the oldest `count` entries. */
  dropOldest(count: number): void {
    for (const entry of this.#entries.splice(0, count)) this.#remove(entry);
  }

  /** Puts what is left of the oldest entry in its place. */
  replaceOldest(entry: Entry): void {
    const oldest = this.#entries[0];
    invariant(
      oldest && oldest.seqLast === entry.seqLast,
      `range ${entry.seq}–${entry.seqLast} is the oldest's rest`,
    );
    this.#remove(oldest);
    this.#entries[0] = entry;
    this.#add(entry);
  }

  /** Index of the first entry that ends after `seq`; the number of entries where none does. */
  after(seq: number): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.seqLast > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #isOf(entry: Entry, group: Group): boolean {
    return entry.rank === group.rank && entry.priority === group.priority;
  }

  #add({ priority, rank, sizeBytes, seq }: Entry): void {
    this.#bytes += sizeBytes;
    const key = priority * RANKS + rank;
    const group = this.#groups.get(key);
    if (group) {
      group.count++;
      group.sizeBytes += sizeBytes;
      group.fromSeq = Math.min(group.fromSeq, seq);
    } else this.#groups.set(key, { priority, rank, count: 1, sizeBytes, fromSeq: seq });
  }

  #remove({ priority, rank, sizeBytes }: Entry): void {
    this.#bytes -= sizeBytes;
    const key = priority * RANKS + rank;
    const group = this.#groups.get(key);
    invariant(group, `an entry of priority ${priority} and rank ${rank} is counted`);
    group.count--;
    group.sizeBytes -= sizeBytes;
    if (group.count === 0) this.#groups.delete(key);
  }
}

/** The entry of a stored block. */
export function entryOf(
  header: StoredHeader,
  valueBytes: number,
  offered: boolean,
  sent: boolean = offered,
): Entry {
  const { seq, seqLast, kind, codec, count, before, bornMs, normal, priority, decisions, runs } = header;
  return {
    seq,
    seqLast,
    kind,
    codec,
    count,
    before,
    bornMs,
    normal,
    priority,
    decisions,
    runs,
    sizeBytes: BLOCK_KEY_BYTES + valueBytes,
    offered,
    sent,
    rank: rankOf(header, offered),
  };
}

function rankOf(header: StoredHeader, offered: boolean): Rank {
  if (header.kind === v1.BlockKind.BLOCK_KIND_TOMBSTONE) return TOMBSTONE;
  if (isRange(header.kind)) return offered ? FINAL_SUMMARY : levelOf(header.seqLast - header.seq + 1);
  return header.normal ? NORMAL : OTHER;
}

/** How coarse a summary is that stands for so many blocks: up to 15 are level 1, and each level is twice as many. */
export function levelOf(blocks: number): number {
  return Math.max(1, Math.floor(Math.log2(blocks)) - 2);
}
