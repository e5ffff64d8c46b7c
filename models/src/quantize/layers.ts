/** What each layer's quantization costs, and which layers had better stay float. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { encodeModel } from '../graph/builder.ts';
import type { Model } from '../graph/reader.ts';
import { exposing, type Feed, floatsOf } from './calibrate.ts';
import type { Quantizer } from './quantizer.ts';

/** One layer of the finished model. */
export interface LayerReport {
  name: string;
  op: string;
  /** Whether it is in int8. */
  int8: boolean;
  /** Signal to quantization noise of its value in the finished model, in decibels; what comes before it included. */
  sqnrDb: number;
  /** The same of the model's output where this layer alone is in int8: what the layer itself costs. */
  aloneDb: number;
}

/** Gives a model's answers, flat, in the order of what it was run on. */
export type Answer = (model: Model) => Promise<Float64Array>;

/** Signal and noise of several values of two models over the same feeds, in decibels each. */
export async function valueSqnr(
  backend: InferenceBackend,
  models: { float: Model; int8: Model },
  values: readonly string[],
  feeds: readonly Feed[],
): Promise<Map<string, number>> {
  const sums = new Map(values.map((name) => [name, { signal: 0, noise: 0 }]));
  const sessions = await Promise.all(
    [models.float, models.int8].map((m) => backend.create({ bytes: encodeModel(exposing(m, values)) })),
  );
  try {
    for (const feed of feeds) {
      const [float, int8] = [await sessions[0]!.run(feed, values), await sessions[1]!.run(feed, values)];
      for (const [name, sum] of sums) {
        const got = floatsOf(int8[name], name);
        for (const [i, x] of floatsOf(float[name], name).entries()) {
          sum.signal += x ** 2;
          sum.noise += (x - got[i]!) ** 2;
        }
      }
    }
  } finally {
    for (const session of sessions) await session.release();
  }
  return new Map([...sums].map(([name, { signal, noise }]) => [name, 10 * Math.log10(signal / noise)]));
}

/** The model's output against float32's where one layer at a time is in int8, by layer, in decibels. */
export async function costsAlone(
  quantizer: Quantizer,
  answer: Answer,
  sqnrDb: (reference: Float64Array, got: Float64Array) => number,
): Promise<Map<string, number>> {
  const reference = await answer(quantizer.float);
  const costs = new Map<string, number>();
  for (const { name } of quantizer.layers) {
    const others = new Set(quantizer.layers.map((l) => l.name).filter((other) => other !== name));
    costs.set(name, sqnrDb(reference, await answer(quantizer.make(others))));
  }
  return costs;
}

/** The names, checked against the layers. Throws SkerryError invalid for one that isn't there, naming those that are. */
export function excludedLayers(quantizer: Quantizer, names: readonly string[]): Set<string> {
  const known = quantizer.layers.map((l) => l.name);
  for (const name of names)
    if (!known.includes(name))
      throw new SkerryError('invalid', `no layer "${name}" can be excluded`, {
        hint: `the layers are ${known.join(', ')}`,
      });
  if (names.length > 0 && known.every((name) => names.includes(name)))
    throw new SkerryError('invalid', 'every layer is excluded, so nothing would be in int8', {
      hint: 'leave one in, or use the float32 model',
    });
  return new Set(names);
}

/**
 * Takes layers out of int8 until `holds` accepts the model: always the one that costs the output most. Stops with one
 * layer left, accepted or not, because float32 throughout is no int8 model.
 */
export async function excludeCostliest<T>(
  quantizer: Quantizer,
  costs: ReadonlyMap<string, number>,
  excluded: ReadonlySet<string>,
  measure: (model: Model) => Promise<T>,
  holds: (measured: T) => boolean,
): Promise<{ excluded: Set<string>; model: Model; measured: T }> {
  const out = new Set(excluded);
  const costliestFirst = quantizer.layers
    .map((l) => l.name)
    .filter((name) => !out.has(name))
    .sort((a, b) => costs.get(a)! - costs.get(b)!);
  for (;;) {
    const model = quantizer.make(out);
    const measured = await measure(model);
    const next = costliestFirst.shift();
    if (holds(measured) || next === undefined || costliestFirst.length === 0)
      return { excluded: out, model, measured };
    out.add(next);
  }
}
