/** What onnxruntime-node and onnxruntime-web have in common: one API, plain `Error`s without a code. */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { InferenceSession as OrtSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { loadFailure, runFailure } from '../inference/failure.ts';
import type { BackendName, InferenceSession, Tensor, TensorType } from '../ports.ts';

/** The part of an onnxruntime module that is used here. */
export interface Ort {
  InferenceSession: {
    create(path: string, options: OrtSession.SessionOptions): Promise<OrtSession>;
    create(bytes: Uint8Array, options: OrtSession.SessionOptions): Promise<OrtSession>;
  };
  Tensor: new (type: OrtTensor.Type, data: OrtTensor.DataType, dims: readonly number[]) => OrtTensor;
}

const TENSOR_TYPES: ReadonlySet<string> = new Set<TensorType>([
  'float32',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
]);

/**
 * Loads a model with the given execution provider and nothing behind it: a provider that isn't there must fail here
 * and not fall through unseen. Rejects with SkerryError `invalid` where onnxruntime refuses the model, `unsupported` where
 * there is no such provider here, `full` where there is no memory for it.
 */
export async function createOrtSession(
  ort: Ort,
  backend: BackendName,
  model: { path: string } | { bytes: Uint8Array },
  options: OrtSession.SessionOptions,
): Promise<InferenceSession> {
  const what = 'path' in model ? `model ${model.path}` : 'model';
  let session: OrtSession;
  try {
    session =
      'path' in model
        ? await ort.InferenceSession.create(model.path, options)
        : await ort.InferenceSession.create(model.bytes, options);
  } catch (cause) {
    const text = oneLine(cause);
    const code = loadFailure(text);
    const how = code === 'unsupported' ? 'is not there' : code === 'full' ? 'has no memory' : 'refuses it';
    throw new SkerryError(code, `${what}: the ${backend} backend ${how}: ${text}`, { cause });
  }
  return wrap(ort, backend, session);
}

function wrap(ort: Ort, backend: BackendName, session: OrtSession): InferenceSession {
  let released = false;
  return {
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
    async run(feeds, outputs) {
      if (released) throw new SkerryError('failed', `the model on ${backend} is released already`);
      try {
        const given: Record<string, OrtTensor> = {};
        for (const [name, tensor] of Object.entries(feeds)) given[name] = toOrt(ort, tensor);
        const got = outputs ? await session.run(given, outputs) : await session.run(given);
        return await collect(got);
      } catch (cause) {
        if (cause instanceof SkerryError) throw cause;
        const text = oneLine(cause);
        throw new SkerryError(runFailure(text), `the model failed on ${backend}: ${text}`, { cause });
      }
    },
    async release() {
      if (released) return;
      released = true;
      await session.release();
    },
  };
}

function describe(meta: OrtSession.ValueMetadata): InferenceSession['inputs'][number] {
  // A dimension without number or name comes as an empty or missing string.
  return meta.isTensor
    ? { name: meta.name, type: meta.type, dims: meta.shape.map((d) => d ?? '') }
    : { name: meta.name, type: 'non-tensor', dims: [] };
}

function toOrt(ort: Ort, tensor: Tensor): OrtTensor {
  return new ort.Tensor(tensor.type, tensor.data as OrtTensor.DataType, tensor.dims);
}

async function collect(got: OrtSession.OnnxValueMapType): Promise<Record<string, Tensor>> {
  const out: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(got)) {
    const tensor = value as OrtTensor;
    if (!TENSOR_TYPES.has(tensor.type))
      throw new SkerryError('unsupported', `output "${name}" is of type ${tensor.type}`, {
        hint: 'let the model cast it to float32, or ask for its other outputs by name',
      });
    const data = tensor.location === 'cpu' ? tensor.data : await tensor.getData();
    out[name] = { type: tensor.type as TensorType, dims: [...tensor.dims], data: data as Tensor['data'] };
  }
  return out;
}

/** onnxruntime's messages run over lines, repeat themselves and name its sources; a person gets one line without them. */
function oneLine(error: unknown): string {
  const text = messageOf(error)
    .replaceAll(/\s+/g, ' ')
    .replace(/^\S+\.cc:\d+ .*? was false\. /, '')
    .trim();
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
