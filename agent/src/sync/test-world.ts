/** A scripted world for tests: virtual time, counted randomness, a store in memory. */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import type { Clock, Log, Random, Store, Timers } from '../ports.ts';

/** Awaits in a row that lead from one timer to the next, bodies of requests included; more than any test needs. */
const TURNS = 300;

interface Timer {
  atMs: number;
  order: number;
  fn: () => void;
}

/** One machine's time, timers, randomness, disk and log. */
export class TestWorld {
  wallMs = Date.parse('2026-11-20T09:00:00Z');
  monoMs = 0;
  readonly lines: string[] = [];
  readonly entries = new Map<string, Uint8Array>();
  #timers: Timer[] = [];
  #order = 0;
  #draws = 0;

  readonly clock: Clock = { wallMs: () => this.wallMs, monoMs: () => this.monoMs };

  readonly timers: Timers = {
    after: (delayMs, fn) => {
      const timer = { atMs: this.monoMs + Math.max(0, delayMs), order: this.#order++, fn };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((t) => t !== timer);
      };
    },
  };

  readonly random: Random = {
    bytes: (length) => new Uint8Array(length).map((_, i) => (this.#draws++ * 31 + i * 7) & 255),
    unit: () => 0.5,
  };

  readonly log: Log = (level, module, msg) => {
    this.lines.push(`${level} ${module}: ${msg}`);
  };

  readonly store: Store = {
    get: async (key) => this.entries.get(key)?.slice(),
    batch: async (ops) => {
      for (const op of ops)
        if (op.type === 'put') this.entries.set(op.key, op.value.slice());
        else this.entries.delete(op.key);
    },
    range: async ({ gte, lt }) => [...this.entries].filter(([key]) => key >= gte && key < lt).sort(),
    approximateSize: async () => 0,
    close: async () => undefined,
  };

  /** What the store holds under a key, as text. */
  stored(key: string): string | undefined {
    const bytes = this.entries.get(key);
    return bytes && fromUtf8(bytes);
  }

  /** Overwrites what the store holds, as a damaged disk would. */
  damage(key: string, text: string): void {
    this.entries.set(key, utf8(text));
  }

  /** Lets everything run that waits for no timer. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await null;
  }

  /** Lets time pass, timers firing in their order. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.monoMs + ms;
    await this.settle();
    for (let fired = 0; ; fired++) {
      if (fired > 10_000) throw new Error('timers without end');
      const next = this.#timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (!next || next.atMs > untilMs) break;
      this.#timers.shift();
      this.#to(next.atMs);
      next.fn();
      await this.settle();
    }
    this.#to(untilMs);
  }

  /** When the next timer fires, in milliseconds from now. */
  nextTimerMs(): number | undefined {
    const next = Math.min(...this.#timers.map((t) => t.atMs));
    return Number.isFinite(next) ? next - this.monoMs : undefined;
  }

  #to(monoMs: number): void {
    this.wallMs += monoMs - this.monoMs;
    this.monoMs = monoMs;
  }
}
