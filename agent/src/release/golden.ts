/**
 * Golden vectors: inputs with what the model must answer, run on the device's own backend before a release may serve.
 * Each value must hold |got - want| <= atol + rtol × |want| (integers, booleans and strings too; NaN only where NaN is
 * expected). A case *flips* where it falls on the other side of the alert threshold, or into another class; more than
 * `maxFlips` of those refuse the release even within tolerance.
 */
import { SkerryError } from '@skerry/proto/errors';
import type { ReleaseManifest, ReleaseOutput } from '@skerry/proto/release';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import { differenceOf, fromNamedTensor } from '../inference/tensors.ts';
import type { Tensor } from '../ports.ts';

export interface GoldenCase {
  inputs: Record<string, Tensor>;
  outputs: Record<string, Tensor>;
}

/** Reads golden.pb. Throws SkerryError `invalid` on bytes that are none, or that hold no case. */
export function readGolden(bytes: Uint8Array): GoldenCase[] {
  let vectors: skerry.v1.IGoldenVectors;
  try {
    vectors = decode(v1.GoldenVectors, bytes);
  } catch (cause) {
    throw new SkerryError('invalid', 'the golden vectors are malformed', { cause });
  }
  const tensors = (list: skerry.v1.INamedTensor[] | null | undefined): Record<string, Tensor> =>
    Object.fromEntries((list ?? []).map((named) => [named.name ?? '', fromNamedTensor(named)]));
  const cases = (vectors.cases ?? []).map((c) => ({
    inputs: tensors(c.inputs),
    outputs: tensors(c.outputs),
  }));
  if (cases.length === 0) throw new SkerryError('invalid', 'the golden vectors hold no case');
  return cases;
}

/** Collects answers case by case and says what is wrong with them. */
export interface GoldenJudge {
  /** What the backend answered to case `index`; returns why that refuses the release, or undefined. */
  answer(index: number, got: Readonly<Record<string, Tensor>>): string | undefined;
}

/** A judge for one variant on one backend. Its messages read "golden case 3: score 0.91, expected 0.42 ± 0.02". */
export function createGoldenJudge(manifest: ReleaseManifest, cases: readonly GoldenCase[]): GoldenJudge {
  const tolerance = manifest.golden ?? { rtol: 0, atol: 0, maxFlips: 0 };
  let flips = 0;
  return {
    answer(index, got) {
      const wanted = cases[index]!.outputs;
      let flipped: string | undefined;
      for (const [name, want] of Object.entries(wanted)) {
        const have = got[name];
        if (have === undefined) return `golden case ${index + 1}: the model answers no ${name}`;
        const difference = differenceOf(want, have, tolerance);
        if (difference) return `golden case ${index + 1}: ${name} ${difference}`;
        const output = manifest.output.find((o) => o.tensor === name);
        if (output && changesDecision(output, want, have)) flipped = name;
      }
      if (flipped === undefined || ++flips <= tolerance.maxFlips) return undefined;
      return `golden case ${index + 1}: ${flipped} falls on the other side of its threshold (${flips} such cases, ${tolerance.maxFlips} allowed)`;
    },
  };
}

function changesDecision(output: ReleaseOutput, want: Tensor, got: Tensor): boolean {
  const { threshold } = output;
  if (output.kind === 'class') return want.data.length > 1 && argmax(want) !== argmax(got);
  if (threshold === undefined) return false;
  for (let i = 0; i < want.data.length; i++)
    if (Number(want.data[i]) > threshold !== Number(got.data[i]) > threshold) return true;
  return false;
}

function argmax({ data }: Tensor): number {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (Number(data[i]) > Number(data[best])) best = i;
  return best;
}
