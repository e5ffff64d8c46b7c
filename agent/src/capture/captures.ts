/**
 * Captured windows until the control plane holds them, under `x/` in the agent's database, in the order in which they were
 * taken. Best effort, unlike results: beyond `maxBytes` further ones aren't kept, and what is lost is a sample.
 */
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import { keyNumber, numberOfKey, underPrefix } from '../outbox/keys.ts';
import { seal, unseal } from '../outbox/sealed.ts';
import type { Log, Store } from '../ports.ts';

const PREFIX = 'x/';
const PER_REQUEST = 64;

interface Held {
  key: string;
  id: string;
  sizeBytes: number;
}

export class Captures {
  readonly #store: Store;
  readonly #log: Log;
  readonly #maxBytes: number;
  readonly #held: Held[];
  #next: number;
  #bytes: number;
  #turn: Promise<void> = Promise.resolve();
  /** Windows that were not kept for want of room. */
  dropped = 0;

  private constructor(store: Store, log: Log, maxBytes: number, held: Held[]) {
    this.#store = store;
    this.#log = log;
    this.#maxBytes = maxBytes;
    this.#held = held;
    this.#bytes = held.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const last = held.at(-1);
    this.#next = last ? numberOfKey(last.key) + 1 : 1;
  }

  /** Reads what is held. */
  static async open(store: Store, log: Log, maxBytes: number): Promise<Captures> {
    const held: Held[] = [];
    const damaged: string[] = [];
    for (const [key, value] of await store.range(underPrefix(PREFIX))) {
      const bytes = unseal(value);
      if (bytes) held.push({ key, id: decode(v1.CapturedWindow, bytes).id, sizeBytes: value.length });
      else damaged.push(key);
    }
    if (damaged.length > 0) {
      log('warn', 'capture', `${damaged.length} captured windows are damaged and left out`);
      await store.batch(
        damaged.map((key) => ({ type: 'del', key })),
        { sync: false },
      );
    }
    return new Captures(store, log, maxBytes, held);
  }

  /** Resolves when what was kept is in the store, or was logged as lost. */
  settled(): Promise<void> {
    return this.#turn;
  }

  /** Whether the window with this id is among them. */
  holds(id: string): boolean {
    return this.#held.some((held) => held.id === id);
  }

  /** Keeps a window in the background; the same window again is kept once. */
  keep(window: skerry.v1.ICapturedWindow): void {
    const id = window.id ?? '';
    if (this.holds(id)) return;
    const value = seal(encode(v1.CapturedWindow, window));
    if (this.#bytes + value.length > this.#maxBytes) {
      this.dropped++;
      return;
    }
    const key = `${PREFIX}${keyNumber(this.#next++)}`;
    const held = { key, id, sizeBytes: value.length };
    this.#held.push(held);
    this.#bytes += held.sizeBytes;
    this.#inTurn(async () => this.#store.batch([{ type: 'put', key, value }], { sync: false }));
  }

  /** The oldest windows that fit into so many bytes. */
  async take(maxBytes: number): Promise<skerry.v1.ICapturedWindow[]> {
    await this.#turn;
    const taken: skerry.v1.ICapturedWindow[] = [];
    let left = maxBytes;
    for (const { key, sizeBytes } of this.#held.slice(0, PER_REQUEST)) {
      left -= sizeBytes;
      if (left < 0) break;
      const bytes = await this.#store.get(key);
      const window = bytes && unseal(bytes);
      if (window) taken.push(decode(v1.CapturedWindow, window));
    }
    return taken;
  }

  /** The control plane holds these. */
  async release(ids: readonly string[]): Promise<void> {
    const gone = this.#held.filter(({ id }) => ids.includes(id));
    if (gone.length === 0) return;
    for (const held of gone) {
      this.#held.splice(this.#held.indexOf(held), 1);
      this.#bytes -= held.sizeBytes;
    }
    this.#inTurn(async () =>
      this.#store.batch(
        gone.map(({ key }) => ({ type: 'del', key })),
        { sync: false },
      ),
    );
    await this.#turn;
  }

  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn
      .then(work)
      .catch((error: unknown) =>
        this.#log('warn', 'capture', 'captured windows can not be stored', { error }),
      );
  }
}
