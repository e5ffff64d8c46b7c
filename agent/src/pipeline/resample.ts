/**
 * The values of one channel at a window's ticks.
 *
 * A tick at time t with a sample exactly there has that value. Otherwise, `interpolate`: the straight line between the
 * nearest samples before (a) and after (b), where b - a ≤ maxGap; `previous`: the nearest sample before, where
 * t - a ≤ maxGap. Anything else is undetermined, for now or for good: for good once the watermark has passed the time
 * at which a sample could still come that helps (t itself, or a + maxGap where a is near enough).
 *
 *   maxGap 5s, samples at 0 and 4: ticks 1, 2, 3 lie on the line; samples at 0 and 6: they wait until the watermark is past 5
 */
import type { Rows } from './rows.ts';

export interface ResampleSpec {
  readonly previous: boolean;
  readonly maxGapUs: number;
}

/** One channel's way from a device's rows into a window. */
export interface Resampled {
  /** Ticks filled by interpolation or the previous value. */
  filled: number;
  /** Where the outcome is `wait`: no sample helps any more once the watermark is past this. */
  blockUs: number;
}

export type Outcome = 'complete' | 'wait' | 'gap';

/** Where values are written: `data[offset + tick × stride]`. */
export interface Target {
  data: Float32Array;
  offset: number;
  stride: number;
}

/**
 * Writes a channel's values at `ticks`, which ascend; the first undetermined tick decides between `wait` and `gap`.
 * `result` is overwritten.
 */
export function resample(
  rows: Rows,
  channel: number,
  ticks: Float64Array,
  watermarkUs: number,
  spec: ResampleSpec,
  target: Target,
  result: Resampled,
): Outcome {
  const { count } = rows;
  let [next, right] = [0, 0];
  let [leftUs, left] = [Number.NaN, Number.NaN];
  result.filled = 0;
  for (let k = 0; k < ticks.length; k++) {
    const tick = ticks[k]!;
    for (; next < count && rows.timeUs(next) <= tick; next++) {
      const value = rows.value(next, channel);
      if (!Number.isNaN(value)) [leftUs, left] = [rows.timeUs(next), value];
    }
    const at = target.offset + k * target.stride;
    if (leftUs === tick) {
      target.data[at] = left;
      continue;
    }
    result.filled++;
    if (spec.previous) {
      if (tick - leftUs <= spec.maxGapUs) target.data[at] = left;
      else return undetermined(tick, watermarkUs, result);
      continue;
    }
    if (right < next) right = next;
    while (right < count && Number.isNaN(rows.value(right, channel))) right++;
    const rightUs = right < count ? rows.timeUs(right) : Number.NaN;
    if (rightUs - leftUs <= spec.maxGapUs) {
      const share = (tick - leftUs) / (rightUs - leftUs);
      target.data[at] = left + share * (rows.value(right, channel) - left);
    } else {
      const helpsUs = tick - leftUs < spec.maxGapUs ? leftUs + spec.maxGapUs : tick;
      return undetermined(helpsUs, watermarkUs, result);
    }
  }
  return 'complete';
}

function undetermined(helpsUs: number, watermarkUs: number, result: Resampled): Outcome {
  result.blockUs = helpsUs;
  return watermarkUs > helpsUs ? 'gap' : 'wait';
}
