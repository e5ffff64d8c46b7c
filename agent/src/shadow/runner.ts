/**
 * Lets the shadows run, one run at a time and in turn: only while nothing waits for the releases that serve, and no more
 * of the time than their budget. What they don't get to is left out by their queues.
 */
import type { Clock, Timers } from '../ports.ts';
import { CpuBudget } from './budget.ts';

/** How long until it is looked again whether what serves has caught up. */
const BUSY_MS = 20;

export interface RunnerOptions {
  clock: Clock;
  timers: Timers;
  /** Of the time, above 0. */
  maxCpu: number;
  /** Whether samples wait for the releases that serve. */
  isBusy: () => boolean;
  shadows: () => readonly { readonly waiting: number; run(): Promise<void> }[];
}

export class Runner {
  readonly #o: RunnerOptions;
  readonly #budget: CpuBudget;
  #cancel: (() => void) | undefined;
  #running = false;
  #turn = 0;
  #stopped = false;

  constructor(options: RunnerOptions) {
    this.#o = options;
    this.#budget = new CpuBudget(options.maxCpu, options.clock.monoMs());
  }

  /** Something waits. */
  wake(): void {
    this.#schedule(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #schedule(delayMs: number): void {
    if (this.#running || this.#cancel || this.#stopped) return;
    this.#cancel = this.#o.timers.after(delayMs, () => {
      this.#cancel = undefined;
      this.#look();
    });
  }

  #look(): void {
    const { clock, isBusy, shadows } = this.#o;
    const waiting = shadows().filter((shadow) => shadow.waiting > 0);
    if (waiting.length === 0) return;
    const waitMs = isBusy() ? BUSY_MS : this.#budget.waitMs(clock.monoMs());
    if (waitMs > 0) {
      this.#schedule(waitMs);
      return;
    }
    const startMs = clock.monoMs();
    this.#running = true;
    void waiting[this.#turn++ % waiting.length]!.run().finally(() => {
      this.#running = false;
      this.#budget.spend(clock.monoMs(), clock.monoMs() - startMs);
      this.#schedule(0);
    });
  }
}
