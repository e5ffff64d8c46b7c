/** Tensors between their ONNX form (TensorProto, onnx.proto of ONNX 1.16) and plain typed arrays. */
import { TENSOR_ARRAYS } from '@skerry/agent/inference/tensors';
import type { Tensor, TensorType } from '@skerry/agent/ports';
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { onnx } from '@skerry/proto/wire';

// TensorProto.DataType of onnx.proto.
const CODES: Record<TensorType, number> = {
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

/** The numeric data of a tensor: everything but strings. */
export type NumericData = Exclude<Tensor['data'], readonly string[]>;

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
  return CODES[type];
}

/** The type of an ONNX code. Throws SkerryError unsupported for codes without a plain array (float16, int4, …). */
function typeOfDataType(code: number): TensorType {
  const entry = Object.entries(CODES).find(([, value]) => value === code);
  if (!entry) throw new SkerryError('unsupported', `tensors of ONNX element type ${code} can't be read here`);
  return entry[0] as TensorType;
}

/** The little-endian, row-major bytes of numeric data (this is both ONNX's raw_data and NamedTensor's data). */
export function toLittleEndian(data: NumericData): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  if (isBigEndian()) swapBytes(bytes, data.BYTES_PER_ELEMENT);
  return bytes;
}

/** Numeric data of little-endian bytes. Throws SkerryError invalid where the bytes are no whole number of elements. */
export function fromLittleEndian(type: Exclude<TensorType, 'string'>, bytes: Uint8Array): NumericData {
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
  const label = proto.name || 'a tensor';
  if (proto.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL)
    throw new SkerryError('unsupported', `${label} keeps its values in another file`, {
      hint: 'save the model with its weights inside',
    });
  const type = typeOfDataType(proto.dataType ?? 0);
  const dims = proto.dims ?? [];
  const data = type === 'string' ? (proto.stringData ?? []).map((b) => fromUtf8(b)) : numbersOf(proto, type);
  if (data.length !== elementCount(dims))
    throw new SkerryError('invalid', `${label}: ${data.length} values don't fill [${dims.join(', ')}]`);
  return { type, dims, data };
}

function numbersOf(proto: onnx.ITensorProto, type: Exclude<TensorType, 'string'>): NumericData {
  if (proto.rawData?.length) return fromLittleEndian(type, proto.rawData);
  switch (type) {
    case 'float32':
      return Float32Array.from(proto.floatData ?? []);
    case 'float64':
      return Float64Array.from(proto.doubleData ?? []);
    case 'int64':
      return BigInt64Array.from(proto.int64Data ?? [], BigInt);
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
