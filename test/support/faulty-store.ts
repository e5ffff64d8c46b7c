/**
 * A disk in memory under the Store port. What isn't synced lies in a cache that power loss drops, as a real disk's;
 * a synced batch takes all earlier ones with it, as LevelDB's log does. Faults are chosen per batch.
 *
 * A store that was opened before a power loss belongs to a dead process: its promises never settle again.
 */
import type { Store, StoreOp } from '@skerry/agent/ports';
import { utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';

/**
 * What happens to a batch: `lost`: the power goes before it reaches the disk; `kept`: after it did, and before anyone
 * hears of it; `full`, `failed`: refused with that error, nothing written; `unsure`: written, and reported as failed.
 */
export type BatchFault = 'lost' | 'kept' | 'full' | 'failed' | 'unsure';

export interface FaultyDisk {
  /** A store over the disk, as a new process opens it. */
  open(): Store;
  /** Asked for every batch, numbered from 1 over the disk's whole life. */
  fault: ((batch: number, ops: readonly StoreOp[]) => BatchFault | undefined) | undefined;
  /** Batches that were asked for so far. */
  readonly batches: number;
  /** Power loss: all open stores die, unsynced batches but the first `kept` are gone. */
  powerLoss(kept?: number): void;
  /** Batches that a power loss now would drop. */
  readonly unsynced: number;
  /** Writes a batch that no process waits for any more: it was under way when its process ended. */
  apply(ops: readonly StoreOp[], sync: boolean): void;
  /** Changes one byte of a value in place, durably. */
  flip(key: string, index: number): void;
  /** Removes a key, durably, as a damaged table does. */
  vanish(key: string): void;
  /** Keys as a store opened now would see them, in order. */
  keys(prefix?: string): string[];
  /** Bytes of the value under a key. Throws where there is none. */
  size(key: string): number;
  /** Bytes of keys and values. */
  sizeBytes(): number;
}

/** An empty disk. */
export function createFaultyDisk(): FaultyDisk {
  return new Disk();
}

class Disk implements FaultyDisk {
  fault: FaultyDisk['fault'];
  batches = 0;
  #durable = new Map<string, Uint8Array>();
  #current = new Map<string, Uint8Array>();
  #unsynced: (readonly StoreOp[])[] = [];
  /** Keys of what is current in order, until one comes or goes. */
  #order: string[] | undefined;
  #life = 0;

  open(): Store {
    const life = this.#life;
    let closed = false;
    const run = async <T>(work: () => T): Promise<T> => {
      await Promise.resolve();
      if (life !== this.#life) return new Promise<never>(() => {});
      if (closed) throw new SkerryError('failed', 'the store is closed');
      const result = work();
      // Work that cut the power is never heard of.
      return life === this.#life ? result : new Promise<never>(() => {});
    };
    return {
      get: (key) => run(() => this.#current.get(key)?.slice()),
      batch: (ops, { sync }) => {
        const copies = ops.map((op) => (op.type === 'put' ? { ...op, value: op.value.slice() } : op));
        return run(() => this.#batch(copies, sync));
      },
      range: ({ gte, lt, limit = Number.POSITIVE_INFINITY, reverse = false }) =>
        run(() => {
          const sorted = this.#sorted();
          const [from, to] = [lowerBound(sorted, gte), lowerBound(sorted, lt)];
          const keys = reverse
            ? sorted.slice(Math.max(from, to - limit), to).reverse()
            : sorted.slice(from, Math.min(to, from + limit));
          return keys.map((key) => [key, this.#current.get(key)!.slice()]);
        }),
      approximateSize: (gte, lt) =>
        run(() => {
          let bytes = 0;
          for (const [key, value] of this.#current)
            if (!before(key, gte) && before(key, lt)) bytes += key.length + value.length;
          return bytes;
        }),
      async close() {
        closed = true;
      },
    };
  }

  #batch(ops: readonly StoreOp[], sync: boolean): void {
    const fault = this.fault?.(++this.batches, ops);
    switch (fault) {
      case 'lost':
        this.powerLoss();
        return;
      case 'full':
        throw new SkerryError('full', 'no space left on the disk');
      case 'failed':
        throw new SkerryError('failed', 'input/output error');
      case 'kept':
      case 'unsure':
      case undefined:
        break;
    }
    this.apply(ops, sync || fault === 'kept');
    if (fault === 'kept') this.powerLoss();
    if (fault === 'unsure') throw new SkerryError('failed', 'input/output error');
  }

  get unsynced(): number {
    return this.#unsynced.length;
  }

  apply(ops: readonly StoreOp[], sync: boolean): void {
    if (ops.some(({ type, key }) => (type === 'put') !== this.#current.has(key))) this.#order = undefined;
    apply(this.#current, ops);
    this.#unsynced.push(ops);
    if (!sync) return;
    for (const earlier of this.#unsynced) apply(this.#durable, earlier);
    this.#unsynced = [];
  }

  powerLoss(kept = 0): void {
    this.#life++;
    for (const ops of this.#unsynced.slice(0, kept)) apply(this.#durable, ops);
    this.#unsynced = [];
    this.#current = new Map(this.#durable);
    this.#order = undefined;
  }

  flip(key: string, index: number): void {
    for (const map of [this.#durable, this.#current]) {
      const value = map.get(key)?.slice();
      if (value === undefined || index >= value.length) throw new RangeError(`no byte ${index} under ${key}`);
      value[index]! ^= 0x40;
      map.set(key, value);
    }
  }

  vanish(key: string): void {
    if (!this.#current.has(key)) throw new RangeError(`no ${key}`);
    this.#durable.delete(key);
    this.#current.delete(key);
    this.#order = undefined;
  }

  keys(prefix = ''): string[] {
    return this.#sorted().filter((key) => key.startsWith(prefix));
  }

  size(key: string): number {
    const value = this.#current.get(key);
    if (value === undefined) throw new RangeError(`no ${key}`);
    return value.length;
  }

  sizeBytes(): number {
    let bytes = 0;
    for (const [key, value] of this.#current) bytes += key.length + value.length;
    return bytes;
  }

  #sorted(): readonly string[] {
    this.#order ??= [...this.#current.keys()].sort((a, b) => (a === b ? 0 : before(a, b) ? -1 : 1));
    return this.#order;
  }
}

function apply(map: Map<string, Uint8Array>, ops: readonly StoreOp[]): void {
  for (const op of ops)
    if (op.type === 'put') map.set(op.key, op.value);
    else map.delete(op.key);
}

/** Index of the first key that doesn't come before `key`. */
function lowerBound(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(sorted[middle]!, key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a comes before b by UTF-8 bytes. */
function before(a: string, b: string): boolean {
  // Below the surrogates, UTF-16 order is UTF-8 order.
  if (!/[\ud800-\uffff]/.test(a) && !/[\ud800-\uffff]/.test(b)) return a < b;
  const [x, y] = [utf8(a), utf8(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! < y[i]!;
  return x.length < y.length;
}
