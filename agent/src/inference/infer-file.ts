/**
 * `skerry-agent infer MODEL.onnx --inputs FILE.json`: one run of any model. The file maps each input's name to
 * `{"type","dims","data"}`; the answer has the same form:
 *
 *   {"x":{"type":"float32","dims":[1,2],"data":[1,2]}}  →  {"outputs":{"y":{"type":"float32","dims":[1],"data":[3]}}}
 */
import { SkerryError } from '@skerry/proto/errors';
import { z } from 'zod';
import type { InferenceBackend, Tensor } from '../ports.ts';
import { fromJsonTensor, isTensorType, type JsonTensor, toJsonTensor } from './tensors.ts';

const jsonTensor = z.strictObject({
  type: z.string().refine(isTensorType, {
    message: 'expected float32, float64, int8 … uint64, bool or string',
  }),
  dims: z.array(z.int().nonnegative()).max(32),
  data: z.array(z.union([z.number(), z.string(), z.boolean()])),
});
const inputsFile = z.record(z.string(), jsonTensor);

/** Loads the model, runs it once, frees it. Throws SkerryError `invalid` where inputs don't fit, `failed` where the run fails. */
export async function inferJson(
  backend: InferenceBackend,
  modelPath: string,
  inputs: unknown,
): Promise<{ outputs: Record<string, JsonTensor> }> {
  const outputs = await inferTensors(backend, modelPath, readInputs(inputs));
  const json: Record<string, JsonTensor> = {};
  for (const [name, tensor] of Object.entries(outputs)) json[name] = toJsonTensor(tensor);
  return { outputs: json };
}

/** The same with tensors, wherever they come from. */
export async function inferTensors(
  backend: InferenceBackend,
  modelPath: string,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Tensor>> {
  const session = await backend.create({ path: modelPath });
  try {
    const wanted = session.inputs.map((input) => input.name);
    const missing = wanted.filter((name) => !Object.hasOwn(feeds, name));
    const unknown = Object.keys(feeds).filter((name) => !wanted.includes(name));
    if (missing.length + unknown.length > 0)
      throw new SkerryError(
        'invalid',
        [
          missing.length > 0 ? `the model also wants ${quoted(missing)}` : '',
          unknown.length > 0 ? `the model has no input ${quoted(unknown)}` : '',
        ]
          .filter(Boolean)
          .join('; '),
        {
          hint: `its inputs are ${session.inputs.map((i) => `${i.name}: ${i.type} [${i.dims.join(', ')}]`).join(', ')}`,
        },
      );
    return await session.run(feeds);
  } finally {
    await session.release();
  }
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
