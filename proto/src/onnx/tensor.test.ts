import { describe, expect, it } from 'vitest';
import { decode, encode, onnx } from '../wire.ts';
import { fieldsOf, varintsOf } from './fields.ts';
import {
  float32,
  fromLittleEndian,
  fromTensorProto,
  int64,
  readTensor,
  type Tensor,
  toTensorProto,
} from './tensor.ts';

describe('tensors', () => {
  it.each<Tensor>([
    { type: 'float64', dims: [2], data: Float64Array.of(1.5, -2) },
    { type: 'int8', dims: [3], data: Int8Array.of(-128, 0, 127) },
    { type: 'uint64', dims: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
    { type: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
    { type: 'string', dims: [2], data: ['a', 'ü'] },
    int64([2], [-1, 5]),
    float32([], [7]),
  ])('of type $type survive their ONNX form', (tensor) => {
    expect(fromTensorProto(toTensorProto('t', tensor))).toEqual(tensor);
  });

  it('are read from the typed fields, too', () => {
    expect(fromTensorProto({ dims: [2], dataType: 1, floatData: [1, 2] }).data).toEqual(
      Float32Array.of(1, 2),
    );
    expect(fromTensorProto({ dims: [1], dataType: 7, int64Data: [-3] }).data).toEqual(BigInt64Array.of(-3n));
    expect(fromTensorProto({ dims: [2], dataType: 3, int32Data: [-1, 1] }).data).toEqual(Int8Array.of(-1, 1));
  });

  it('are copied from bytes at any offset, a Buffer within a larger one included', () => {
    const bytes = Buffer.from([9, ...new Uint8Array(Float32Array.of(1, 2).buffer)]).subarray(1);
    expect(fromLittleEndian('float32', bytes)).toEqual(Float32Array.of(1, 2));
  });

  it('keep the ends of 64-bit integers when a graph is read and written again', () => {
    const ends = [2 ** 63, -(2 ** 63)];
    const node = encode(onnx.AttributeProto, { name: 'ends', type: 7, ints: ends });
    const again = encode(onnx.AttributeProto, decode(onnx.AttributeProto, node));
    expect([...again]).toEqual([...node]);
    const [max] = [...fieldsOf(node)].filter((f) => f.number === 8).flatMap((f) => varintsOf(node, f));
    expect(max).toBe(2n ** 63n - 1n);
    const typed = fromTensorProto({ dims: [2], dataType: 7, int64Data: ends });
    expect(typed.data).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)));
  });

  it('are refused where values and shape disagree, or the values lie elsewhere', () => {
    expect(() => fromTensorProto({ name: 'w', dims: [3], dataType: 1, floatData: [1] })).toThrow(
      /don't fill/,
    );
    expect(() => fromTensorProto({ name: 'w', dims: [1], dataType: 1, dataLocation: 1 })).toThrow(
      /another file/,
    );
    expect(() => fromTensorProto({ name: 'w', dims: [1], dataType: 10 })).toThrow(/type float16/);
    expect(() => fromLittleEndian('float32', new Uint8Array(3))).toThrow(/no whole number/);
    expect(() => float32([2, 2], [1])).toThrow(/do not fill/);
  });
});

describe('tensor files', () => {
  const file = (proto: onnx.ITensorProto): Uint8Array => encode(onnx.TensorProto, proto);

  it('are read with their names', () => {
    expect(readTensor(file(toTensorProto('x', float32([1, 2], [1.5, -2]))))).toEqual({
      name: 'x',
      tensor: float32([1, 2], [1.5, -2]),
    });
  });

  it('lose no 64-bit integer, though it stands in the typed field', () => {
    // int64_data = -2^63, 2^63 - 1, 2^53 + 1, packed varints of ten, nine and eight bytes.
    const values = [
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
    ].flat();
    const bytes = Uint8Array.of(0x08, 3, 0x10, 7, 0x3a, values.length, ...values);
    expect(readTensor(bytes).tensor).toEqual({
      type: 'int64',
      dims: [3],
      data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n),
    });
  });

  it('of half-width floats come as float32: both zeros, the smallest, one, infinity and NaN', () => {
    const half = Uint16Array.of(0x0000, 0x8000, 0x0001, 0x3c00, 0x7bff, 0xfc00, 0x7e00);
    const rawData = new Uint8Array(half.buffer);
    expect(readTensor(file({ dims: [7], dataType: 10, rawData })).tensor).toEqual(
      float32([7], [0, -0, 2 ** -24, 1, 65_504, Number.NEGATIVE_INFINITY, Number.NaN]),
    );
    expect(readTensor(file({ dims: [2], dataType: 16, int32Data: [0x3f80, 0xc049] })).tensor).toEqual(
      float32([2], [1, -3.140625]),
    );
  });

  it('that are none, or of a type without an array, say so', () => {
    expect(() => readTensor(Uint8Array.of(0x08, 3, 0x3a, 200))).toThrow(/not an ONNX tensor/);
    expect(() => readTensor(file({ name: 'z', dims: [1], dataType: 14 }))).toThrow(/z is of type complex64/);
  });
});
