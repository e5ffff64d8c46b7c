/**
 * Lets an alert overtake results that are under way already. Requests are sized so that this is seldom needed
 * (request-size.ts); a link that has just become slow would hold an alert for as long as a timeout:
 *
 *   results begin ── alert asks ── patience ── broken off ── the alert alone ── the same results, left to their end
 *
 * What was broken off is sent again under the same numbers. Of two exchanges with results in a row at most the first
 * gives way, so that results get through however many alerts there are.
 */
import { SkerryError } from '@skerry/proto/errors';
import type { Timers } from '../ports.ts';

export class GiveWay {
  readonly #timers: Timers;
  readonly #patienceMs: number;
  #underWay: AbortController | undefined;
  #cancel: (() => void) | undefined;
  #state: 'patient' | 'broken-off' | 'owed' = 'patient';

  constructor(timers: Timers, patienceMs: number) {
    this.#timers = timers;
    this.#patienceMs = patienceMs;
  }

  /** The latest exchange was broken off, and what asked for it goes next. */
  get isBrokenOff(): boolean {
    return this.#state === 'broken-off';
  }

  /** An exchange begins; the signal breaks it off. Undefined where it is left to its end. */
  begin(hasBulk: boolean): AbortSignal | undefined {
    if (this.#state === 'broken-off') this.#state = 'owed';
    if (!hasBulk || this.#state === 'owed') {
      if (hasBulk) this.#state = 'patient';
      return undefined;
    }
    this.#underWay = new AbortController();
    return this.#underWay.signal;
  }

  /** Something urgent waits for the exchange under way. */
  ask(): void {
    const underWay = this.#underWay;
    if (!underWay || this.#cancel) return;
    this.#cancel = this.#timers.after(this.#patienceMs, () => {
      this.#state = 'broken-off';
      underWay.abort(new SkerryError('unavailable', 'results gave way to an alert'));
    });
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#underWay = undefined;
  }
}
