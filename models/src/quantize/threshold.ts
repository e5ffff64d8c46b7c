/**
 * The alert threshold of the quantized model. Quantization noise raises the scores of healthy windows (by 1 to 10 % where
 * ranges are widened), so the same threshold would alert earlier. A release has one threshold for all of its variants:
 * so the int8 model's score is scaled until its highest sustained healthy score is that of the float32 model.
 */
import { sustainedLevels } from '../fit/threshold.ts';
import type { Model } from '../graph/reader.ts';
import { float32, toTensorProto } from '../graph/tensor.ts';
import { readBy } from './prepare.ts';

/**
 * What to multiply int8 scores by. 1 where healthy scores don't tell (none is above 0).
 *
 *   healthy float32 scores reach 0.80, int8 ones 0.84 → 0.952
 */
export function thresholdFactor(
  healthy: { fp32: readonly ArrayLike<number>[]; int8: readonly ArrayLike<number>[] },
  sustain: number,
): number {
  const highest = (recordings: readonly ArrayLike<number>[]): number =>
    recordings.reduce(
      (max, scores) => sustainedLevels(scores, sustain).reduce((a, b) => Math.max(a, b), max),
      0,
    );
  const [fp32, int8] = [highest(healthy.fp32), highest(healthy.int8)];
  return fp32 > 0 && int8 > 0 ? Math.fround(fp32 / int8) : 1;
}

/** The model with one of its outputs multiplied, under its old name. */
export function scaleOutput(model: Model, output: string, factor: number): Model {
  const raw = `${output}_unscaled`;
  const rename = (name: string): string => (name === output ? raw : name);
  const node = model.graph.node.map((n) =>
    n.output?.includes(output) || readBy(n).has(output)
      ? { ...n, input: (n.input ?? []).map(rename), output: (n.output ?? []).map(rename) }
      : n,
  );
  const name = `${output}_threshold_factor`;
  node.push({ opType: 'Mul', input: [raw, name], output: [output], attribute: [] });
  const initializer = [...(model.graph.initializer ?? []), toTensorProto(name, float32([], [factor]))];
  return { ...model, graph: { ...model.graph, node, initializer } };
}
