/** What a lane holds, in memory: one small entry per pending block or range record, in order of sequence numbers. */
import { invariant } from '@skerry/proto/errors';
import type { StoredHeader } from './block-codec.ts';

export interface Entry extends StoredHeader {
  /** Key and value. */
  sizeBytes: number;
  /** May be known to a server: never rewritten under its number. True for all that a restart finds. */
  offered: boolean;
}

/** Bytes that a key of a block takes. */
export const BLOCK_KEY_BYTES = 20;

export class LaneIndex {
  #entries: Entry[] = [];
  #bytes = 0;

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Adds the newest entry, or replaces it where it has the same number. */
  push(entry: Entry): void {
    const last = this.#entries.at(-1);
    if (last?.seq === entry.seq) {
      this.#bytes -= last.sizeBytes;
      this.#entries.pop();
    } else invariant(!last || entry.seq === last.seqLast + 1, `block ${entry.seq} follows ${last?.seqLast}`);
    this.#entries.push(entry);
    this.#bytes += entry.sizeBytes;
  }

  /** Puts `entry` in the place of all entries from..to (indices, inclusive), whose numbers it covers. */
  replace(from: number, to: number, entry: Entry): void {
    invariant(
      this.#entries[from]?.seq === entry.seq && this.#entries[to]?.seqLast === entry.seqLast,
      `range ${entry.seq}–${entry.seqLast} covers whole blocks`,
    );
    const gone = this.#entries.splice(from, to - from + 1, entry);
    this.#bytes += entry.sizeBytes - gone.reduce((sum, e) => sum + e.sizeBytes, 0);
  }

  /** Removes the oldest `count` entries. */
  dropOldest(count: number): void {
    for (const entry of this.#entries.splice(0, count)) this.#bytes -= entry.sizeBytes;
  }

  /** Puts what is left of the oldest entry in its place. */
  replaceOldest(entry: Entry): void {
    const oldest = this.#entries[0];
    invariant(
      oldest && oldest.seqLast === entry.seqLast,
      `range ${entry.seq}–${entry.seqLast} is the oldest's rest`,
    );
    this.#entries[0] = entry;
    this.#bytes += entry.sizeBytes - oldest.sizeBytes;
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
}

/** The entry of a stored block. */
export function entryOf(header: StoredHeader, valueBytes: number, offered: boolean): Entry {
  const { seq, seqLast, kind, codec, count, before, bornMs, normal, decisions, runs } = header;
  return {
    seq,
    seqLast,
    kind,
    codec,
    count,
    before,
    bornMs,
    normal,
    decisions,
    runs,
    sizeBytes: BLOCK_KEY_BYTES + valueBytes,
    offered,
  };
}
