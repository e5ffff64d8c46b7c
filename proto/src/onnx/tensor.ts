/** Tensors as plain typed arrays, and their ONNX form (TensorProto, onnx.proto of ONNX 1.16). */
import { fromUtf8, utf8 } from '../bytes.ts';
import { messageOf, SkerryError } from '../errors.ts';
import { decode, onnx } from '../wire.ts';
import { fieldsOf, varintsOf } from './fields.ts';

/** The array that holds each numeric type's data. */
export const TENSOR_ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

export type NumericType = keyof typeof TENSOR_ARRAYS;
export type TensorType = NumericType | 'string';

/** The numeric data of a tensor: everything but strings. */
export type NumericData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A tensor by value. int64/uint64 are BigInt arrays, bool is one byte each, strings are an array. */
export interface Tensor {
  type: TensorType;
  dims: readonly number[];
  data: NumericData | readonly string[];
}

/** TensorProto.DataType of onnx.proto. */
export const ELEMENT_TYPES: Record<TensorType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

/** The ONNX codes of the two half-width floats. */
export const FLOAT16 = 10;
export const BFLOAT16 = 16;

// Types that no runtime here takes or gives; named so that a refusal can say what it met.
const OTHER_NAMES: Readonly<Record<number, string>> = {
  [FLOAT16]: 'float16',
  14: 'complex64',
  15: 'complex128',
  [BFLOAT16]: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
};

/** Whether a name is one of the tensor types that go in and out. */
export function isTensorType(name: string): name is TensorType {
  return Object.hasOwn(ELEMENT_TYPES, name);
}

/** The number of elements of a shape; a scalar has one. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** A float32 tensor of finite or non-finite values. Throws where the length doesn't fit the shape. */
export function float32(dims: readonly number[], values: ArrayLike<number>): Tensor {
  return checked({ type: 'float32', dims, data: Float32Array.from(values) });
}

/** An int64 tensor, for shapes and axes. */
export function int64(dims: readonly number[], values: readonly number[]): Tensor {
  return checked({ type: 'int64', dims, data: BigInt64Array.from(values, BigInt) });
}

function checked(tensor: Tensor): Tensor {
  if (tensor.data.length !== elementCount(tensor.dims))
    throw new RangeError(`${tensor.data.length} values do not fill the shape [${tensor.dims.join(', ')}]`);
  return tensor;
}

/** The ONNX code (TensorProto.DataType) of a type. */
export function dataTypeOf(type: TensorType): number {
  return ELEMENT_TYPES[type];
}

/** The type of an ONNX code that has a plain array, or undefined (float16, int4, …). */
export function plainTypeOf(code: number): TensorType | undefined {
  return Object.entries(ELEMENT_TYPES).find(([, value]) => value === code)?.[0] as TensorType | undefined;
}

/** How an ONNX code is called. */
export function elementTypeName(code: number): string {
  return plainTypeOf(code) ?? OTHER_NAMES[code] ?? `element type ${code}`;
}

/** The little-endian, row-major bytes of numeric data (this is both ONNX's raw_data and NamedTensor's data). */
export function toLittleEndian(data: NumericData): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  if (isBigEndian()) swapBytes(bytes, data.BYTES_PER_ELEMENT);
  return bytes;
}

/** Numeric data of little-endian bytes. Throws SkerryError invalid where the bytes are no whole number of elements. */
export function fromLittleEndian(type: NumericType, bytes: Uint8Array): NumericData {
  const array = TENSOR_ARRAYS[type];
  if (bytes.length % array.BYTES_PER_ELEMENT !== 0)
    throw new SkerryError('invalid', `${bytes.length} bytes are no whole number of ${type} elements`);
  // Not bytes.slice(): in Node decoded bytes are a Buffer, whose slice shares memory at an unaligned offset.
  const copy = new Uint8Array(bytes);
  if (isBigEndian()) swapBytes(copy, array.BYTES_PER_ELEMENT);
  return new array(copy.buffer, 0, copy.length / array.BYTES_PER_ELEMENT);
}

function isBigEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
}

/** A tensor as ONNX stores it, numbers in raw_data. */
export function toTensorProto(name: string, tensor: Tensor): onnx.ITensorProto {
  const head = { name, dims: [...tensor.dims], dataType: dataTypeOf(tensor.type) };
  if (tensor.type === 'string') return { ...head, stringData: (tensor.data as readonly string[]).map(utf8) };
  return { ...head, rawData: toLittleEndian(tensor.data as NumericData) };
}

