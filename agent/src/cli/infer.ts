import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { print, printJson } from '@skerry/proto/node/program';
import { inferJson } from '../inference/infer-file.ts';
import type { BackendName } from '../ports.ts';
import { inferenceBackends } from './compose.ts';

/** `skerry-agent infer MODEL.onnx --inputs FILE.json`: one run of a model on one backend. */
export async function infer(
  model: string,
  options: { inputs: string; backend: BackendName; json: boolean },
): Promise<void> {
  await access(model, constants.R_OK).catch((cause: unknown) => notReadable(model, cause));
  const [backend] = inferenceBackends([options.backend]);
  const result = await inferJson(backend!, model, await readInputs(options.inputs));
  if (options.json) return printJson(result);
  for (const [name, tensor] of Object.entries(result.outputs))
    print(`${name}: ${tensor.type} [${tensor.dims.join(', ')}]  ${preview(tensor.data)}`);
}

function notReadable(file: string, cause: unknown): never {
  throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, {
    hint: 'check the path',
    cause,
  });
}

async function readInputs(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => notReadable(file, cause));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SkerryError('invalid', `${file} is no JSON`, {
      hint: 'map each input name to {"type", "dims", "data"}',
      cause,
    });
  }
}

function preview(data: readonly unknown[]): string {
  return data.length <= 16
    ? data.join(' ')
    : `${data.slice(0, 16).join(' ')} … (${data.length} values; --json shows all)`;
}
