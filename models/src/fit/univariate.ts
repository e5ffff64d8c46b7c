/**
 * An anomaly score for one channel that needs no training: how far the newest sample leaves what the window before it
 * has seen. With p the L - 1 samples before the newest x, m their mean:
 *
 *   level = |x - m| / max |p_i - m|              step = |x - p_last| / max |p_i - p_(i-1)|
 *   r     = max(level, step)                     score = r / (1 + r), in [0, 1)
 *
 * r = 1 is the most extreme thing in the window, r = 1.5 half as extreme again (score 0.6). Because an outlier raises the
 * maximum that later samples are measured against, one event isn't reported again and again. Both denominators are at
 * least 1e-6 + |m| / 1000, so a constant signal that moves by less than a thousandth of its level stays below r = 1.
 */
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { float32, int64 } from '../graph/tensor.ts';

const FLOOR = 1e-6;
const FLOOR_SHARE = 1e-3;

/** The score of a window's newest sample; what the graph computes, in float64. */
export function univariateScore(window: ArrayLike<number>): number {
  const count = window.length - 1;
  const newest = window[count]!;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += window[i]! / count;
  const floor = FLOOR + FLOOR_SHARE * Math.abs(mean);
  let [spread, stride] = [floor, floor];
  for (let i = 0; i < count; i++) {
    spread = Math.max(spread, Math.abs(window[i]! - mean));
    if (i > 0) stride = Math.max(stride, Math.abs(window[i]! - window[i - 1]!));
  }
  const r = Math.max(Math.abs(newest - mean) / spread, Math.abs(newest - window[count - 1]!) / stride);
  return r / (1 + r);
}

/** The bytes of the float32 graph for windows of `length` samples: `window` [batch, length, 1] → `score` [batch]. */
export function univariateGraph(length: number): Uint8Array {
  const g = new GraphBuilder('univariate');
  const window = g.input('window', 'float32', ['batch', length, 1]);
  const x = g.node('Reshape', [window, g.constant('rows', int64([2], [-1, length]))]);
  const at = (name: string, index: number): string => g.constant(name, int64([1], [index]));
  const [zero, one, before, end] = [at('zero', 0), at('one', 1), at('before', length - 1), at('end', length)];
  const slice = (data: string, from: string, to: string): string => g.node('Slice', [data, from, to, one]);
  const abs = (data: string): string => g.node('Abs', [data]);
  const reduced = { attributes: { axes: [1], keepdims: 1 } };
  const past = slice(x, zero, before);
  const newest = slice(x, before, end);
  const mean = g.node('ReduceMean', [past], reduced);
  const floor = g.node('Add', [
    g.node('Mul', [abs(mean), g.scalar('floor_share', FLOOR_SHARE)]),
    g.scalar('floor', FLOOR),
  ]);
  const ratio = (value: string, history: string): string => {
    const largest = g.node('ReduceMax', [abs(history)], reduced);
    return g.node('Div', [abs(value), g.node('Max', [largest, floor])]);
  };
  const steps = g.node('Sub', [slice(x, one, end), slice(x, zero, before)]);
  const level = ratio(g.node('Sub', [newest, mean]), g.node('Sub', [past, mean]));
  // The last of the steps is the newest sample's own.
  const last = at('last', length - 2);
  const step = ratio(slice(steps, last, before), slice(steps, zero, last));
  const r = g.node('Max', [level, step]);
  const share = g.node('Div', [r, g.node('Add', [r, g.constant('unit', float32([], [1]))])]);
  g.node('Reshape', [share, g.constant('flat', int64([1], [-1]))], { output: 'score' });
  g.output('score', 'float32', ['batch']);
  return encodeModel(g.build());
}
