/** Other people's models with inputs and expected outputs (SKERRY_DATA), run through the code of `skerry-agent infer`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inferJson, type JsonMap, type JsonValue } from '@skerry/agent/inference/infer-file';
import { differenceOf, fromJsonTensor, type JsonTensor, toJsonTensor } from '@skerry/agent/inference/tensors';
import type { InferenceBackend } from '@skerry/agent/ports';
import { messageOf } from '@skerry/proto/errors';
import { dataTypeOf, readTensor, type TensorType } from '@skerry/proto/onnx/tensor';
import { encode, onnx } from '@skerry/proto/wire';

// What the models' own notes suggest for floats.
const RTOL = 1e-3;
const ATOL = 1e-4;

const data = process.env.SKERRY_DATA ?? '';

/** A folder of SKERRY_DATA, or undefined where there is none. */
export function dataFolder(name: string): string | undefined {
  const folder = join(data, name);
  return data !== '' && existsSync(folder) ? folder : undefined;
}

interface StoredTensor {
  type: string;
  dims: number[];
  base64_le?: string;
  strings?: string[];
}

type StoredValue = StoredTensor | { type: 'sequence'; items: JsonMap[] };

interface Cases {
  cases: {
    rtol?: number;
    atol?: number;
    inputs: Record<string, StoredTensor>;
    outputs: Record<string, StoredValue>;
  }[];
}

/** Names of a folder's models. */
export function modelsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'model.onnx')))
    .sort();
}

/**
 * Runs every case of a model: what was wrong first, in words; undefined where all is as expected. A case's own tolerance
 * counts, `atol` instead of it where given.
 */
export async function failureOf(
  backend: InferenceBackend,
  folder: string,
  atol?: number,
): Promise<string | undefined> {
  const path = join(folder, 'model.onnx');
  const bytes = new Uint8Array(readFileSync(path));
  const { cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Cases;
  for (const [i, stored] of cases.entries()) {
    const { inputs, outputs } = stored;
    const tolerance = { rtol: stored.rtol ?? RTOL, atol: atol ?? stored.atol ?? ATOL };
    const json = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, jsonOf(tensor)]));
    let got: Record<string, JsonValue>;
    try {
      got = (await inferJson(backend, { path, bytes }, json)).outputs;
    } catch (error) {
      return `case ${i + 1}: ${messageOf(error)}`;
    }
    for (const [name, want] of Object.entries(outputs)) {
      const difference = compare(want, got[name], tolerance);
      if (difference !== undefined) return `case ${i + 1}: ${name} ${difference}`;
    }
  }
  return undefined;
}

function jsonOf(stored: StoredTensor): JsonTensor {
  if (stored.strings) return { type: 'string', dims: stored.dims, data: stored.strings };
  const rawData = Buffer.from(stored.base64_le ?? '', 'base64');
  const dataType = stored.type === 'float16' ? 10 : dataTypeOf(stored.type as TensorType);
  const { tensor } = readTensor(encode(onnx.TensorProto, { dims: stored.dims, dataType, rawData }));
  return { ...toJsonTensor(tensor), type: stored.type as TensorType };
}

function compare(
  want: StoredValue,
  got: JsonValue | undefined,
  tolerance: { rtol: number; atol: number },
): string | undefined {
  if (!got) return 'is missing';
  if ('items' in want) return compareMaps(want.items, got, tolerance);
  if (got.type === 'sequence') return 'is a sequence';
  const expected = jsonOf(want);
  if (got.type !== expected.type) return `is ${got.type}, expected ${expected.type}`;
  const exact = expected.type.startsWith('float') ? tolerance : { rtol: 0, atol: 0 };
  return differenceOf(fromJsonTensor('want', expected), fromJsonTensor('got', got), exact);
}

function compareMaps(
  want: readonly JsonMap[],
  got: JsonValue,
  tolerance: { rtol: number; atol: number },
): string | undefined {
  if (got.type !== 'sequence' || got.items.length !== want.length) return `isn't ${want.length} maps`;
  for (const [i, { entries }] of want.entries()) {
    const have = got.items[i] as JsonMap;
    if (have.type !== 'map' || have.entries.map(([key]) => key).join() !== entries.map(([key]) => key).join())
      return `[${i}] has other keys`;
    for (const [at, [key, value]] of entries.entries()) {
      const answered = Number(have.entries[at]![1]);
      if (!(Math.abs(answered - Number(value)) <= tolerance.atol + tolerance.rtol * Math.abs(Number(value))))
        return `[${i}] ${key}: ${answered}, expected ${value}`;
    }
  }
  return undefined;
}

/** Prints a table as it stands in the log of a test run. */
export function printRows(title: string, rows: readonly (readonly string[])[]): void {
  const width = Math.max(...rows.map(([name]) => name!.length));
  process.stdout.write(
    `\n${title}\n${rows.map(([name, ...rest]) => `  ${name!.padEnd(width)}  ${rest.join('  ')}`).join('\n')}\n`,
  );
}
