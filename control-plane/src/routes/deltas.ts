/**
 * Deltas between blobs (proto/src/delta.ts), made when they are first asked for and kept in memory while there is room:
 * a fleet that moves from one release to the next asks for the same few. One is made at a time, off the main thread;
 * whoever would wait behind too many gets the blob itself.
 */
import { type Crypto, DIGEST_PATTERN, digestOf } from '@skerry/proto/crypto';
import { canBeBase, type MakeDelta } from '@skerry/proto/delta';
import type { Blobs } from '../ports.ts';

export interface DeltaOptions {
  blobs: Blobs;
  crypto: Crypto;
  make: MakeDelta;
  /** The largest blob that a delta is made of or from; base, blob and delta are in memory together. */
  maxBytes?: number;
  /** Of all deltas that are kept. */
  maxKeptBytes?: number;
  /** How many may wait to be made. */
  maxWaiting?: number;
}

export interface Delta {
  /** Of the delta itself. */
  digest: string;
  bytes: Uint8Array;
}

export const DEFAULT_DELTA_BYTES: number = 64 * 1024 * 1024;
/** A delta that saves less than a tenth isn't worth the memory at either end. */
const WORTH = 0.9;

export class Deltas {
  readonly #o: Required<DeltaOptions>;
  /** By `FROM TO`, the longest unused first; undefined where none pays. */
  readonly #kept = new Map<string, Promise<Delta | undefined>>();
  readonly #sizes = new Map<string, number>();
  #keptBytes = 0;
  #waiting = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: DeltaOptions) {
    this.#o = { maxBytes: DEFAULT_DELTA_BYTES, maxKeptBytes: 64 * 1024 * 1024, maxWaiting: 16, ...options };
  }

  /** The delta that makes blob `to` out of blob `from`; undefined where there is none that is smaller enough. */
  async between(from: string, to: string): Promise<Delta | undefined> {
    if (!DIGEST_PATTERN.test(from) || from === to) return undefined;
    const key = `${from} ${to}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    if (this.#waiting >= this.#o.maxWaiting) return undefined;
    const made = this.#inTurn(() => this.#make(from, to));
    this.#kept.set(key, made);
    try {
      const delta = await made;
      this.#keep(key, delta?.bytes.length ?? 0);
      return delta;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const next = this.#turn.then(work).finally(() => {
      this.#waiting--;
    });
    this.#turn = next.catch(() => undefined); // whoever asked hears of it
    return next;
  }

  async #make(from: string, to: string): Promise<Delta | undefined> {
    const { blobs, crypto, make, maxBytes } = this.#o;
    for (const digest of [from, to]) if (((await blobs.has(digest)) ?? Infinity) > maxBytes) return undefined;
    const [base, target] = [await blobs.get(from), await blobs.get(to)];
    if (!base || !target || !canBeBase(base.bytes)) return undefined;
    const bytes = await make(base.bytes, target.bytes);
    return bytes.length < WORTH * target.bytes.length
      ? { digest: digestOf(crypto, bytes), bytes }
      : undefined;
  }

  #keep(key: string, sizeBytes: number): void {
    // Its name counts as well, so that pairs without a delta can't fill the memory either.
    const bytes = sizeBytes + 2 * key.length;
    this.#sizes.set(key, bytes);
    this.#keptBytes += bytes;
    for (const oldest of this.#sizes.size > 1 ? [...this.#kept.keys()] : []) {
      if (this.#keptBytes <= this.#o.maxKeptBytes || oldest === key) return;
      this.#keptBytes -= this.#sizes.get(oldest) ?? 0;
      this.#sizes.delete(oldest);
      this.#kept.delete(oldest);
    }
  }
}
