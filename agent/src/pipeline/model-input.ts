/**
 * From closed windows to the model's input tensors: normalized with the release's mean and standard deviation, laid
 * out as the graph wants it.
 *
 * Two ticks of channels a and b, one window: data [a0 b0 a1 b1]
 *   batch,time,channel → [a0 b0 a1 b1], dims [1, 2, 2]
 *   batch,channel,time → [a0 a1 b0 b1], dims [1, 2, 2]
 *   batch,feature      → [a0 b0 a1 b1], dims [1, 4]
 */
import { inputsOf, type ReleaseManifest } from '@skerry/proto/release';
import type { WindowBatch } from './types.ts';

/**
 * The values of input `index` for a batch of windows, count × length × channels in that input's layout. Normalizing is
 * `(x - mean) / std` in float64, rounded once to float32.
 */
export function modelInput(
  manifest: ReleaseManifest,
  windows: Pick<WindowBatch, 'count' | 'data'>,
  index = 0,
): Float32Array {
  const input = inputsOf(manifest)[index];
  if (!input) throw new RangeError(`release ${manifest.name} has no input ${index}`);
  const { length, channels } = manifest.window;
  const width = channels.length;
  const channelMajor = input.layout[1] === 'channel';
  const { mean, std } = input.normalize ?? { mean: [], std: [] };
  const out = new Float32Array(windows.count * length * width);
  let from = 0;
  for (let w = 0; w < windows.count; w++) {
    const base = w * length * width;
    for (let tick = 0; tick < length; tick++)
      for (let c = 0; c < width; c++) {
        const value = (windows.data[from++]! - (mean[c] ?? 0)) / (std[c] ?? 1);
        out[base + (channelMajor ? c * length + tick : tick * width + c)] = value;
      }
  }
  return out;
}

/** The dimensions of input `index` for `count` windows. */
export function modelInputDims(manifest: ReleaseManifest, count: number, index = 0): number[] {
  const { length, channels } = manifest.window;
  const layout = inputsOf(manifest)[index]?.layout;
  if (layout?.[1] === 'feature') return [count, length * channels.length];
  return layout?.[1] === 'channel' ? [count, channels.length, length] : [count, length, channels.length];
}
