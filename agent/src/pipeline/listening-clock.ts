import type { Clock } from '../ports.ts';

/** A commit takes milliseconds; one that takes longer than this holds devices up. */
const PATIENCE_MS = 1_000;

/**
 * What silence is judged by: monotonic time that stands still while the disk holds up a commit. Devices wait for their
 * PUBACK then, and what they have to say is on its way; they aren't silent.
 */
export class ListeningClock {
  readonly #clock: Pick<Clock, 'monoMs'>;
  #heldUpMs = 0;
  #sinceMs: number | undefined;

  constructor(clock: Pick<Clock, 'monoMs'>) {
    this.#clock = clock;
  }

  /** Milliseconds on this clock; never goes back. */
  nowMs(): number {
    return this.#clock.monoMs() - this.#heldUpMs - this.#heldUpNowMs();
  }

  /** Runs a commit that devices wait for; one at a time. */
  async during<T>(commit: () => Promise<T>): Promise<T> {
    this.#sinceMs = this.#clock.monoMs();
    try {
      return await commit();
    } finally {
      this.#heldUpMs += this.#heldUpNowMs();
      this.#sinceMs = undefined;
    }
  }

  #heldUpNowMs(): number {
    if (this.#sinceMs === undefined) return 0;
    return Math.max(0, this.#clock.monoMs() - this.#sinceMs - PATIENCE_MS);
  }
}
