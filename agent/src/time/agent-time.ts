/**
 * What the agent holds the time to be. Three witnesses: the machine's wall clock, which may jump; the control plane's,
 * measured at each exchange and carried on monotonically; and the time of the last commit before this start.
 *
 *   state         witnesses                                              the time is
 *   confirmed     wall clock and control plane agree within `tolerance`  the wall clock
 *   disputed      they don't                                             the control plane's, carried on
 *   unconfirmed   no answer since the start; nothing against the wall    the wall clock
 *                 clock
 *   unknown       no answer, and the wall clock started behind the last  the last commit's, carried on from the start
 *                 commit or is older than this program; or the wall      (no longer than it runs: the time that the
 *                 clock is not to be trusted unconfirmed                 power was off is missing from it)
 *
 * Two more follow from it. The time of arrival, for messages that carry none, never goes back, whatever becomes of the
 * time: it follows forward and runs on monotonic time while the time is behind. The latest that it can be decides
 * which samples come from the future: where witnesses differ it is the later one, so that nobody who is right is
 * turned away because the agent is wrong.
 *
 * Nothing is ordered or aged by any of these: that is for boot id, sequence numbers and monotonic time.
 */
import type { Clock } from '../ports.ts';
import type { ServerClock } from '../sync/server-clock.ts';

/** `clock` of agent.yaml, in milliseconds. */
export interface ClockSettings {
  /** `confirmed`: the wall clock counts only once the control plane has confirmed it since the start. */
  trust: 'always' | 'confirmed';
  /** How far two clocks may be apart and still agree. */
  tolerance: number;
  /** How long the machine may have been off at most, where it doesn't know. */
  maxOff: number;
}

export const DEFAULT_CLOCK: ClockSettings = {
  trust: 'always',
  tolerance: 60_000,
  maxOff: 3_650 * 86_400_000,
};

export type ClockState = 'confirmed' | 'disputed' | 'unconfirmed' | 'unknown';

export interface AgentTimeOptions {
  clock: Clock;
  /** The control plane's clock, undefined before its first answer. */
  server?: () => ServerClock | undefined;
  settings?: ClockSettings;
  /** No machine lives before this: when the program was made. */
  notBeforeMs?: number;
}

/** Everything that is known about the time, for people. */
export interface ClockReport {
  state: ClockState;
  /** What the agent holds the time to be. */
  nowMs: number;
  /** How far that may be off; undefined where nothing says. */
  uncertaintyMs: number | undefined;
  /** What the machine's clock says. */
  wallMs: number;
  /** How far times of arrival are ahead of the time, after a clock was set back. */
  arrivalAheadMs: number;
}

/** 500 ppm, the most that NTP corrects an oscillator by; one that is further off can't be disciplined at all. */
const DRIFT = 500e-6;

/** How often the control plane's clock is asked for: it is carried on between, and every message asks for the time. */
const REFRESH_MS = 1_000;

export class AgentTime {
  /** The agent's time in place of the machine's, for whoever stamps what it writes. */
  readonly clock: Clock;
  readonly #machine: Clock;
  readonly #server: AgentTimeOptions['server'];
  readonly #settings: ClockSettings;
  readonly #notBeforeMs: number;
  readonly #startMonoMs: number;
  /** Wall less monotonic time at the start: it changes when the clock is set. */
  readonly #startOffsetMs: number;
  #lastKnownMs: number;
  /** Not to be read but through `#served`. */
  #read: { aheadOfMonoMs: number; clock: ServerClock } | undefined;
  #readMonoMs = Number.NEGATIVE_INFINITY;
  #arrivalMs = Number.NEGATIVE_INFINITY;
  #arrivalMonoMs = 0;

