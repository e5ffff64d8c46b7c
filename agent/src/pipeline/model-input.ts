/**
 * From closed windows to the model's input tensors: normalized with the release's mean and standard deviation, laid
 * out as the graph wants it.
 *
 * Two ticks of channels a and b, one window: data [a0 b0 a1 b1]
 *   batch,time,channel → [a0 b0 a1 b1], dims [1, 2, 2]
 *   batch,channel,time → [a0 a1 b0 b1], dims [1, 2, 2]
 *   batch,feature      → [a0 b0 a1 b1], dims [1, 4]
 *   time,batch,channel → [a0 b0 a1 b1], dims [2, 1, 2]
 */
import { channelsOf, inputsOf, type ReleaseInput, type ReleaseManifest } from '@skerry/proto/release';
import type { WindowBatch } from './types.ts';

/** Windows and their number, as they come from the pipeline. */
export type WindowValues = Pick<WindowBatch, 'count' | 'data'>;

/**
 * The values of input `index` for a batch of windows, window after window, each in that input's layout (without its
 * batch axis). Normalizing is `(x - mean) / std` in float64, rounded once to float32.
 */
export function modelInput(manifest: ReleaseManifest, windows: WindowValues, index = 0): Float32Array {
  const input = requireInput(manifest, index);
  const { length } = manifest.window;
  const width = manifest.window.channels.length;
  const columns = channelsOf(manifest, input);
  const [tickStride, channelStride] = strides(input, length, columns.length);
  const { mean, std } = input.normalize ?? { mean: [], std: [] };
  const size = length * columns.length;
  const out = new Float32Array(windows.count * size);
  for (let w = 0; w < windows.count; w++)
    for (let tick = 0; tick < length; tick++) {
      const from = (w * length + tick) * width;
      const to = w * size + tick * tickStride;
      for (let c = 0; c < columns.length; c++)
        out[to + c * channelStride] = (windows.data[from + columns[c]!]! - (mean[c] ?? 0)) / (std[c] ?? 1);
    }
  return out;
}

/** How far apart two ticks, and two channels of a tick, stand within one window of the input's layout. */
function strides(input: ReleaseInput, length: number, width: number): [tick: number, channel: number] {
  const { layout } = input;
  const isChannelMajor = layout.includes('channel') && layout.indexOf('channel') < layout.indexOf('time');
  return isChannelMajor ? [1, length] : [width, 1];
}

/** The dimensions of input `index` for `count` windows. */
export function modelInputDims(manifest: ReleaseManifest, count: number, index = 0): number[] {
  const input = requireInput(manifest, index);
  const { length } = manifest.window;
  const width = channelsOf(manifest, input).length;
  const sizes = { batch: count, time: length, channel: width, feature: length * width };
  return input.layout.map((axis) => (axis === 1 ? 1 : sizes[axis]));
}

function requireInput(manifest: ReleaseManifest, index: number): ReleaseInput {
  const input = inputsOf(manifest)[index];
  if (!input) throw new RangeError(`release ${manifest.name} has no input ${index}`);
  return input;
}
