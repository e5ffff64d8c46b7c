/** Runs any release's model over rows, fed exactly as the agent feeds it (same normalization, same layout). */
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { windowTensor } from '@skerry/agent/inference/inputs';
import { createModel } from '@skerry/agent/inference/model';
import type { WindowBatch } from '@skerry/agent/pipeline/types';
import type { InferenceSession, Tensor } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { inputsOf, type ReleaseManifest, type ReleaseOutput } from '@skerry/proto/release';
import { type Rows, rowCount, windowStarts } from '../fit/scaling.ts';

const BATCH = 256;
/** Rows are one device's. */
const DEVICE = 'device';

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
  const data = dataAt(rows, starts, manifest.window.length);
  return { [windowInput(manifest)]: windowTensor(manifest, { count: starts.length, data }) };
}

/**
 * The judged output for every window of one stretch of rows, in order, as an agent would judge it: of several values the
 * greatest, and a model that remembers sees one window after the other.
 */
export async function scoresOf(
  session: InferenceSession,
  manifest: ReleaseManifest,
  rows: Rows,
): Promise<Float64Array> {
  const { length, hop } = manifest.window;
  const { name } = judgedOutput(manifest);
  const starts = windowStarts(rowCount(rows), length, hop);
  const scores = new Float64Array(starts.length);
  const model = createModel({
    manifest,
    session,
    variant: '',
    backend: 'native',
    crypto: nodeCrypto,
    clock: systemClock,
  });
  let states: ReadonlyMap<string, Uint8Array | undefined> | undefined;
  for (let at = 0; at < starts.length; at += BATCH) {
    const windows = windowsAt(rows, starts.slice(at, at + BATCH), length);
    const answer = await model.run({
      ...windows,
      states: windows.devices.map((device) => states?.get(device)),
    });
    const { width, values } = answer.outputs[name]!;
    for (let w = 0; w < windows.count; w++)
      scores[at + w] = values.subarray(w * width, (w + 1) * width).reduce((a, b) => Math.max(a, b));
    states = answer.states;
  }
  return scores;
}

function windowsAt(rows: Rows, starts: readonly number[], length: number): WindowBatch {
  const count = starts.length;
  const zeros = new Uint32Array(count);
  return {
    count,
    data: dataAt(rows, starts, length),
    devices: new Array<string>(count).fill(DEVICE),
    fromUs: new Float64Array(count),
    toUs: new Float64Array(count),
    interpolated: zeros,
    missing: zeros,
    late: zeros,
  };
}

function dataAt(rows: Rows, starts: readonly number[], length: number): Float32Array {
  const size = length * rows.width;
  const data = new Float32Array(starts.length * size);
  for (const [w, start] of starts.entries())
    data.set(rows.values.subarray(start * rows.width, start * rows.width + size), w * size);
  return data;
}