  constructor(options: AgentTimeOptions) {
    this.#machine = options.clock;
    this.#server = options.server;
    this.#settings = options.settings ?? DEFAULT_CLOCK;
    this.#notBeforeMs = options.notBeforeMs ?? Number.NEGATIVE_INFINITY;
    this.#lastKnownMs = this.#notBeforeMs;
    this.#startMonoMs = options.clock.monoMs();
    this.#startOffsetMs = options.clock.wallMs() - this.#startMonoMs;
    this.clock = { wallMs: () => this.nowMs(), monoMs: () => this.#machine.monoMs() };
  }

  /** Tells what the time was when the agent last wrote it down, before this start. */
  resume(lastKnownMs: number): void {
    this.#lastKnownMs = Math.max(this.#notBeforeMs, lastKnownMs);
  }

  get state(): ClockState {
    const server = this.#served();
    if (server) return server.agrees ? 'confirmed' : 'disputed';
    return this.#settings.trust === 'confirmed' || this.#isBehind() ? 'unknown' : 'unconfirmed';
  }

  /** What the time is, in milliseconds since the Unix epoch. */
  nowMs(): number {
    const wallMs = this.#machine.wallMs();
    const server = this.#served();
    if (server) return server.agrees ? wallMs : server.nowMs;
    return this.#isBehind() ? this.#carriedOnMs() : wallMs;
  }

  /** How far `nowMs` may be off, in milliseconds; undefined where nothing says. */
  uncertaintyMs(): number | undefined {
    const server = this.#served();
    if (!server) return undefined;
    return server.errorMs + (server.agrees ? Math.abs(server.nowMs - this.#machine.wallMs()) : 0);
  }

  /** The latest that it can be: a time further ahead comes from the future. */
  latestMs(): number {
    const wallMs = this.#machine.wallMs();
    const server = this.#served();
    if (server) return Math.max(wallMs, server.nowMs + server.errorMs);
    if (this.state === 'unconfirmed') return Math.max(wallMs, this.arrivalMs());
    return Math.max(wallMs, this.#carriedOnMs()) + this.#settings.maxOff;
  }

  /** A time beyond this can't have been right, whoever gave it; undefined while the agent doesn't know the time. */
  impossibleMs(): number | undefined {
    return this.state === 'unknown' ? undefined : this.latestMs() + this.#settings.tolerance;
  }

  /** The time of arrival of what comes now. Never less than at an earlier call, nor than `continueFrom` was told. */
  arrivalMs(): number {
    const monoMs = this.#machine.monoMs();
    this.#arrivalMs = Math.max(this.nowMs(), this.#arrivalMs + monoMs - this.#arrivalMonoMs);
    this.#arrivalMonoMs = monoMs;
    return this.#arrivalMs;
  }

  /** Times of arrival go on from this one, given before this start. */
  continueFrom(arrivalMs: number): void {
    this.#arrivalMs = Math.max(this.arrivalMs(), arrivalMs);
  }

  report(): ClockReport {
    const nowMs = this.nowMs();
    return {
      state: this.state,
      nowMs,
      uncertaintyMs: this.uncertaintyMs(),
      wallMs: this.#machine.wallMs(),
      arrivalAheadMs: this.arrivalMs() - nowMs,
    };
  }

  // The control plane's time, carried on, with how far it may be off: half a round trip, and what may have drifted since.
  #served(): { nowMs: number; errorMs: number; agrees: boolean } | undefined {
    const monoMs = this.#machine.monoMs();
    if (monoMs - this.#readMonoMs >= REFRESH_MS) {
      this.#readMonoMs = monoMs;
      const clock = this.#server?.();
      this.#read = clock && { aheadOfMonoMs: this.#machine.wallMs() + clock.offsetMs - monoMs, clock };
    }
    if (!this.#read) return undefined;
    const { aheadOfMonoMs, clock } = this.#read;
    const nowMs = monoMs + aheadOfMonoMs;
    const errorMs = clock.uncertaintyMs + DRIFT * (monoMs - clock.atMonoMs);
    const agrees = Math.abs(nowMs - this.#machine.wallMs()) <= this.#settings.tolerance + errorMs;
    return { nowMs, errorMs, agrees };
  }

  #elapsedMs(): number {
    return this.#machine.monoMs() - this.#startMonoMs;
  }

  #carriedOnMs(): number {
    return Math.max(this.#machine.wallMs(), this.#lastKnownMs + this.#elapsedMs());
  }

  // Whoever sets the clock while the agent runs is believed, back or forth, but for what lies before the program itself.
  #isBehind(): boolean {
    const { tolerance } = this.#settings;
    const wallMs = this.#machine.wallMs();
    if (wallMs < this.#notBeforeMs) return true;
    const setByMs = Math.abs(wallMs - this.#machine.monoMs() - this.#startOffsetMs);
    if (setByMs > tolerance + DRIFT * this.#elapsedMs()) return false;
    return wallMs < this.#lastKnownMs + this.#elapsedMs() - tolerance;
  }
}
