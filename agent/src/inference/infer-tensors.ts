/**
 * `skerry-agent infer MODEL.onnx --inputs DIR --expect DIR`: inputs and expected outputs as ONNX keeps them in its test
 * data, one serialized TensorProto a file: input_0.pb, input_1.pb, …, output_0.pb, …
 */
import { SkerryError } from '@skerry/proto/errors';
import { outputsOfGraph, readModel } from '@skerry/proto/onnx/graph';
import { readTensor } from '@skerry/proto/onnx/tensor';
import type { InferenceBackend, Tensor } from '../ports.ts';
import { type Answer, inferTensors, type ModelFile } from './infer-file.ts';
import { differenceOf } from './tensors.ts';

/** A file of a folder, by its place: `input_3.pb` has 3. */
export interface TensorFile {
  name: string;
  place: number;
  bytes: Uint8Array;
}

/** How one output compared with what was expected. */
export interface Compared {
  output: string;
  /** Why it isn't what was expected; undefined where it is. */
  difference: string | undefined;
}

/**
 * One run on tensors from files: each belongs to the input of its own name, or of its place where it has another. Throws
 * SkerryError invalid naming the file that can't be read or has no place.
 */
export function inferFiles(
  backend: InferenceBackend,
  model: ModelFile,
  files: readonly TensorFile[],
): Promise<Answer> {
  const read = files.map((file) => ({ file, ...readNamed(file) }));
  return inferTensors(backend, model, (inputs) => {
    const feeds: Record<string, Tensor> = {};
    for (const { file, name, tensor } of read) {
      const input = inputs.includes(name) ? name : inputs[file.place];
      if (input === undefined)
        throw new SkerryError('invalid', `${file.name}: the model has no input ${file.place}`, {
          hint: `its inputs are ${inputs.map((n, i) => `${i}: ${n}`).join(', ')}`,
        });
      feeds[input] = tensor;
    }
    return feeds;
  });
}

/**
 * Compares outputs with the expected ones, by place in the graph. Floats hold |got - want| <= atol + rtol × |want|, all
 * else must be the same. Throws SkerryError invalid where a file is no tensor or has no place.
 */
export function compareFiles(
  model: ModelFile,
  { outputs, structures }: Answer,
  files: readonly TensorFile[],
  tolerance: { rtol: number; atol: number },
): Compared[] {
  const names = outputsOfGraph(readModel(model.bytes)).map(({ name }) => name);
  return files.map((file) => {
    const output = names[file.place];
    if (output === undefined)
      throw new SkerryError('invalid', `${file.name}: the model has no output ${file.place}`, {
        hint: `its outputs are ${names.map((n, i) => `${i}: ${n}`).join(', ')}`,
      });
    const got = outputs[output];
    if (!got || structures.has(output))
      throw new SkerryError('unsupported', `${file.name}: output "${output}" is no tensor`, {
        hint: 'compare what --json prints of it',
      });
    return { output, difference: compare(readNamed(file).tensor, got, tolerance) };
  });
}

function compare(want: Tensor, got: Tensor, tolerance: { rtol: number; atol: number }): string | undefined {
  if (got.type !== want.type) return `is ${got.type}, expected ${want.type}`;
  return differenceOf(want, got, want.type.startsWith('float') ? tolerance : { rtol: 0, atol: 0 });
}

function readNamed(file: TensorFile): { name: string; tensor: Tensor } {
  try {
    return readTensor(file.bytes);
  } catch (cause) {
    if (!(cause instanceof SkerryError)) throw cause;
    throw new SkerryError(cause.code, `${file.name}: ${cause.message}`, {
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
      cause,
    });
  }
}
