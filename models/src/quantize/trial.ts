/** What a model is tried on: windows in batches, what is known of them, and which of its answers count. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { encodeModel } from '../graph/builder.ts';
import type { Model } from '../graph/reader.ts';
import type { Feed } from './calibrate.ts';

export interface Batch {
  feed: Feed;
  windows: number;
  /** Which recording its windows follow each other in. */
  recording: number;
  /** 0 for healthy, or the number of the class; one for each window. */
  labels?: readonly number[];
}

export interface Trial {
  batches: readonly Batch[];
  /** What both models are timed on: one window, and as many as the agent runs at once, where the model takes them. */
  timed: readonly Batch[];
  /** The output whose answers are compared. */
  output: string;
  /** The input that the output rebuilds: then what counts is how far off it is, one number a window. */
  rebuilds?: string;
  /** What the windows are isn't known: every number that the output gives is compared by itself. */
  perNumber?: boolean;
}

/** The answers of a model to batches, flat: the output's numbers, or a window's mean squared residual. */
export async function answersTo(
  backend: InferenceBackend,
  model: Model,
  trial: Pick<Trial, 'output' | 'rebuilds'>,
  batches: readonly Batch[],
): Promise<Float64Array> {
  const session = await backend.create({ bytes: encodeModel(model) });
  const parts: Float64Array[] = [];
  try {
    for (const { feed, windows } of batches) {
      const got = (await session.run(feed, [trial.output]))[trial.output]!;
      if (got.type === 'string')
        throw new SkerryError('unsupported', `output "${trial.output}" gives text, which can't be compared`, {
          hint: 'name an output of numbers with --output',
        });
      const values = Float64Array.from(got.data as ArrayLike<number | bigint>, Number);
      parts.push(trial.rebuilds ? residuals(values, feed[trial.rebuilds]!.data, windows, trial) : values);
    }
  } finally {
    await session.release();
  }
  return joined(parts);
}

function residuals(
  rebuilt: Float64Array,
  input: Feed[string]['data'],
  windows: number,
  { output, rebuilds }: Pick<Trial, 'output' | 'rebuilds'>,
): Float64Array {
  if (rebuilt.length !== input.length)
    throw new SkerryError(
      'invalid',
      `output "${output}" has ${rebuilt.length} numbers and input "${rebuilds}" ${input.length}: it doesn't rebuild it`,
    );
  const size = rebuilt.length / windows;
  const sums = new Float64Array(windows);
  for (let i = 0; i < rebuilt.length; i++)
    sums[Math.floor(i / size)]! += (rebuilt[i]! - Number(input[i])) ** 2 / size;
  return sums;
}

/** Scores by recording, from scores in the order of the batches; with `healthy` the others are left out. */
export function byRecording(scores: Float64Array, batches: readonly Batch[], healthy: boolean): number[][] {
  const recordings: number[][] = [];
  let at = 0;
  for (const { windows, recording, labels } of batches) {
    recordings[recording] ??= [];
    for (let w = 0; w < windows; w++, at++)
      if (!healthy || !labels?.[w]) recordings[recording].push(scores[at]!);
  }
  return recordings.filter((list) => list !== undefined);
}

/** At most `limit` batches, evenly spaced over all of them. */
export function sampled(batches: readonly Batch[], limit: number): Batch[] {
  const step = Math.max(1, batches.length / limit);
  return Array.from({ length: Math.min(limit, batches.length) }, (_, i) => batches[Math.floor(i * step)]!);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
