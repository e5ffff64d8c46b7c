/**
 * The grid of event time: tick k stands k/rate seconds after the Unix epoch, rounded to the microsecond, computed from
 * the whole second on so that no error adds up. The rate is taken as the fraction that it is: `3Hz` is 3/1, `7/1m` is
 * 7/60.
 *
 *   3Hz: tick 0 at 0 µs, 1 at 333,333, 2 at 666,667, 3 at 1,000,000 exactly, 5,400,000,000 at 1,800,000,000 s exactly
 */
import { SkerryError } from '@skerry/proto/errors';

export interface Ticks {
  /** Time of tick k, microseconds since the epoch. */
  timeUs(k: number): number;
  /** The last tick at or before a time. */
  at(timeUs: number): number;
  /** Longest distance between two ticks, microseconds. */
  readonly periodUs: number;
}

/** The ticks of a rate in hertz. Throws SkerryError unsupported for rates past 1 MHz: two ticks would be one time. */
export function createTicks(rateHz: number): Ticks {
  if (!(rateHz > 0) || rateHz > 1e6)
    throw new SkerryError('unsupported', `a rate of ${rateHz} Hz has no ticks in whole microseconds`, {
      hint: 'use a rate of at most 1000000Hz',
    });
  const [perSpan, spanSeconds] = fraction(rateHz);
  const spanUs = spanSeconds * 1e6;

  function timeUs(k: number): number {
    const span = Math.floor(k / perSpan);
    return span * spanUs + Math.round(((k - span * perSpan) * spanUs) / perSpan);
  }

  return {
    timeUs,
    at(time) {
      const span = Math.floor(time / spanUs);
      let k = span * perSpan + Math.floor(((time - span * spanUs) * perSpan) / spanUs);
      while (timeUs(k + 1) <= time) k++;
      while (timeUs(k) > time) k--;
      return k;
    },
    periodUs: Math.ceil(spanUs / perSpan),
  };
}

// Continued fractions: the simplest p/q within 1e-13 of the rate, which gives back what a person wrote.
function fraction(rate: number): [ticks: number, seconds: number] {
  let [p0, q0, p1, q1] = [0, 1, 1, 0];
  let rest = rate;
  for (let i = 0; i < 40; i++) {
    const whole = Math.floor(rest);
    [p0, q0, p1, q1] = [p1, q1, whole * p1 + p0, whole * q1 + q0];
    if (Math.abs(p1 / q1 - rate) <= rate * 1e-13 || q1 > 1e7) break;
    rest = 1 / (rest - whole);
  }
  return [p1, q1];
}
