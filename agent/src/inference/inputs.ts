/** What a release's inputs are given, but for states: windows, the device's id, constants. */
import { SkerryError } from '@skerry/proto/errors';
import { elementCount, isTensorType, type NumericType, TENSOR_ARRAYS } from '@skerry/proto/onnx/tensor';
import { inputsOf, type ReleaseInput, type ReleaseManifest, sourceOf } from '@skerry/proto/release';
import { modelInput, modelInputDims, type WindowValues } from '../pipeline/model-input.ts';
import type { InferenceSession, Tensor, TensorType } from '../ports.ts';
import { putRow, rowShape } from './rows.ts';
import { fromJsonTensor } from './tensors.ts';

/** Windows that one run takes: some of a batch, filled up with zeros to `size`. */
export interface Chunk {
  /** Values of the whole batch, per window input. */
  values: readonly Float32Array[];
  count: number;
  devices: readonly string[];
  /** Which windows of the batch. */
  indices: readonly number[];
  size: number;
}

export interface Inputs {
  /** How many windows a run takes, where the graph fixes it. */
  readonly fixedSize: number | undefined;
  /** Normalized values of a batch, per window input; the input's digest is of these. */
  values(windows: WindowValues): Float32Array[];
  feeds(chunk: Chunk): Record<string, Tensor>;
}

export type Port = InferenceSession['inputs'][number];

/** Throws SkerryError `invalid` where the graph's inputs aren't those that the manifest says. */
export function planInputs(manifest: ReleaseManifest, session: InferenceSession): Inputs {
  const inputs = inputsOf(manifest);
  const unfed = session.inputs.filter(({ name }) => !inputs.some((input) => input.tensor === name));
  if (unfed.length > 0)
    throw new SkerryError(
      'invalid',
      `the model also wants "${unfed.map((i) => i.name).join('", "')}", which the release's input doesn't name`,
    );
  const windowInputs = windowIndices(manifest);
  const plans = inputs
    .map((input, index) => planOf(manifest, input, index, requirePort(session, input.tensor)))
    .filter((plan) => plan !== undefined);
  const fixed = plans.map((plan) => plan.fixedSize).find((size) => size !== undefined);
  return {
    fixedSize: fixed,
    values: (windows) => windowInputs.map((index) => modelInput(manifest, windows, index)),
    feeds: (chunk) => Object.fromEntries(plans.map(({ name, feed }) => [name, feed(chunk)])),
  };
}

/** Which of the inputs take the window. */
export function windowIndices(manifest: ReleaseManifest): number[] {
  return inputsOf(manifest).flatMap((input, i) => (sourceOf(input) === 'window' ? [i] : []));
}

/** The graph's input of that name. Throws SkerryError `invalid` where there is none. */
export function requirePort(session: InferenceSession, name: string): Port {
  const port = session.inputs.find((i) => i.name === name);
  if (!port) throw new SkerryError('invalid', `the model has no input "${name}"`);
  return port;
}

interface InputPlan {
  name: string;
  fixedSize: number | undefined;
  feed(chunk: Chunk): Tensor;
}

function planOf(
  manifest: ReleaseManifest,
  input: ReleaseInput,
  index: number,
  port: Port,
): InputPlan | undefined {
  switch (sourceOf(input)) {
    case 'window':
      return windowPlan(manifest, input, index, port);
    case 'device':
      return devicePlan(port);
    case 'value':
      return constantPlan(input, port);
    case 'state':
      return undefined; // states.ts
  }
}

function windowPlan(manifest: ReleaseManifest, input: ReleaseInput, index: number, port: Port): InputPlan {
  const { name } = port;
  const type = port.type;
  if (!isTensorType(type) || type === 'string')
    throw new SkerryError('invalid', `input "${name}" wants ${type}; windows are numbers`, {
      hint: 'give it a value, or from: device, in model.yaml; or let the model take float32 and cast inside',
    });
  const axis = input.layout.indexOf('batch');
  const place = windowIndices(manifest).indexOf(index);
  return {
    name,
    fixedSize: axis < 0 ? 1 : fixedDim(port.dims, axis),
    feed({ values, count, indices, size }) {
      const rows = values[place]!;
      const dims = modelInputDims(manifest, size, index);
      const isWhole = axis <= 0 && size === count && indices.length === count;
      return { type, dims, data: castTo(type, isWhole ? rows : laidOut(rows, count, indices, dims, axis)) };
    },
  };
}

