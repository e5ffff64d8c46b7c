/**
 * Models that remember: what a state output gave for a device's window is what its input gets with that device's next
 * one. The state travels with the windows and the answer, as bytes, and is committed with the results that it led to
 * (pipeline/device-state.ts): so a model on another backend, a restart and a backtest all go on with the same numbers.
 */
import { concat } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import {
  elementCount,
  fromLittleEndian,
  isTensorType,
  type NumericData,
  type NumericType,
  TENSOR_ARRAYS,
  toLittleEndian,
} from '@skerry/proto/onnx/tensor';
import { inputsOf, type ReleaseInput, type ReleaseManifest } from '@skerry/proto/release';
import type { InferenceSession, Tensor } from '../ports.ts';
import { constantOf, fixedDim, requirePort } from './inputs.ts';
import { getRow, putRow, rowShape } from './rows.ts';

/** One device's state: a row per state output, in the manifest's order of inputs. */
export type StateRows = readonly NumericData[];

export interface States {
  /** Bytes of one device's state. */
  readonly bytes: number;
  readonly fixedSize: number | undefined;
  /** The outputs to ask for. */
  readonly outputs: readonly string[];
  /** What a device had; what it begins with where it had none, or that of another model. */
  read(bytes: Uint8Array | undefined): StateRows;
  /** Undefined where a value is NaN or infinite: it would never recover, so the device begins anew. */
  write(rows: StateRows): Uint8Array | undefined;
  feeds(rows: readonly StateRows[], size: number): Record<string, Tensor>;
  /** What a run gave for its window `w` of `size`. Throws SkerryError `failed` where a state has another shape. */
  take(got: Readonly<Record<string, Tensor>>, w: number, size: number): StateRows;
}

interface StatePort {
  input: string;
  output: string;
  type: NumericType;
  dims: readonly (number | string)[];
  axis: number;
  length: number;
  begin: NumericData;
}

/** Undefined for a model without states. Throws SkerryError `invalid` where a state can't be kept. */
export function planStates(manifest: ReleaseManifest, session: InferenceSession): States | undefined {
  const ports = inputsOf(manifest).flatMap((input) =>
    input.state === undefined ? [] : [portOf(manifest, session, input, input.state)],
  );
  if (ports.length === 0) return undefined;
  const bytes = ports.reduce(
    (sum, { type, length }) => sum + length * TENSOR_ARRAYS[type].BYTES_PER_ELEMENT,
    0,
  );
  return {
    bytes,
    fixedSize: ports.map(({ dims, axis }) => fixedDim(dims, axis)).find((d) => d),
    outputs: ports.map(({ output }) => output),
    read: (stored) => (stored?.length === bytes ? split(ports, stored) : ports.map(({ begin }) => begin)),
    write: (rows) => (rows.every(isSound) ? concat(rows.map((row) => toLittleEndian(row))) : undefined),
    feeds: (rows, size) =>
      Object.fromEntries(
        ports.map((port, i) => [
          port.input,
          feedOf(
            port,
            rows.map((r) => r[i]!),
            size,
          ),
        ]),
      ),
    take: (got, w, size) => ports.map((port) => rowOf(port, got[port.output]!, w, size)),
  };
}

function portOf(
  manifest: ReleaseManifest,
  session: InferenceSession,
  { tensor, value }: ReleaseInput,
  state: string,
): StatePort {
  const { type, dims } = requirePort(session, tensor);
  const output = manifest.output.find((o) => o.name === state)!; // the manifest's schema sees to it
  const given = session.outputs.find((o) => o.name === output.tensor);
  if (!given) throw new SkerryError('invalid', `the model has no output "${output.tensor}"`);
  if (!isTensorType(type) || type === 'string' || given.type !== type)
    throw new SkerryError(
      'invalid',
      `state "${state}": output "${output.tensor}" gives ${given.type}, input "${tensor}" takes ${type}; expected the same numbers`,
    );
  const axis = output.batchAxis;
  const others = dims.filter((_, i) => i !== axis);
  const length = others.reduce<number>((n, dim) => n * (typeof dim === 'number' ? dim : Number.NaN), 1);
  if (!(length > 0))
    throw new SkerryError(
      'invalid',
      `state "${state}" has the free dimensions [${dims.join(', ')}]; expected fixed ones, but for the one that counts windows (batchAxis: ${axis})`,
      { hint: 'correct batchAxis of that output, or fix the other dimensions when the model is exported' },
    );
  const begin = constantOf(tensor, type, value ?? (type === 'bool' ? false : 0), length).data as NumericData;
  return { input: tensor, output: output.tensor, type, dims, axis, length, begin };
}

function split(ports: readonly StatePort[], bytes: Uint8Array): StateRows {
  let at = 0;
  return ports.map(({ type, length }) => {
    const end = at + length * TENSOR_ARRAYS[type].BYTES_PER_ELEMENT;
    const row = fromLittleEndian(type, bytes.subarray(at, end));
    at = end;
    return row;
  });
}

function isSound(row: NumericData): boolean {
  return !(row instanceof Float32Array || row instanceof Float64Array) || row.every(Number.isFinite);
}

function feedOf(port: StatePort, rows: StateRows, size: number): Tensor {
  const dims = port.dims.map((dim, i) => (i === port.axis ? size : Number(dim)));
  const data = new TENSOR_ARRAYS[port.type](elementCount(dims));
  const shape = rowShape(dims, port.axis);
  for (const [w, row] of rows.entries()) putRow(data, shape, w, row);
  return { type: port.type, dims, data };
}

function rowOf(port: StatePort, { dims, data }: Tensor, w: number, size: number): NumericData {
  const shape = rowShape(dims, port.axis);
  if (shape.size !== size || shape.outer * shape.inner !== port.length)
    throw new SkerryError(
      'failed',
      `state "${port.output}" has shape [${dims.join(', ')}] for a batch of ${size}, and its input ${port.dims.join(', ')}`,
    );
  return getRow(port.type, data as NumericData, shape, w);
}
