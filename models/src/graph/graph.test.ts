import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { describe, expect, it } from 'vitest';
import { encodeModel, GraphBuilder } from './builder.ts';
import { initializersOf, opsetOf, outputsOfGraph, readModel } from './reader.ts';
import { float32 } from './tensor.ts';

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