/** A batch of windows as window input `index` takes it, in float32. */
export function windowTensor(manifest: ReleaseManifest, windows: WindowValues, index = 0): Tensor {
  const values = modelInput(manifest, windows, index);
  const dims = modelInputDims(manifest, windows.count, index);
  const axis = inputsOf(manifest)[index]!.layout.indexOf('batch');
  const indices = Array.from({ length: windows.count }, (_, i) => i);
  return { type: 'float32', dims, data: laidOut(values, windows.count, indices, dims, axis) };
}

function laidOut(
  rows: Float32Array,
  count: number,
  indices: readonly number[],
  dims: readonly number[],
  axis: number,
): Float32Array {
  const out = new Float32Array(elementCount(dims));
  const shape = rowShape(dims, axis);
  for (const [w, index] of indices.entries()) putRow(out, shape, w, rows, index * (rows.length / count));
  return out;
}

/** The id of each window's device. */
function devicePlan(port: Port): InputPlan {
  if (port.type !== 'string')
    throw new SkerryError('invalid', `input "${port.name}" wants ${port.type}; a device's id is a string`);
  return {
    name: port.name,
    fixedSize: fixedDim(port.dims, 0),
    feed: ({ devices, indices, size }) => ({
      type: 'string',
      dims: port.dims.map((_, axis) => (axis === 0 ? size : 1)),
      data: Array.from({ length: size }, (_, w) => devices[indices[w] ?? -1] ?? ''),
    }),
  };
}

/** The same for every window; free dimensions count the windows. */
function constantPlan(input: ReleaseInput, port: Port): InputPlan {
  const { name, type } = port;
  if (!isTensorType(type)) throw new SkerryError('invalid', `input "${name}" is of type ${type}`);
  const fixed = elementCount(port.dims.filter((dim) => typeof dim === 'number'));
  const one = constantOf(name, type, input.value!, fixed);
  return {
    name,
    fixedSize: undefined,
    feed({ size }) {
      const dims = port.dims.map((dim) => (typeof dim === 'number' ? dim : size));
      return { type, dims, data: repeated(one, elementCount(dims)) };
    },
  };
}

/** A constant of the manifest for `length` elements: one value for all, or a value each. Throws SkerryError `invalid`. */
export function constantOf(
  name: string,
  type: TensorType,
  value: NonNullable<ReleaseInput['value']>,
  length: number,
): Tensor {
  const values = [value].flat();
  if (values.length > 1 && values.length !== length)
    throw new SkerryError('invalid', `input "${name}" is given ${values.length} values, and wants ${length}`);
  const one = fromJsonTensor(name, { type, dims: [values.length], data: values });
  return { type, dims: [length], data: repeated(one, length) };
}

function repeated({ type, data }: Tensor, length: number): Tensor['data'] {
  if (type === 'string')
    return Array.from({ length }, (_, i) => (data as readonly string[])[i % data.length]!);
  const out = new TENSOR_ARRAYS[type](length);
  for (let i = 0; i < length; i++) out[i] = data[i % data.length] as number | bigint;
  return out;
}

/** The size of an axis where the graph fixes it. */
export function fixedDim(dims: Port['dims'], axis: number): number | undefined {
  const dim = dims[axis];
  return typeof dim === 'number' && dim > 0 ? dim : undefined;
}

const LIMITS: Partial<Record<TensorType, readonly [low: number, high: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 53), 2 ** 53],
  uint64: [0, 2 ** 53],
};

/** Numbers as the graph wants them: integers by rounding half to even, kept in range; bool is whether it isn't 0. */
export function castTo(type: NumericType, values: Float32Array): Exclude<Tensor['data'], readonly string[]> {
  if (type === 'float32') return values;
  if (type === 'float64') return Float64Array.from(values);
  if (type === 'bool') return Uint8Array.from(values, (x) => (x !== 0 ? 1 : 0));
  const [low, high] = LIMITS[type]!;
  const out = new TENSOR_ARRAYS[type](values.length);
  for (let i = 0; i < values.length; i++) {
    const whole = Math.min(high, Math.max(low, roundHalfEven(values[i]!)));
    out[i] = out instanceof BigInt64Array || out instanceof BigUint64Array ? BigInt(whole) : whole;
  }
  return out;
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
