/** Tensors between their forms: golden.pb's NamedTensor, the JSON of `skerry-agent infer`, plain typed arrays. */
import { SkerryError } from '@skerry/proto/errors';
import { elementCount, isTensorType, TENSOR_ARRAYS } from '@skerry/proto/onnx/tensor';
import type { skerry } from '@skerry/proto/wire';
import type { Tensor, TensorType } from '../ports.ts';

/** Closed range of each integer type; bool is 0 or 1. */
const RANGES: Partial<Record<TensorType, readonly [number | bigint, number | bigint]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** `{"type":"int64","dims":[2],"data":["1","-2"]}`: 64-bit integers as strings of digits, bool as true or false. */
export interface JsonTensor {
  type: TensorType;
  dims: readonly number[];
  data: readonly (number | string | boolean)[];
}

/** The tensor of a golden case. Throws SkerryError `invalid` where type, shape and bytes don't fit together. */
export function fromNamedTensor(named: skerry.v1.INamedTensor): Tensor {
  const name = named.name ?? '';
  const type = named.type ?? '';
  const dims = named.dims ?? [];
  if (!isTensorType(type)) throw new SkerryError('invalid', `tensor "${name}" is of unknown type "${type}"`);
  const data =
    type === 'string' ? (named.strings ?? []) : fromBytes(name, type, named.data ?? new Uint8Array());
  return fitting(name, { type, dims, data });
}

function fromBytes(name: string, type: Exclude<TensorType, 'string'>, bytes: Uint8Array): Tensor['data'] {
  const array = TENSOR_ARRAYS[type];
  if (bytes.length % array.BYTES_PER_ELEMENT !== 0)
    throw new SkerryError(
      'invalid',
      `tensor "${name}": ${bytes.length} bytes are no whole number of ${type}`,
    );
  // A copy of its own: decoded bytes lie unaligned inside the message. Every machine this runs on is little-endian.
  return new array(new Uint8Array(bytes).buffer);
}

/** Reads the JSON form. Throws SkerryError `invalid` that names the input and the element. */
export function fromJsonTensor(name: string, json: JsonTensor): Tensor {
  const { type, dims, data } = json;
  const wrong = (index: number, expected: string): SkerryError =>
    new SkerryError('invalid', `input "${name}", element ${index}: expected ${expected}`);
  if (type === 'string') {
    const bad = data.findIndex((value) => typeof value !== 'string');
    if (bad >= 0) throw wrong(bad, 'a string');
    return fitting(name, { type, dims, data: data as readonly string[] });
  }
  const values = new TENSOR_ARRAYS[type](data.length);
  for (const [i, value] of data.entries()) {
    const element = elementOf(type, value);
    if (element === undefined) throw wrong(i, expectation(type));
    values[i] = element;
  }
  return fitting(name, { type, dims, data: values });
}

function elementOf(type: TensorType, value: number | string | boolean): number | bigint | undefined {
  switch (type) {
    case 'float32':
    case 'float64':
      if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
      return typeof value === 'number' ? value : undefined;
    case 'bool':
      return value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : undefined;
    case 'int64':
    case 'uint64':
      if (typeof value === 'string' ? !/^-?\d{1,20}$/.test(value) : !Number.isSafeInteger(value))
        return undefined;
      return within(type, BigInt(value));
    case 'string':
      return undefined;
    default:
      return typeof value === 'number' && Number.isInteger(value) ? within(type, value) : undefined;
  }
}

function within<T extends number | bigint>(type: TensorType, value: T): T | undefined {
  const [low, high] = RANGES[type]!;
  return value >= low && value <= high ? value : undefined;
}

function expectation(type: TensorType): string {
  if (type === 'bool') return 'true or false';
  const range = RANGES[type];
  if (!range) return 'a number, or "NaN", "Infinity", "-Infinity"';
  const text = `an integer from ${range[0]} to ${range[1]}`;
  return type.endsWith('64') ? `${text}, as a string of digits` : text;
}

/** The JSON form; numbers that JSON has no form for become "NaN", "Infinity" or "-Infinity". */
export function toJsonTensor({ type, dims, data }: Tensor): JsonTensor {
  const values: (number | string | boolean)[] = [];
  for (const value of data)
    if (typeof value === 'bigint') values.push(value.toString());
    else if (type === 'bool') values.push(value !== 0);
    else values.push(typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);
  return { type, dims: [...dims], data: values };
}

function fitting(name: string, tensor: Tensor): Tensor {
  const expected = elementCount(tensor.dims);
  if (tensor.data.length === expected) return tensor;
  throw new SkerryError(
    'invalid',
    `tensor "${name}" has ${tensor.data.length} values, and its shape [${tensor.dims.join(', ')}] holds ${expected}`,
  );
}

/**
 * The first difference beyond `|got - want| <= atol + rtol × |want|` in words ("[3] 0.91, expected 0.42 ± 0.02"), or
 * undefined. NaN only where NaN is wanted; strings alike.
 */
export function differenceOf(
  want: Tensor,
  got: Tensor,
  { rtol, atol }: { rtol: number; atol: number },
): string | undefined {
  if (got.data.length !== want.data.length || got.dims.join() !== want.dims.join())
    return `has shape [${got.dims.join(', ')}], expected [${want.dims.join(', ')}]`;
  for (let i = 0; i < want.data.length; i++) {
    const [w, g] = [want.data[i]!, got.data[i]!];
    if (Object.is(w, g) || w === g) continue;
    const margin = atol + rtol * Math.abs(Number(w));
    if (typeof w !== 'string' && Math.abs(Number(g) - Number(w)) <= margin) continue;
    const where = want.data.length > 1 ? `[${i}] ` : '';
    return typeof w === 'string'
      ? `${where}"${String(g)}", expected "${w}"`
      : `${where}${short(g)}, expected ${short(w)} ± ${short(margin)}`;
  }
  return undefined;
}

function short(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}
