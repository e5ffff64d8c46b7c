/**
 * The alert threshold of the quantized model. Quantization noise moves scores (where ranges are widened, it raises those of
 * healthy windows by 1 to 10 %), so the same threshold would alert earlier or later. A release has one threshold for all of
 * its variants, so it is the int8 model's score that is scaled.
 */
import { sustainedLevels } from '../fit/threshold.ts';
import type { Model } from '../graph/reader.ts';
import { float32, toTensorProto } from '../graph/tensor.ts';

/** Scores of both models, recording by recording. */
export interface BothScores {
  fp32: readonly ArrayLike<number>[];
  int8: readonly ArrayLike<number>[];
}

// Below this share of the threshold healthy scores say nothing of where it should lie.
const TELLING = 0.1;
// How far beyond a score the cut is put, so that rounding doesn't move it back.
const ASIDE = 0.01;

/**
 * What to multiply int8 scores by. Where float32 goes past the threshold in some windows: so that int8 does as often
 * (sustained). Where it never does: so that the highest sustained healthy scores are alike. 1 where neither tells.
 *
 *   threshold 1, healthy float32 scores up to 0.80, int8 ones up to 0.84, nothing past it → 0.952
 */
export function thresholdFactor(
  all: BothScores,
  healthy: BothScores,
  { threshold, sustain }: { threshold: number; sustain: number },
): number {
  const [fp32, int8] = [descending(all.fp32, sustain), descending(all.int8, sustain)];
  const past = fp32.findLastIndex((level) => level > threshold) + 1;
  if (threshold <= 0 || past === fp32.length) return 1;
  if (past > 0) return Math.fround(threshold / cutBetween(int8[past - 1]!, int8[past]!, threshold));
  const [highest, got] = [
    descending(healthy.fp32, sustain)[0] ?? 0,
    descending(healthy.int8, sustain)[0] ?? 0,
  ];
  return Math.min(highest, got) > TELLING * threshold ? Math.fround(highest / got) : 1;
}

/** The point nearest to the threshold that leaves `above` above it and `below` not. */
function cutBetween(above: number, below: number, threshold: number): number {
  if (below <= threshold && threshold < above) return threshold;
  const half = (above - below) / 2;
  if (threshold < below) return below + Math.min(half, ASIDE * below);
  return above > 0 ? above - Math.min(half, ASIDE * above) : threshold;
}

function descending(recordings: readonly ArrayLike<number>[], sustain: number): number[] {
  return recordings.flatMap((scores) => [...sustainedLevels(scores, sustain)]).sort((a, b) => b - a);
}

/** The model with one of its outputs multiplied, under its old name. */
export function scaleOutput(model: Model, output: string, factor: number): Model {
  const raw = `${output}_unscaled`;
  const rename = (name: string): string => (name === output ? raw : name);
  const node = model.graph.node.map((n) => ({
    ...n,
    input: (n.input ?? []).map(rename),
    output: (n.output ?? []).map(rename),
  }));
  const name = `${output}_threshold_factor`;
  node.push({ opType: 'Mul', input: [raw, name], output: [output] });
  const initializer = [...(model.graph.initializer ?? []), toTensorProto(name, float32([], [factor]))];
  return { ...model, graph: { ...model.graph, node, initializer } };
}
