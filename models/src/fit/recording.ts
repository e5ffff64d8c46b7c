/**
 * From a recording, whose samples come when they come, to rows as windows want them: on the ticks of a regular rate, or,
 * where the recording has none, one row a sample (`rate: any`).
 */
import { createTicks } from '@skerry/agent/pipeline/ticks';
import type { Recording } from '@skerry/proto/csv';
import { SkerryError } from '@skerry/proto/errors';
import type { Rows } from './scaling.ts';

/** How a recording is sampled. */
export interface Sampling {
  /** As model.yaml writes it: `2Hz`, `1/5m`, or `any`. */
  rate: string;
  /** Undefined for `any`. */
  rateHz: number | undefined;
}

/** Samples in order of time, without those that lack a value in one of the channels. */
export interface Samples {
  timesUs: Float64Array;
  rows: Rows;
}

/**
 * The named channels of a recording, at most the first `limit` rows. Rows out of order, of a time seen before, or with a
 * missing value are left out and counted. Throws SkerryError invalid for a channel that isn't there or is no number.
 */
export function samplesOf(
  recording: Recording,
  channels: readonly string[],
  limit: number = Number.POSITIVE_INFINITY,
): Samples & { skipped: number } {
  const indices = channels.map((name) => {
    if (!recording.numericColumns.includes(name))
      throw new SkerryError(
        'invalid',
        `column "${name}" is ${recording.columns.includes(name) ? 'not numeric' : 'not there'}`,
        {
          hint: `the numeric columns are ${recording.numericColumns.join(', ')}`,
        },
      );
    return recording.columns.indexOf(name);
  });
  const total = Math.min(limit, recording.timesUs.length);
  const times: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < total; row++) {
    const at = row * recording.columns.length;
    const timeUs = recording.timesUs[row]!;
    if (timeUs <= (times.at(-1) ?? Number.NEGATIVE_INFINITY)) continue;
    if (indices.some((c) => !Number.isFinite(recording.rows[at + c]))) continue;
    times.push(timeUs);
    for (const c of indices) values.push(recording.rows[at + c]!);
  }
  return {
    timesUs: Float64Array.from(times),
    rows: { width: channels.length, values: Float64Array.from(values) },
    skipped: total - times.length,
  };
}

/**
 * The rate that a recording keeps, in whole hertz or whole milliseconds a sample, if at least 98 % of its intervals lie
 * within a tenth of their median; otherwise `any`.
 */
export function samplingOf(timesUs: Float64Array): Sampling {
  const any: Sampling = { rate: 'any', rateHz: undefined };
  if (timesUs.length < 3) return any;
  const intervals = timesUs
    .slice(1)
    .map((t, i) => t - timesUs[i]!)
    .sort();
  const median = intervals[intervals.length >> 1]!;
  const near = intervals.filter((us) => Math.abs(us - median) <= median / 10);
  if (near.length < 0.98 * intervals.length) return any;
  // The mean, because single intervals jitter; of the near ones, because a gap would pull it.
  const intervalUs = near.reduce((sum, us) => sum + us, 0) / near.length;
  const hertz = 1e6 / intervalUs;
  const whole = Math.round(hertz);
  if (whole >= 1 && Math.abs(hertz / whole - 1) < 0.01) return { rate: `${whole}Hz`, rateHz: whole };
  const ms = Math.round(intervalUs / 1e3);
  return { rate: `1/${durationText(ms)}`, rateHz: 1e3 / ms };
}

/** The shortest way to write milliseconds as a duration: 300000 is `5m`. */
export function durationText(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  const unit = units.find(([, size]) => ms >= size && ms % size === 0);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}

/**
 * Rows on the ticks of a rate, each value on the line between its neighbours, as the agent interpolates it. Where these
 * are further apart than `maxGapMs` a new stretch begins; no window spans two stretches.
 */
export function onTicks({ timesUs, rows }: Samples, rateHz: number, maxGapMs: number): Rows[] {
  const ticks = createTicks(rateHz);
  const { width } = rows;
  const stretches: number[][] = [];
  let current: number[] = [];
  let right = 0;
  for (let k = ticks.at(timesUs[0]! - 1) + 1; ticks.timeUs(k) <= timesUs.at(-1)!; k++) {
    const timeUs = ticks.timeUs(k);
    while (timesUs[right]! < timeUs) right++;
    const left = timesUs[right] === timeUs ? right : right - 1;
    const spanUs = timesUs[right]! - timesUs[left]!;
    if (spanUs > maxGapMs * 1e3) {
      if (current.length > 0) stretches.push(current);
      current = [];
      continue;
    }
    const share = spanUs === 0 ? 0 : (timeUs - timesUs[left]!) / spanUs;
    for (let c = 0; c < width; c++) {
      const [a, b] = [rows.values[left * width + c]!, rows.values[right * width + c]!];
      current.push(a + share * (b - a));
    }
  }
  if (current.length > 0) stretches.push(current);
  return stretches.map((values) => ({ width, values: Float64Array.from(values) }));
}
