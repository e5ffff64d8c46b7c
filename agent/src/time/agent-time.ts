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

type ClockState = 'confirmed' | 'disputed' | 'unconfirmed' | 'unknown';

interface AgentTimeOptions {
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

/** Both clocks at one moment, and what follows from them. */
interface Look {
  wallMs: number;
  monoMs: number;
  state: ClockState;
  nowMs: number;
  /** How far `nowMs` may be off; undefined where nothing says. */
  uncertaintyMs: number | undefined;
  /** Without what times of arrival say. */
  latestMs: number;
}

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
  #served: { aheadOfMonoMs: number; clock: ServerClock } | undefined;
  #servedMonoMs = Number.NEGATIVE_INFINITY;
  #arrivalMs = Number.NEGATIVE_INFINITY;
  #arrivalMonoMs = 0;
  readonly #stamp = { arrivalMs: 0, latestMs: 0 };

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
    return this.#look().state;
  }

  /** What the time is, in milliseconds since the Unix epoch. */
  nowMs(): number {
    return this.#look().nowMs;
  }

  /** How far `nowMs` may be off, in milliseconds; undefined where nothing says. */
  uncertaintyMs(): number | undefined {
    return this.#look().uncertaintyMs;
  }

  /** The latest that it can be: a time further ahead comes from the future. */
  latestMs(): number {
    return this.stamp().latestMs;
  }

  /** A time beyond this can't have been right, whoever gave it; undefined while the agent doesn't know the time. */
  impossibleMs(): number | undefined {
    return this.state === 'unknown' ? undefined : this.latestMs() + this.#settings.tolerance;
  }

  /**
   * For what comes now: its time of arrival, never less than at an earlier call nor than `continueFrom` was told, and the
   * latest that it can be. Valid until the next call; the hot path looks at the clocks once a message.
   */
  stamp(): Readonly<{ arrivalMs: number; latestMs: number }> {
    const look = this.#look();
    const arrivalMs = this.#arrive(look);
    this.#stamp.arrivalMs = arrivalMs;
    this.#stamp.latestMs = look.state === 'unconfirmed' ? Math.max(look.latestMs, arrivalMs) : look.latestMs;
    return this.#stamp;
  }

  /** Times of arrival go on from this one, given before this start. */
  continueFrom(arrivalMs: number): void {
    this.#arrivalMs = Math.max(this.#arrive(this.#look()), arrivalMs);
  }

  report(): ClockReport {
    const look = this.#look();
    const { state, nowMs, uncertaintyMs, wallMs } = look;
    return { state, nowMs, uncertaintyMs, wallMs, arrivalAheadMs: this.#arrive(look) - nowMs };
  }

  #arrive({ nowMs, monoMs }: Look): number {
    this.#arrivalMs = Math.max(nowMs, this.#arrivalMs + monoMs - this.#arrivalMonoMs);
    this.#arrivalMonoMs = monoMs;
    return this.#arrivalMs;
  }

  #look(): Look {
    const wallMs = this.#machine.wallMs();
    const monoMs = this.#machine.monoMs();
    if (monoMs - this.#servedMonoMs >= REFRESH_MS) this.#askServer(wallMs, monoMs);
    return this.#served ? this.#withServer(this.#served, wallMs, monoMs) : this.#alone(wallMs, monoMs);
  }

  #askServer(wallMs: number, monoMs: number): void {
    const clock = this.#server?.();
    this.#served = clock && { aheadOfMonoMs: wallMs + clock.offsetMs - monoMs, clock };
    this.#servedMonoMs = monoMs;
  }

  // The control plane's time is carried on: off by half a round trip, and by what the oscillator may have drifted since.
  #withServer(
    { aheadOfMonoMs, clock }: { aheadOfMonoMs: number; clock: ServerClock },
    wallMs: number,
    monoMs: number,
  ): Look {
    const serverMs = monoMs + aheadOfMonoMs;
    const errorMs = clock.uncertaintyMs + DRIFT * (monoMs - clock.atMonoMs);
    const differenceMs = Math.abs(serverMs - wallMs);
    const agrees = differenceMs <= this.#settings.tolerance + errorMs;
    return {
      wallMs,
      monoMs,
      state: agrees ? 'confirmed' : 'disputed',
      nowMs: agrees ? wallMs : serverMs,
      uncertaintyMs: agrees ? errorMs + differenceMs : errorMs,
      latestMs: Math.max(wallMs, serverMs + errorMs),
    };
  }

  #alone(wallMs: number, monoMs: number): Look {
    const { trust, maxOff } = this.#settings;
    const carriedOnMs = Math.max(wallMs, this.#lastKnownMs + monoMs - this.#startMonoMs);
    const isBehind = this.#isBehind(wallMs, monoMs);
    const isUnknown = isBehind || trust === 'confirmed';
    return {
      wallMs,
      monoMs,
      state: isUnknown ? 'unknown' : 'unconfirmed',
      nowMs: isBehind ? carriedOnMs : wallMs,
      uncertaintyMs: undefined,
      latestMs: isUnknown ? carriedOnMs + maxOff : wallMs,
    };
  }

  // Whoever sets the clock while the agent runs is believed, back or forth, but for what lies before the program itself.
  #isBehind(wallMs: number, monoMs: number): boolean {
    if (wallMs < this.#notBeforeMs) return true;
    const { tolerance } = this.#settings;
    const elapsedMs = monoMs - this.#startMonoMs;
    const setByMs = Math.abs(wallMs - monoMs - this.#startOffsetMs);
    if (setByMs > tolerance + DRIFT * elapsedMs) return false;
    return wallMs < this.#lastKnownMs + elapsedMs - tolerance;
  }
}
