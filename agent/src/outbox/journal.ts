/**
 * The journal: accepted samples, one entry a group commit, kept until no window can need any of them. Arrival's
 * counters are committed with the entry that they count.
 */
import { invariant } from '@skerry/proto/errors';
import type { SampleBatch, SampleCounters } from '../pipeline/types.ts';
import type { CrashPoint, Store, StoreOp } from '../ports.ts';
import { arrivalPart } from './counters.ts';
import { decodeJournal, encodeJournal } from './journal-codec.ts';
import { countersKey, journalKey, numberOfKey, underPrefix } from './keys.ts';
import { sealJson } from './sealed.ts';

const SCAN = 16;
const KEY_BYTES = 18;

/** An entry that is there. */
export interface LiveEntry {
  readonly seq: number;
  /** Key and value. */
  readonly sizeBytes: number;
  /** By pipeline; none where it can't be read. */
  readonly rows: Readonly<Record<string, number>>;
}

export interface JournalEntry {
  seq: number;
  batches: SampleBatch[];
}

export type PipelineCounters = readonly { pipeline: string; counters: SampleCounters }[];

export class Journal {
  readonly #store: Store;
  readonly #sync: boolean;
  readonly #crashPoint: CrashPoint;
  /** In order. */
  #live: LiveEntry[] = [];
  #last = 0;
  #bytes = 0;
  #appending = false;

  constructor(store: Store, options: { sync: boolean; crashPoint: CrashPoint }) {
    this.#store = store;
    this.#sync = options.sync;
    this.#crashPoint = options.crashPoint;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  get last(): number {
    return this.#last;
  }

  get entries(): number {
    return this.#live.length;
  }

  /** Finds the entries that are there. `fedThrough`: numbers up to it were given out, whatever is left. */
  async scan(fedThrough: number): Promise<void> {
    this.#last = fedThrough;
    let { gte, lt } = underPrefix('j/');
    for (;;) {
      const page = await this.#store.range({ gte, lt, limit: SCAN });
      for (const [key, value] of page) {
        const seq = numberOfKey(key);
        if (Number.isNaN(seq)) continue;
        this.#add(liveEntry(seq, value, readable(value) ?? []));
        this.#last = Math.max(this.#last, seq);
      }
      const end = page.at(-1)?.[0];
      if (end === undefined || page.length < SCAN) return;
      gte = `${end}\0`;
    }
  }

  /**
   * Commits accepted samples together with arrival's counters; returns the entry's number, or undefined where there
   * were no samples and only counters. `also` becomes durable with them. After a rejection the same call may be made
   * again: it takes the same number. One append at a time.
   */
  async append(
    batches: readonly SampleBatch[],
    counters: PipelineCounters,
    also: readonly StoreOp[],
  ): Promise<number | undefined> {
    invariant(!this.#appending, 'one append to the journal at a time');
    const filled = batches.filter((batch) => batch.count > 0);
    const ops: StoreOp[] = counters.map((c) => ({
      type: 'put',
      key: countersKey('arrival', c.pipeline),
      value: sealJson(arrivalPart(c.counters)),
    }));
    ops.push(...also);
    const seq = this.#last + 1;
    const value = filled.length > 0 ? encodeJournal(filled) : undefined;
    if (value) ops.push({ type: 'put', key: journalKey(seq), value });
    this.#appending = true;
    try {
      this.#crashPoint('journal.append.before');
      await this.#store.batch(ops, { sync: this.#sync });
    } finally {
      this.#appending = false;
    }
    if (!value) return undefined;
    this.#last = seq;
    this.#add(liveEntry(seq, value, filled));
    this.#crashPoint('journal.append.after');
    return seq;
  }

  #add(entry: LiveEntry): void {
    this.#live.push(entry);
    this.#bytes += entry.sizeBytes;
  }

  /** Entries up to `seq`. */
  through(seq: number): readonly LiveEntry[] {
    return this.#live.slice(0, this.#at(seq + 1));
  }

  /** Numbers of the live entries first..last. */
  within(first: number, last: number): number[] {
    return this.#live.slice(this.#at(first), this.#at(last + 1)).map((entry) => entry.seq);
  }

  /** Takes note that the entries first..last are gone, and that `entry` stands in their place where there is one. */
  replace(first: number, last: number, entry?: LiveEntry): void {
    const from = this.#at(first);
    const gone = this.#live.splice(from, this.#at(last + 1) - from, ...(entry ? [entry] : []));
    this.#bytes += (entry?.sizeBytes ?? 0) - gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Rows by pipeline of the live entries first..last. */
  rows(first: number, last: number): Record<string, number> {
    const sum: Record<string, number> = {};
    for (let i = this.#at(first); i < this.#live.length && this.#live[i]!.seq <= last; i++)
      for (const [pipeline, count] of Object.entries(this.#live[i]!.rows))
        sum[pipeline] = (sum[pipeline] ?? 0) + count;
    return sum;
  }

  // Index of the first entry at or after `seq`.
  #at(seq: number): number {
    let [low, high] = [0, this.#live.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#live[middle]!.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Entries up to `through` in order. One that can't be read is told to `onCorrupt` and left out. */
  async *read(through: number, onCorrupt: (key: string) => void): AsyncGenerator<JournalEntry> {
    for (const seq of this.within(0, through)) {
      const value = await this.#store.get(journalKey(seq));
      const batches = value && readable(value);
      if (batches) yield { seq, batches };
      else onCorrupt(journalKey(seq));
    }
  }
}

/** An entry as it lies under its key. */
export function liveEntry(seq: number, value: Uint8Array, batches: readonly SampleBatch[]): LiveEntry {
  const rows: Record<string, number> = {};
  for (const { pipeline, count } of batches) rows[pipeline] = (rows[pipeline] ?? 0) + count;
  return { seq, sizeBytes: KEY_BYTES + value.length, rows };
}

function readable(value: Uint8Array): SampleBatch[] | undefined {
  try {
    return decodeJournal(value);
  } catch {
    // The caller is told. Rows that were never fed are counted as rejected{corrupt} when the outbox opens.
    return undefined;
  }
}
