import type { Clock } from '../ports.ts';

/** The server's clock, as the last answer showed it. */
export interface ServerClock {
  /** How far its wall clock is ahead of ours now; carried on monotonically, so that a jump of ours counts at once. */
  offsetMs: number;
  /** How far that may be wrong: half of the exchange's round trip. */
  uncertaintyMs: number;
  /** When the answer came; monotonic. */
  atMonoMs: number;
}

/** Compares the wall clock with the server's. Only shown and sent: nothing here sets or trusts a clock. */
export class ServerClockReader {
  readonly #clock: Clock;
  #last: { aheadOfMonoMs: number; uncertaintyMs: number; atMonoMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An answer that came just now says `serverWallMs`; 0 says nothing. */
  note(serverWallMs: number, roundTripMs: number): void {
    if (serverWallMs <= 0) return;
    const atMonoMs = this.#clock.monoMs();
    const uncertaintyMs = roundTripMs / 2;
    this.#last = { aheadOfMonoMs: serverWallMs + uncertaintyMs - atMonoMs, uncertaintyMs, atMonoMs };
  }

  /** Undefined before the first answer. */
  read(): ServerClock | undefined {
    if (!this.#last) return undefined;
    const { aheadOfMonoMs, uncertaintyMs, atMonoMs } = this.#last;
    const offsetMs = aheadOfMonoMs + this.#clock.monoMs() - this.#clock.wallMs();
    return { offsetMs, uncertaintyMs, atMonoMs };
  }

  /** How far our wall clock is from the server's now, at worst; 0 for unknown. A whole number that fits 32 bits. */
  errorMs(): number {
    const clock = this.read();
    if (!clock) return 0;
    return Math.min(Math.ceil(Math.abs(clock.offsetMs) + clock.uncertaintyMs) + 1, 0xffff_ffff);
  }
}
