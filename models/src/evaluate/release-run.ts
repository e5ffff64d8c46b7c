/** Runs any release's model over rows, fed exactly as the agent feeds it (same normalization, same layout). */
import { modelInput, modelInputDims } from '@skerry/agent/pipeline/model-input';
import type { InferenceSession, Tensor } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { inputsOf, type ReleaseManifest, type ReleaseOutput } from '@skerry/proto/release';
import { type Rows, rowCount, windowStarts } from '../fit/scaling.ts';

const BATCH = 256;

/** The output that a release's alerts are judged on. Throws SkerryError unsupported where there is none. */
export function judgedOutput(manifest: ReleaseManifest): ReleaseOutput & { threshold: number } {
  const output = manifest.output.find((o) => o.threshold !== undefined);
  if (output?.threshold === undefined)
    throw new SkerryError(
      'unsupported',
      `${manifest.name}: no output has a threshold, so there is nothing to judge`,
    );
  return { ...output, threshold: output.threshold };
}

/** The one input of a release that takes windows alone. Throws SkerryError unsupported where there are several. */
export function windowInput(manifest: ReleaseManifest): string {
  const [input, ...rest] = inputsOf(manifest);
  if (!input || rest.length > 0)
    throw new SkerryError('unsupported', `${manifest.name} takes several inputs; this works for one`);
  return input.tensor;
}

/** Windows of raw rows (the channels' own units) as the session's feed, beginning at the rows `starts`. */
export function feedOf(
  manifest: ReleaseManifest,
  rows: Rows,
  starts: readonly number[],
): Record<string, Tensor> {
  const { length } = manifest.window;
  const size = length * rows.width;
  const data = new Float32Array(starts.length * size);
  for (const [w, start] of starts.entries())
    data.set(rows.values.subarray(start * rows.width, start * rows.width + size), w * size);
  const values = modelInput(manifest, { count: starts.length, data });
  return {
    [windowInput(manifest)]: { type: 'float32', dims: modelInputDims(manifest, starts.length), data: values },
  };
}

/** The judged output for every window of one stretch of rows, in order. */
export async function scoresOf(
  session: InferenceSession,
  manifest: ReleaseManifest,
  rows: Rows,
): Promise<Float64Array> {
  const { length, hop } = manifest.window;
  const { tensor } = judgedOutput(manifest);
  const starts = windowStarts(rowCount(rows), length, hop);
  const scores = new Float64Array(starts.length);
  for (let at = 0; at < starts.length; at += BATCH) {
    const batch = starts.slice(at, at + BATCH);
    const got = (await session.run(feedOf(manifest, rows, batch), [tensor]))[tensor];
    if (got?.data.length !== batch.length)
      throw new SkerryError(
        'invalid',
        `output "${tensor}" gives ${got?.data.length ?? 0} numbers for ${batch.length} windows`,
      );
    scores.set(Float64Array.from(got.data as ArrayLike<number | bigint>, Number), at);
  }
  return scores;
}
