import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import type { Tensor } from '@skerry/agent/ports';
import { describe, expect, it } from 'vitest';
import { encodeModel, GraphBuilder } from './builder.ts';
import { initializersOf, opsetOf, outputsOfGraph, readModel } from './reader.ts';
import { float32, fromLittleEndian, fromTensorProto, int64, toTensorProto } from './tensor.ts';

function affine(): Uint8Array {
  const g = new GraphBuilder('affine');
  const x = g.input('x', 'float32', ['batch', 2]);
  const w = g.constant('w', float32([2, 3], [1, 2, 3, 4, 5, 6]));
  g.gemm(x, w, g.constant('b', float32([3], [10, 20, 30])), 'y');
  g.output('y', 'float32', ['batch', 3]);
  return encodeModel(g.build());
}

describe('graphs written here', () => {
  it('compute in ONNX Runtime what they say', async () => {
    const session = await createOrtNodeBackend().create({ bytes: affine() });
    const { y } = await session.run({ x: float32([2, 2], [1, 0, 1, 1]) });
    await session.release();
    expect(y).toEqual(float32([2, 3], [11, 22, 33, 15, 27, 39]));
  });

  it('have the same bytes each time', () => {
    expect(affine()).toEqual(affine());
  });

  it('are read back: opset, outputs, constants', () => {
    const model = readModel(affine());
    expect(opsetOf(model)).toBe(17);
    expect(outputsOfGraph(model)).toEqual([{ name: 'y', elementType: 1, dims: ['batch', 3] }]);
    expect(initializersOf(model).get('b')).toEqual(float32([3], [10, 20, 30]));
  });

  it('are refused where the bytes are no model', () => {
    expect(() => readModel(Uint8Array.of(1, 2, 3))).toThrow(/not an ONNX model/);
    expect(() => readModel(new Uint8Array(0))).toThrow(/no graph/);
  });
});

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
    const bytes = Buffer.from(new Uint8Array([9, ...new Uint8Array(Float32Array.of(1, 2).buffer)])).subarray(
      1,
    );
    expect(fromLittleEndian('float32', bytes)).toEqual(Float32Array.of(1, 2));
  });

  it('are refused where values and shape disagree, or the values lie elsewhere', () => {
    expect(() => fromTensorProto({ name: 'w', dims: [3], dataType: 1, floatData: [1] })).toThrow(
      /don't fill/,
    );
    expect(() => fromTensorProto({ name: 'w', dims: [1], dataType: 1, dataLocation: 1 })).toThrow(
      /another file/,
    );
    expect(() => fromTensorProto({ name: 'w', dims: [1], dataType: 10 })).toThrow(/type 10/);
    expect(() => fromLittleEndian('float32', new Uint8Array(3))).toThrow(/no whole number/);
    expect(() => float32([2, 2], [1])).toThrow(/do not fill/);
  });
});
