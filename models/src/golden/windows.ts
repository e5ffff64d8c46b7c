/** Golden cases of a model that needn't have a threshold, or takes more than windows: windows of a recording as they are. */
import { planInputs } from '@skerry/agent/inference/inputs';
import { planStates } from '@skerry/agent/inference/states';
import type { InferenceSession } from '@skerry/agent/ports';
import type { ReleaseManifest } from '@skerry/proto/release';
import { type Rows, rowCount, windowStarts } from '../fit/scaling.ts';
import type { GoldenInput } from './golden.ts';

const CASES_MAX = 24;

/**
 * At most 24 windows of the rows, evenly spread, fed as an agent feeds the first window of a device; every output of the
 * release is pinned, states included. A graph with a fixed batch gets each of them filled up with zeros.
 */
export function windowCases(session: InferenceSession, manifest: ReleaseManifest, rows: Rows): GoldenInput[] {
  const inputs = planInputs(manifest, session);
  const states = planStates(manifest, session);
  const size = inputs.fixedSize ?? states?.fixedSize ?? 1;
  const outputs = [...new Set(manifest.output.map((output) => output.tensor))];
  const { length } = manifest.window;
  const starts = windowStarts(rowCount(rows), length, length);
  const count = Math.min(CASES_MAX, starts.length);
  return Array.from({ length: count }, (_, i) => {
    const start = starts[Math.floor((i * starts.length) / count)]!;
    const data = Float32Array.from(rows.values.subarray(start * rows.width, (start + length) * rows.width));
    const values = inputs.values({ count: 1, data });
    const feeds = inputs.feeds({ values, count: 1, devices: ['device'], indices: [0], size });
    return { feeds: { ...feeds, ...states?.feeds([states.read(undefined)], size) }, outputs };
  });
}
