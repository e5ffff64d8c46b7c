/**
 * `skerry-agent infer MODEL.onnx --inputs FILE.json`: one run of any model. The file maps each input's name to
 * `{"type","dims","data"}`; the answer has the same form:
 *
 *   {"x":{"type":"float32","dims":[1,2],"data":[1,2]}}  →  {"outputs":{"y":{"type":"float32","dims":[1],"data":[3]}}}
 *
 * Maps and sequences, which the runtime's binding can't give, come out of tensors again (proto/src/onnx/plain.ts):
 *
 *   {"type":"sequence","items":[{"type":"map","entries":[["setosa",0.9],["virginica",0.1]]}]}
 */
import { SkerryError } from '@skerry/proto/errors';
import { refusalsOf } from '@skerry/proto/onnx/check';
import { describeType, type Model } from '@skerry/proto/onnx/graph';
import { plainModel } from '@skerry/proto/onnx/plain';
import { type Structure, structuresOf } from '@skerry/proto/onnx/structures';
import { isTensorType } from '@skerry/proto/onnx/tensor';
import { z } from 'zod';
import type { InferenceBackend, Tensor } from '../ports.ts';
import { fromJsonTensor, type JsonTensor, toJsonTensor } from './tensors.ts';

/** A map with its keys: numbers beyond 2^53 as strings of digits. */
export interface JsonMap {
  type: 'map';
  entries: [key: number | string, value: number | string | boolean][];
}

export type JsonValue = JsonTensor | { type: 'sequence'; items: (JsonTensor | JsonMap)[] };

/** A model file: by path for the runtime, its bytes to see what it takes and gives. */
export interface ModelFile {
  path: string;
  bytes: Uint8Array;
}

// What a graph of half-width floats is given is cast inside it.
const WIDENED: Readonly<Record<string, string>> = { float16: 'float32', bfloat16: 'float32' };

const jsonTensor = z.strictObject({
  type: z
    .string()
    .transform((type) => WIDENED[type] ?? type)
    .refine(isTensorType, { message: 'expected float32, float64, int8 … uint64, bool or string' }),
  dims: z.array(z.int().nonnegative()).max(32),
  data: z.array(z.union([z.number(), z.string(), z.boolean()])),
});
const inputsFile = z.record(z.string(), jsonTensor);

/** Loads the model, runs it once, frees it. Throws SkerryError `invalid` where inputs don't fit, `failed` where the run fails. */
export async function inferJson(
  backend: InferenceBackend,
  model: ModelFile,
  inputs: unknown,
): Promise<{ outputs: Record<string, JsonValue> }> {
  const feeds = readInputs(inputs);
  const { outputs, structures } = await inferTensors(backend, model, () => feeds);
  const json: Record<string, JsonValue> = {};
  const parts = new Set([...structures.values()].flatMap((s) => (s.kind === 'sequence' ? s.tensors : [])));
  for (const [name, tensor] of Object.entries(outputs)) {
    const structure = structures.get(name);
    if (structure?.kind === 'maps') json[name] = mapsOf(tensor, structure);
    else if (!parts.has(name)) json[name] = toJsonTensor(tensor);
  }
  for (const [name, structure] of structures)
    if (structure.kind === 'sequence')
      json[name] = { type: 'sequence', items: structure.tensors.map((t) => toJsonTensor(outputs[t]!)) };
  return { outputs: json };
}

/** What a model answered: tensors by name, and which of them were maps or sequences before the graph was made plain. */
export interface Answer {
  outputs: Record<string, Tensor>;
  structures: ReadonlyMap<string, Structure>;
}

/**
 * One run with tensors, wherever they come from; `feedsOf` gets the names of the model's inputs in order. Throws
 * SkerryError `unsupported` where an input or output of the model is nothing that can be given or told here.
 */
export async function inferTensors(
  backend: InferenceBackend,
  file: ModelFile,
  feedsOf: (inputs: readonly string[]) => Readonly<Record<string, Tensor>>,
): Promise<Answer> {
  const { bytes, model, changes } = plainModel(file.bytes);
  const session = await backend
    .create(changes.length > 0 ? { bytes } : { path: file.path })
    .catch((error: unknown) => plainlyRefused(model, error));
  try {
    const names = session.inputs.map((input) => input.name);
    const feeds = feedsOf(names);
    requireInputs(names, Object.keys(feeds), () =>
      (model.graph.input ?? [])
        .filter(({ name }) => names.includes(name ?? ''))
        .map(({ name, type }) => `${name}: ${describeType(type)}`)
        .join(', '),
    );
    return { outputs: await session.run(feeds), structures: structuresOf(model) };
  } finally {
    await session.release();
  }
}

/** What is known against the model tells it better than the runtime does. */
function plainlyRefused(model: Model, error: unknown): never {
  const refusals = refusalsOf(model);
  if (refusals.length === 0) throw error;
  throw new SkerryError('invalid', refusals.join('; '), { cause: error });
}

function requireInputs(wanted: readonly string[], given: readonly string[], described: () => string): void {
  const missing = wanted.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !wanted.includes(name));
  if (missing.length + unknown.length === 0) return;
  const problems = [
    missing.length > 0 ? `the model also wants ${quoted(missing)}` : '',
    unknown.length > 0 ? `the model has no input ${quoted(unknown)}` : '',
  ];
  throw new SkerryError('invalid', problems.filter(Boolean).join('; '), {
    hint: `its inputs are ${described()}`,
  });
}

/** One map a row; a tensor of one dimension is a single row. */
function mapsOf(tensor: Tensor, { keys, labels }: Structure & { kind: 'maps' }): JsonValue {
  const { data } = toJsonTensor(tensor);
  const keyed = labels.map((label) => (keys === 'int64' ? numberKey(label) : label));
  const rows = labels.length === 0 ? 0 : data.length / labels.length;
  return {
    type: 'sequence',
    items: Array.from(
      { length: rows },
      (_, row): JsonMap => ({
        type: 'map',
        entries: keyed.map((key, i) => [key, data[row * labels.length + i]!]),
      }),
    ),
  };
}

function numberKey(label: string): number | string {
  return Number.isSafeInteger(Number(label)) ? Number(label) : label;
}

function readInputs(inputs: unknown): Record<string, Tensor> {
  const parsed = inputsFile.safeParse(inputs);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw new SkerryError('invalid', `the inputs are refused:\n  ${problems.join('\n  ')}`, {
      hint: 'expected {"NAME":{"type":"float32","dims":[1,2],"data":[1,2]}}',
    });
  }
  const feeds: Record<string, Tensor> = {};
  for (const [name, json] of Object.entries(parsed.data))
    feeds[name] = fromJsonTensor(name, json as JsonTensor);
  return feeds;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