/**
 * Reads a tensor from raw_data or from the typed field. Throws SkerryError invalid where the values don't fill the
 * shape, unsupported for external data and for types without a plain array.
 */
export function fromTensorProto(proto: onnx.ITensorProto): Tensor {
  return filled(proto, valuesOf);
}

function filled(
  proto: onnx.ITensorProto,
  valuesOf: (proto: onnx.ITensorProto, label: string) => Pick<Tensor, 'type' | 'data'>,
): Tensor {
  const label = proto.name || 'a tensor';
  if (proto.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL)
    throw new SkerryError('unsupported', `${label} keeps its values in another file`, {
      hint: 'save the model with its weights inside',
    });
  const dims = proto.dims ?? [];
  const tensor = { dims, ...valuesOf(proto, label) };
  if (tensor.data.length !== elementCount(dims))
    throw new SkerryError(
      'invalid',
      `${label}: ${tensor.data.length} values don't fill [${dims.join(', ')}]`,
    );
  return tensor;
}

/**
 * Reads a serialized TensorProto, as ONNX's own tests keep them in `input_0.pb`, with its name. 64-bit integers come
 * without loss, wherever they stand; float16 and bfloat16 as float32, which holds every value of both. Throws as
 * fromTensorProto does, and invalid on other bytes.
 */
export function readTensor(bytes: Uint8Array): { name: string; tensor: Tensor } {
  let proto: onnx.ITensorProto;
  try {
    proto = decode(onnx.TensorProto, bytes);
  } catch (cause) {
    throw new SkerryError('invalid', `not an ONNX tensor: ${messageOf(cause)}`, { cause });
  }
  const tensor = filled(proto, wideValuesOf);
  const field = { int64: INT64_DATA, uint64: UINT64_DATA }[tensor.type as 'int64' | 'uint64'];
  if (field !== undefined && !proto.rawData?.length)
    (tensor.data as BigInt64Array | BigUint64Array).set(
      [...fieldsOf(bytes)]
        .filter((f) => f.number === field)
        .flatMap((f) => varintsOf(bytes, f))
        .map((value) => (tensor.type === 'int64' ? BigInt.asIntN(64, value) : value)),
    );
  return { name: proto.name ?? '', tensor };
}

// Fields of TensorProto whose numbers the generated code rounds to doubles.
const INT64_DATA = 7;
const UINT64_DATA = 11;

function wideValuesOf(proto: onnx.ITensorProto, label: string): Pick<Tensor, 'type' | 'data'> {
  const code = proto.dataType ?? 0;
  if (code !== FLOAT16 && code !== BFLOAT16) return valuesOf(proto, label);
  const bits = numbersOf(proto, 'uint16') as Uint16Array;
  return { type: 'float32', data: Float32Array.from(bits, code === FLOAT16 ? fromHalf : fromBrain) };
}

function valuesOf(proto: onnx.ITensorProto, label: string): Pick<Tensor, 'type' | 'data'> {
  const code = proto.dataType ?? 0;
  const type = plainTypeOf(code);
  if (!type)
    throw new SkerryError(
      'unsupported',
      `${label} is of type ${elementTypeName(code)}, which can't be read here`,
    );
  if (type === 'string') return { type, data: (proto.stringData ?? []).map((b) => fromUtf8(b)) };
  return { type, data: numbersOf(proto, type) };
}

function numbersOf(proto: onnx.ITensorProto, type: NumericType): NumericData {
  if (proto.rawData?.length) return fromLittleEndian(type, proto.rawData);
  switch (type) {
    case 'float32':
      return Float32Array.from(proto.floatData ?? []);
    case 'float64':
      return Float64Array.from(proto.doubleData ?? []);
    case 'int64':
      // What reads as 2^63 was INT64_MAX.
      return BigInt64Array.from(proto.int64Data ?? [], (x) => (x >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(x)));
    case 'uint64':
      return BigUint64Array.from(proto.uint64Data ?? [], BigInt);
    case 'uint32':
      return Uint32Array.from(proto.uint64Data ?? []);
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'bool':
      return TENSOR_ARRAYS[type].from(proto.int32Data ?? []);
  }
}

/** The value of IEEE 754 binary16 bits: 1 sign, 5 exponent (bias 15), 10 fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The value of bfloat16 bits: the upper half of a float32. */
function fromBrain(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}
