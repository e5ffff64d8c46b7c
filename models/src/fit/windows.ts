/** Windows of normalized rows as the session takes them, and scores as it gives them. */
import type { InferenceBackend, Tensor } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { windowStarts } from './scaling.ts';

/** What a window is, in rows. */
export interface WindowShape {
  length: number;
  width: number;
}

/** Windows (row-major, normalized) as one `[batch, time, channel]` tensor, beginning at the rows `starts`. */
export function windowTensor(rows: Float32Array, starts: readonly number[], shape: WindowShape): Tensor {
  const size = shape.length * shape.width;
  const data = new Float32Array(starts.length * size);
  for (const [w, start] of starts.entries())
    data.set(rows.subarray(start * shape.width, start * shape.width + size), w * size);
  return { type: 'float32', dims: [starts.length, shape.length, shape.width], data };
}

/** One `[1, time, channel]` tensor. */
export function oneWindow(values: ArrayLike<number>, shape: WindowShape): Tensor {
  return { type: 'float32', dims: [1, shape.length, shape.width], data: Float32Array.from(values) };
}

/** What a model answered for the windows of a recording, in their order. */
export interface Answers {
  score: Float32Array;
  /** Row-major, one row of shares per window; empty where the model gives none. */
  attribution: Float32Array;
}

const BATCH = 256;

/**
 * Runs a model over every window of normalized rows. Throws SkerryError invalid where the model has no float32 output
 * `score` with one number a window.
 */
export async function answersOf(
  backend: InferenceBackend,
  bytes: Uint8Array,
  rows: Float32Array,
  shape: WindowShape & { hop: number },
): Promise<Answers> {
  const starts = windowStarts(rows.length / shape.width, shape.length, shape.hop);
  const score = new Float32Array(starts.length);
  const attribution: number[] = [];
  const session = await backend.create({ bytes });
  try {
    for (let at = 0; at < starts.length; at += BATCH) {
      const batch = starts.slice(at, at + BATCH);
      const answer = await session.run({ window: windowTensor(rows, batch, shape) });
      const scores = answer.score;
      if (scores?.type !== 'float32' || scores.data.length !== batch.length)
        throw new SkerryError(
          'invalid',
          'the model gives no float32 output "score" with one number a window',
        );
      score.set(scores.data as Float32Array, at);
      for (const share of (answer.attribution?.data ?? []) as Float32Array) attribution.push(share);
    }
  } finally {
    await session.release();
  }
  return { score, attribution: Float32Array.from(attribution) };
}
