/** A release's model loaded on one backend: windows in, the release's outputs out. */
import type { Crypto } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { ReleaseManifest, ReleaseOutput } from '@skerry/proto/release';
import { formatBytes } from '@skerry/proto/units';
import { modelInput } from '../pipeline/model-input.ts';
import type { Inferred, WindowBatch } from '../pipeline/types.ts';
import type { BackendName, Clock, InferenceSession, Tensor } from '../ports.ts';
import { planInputs, windowIndices } from './inputs.ts';
import { indexInRow, rowShape } from './rows.ts';
import { planStates, type StateRows, type States } from './states.ts';

const DIGEST_BYTES = 16;
/** `inference.maxState` by default. */
export const MAX_STATE_BYTES: number = 16 * 1024;

export interface LoadedModel {
  readonly variant: string;
  readonly backend: BackendName;
  /** Of its file, and about what it takes of memory. */
  readonly fileBytes: number;
  /** One batch. Rejects with SkerryError `failed`. */
  run(windows: WindowBatch): Promise<Inferred>;
  release(): Promise<void>;
}

export interface ModelOptions {
  manifest: ReleaseManifest;
  session: InferenceSession;
  variant: string;
  backend: BackendName;
  crypto: Crypto;
  clock: Clock;
  /** What a model may remember of a device. */
  maxStateBytes?: number | undefined;
  /** Of the file that the session was made from. */
  fileBytes?: number;
}

/**
 * Wraps a session. Throws SkerryError `invalid` where the graph's inputs and outputs aren't what the manifest says,
 * `too-large` where it remembers too much of a device. A graph with a fixed batch is fed in pieces of it, the last one
 * filled up with zeros; one that remembers sees a device's windows one after the other.
 */
export function createModel(options: ModelOptions): LoadedModel {
  const { manifest, session, variant, backend, crypto, clock } = options;
  const inputs = planInputs(manifest, session);
  const states = planStates(manifest, session);
  const maxStateBytes = options.maxStateBytes ?? MAX_STATE_BYTES;
  if (states && states.bytes > maxStateBytes)
    throw new SkerryError(
      'too-large',
      `the model remembers ${formatBytes(states.bytes)} of each device, and ${formatBytes(maxStateBytes)} are allowed`,
      { hint: 'raise inference.maxState' },
    );
  const outputs = manifest.output.filter((output) => output.kind !== 'state');
  for (const { tensor } of outputs)
    if (!session.outputs.some((o) => o.name === tensor))
      throw new SkerryError('invalid', `the model has no output "${tensor}"`);
  const wanted = [...new Set([...outputs.map((output) => output.tensor), ...(states?.outputs ?? [])])];
  const fixedSize = inputs.fixedSize ?? states?.fixedSize;
  return {
    variant,
    backend,
    fileBytes: options.fileBytes ?? 0,
    async run(windows) {
      const { count, devices } = windows;
      const values = inputs.values(windows);
      const answers = new Answers(outputs, count);
      const memory = states && new Memory(states, windows);
      const startMs = clock.monoMs();
      for (const round of memory ? rounds(devices) : [everyOne(count)])
        for (let from = 0; from < round.length; from += fixedSize ?? round.length) {
          const indices = round.slice(from, from + (fixedSize ?? round.length));
          const size = fixedSize ?? indices.length;
          const feeds = inputs.feeds({ values, count, devices, indices, size });
          const got = await session.run({ ...feeds, ...memory?.feeds(indices, size) }, wanted);
          answers.take(got, indices, size);
          memory?.take(got, indices, size);
        }
      const inferUs = Math.round(((clock.monoMs() - startMs) * 1000) / Math.max(count, 1));
      return {
        outputs: answers.all(),
        inputDigests: digests(crypto, values, count),
        variant,
        backend,
        inferUs,
        ...(memory ? { states: memory.written() } : {}),
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
  const values = windowIndices(manifest).map((index) => modelInput(manifest, windows, index));
  return {
    outputs: {},
    inputDigests: digests(crypto, values, windows.count),
    variant: served.variant,
    backend: served.backend,
    inferUs: 0,
    error: messageOf(error),
  };
}

function everyOne(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** The windows of a batch so that none comes before an earlier one of its device: first windows, second ones, … */
function rounds(devices: readonly string[]): number[][] {
  const seen = new Map<string, number>();
  const list: number[][] = [];
  for (const [i, device] of devices.entries()) {
    const round = seen.get(device) ?? 0;
    seen.set(device, round + 1);
    if (list[round]) list[round].push(i);
    else list.push([i]);
  }
  return list;
}

/** What the devices of one batch have in mind, from run to run. */
class Memory {
  readonly #states: States;
  readonly #windows: WindowBatch;
  readonly #rows = new Map<string, StateRows>();

  constructor(states: States, windows: WindowBatch) {
    this.#states = states;
    this.#windows = windows;
  }

  feeds(indices: readonly number[], size: number): Record<string, Tensor> {
    const { devices, states } = this.#windows;
    const rows = indices.map((i) => this.#rows.get(devices[i]!) ?? this.#states.read(states?.[i]));
    return this.#states.feeds(rows, size);
  }

  take(got: Readonly<Record<string, Tensor>>, indices: readonly number[], size: number): void {
    for (const [w, i] of indices.entries())
      this.#rows.set(this.#windows.devices[i]!, this.#states.take(got, w, size));
  }

  written(): Map<string, Uint8Array | undefined> {
    return new Map([...this.#rows].map(([device, rows]) => [device, this.#states.write(rows)]));
  }
}

/** The outputs of a batch, gathered run by run. */
class Answers {
  readonly #outputs: readonly ReleaseOutput[];
  readonly #count: number;
  readonly #got: Inferred['outputs'] = {};

  constructor(outputs: readonly ReleaseOutput[], count: number) {
    this.#outputs = outputs;
    this.#count = count;
  }

  take(got: Readonly<Record<string, Tensor>>, indices: readonly number[], size: number): void {
    for (const output of this.#outputs) {
      const tensor = got[output.tensor]!;
      const shape = rowShape(tensor.dims, size === 1 ? -1 : output.batchAxis);
      const width = shape.outer * shape.inner;
      if (shape.size !== size)
        throw new SkerryError(
          'failed',
          `output "${output.tensor}" has shape [${tensor.dims.join(', ')}] for a batch of ${size}`,
        );
      this.#got[output.name] ??= { width, values: new Float32Array(this.#count * width) };
      const { values } = this.#got[output.name]!;
      if (tensor.type === 'float32' && shape.outer === 1 && indices.length === this.#count)
        values.set((tensor.data as Float32Array).subarray(0, values.length)); // in order already
      else
        for (const [w, i] of indices.entries())
          for (let at = 0; at < width; at++)
            values[i * width + at] = numberOf(tensor, indexInRow(shape, w, at), output);
    }
  }

  all(): Inferred['outputs'] {
    for (const { name } of this.#outputs) this.#got[name] ??= { width: 0, values: new Float32Array() };
    return this.#got;
  }
}

// A class by name stands as its place among the release's labels.
function numberOf({ type, data }: Tensor, index: number, output: ReleaseOutput): number {
  const value = data[index]!;
  if (type !== 'string') return Number(value);
  const label = output.labels?.indexOf(String(value)) ?? -1;
  return label < 0 ? Number.NaN : label;
}

/** First 16 bytes of SHA-256 over each window's part of every window input, as float32, little-endian. */
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
