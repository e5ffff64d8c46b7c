/** A release's model loaded on one backend: windows in, the release's outputs out. */
import type { Crypto } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { inputsOf, type ReleaseManifest, type ReleaseOutput } from '@skerry/proto/release';
import { modelInput, modelInputDims } from '../pipeline/model-input.ts';
import type { Inferred, WindowBatch } from '../pipeline/types.ts';
import type { BackendName, Clock, InferenceSession, Tensor } from '../ports.ts';

const DIGEST_BYTES = 16;

export interface LoadedModel {
  readonly variant: string;
  readonly backend: BackendName;
  /** One batch. Rejects with SkerryError `failed`. */
  run(windows: WindowBatch): Promise<Inferred>;
  release(): Promise<void>;
}

/**
 * Wraps a session. Throws SkerryError `invalid` where the graph's inputs and outputs aren't what the manifest says. A
 * graph with a fixed batch is fed in pieces of it, the last one filled up with zeros.
 */
export function createModel(options: {
  manifest: ReleaseManifest;
  session: InferenceSession;
  variant: string;
  backend: BackendName;
  crypto: Crypto;
  clock: Clock;
}): LoadedModel {
  const { manifest, session, variant, backend, crypto, clock } = options;
  const inputs = inputsOf(manifest).map((input) => requireInput(session, input.tensor));
  const outputs = manifest.output.filter((output) => output.kind !== 'state');
  for (const { tensor } of outputs)
    if (!session.outputs.some((o) => o.name === tensor))
      throw new SkerryError('invalid', `the model has no output "${tensor}"`);
  const wanted = [...new Set(outputs.map((output) => output.tensor))];
  const fixedBatch = fixedBatchOf(inputs);
  return {
    variant,
    backend,
    async run(windows) {
      const { count } = windows;
      const data = inputs.map((_, index) => modelInput(manifest, windows, index));
      const size = fixedBatch ?? count;
      const pieces: { rows: number; got: Record<string, Tensor> }[] = [];
      const startMs = clock.monoMs();
      for (let from = 0; from < count; from += size) {
        const feeds: Record<string, Tensor> = {};
        for (const [index, input] of inputs.entries())
          feeds[input.name] = feedOf(
            manifest,
            index,
            input.type,
            piece(data[index]!, count, from, size),
            size,
          );
        pieces.push({ rows: Math.min(size, count - from), got: await session.run(feeds, wanted) });
      }
      const inferUs = Math.round(((clock.monoMs() - startMs) * 1000) / Math.max(count, 1));
      return {
        outputs: collect(outputs, pieces, size, count),
        inputDigests: digests(crypto, data, count),
        variant,
        backend,
        inferUs,
      };
    },
    release: () => session.release(),
  };
}

/** A batch that failed as a whole: every window becomes an error result, with the digest of its input. */
export function failedRun(
  crypto: Crypto,
  manifest: ReleaseManifest,
  windows: WindowBatch,
  served: { variant: string; backend: string },
  error: unknown,
): Inferred {
  const data = inputsOf(manifest).map((_, index) => modelInput(manifest, windows, index));
  return {
    outputs: {},
    inputDigests: digests(crypto, data, windows.count),
    variant: served.variant,
    backend: served.backend,
    inferUs: 0,
    error: messageOf(error),
  };
}

type Port = InferenceSession['inputs'][number];

function requireInput(session: InferenceSession, name: string): Port {
  const input = session.inputs.find((i) => i.name === name);
  if (!input) throw new SkerryError('invalid', `the model has no input "${name}"`);
  if (input.type !== 'float32' && input.type !== 'float64')
    throw new SkerryError('invalid', `input "${name}" wants ${input.type}; windows are numbers`, {
      hint: 'let the model take float32 and cast inside',
    });
  return input;
}

function fixedBatchOf(inputs: readonly Port[]): number | undefined {
  const first = inputs[0]?.dims[0];
  return typeof first === 'number' && first > 0 ? first : undefined;
}

function piece(data: Float32Array, count: number, from: number, size: number): Float32Array {
  if (from === 0 && size === count) return data;
  const width = data.length / count;
  const out = new Float32Array(size * width);
  out.set(data.subarray(from * width, Math.min(count, from + size) * width));
  return out;
}

function feedOf(
  manifest: ReleaseManifest,
  index: number,
  type: string,
  data: Float32Array,
  size: number,
): Tensor {
  const dims = modelInputDims(manifest, size, index);
  return type === 'float64'
    ? { type: 'float64', dims, data: Float64Array.from(data) }
    : { type: 'float32', dims, data };
}

function collect(
  outputs: readonly ReleaseOutput[],
  pieces: readonly { rows: number; got: Record<string, Tensor> }[],
  size: number,
  count: number,
): Inferred['outputs'] {
  const result: Inferred['outputs'] = {};
  for (const output of outputs) {
    let values: Float32Array | undefined;
    let width = 0;
    let row = 0;
    for (const { rows, got } of pieces) {
      const tensor = got[output.tensor]!;
      width = tensor.data.length / size;
      if (!Number.isInteger(width) || (tensor.dims.length > 0 && tensor.dims[0] !== size))
        throw new SkerryError(
          'failed',
          `output "${output.tensor}" has shape [${tensor.dims.join(', ')}] for a batch of ${size}`,
        );
      values ??= new Float32Array(count * width);
      fill(values.subarray(row * width, (row + rows) * width), tensor, output);
      row += rows;
    }
    result[output.name] = { width, values: values ?? new Float32Array() };
  }
  return result;
}

function fill(target: Float32Array, { type, data }: Tensor, output: ReleaseOutput): void {
  for (let i = 0; i < target.length; i++) {
    const value = data[i]!;
    // A class by name stands as its place among the release's labels.
    if (type === 'string') {
      const label = output.labels?.indexOf(String(value)) ?? -1;
      target[i] = label < 0 ? Number.NaN : label;
    } else target[i] = Number(value);
  }
}

/** First 16 bytes of SHA-256 over each window's part of every input tensor, as float32, little-endian. */
function digests(crypto: Crypto, data: readonly Float32Array[], count: number): Uint8Array {
  const out = new Uint8Array(DIGEST_BYTES * count);
  const widths = data.map((values) => values.byteLength / Math.max(count, 1));
  const one = new Uint8Array(widths.reduce((sum, width) => sum + width, 0));
  for (let w = 0; w < count; w++) {
    let at = 0;
    for (const [i, values] of data.entries()) {
      one.set(new Uint8Array(values.buffer, values.byteOffset + w * widths[i]!, widths[i]!), at);
      at += widths[i]!;
    }
    out.set(crypto.sha256(one).subarray(0, DIGEST_BYTES), w * DIGEST_BYTES);
  }
  return out;
}
