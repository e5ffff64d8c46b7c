/** A ready release from one recording of healthy operation: what `skerry-model fit` does. */
import type { InferenceBackend } from '@skerry/agent/ports';
import type { Recording } from '@skerry/proto/csv';
import { SkerryError } from '@skerry/proto/errors';
import { durationMs } from '@skerry/proto/units';
import { type AnomalyOptions, type FittedAnomaly, fitAnomaly } from './anomaly.ts';
import { durationText, onTicks, type Sampling, samplesOf, samplingOf } from './recording.ts';
import { type Rows, rowCount, sliceRows } from './scaling.ts';

export interface FitRequest {
  /** Every numeric column that changes where left out. */
  channels: readonly string[] | undefined;
  /** Only the first so many rows. */
  rows: number | undefined;
  /** Found from the recording where left out; `any`: windows of consecutive rows. */
  rate: 'any' | undefined;
  length: number | undefined;
  hop: number | undefined;
  explained: number;
  sustain: number;
  margin: number;
}

export interface FittedRecording {
  fitted: FittedAnomaly;
  channels: readonly string[];
  sampling: Sampling;
  /** As model.yaml writes it. */
  maxGap: string;
  samplesPerHour: number;
  train: Rows[];
  heldOut: Rows[];
  /** Rows that were left out: a missing value, or a time that doesn't advance. */
  skipped: number;
}

// The last quarter sets the threshold: on rows that the model was fitted to, thresholds come out too low.
const TRAIN_SHARE = 0.75;
const SHORT_RECORDING_ROWS = 2_000;
// With more values in a window than this fitting takes minutes, not seconds.
const DEFAULT_DIMENSIONS = 512;

/**
 * Fits on the first three quarters of the rows and sets the threshold on the rest. Windows are 10 rows, a new one every
 * row, for recordings below 2,000 rows; 32 rows, every 8, for longer ones; shorter ones for more than 16 channels. Throws SkerryError invalid where there is too
 * little.
 */
export async function fitRecording(
  backend: InferenceBackend,
  recording: Recording,
  request: FitRequest,
): Promise<FittedRecording> {
  const channels = request.channels ?? changingColumns(recording, request.rows);
  if (channels.length === 0)
    throw new SkerryError('invalid', 'the recording has no numeric column that changes');
  const { skipped, ...samples } = samplesOf(recording, channels, request.rows);
  const total = samples.timesUs.length;
  const short = total < SHORT_RECORDING_ROWS;
  const length =
    request.length ??
    Math.max(1, Math.min(short ? 10 : 32, Math.floor(DEFAULT_DIMENSIONS / channels.length)));
  const hop = request.hop ?? (short ? 1 : Math.max(1, length >> 2));
  const sampling: Sampling =
    request.rate === 'any' ? { rate: 'any', rateHz: undefined } : samplingOf(samples.timesUs);
  const maxGap = durationText(sampling.rateHz ? Math.max(1, Math.round(5_000 / sampling.rateHz)) : 5_000);
  const stretches =
    sampling.rateHz === undefined ? [samples.rows] : onTicks(samples, sampling.rateHz, durationMs(maxGap));
  const { train, heldOut } = split(stretches, length);
  const options: AnomalyOptions = { length, hop, ...pick(request) };
  const fitted = await fitAnomaly(backend, train, heldOut, options);
  const hours = (samples.timesUs.at(-1)! - samples.timesUs[0]!) / 3.6e9;
  const samplesPerHour = sampling.rateHz ? sampling.rateHz * 3600 : hours > 0 ? total / hours : 0;
  return { fitted, channels, sampling, maxGap, samplesPerHour, train, heldOut, skipped };
}

function pick({
  explained,
  sustain,
  margin,
}: FitRequest): Pick<AnomalyOptions, 'explained' | 'sustain' | 'margin'> {
  return { explained, sustain, margin };
}

/** A column that never changes says nothing of what is healthy: an unused input, or the labels of a healthy recording. */
function changingColumns(recording: Recording, limit = Number.POSITIVE_INFINITY): string[] {
  const width = recording.columns.length;
  const rows = Math.min(limit, recording.timesUs.length);
  return recording.numericColumns.filter((name) => {
    const c = recording.columns.indexOf(name);
    let first = Number.NaN;
    for (let row = 0; row < rows; row++) {
      const value = recording.rows[row * width + c]!;
      if (Number.isNaN(first)) first = value;
      else if (value !== first && !Number.isNaN(value)) return true;
    }
    return false;
  });
}

/** The first three quarters of all rows and the rest, in order of time, without pieces too short for a window. */
function split(stretches: readonly Rows[], length: number): { train: Rows[]; heldOut: Rows[] } {
  const total = stretches.reduce((sum, rows) => sum + rowCount(rows), 0);
  let left = Math.floor(TRAIN_SHARE * total);
  const [train, heldOut]: [Rows[], Rows[]] = [[], []];
  for (const rows of stretches) {
    const count = rowCount(rows);
    const cut = Math.min(left, count);
    left -= cut;
    train.push(sliceRows(rows, 0, cut));
    heldOut.push(sliceRows(rows, cut, count));
  }
  const usable = (parts: Rows[]): Rows[] => parts.filter((rows) => rowCount(rows) >= length);
  const kept = { train: usable(train), heldOut: usable(heldOut) };
  if (kept.train.length === 0 || kept.heldOut.length === 0)
    throw new SkerryError('invalid', `${total} usable rows are too few for windows of ${length}`, {
      hint: 'give a longer recording, a smaller --length, or check for gaps in it',
    });
  return kept;
}
