/**
 * The contract, per sample, in this order; the first that fails names the rejection, and nothing of the row is kept:
 *
 *   device   the template gives no device id
 *   time     no event time, or none that is a whole microsecond since 1970 (unit s, ms, us, ns or iso)
 *   future   more than maxFuture ahead of the latest that it can be (time/agent-time.ts)
 *   type     a channel's value is no finite number
 *   range    a channel's value is outside the release's closed range
 *   empty    no channel has a value
 */
import { parseTimeUs } from '@skerry/proto/csv';
import type { PipelineConfig } from '../config.ts';

/** Why a sample is rejected before the journal. */
export type ArrivalReason = 'malformed' | 'device' | 'time' | 'future' | 'type' | 'range' | 'empty';

type TimeUnit = NonNullable<PipelineConfig['source']['time']>['unit'];

const US_PER_UNIT: Record<Exclude<TimeUnit, 'iso'>, number> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

/** Event time in whole microseconds since the Unix epoch, NaN for what is none. Digits may come as text (64-bit integers). */
export function eventTimeUs(value: unknown, unit: TimeUnit): number {
  if (unit === 'iso')
    return typeof value === 'string' && Number.isNaN(Number(value))
      ? inRange(parseTimeUs(value))
      : Number.NaN;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' ? inRange(Math.round(number * US_PER_UNIT[unit])) : Number.NaN;
}

function inRange(us: number): number {
  return us >= 0 && us <= Number.MAX_SAFE_INTEGER ? us : Number.NaN;
}

/** Closed ranges per channel, infinite where the release gives none. */
export interface Ranges {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * Copies a row's values into `out` (NaN where absent) and says what is wrong with them, if anything is. Values are
 * numbers as decoded; a recording's NaN counts as absent.
 */
export function checkValues(
  values: ArrayLike<unknown>,
  ranges: Ranges,
  out: Float64Array,
): ArrivalReason | undefined {
  let reason: ArrivalReason | undefined = 'empty';
  for (let c = 0; c < out.length; c++) {
    const value = values[c];
    if (value === undefined) {
      out[c] = Number.NaN;
      continue;
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'type';
    if (value < ranges.low[c]! || value > ranges.high[c]!) return 'range';
    out[c] = value;
    reason = undefined;
  }
  return reason;
}
