import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { print, printJson } from '@skerry/proto/node/program';
import { inferJson, type JsonValue, type ModelFile } from '../inference/infer-file.ts';
import { type Compared, compareFiles, inferFiles, type TensorFile } from '../inference/infer-tensors.ts';
import { toJsonTensor } from '../inference/tensors.ts';
import type { BackendName, InferenceBackend } from '../ports.ts';
import { inferenceBackends } from './compose.ts';

export interface InferFlags {
  inputs: string;
  expect?: string;
  rtol: number;
  atol: number;
  backend: BackendName;
  json: boolean;
}

/** `skerry-agent infer MODEL.onnx --inputs FILE.json|DIR`: one run of a model on one backend. */
export async function infer(path: string, flags: InferFlags): Promise<void> {
  const model = { path, bytes: await readBytes(path) };
  const [backend] = inferenceBackends([flags.backend]);
  if (await isFolder(flags.inputs)) return inferFolder(backend!, model, flags);
  if (flags.expect !== undefined)
    throw new SkerryError('invalid', '--expect goes with a folder of input_*.pb', {
      hint: 'name the folder with --inputs',
    });
  const result = await inferJson(backend!, model, await readInputs(flags.inputs));
  if (flags.json) printJson(result);
  else printOutputs(result.outputs);
}

async function inferFolder(backend: InferenceBackend, model: ModelFile, flags: InferFlags): Promise<void> {
  const answer = await inferFiles(backend, model, await tensorFiles(flags.inputs, 'input'));
  const outputs = Object.fromEntries(
    Object.entries(answer.outputs).map(([name, tensor]) => [name, toJsonTensor(tensor)]),
  );
  const compared =
    flags.expect === undefined
      ? undefined
      : compareFiles(model, answer, await tensorFiles(flags.expect, 'output'), flags);
  if (flags.json) printJson({ outputs, ...(compared ? { expected: compared.map(toJson) } : {}) });
  else {
    printOutputs(outputs);
    for (const { output, difference } of compared ?? [])
      print(`${output}: ${difference === undefined ? 'as expected' : difference}`);
  }
  const different = compared?.filter(({ difference }) => difference !== undefined) ?? [];
  if (different.length > 0)
    throw new SkerryError(
      'failed',
      `${different.length} of ${compared!.length} outputs differ from ${flags.expect}, first: ${different[0]!.output} ${different[0]!.difference}`,
      { hint: 'widen --rtol and --atol where that is no more than rounding' },
    );
}

function toJson({ output, difference }: Compared): Record<string, unknown> {
  return { output, passed: difference === undefined, ...(difference === undefined ? {} : { difference }) };
}

/** `KIND_0.pb`, `KIND_1.pb`, … of a folder, in order of their numbers. */
async function tensorFiles(folder: string, kind: 'input' | 'output'): Promise<TensorFile[]> {
  const names = await readdir(folder).catch((cause: unknown) => notReadable(folder, cause));
  const files: TensorFile[] = [];
  for (const name of names) {
    const place = new RegExp(`^${kind}_(\\d+)\\.pb$`).exec(name)?.[1];
    if (place === undefined) continue;
    files.push({ name, place: Number(place), bytes: await readBytes(join(folder, name)) });
  }
  if (files.length === 0 && kind === 'output')
    throw new SkerryError('not-found', `${folder} holds no output_*.pb`, {
      hint: 'each is a serialized TensorProto, output_0.pb the first output',
    });
  return files.sort((a, b) => a.place - b.place);
}

function printOutputs(outputs: Readonly<Record<string, JsonValue>>): void {
  for (const [name, value] of Object.entries(outputs))
    if (value.type === 'sequence')
      for (const [i, item] of value.items.entries())
        print(
          `${name}[${i}]: ${item.type === 'map' ? `map  ${preview(item.entries.map(([k, v]) => `${k}=${v}`))}` : shown(item)}`,
        );
    else print(`${name}: ${shown(value)}`);
}

function shown({ type, dims, data }: Exclude<JsonValue, { type: 'sequence' }>): string {
  return `${type} [${dims.join(', ')}]  ${preview(data)}`;
}

function preview(data: readonly unknown[]): string {
  return data.length <= 16
    ? data.join(' ')
    : `${data.slice(0, 16).join(' ')} … (${data.length} values; --json shows all)`;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch((cause: unknown) => notReadable(path, cause))).isDirectory();
}

async function readBytes(file: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(file).catch((cause: unknown) => notReadable(file, cause)));
}

function notReadable(file: string, cause: unknown): never {
  throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, {
    hint: 'check the path',
    cause,
  });
}

async function readInputs(file: string): Promise<unknown> {
  const bytes = await readBytes(file);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new SkerryError('invalid', `${file} is no JSON`, {
      hint: 'map each input name to {"type", "dims", "data"}',
      cause,
    });
  }
}
