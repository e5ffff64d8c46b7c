/**
 * Golden vectors: inputs, and what the float32 graph answers. An agent runs them on its own backend before it activates
 * a release, so that a broken kernel, a wrong provider or a damaged model is found before it judges a machine.
 *
 * Inputs are what the session is fed: normalized already. A case lists the outputs that are compared: shares of a
 * residual that is next to nothing aren't, because there they are noise.
 */
import type { InferenceSession, Tensor } from '@skerry/agent/ports';
import { createGoldenJudge, readGolden } from '@skerry/agent/release/golden';
import type { ReleaseManifest } from '@skerry/proto/release';
import { encode, type skerry, v1 } from '@skerry/proto/wire';
import { type NumericData, toLittleEndian } from '../graph/tensor.ts';

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

/**
 * What an agent would refuse a session for, case by case; empty where it would not. Throws SkerryError invalid on bytes
 * that are no golden vectors.
 */
export async function checkGolden(
  session: InferenceSession,
  manifest: ReleaseManifest,
  golden: Uint8Array,
): Promise<{ cases: number; refusals: string[] }> {
  const cases = readGolden(golden);
  const judge = createGoldenJudge(manifest, cases);
  const refusals: string[] = [];
  for (const [index, { inputs }] of cases.entries()) {
    const refusal = judge.answer(index, await session.run(inputs));
    if (refusal !== undefined) refusals.push(refusal);
  }
  return { cases: cases.length, refusals };
}

/** The greatest |got - want| / (1 + |want|) over all values: the tolerance (as rtol and atol alike) that would just do. */
export async function goldenDeviation(session: InferenceSession, golden: Uint8Array): Promise<number> {
  let worst = 0;
  for (const { inputs, outputs } of readGolden(golden)) {
    const got = await session.run(inputs, Object.keys(outputs));
    for (const [name, { data: want }] of Object.entries(outputs))
      for (let i = 0; i < want.length; i++)
        worst = Math.max(
          worst,
          Math.abs(Number(got[name]!.data[i]) - Number(want[i])) / (1 + Math.abs(Number(want[i]))),
        );
  }
  return worst;
}

function toNamed(name: string, tensor: Tensor): skerry.v1.INamedTensor {
  const head = { name, type: tensor.type, dims: [...tensor.dims] };
  if (tensor.type === 'string') return { ...head, strings: [...(tensor.data as readonly string[])] };
  return { ...head, data: toLittleEndian(tensor.data as NumericData) };
}
