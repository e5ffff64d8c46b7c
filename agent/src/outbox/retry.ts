/** Repeats what a failing disk refused, ever slower, until it works or nobody wants it any more. */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { Log, Timers } from '../ports.ts';

const FIRST_MS = 100;
const LAST_MS = 10_000;

export class Retry {
  readonly #timers: Timers;
  readonly #log: Log;
  #failing: string | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(timers: Timers, log: Log) {
    this.#timers = timers;
    this.#log = log;
  }

  /** The last error, while attempts fail. */
  get failing(): string | undefined {
    return this.#failing;
  }

  /** From now on nothing is repeated: what fails next, or waits for its next attempt, rejects. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Resolves with the first success of `attempt`. Rejects only after `stop`. `what` names it in the log. */
  async until<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    for (let delayMs = FIRST_MS; ; delayMs = Math.min(2 * delayMs, LAST_MS)) {
      try {
        const result = await attempt();
        if (this.#failing !== undefined) this.#log('info', 'processor', `${what}: works again`);
        this.#failing = undefined;
        return result;
      } catch (error) {
        // A broken invariant is no fault of the disk, and trying again mends nothing.
        if (!(error instanceof SkerryError)) throw error;
        this.#failing = messageOf(error);
        if (this.#stopped) throw error;
        this.#log('error', 'processor', `${what}: ${this.#failing}; trying again in ${delayMs} ms`);
      }
      await this.#pause(delayMs);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(delayMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
