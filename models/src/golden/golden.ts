/**
 * Golden vectors: inputs, and what the float32 graph answers. An agent runs them on its own backend before it activates
 * a release, so that a broken kernel, a wrong provider or a damaged model is found before it judges a machine.
 *
 * Inputs are what the session is fed: normalized already. A case lists the outputs that are compared: shares of a
 * residual that is next to nothing aren't, because there they are noise.
 */
import type { InferenceSession, Tensor, TensorType } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import { fromLittleEndian, type NumericData, toLittleEndian } from '../graph/tensor.ts';

/** One input and which outputs it pins. */
export interface GoldenInput {
  feeds: Readonly<Record<string, Tensor>>;
  outputs: readonly string[];
}

/** Runs every input through a session (the float32 graph's) and records the answers. */
export async function buildGolden(
  session: InferenceSession,
  inputs: readonly GoldenInput[],
): Promise<Uint8Array> {
  const cases: skerry.v1.IGoldenCase[] = [];
  for (const { feeds, outputs } of inputs) {
    const answer = await session.run(feeds, outputs);
    cases.push({
      inputs: Object.entries(feeds).map(([name, tensor]) => toNamed(name, tensor)),
      outputs: outputs.map((name) => toNamed(name, answer[name]!)),
    });
  }
  return encode(v1.GoldenVectors, { cases });
}

/** How far an answer may lie from the recorded one: |got - want| <= atol + rtol · |want|. */
export interface Tolerance {
  rtol: number;
  atol: number;
}

/** What came of a check; `worst` is the greatest |got - want| / (atol + rtol·|want|), so up to 1 is within. */
export interface GoldenReport {
  cases: number;
  failed: number;
  worst: number;
  /** Cases that fall on the other side of the alert threshold. */
  flips: number;
}

/** Checks a session against golden vectors. Throws SkerryError invalid on bytes that are none. */
export async function checkGolden(
  session: InferenceSession,
  golden: Uint8Array,
  tolerance: Tolerance,
  threshold?: { output: string; value: number },
): Promise<GoldenReport> {
  const { cases } = decode(v1.GoldenVectors, golden);
  const report: GoldenReport = { cases: cases?.length ?? 0, failed: 0, worst: 0, flips: 0 };
  for (const one of cases ?? []) {
    const feeds = Object.fromEntries((one.inputs ?? []).map((t) => [t.name ?? '', fromNamed(t)]));
    const got = await session.run(feeds);
    let worst = 0;
    let flipped = false;
    for (const wanted of one.outputs ?? []) {
      const want = fromNamed(wanted).data as Float32Array;
      const data = got[wanted.name ?? '']?.data as Float32Array | undefined;
      worst = Math.max(worst, deviation(data, want, tolerance));
      if (threshold && wanted.name === threshold.output)
        flipped = want.some((w, i) => w > threshold.value !== (data?.[i] ?? Number.NaN) > threshold.value);
    }
    report.worst = Math.max(report.worst, worst);
    if (worst > 1) report.failed++;
    if (flipped) report.flips++;
  }
  return report;
}

function deviation(got: Float32Array | undefined, want: Float32Array, { rtol, atol }: Tolerance): number {
  if (got?.length !== want.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const ratio = Math.abs(got[i]! - want[i]!) / (atol + rtol * Math.abs(want[i]!));
    worst = Math.max(worst, Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio);
  }
  return worst;
}

function toNamed(name: string, tensor: Tensor): skerry.v1.INamedTensor {
  const head = { name, type: tensor.type, dims: [...tensor.dims] };
  if (tensor.type === 'string') return { ...head, strings: [...(tensor.data as readonly string[])] };
  return { ...head, data: toLittleEndian(tensor.data as NumericData) };
}

function fromNamed(named: skerry.v1.INamedTensor): Tensor {
  const type = named.type as TensorType;
  const dims = named.dims ?? [];
  if (type === 'string') return { type, dims, data: named.strings ?? [] };
  if (!named.data) throw new SkerryError('invalid', `golden tensor "${named.name}" holds no data`);
  return { type, dims, data: fromLittleEndian(type, named.data) };
}
