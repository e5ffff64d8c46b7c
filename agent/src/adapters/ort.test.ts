import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ELEMENT_TYPES, type TensorType } from '@skerry/proto/onnx/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gemmModel, identityModel } from '../inference/test-model.ts';
import type { Tensor } from '../ports.ts';
import { createOrtNodeBackend } from './ort-node.ts';
import { createOrtWasmBackend, createOrtWebGpuBackend } from './ort-web.ts';

const types = Object.keys(ELEMENT_TYPES) as TensorType[];
let folder: string;
let gemm: string;
let identity: string;
let nonsense: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-ort-'));
  gemm = join(folder, 'gemm.onnx');
  identity = join(folder, 'identity.onnx');
  nonsense = join(folder, 'nonsense.onnx');
  await writeFile(gemm, gemmModel({ time: 2, channels: 2, weights: [1, 2, 3, 4], bias: 0.5 }));
  await writeFile(identity, identityModel(types));
  await writeFile(nonsense, 'this is no model');
});
afterAll(() => rm(folder, { recursive: true }));

const sample: Record<TensorType, Tensor['data']> = {
  float32: Float32Array.of(1.5, -2),
  float64: Float64Array.of(Math.PI, 1e300),
  int8: Int8Array.of(-128, 127),
  uint8: Uint8Array.of(0, 255),
  int16: Int16Array.of(-32_768, 1),
  uint16: Uint16Array.of(65_535, 1),
  int32: Int32Array.of(-1, 2 ** 31 - 1),
  uint32: Uint32Array.of(2 ** 32 - 1, 1),
  int64: BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n),
  uint64: BigUint64Array.of(2n ** 64n - 1n, 0n),
  bool: Uint8Array.of(1, 0),
  string: ['é', ''],
};

describe.each([
  ['native', createOrtNodeBackend()],
  ['native without arena', createOrtNodeBackend({ arena: false })],
  ['wasm', createOrtWasmBackend()],
] as const)('%s', (_, backend) => {
  test('a model loaded by path answers what its formula says', async () => {
    const session = await backend.create({ path: gemm });
    expect(session.inputs).toEqual([{ name: 'window', type: 'float32', dims: ['batch', 2, 2] }]);
    const data = Float32Array.of(1, 1, 1, 1, 0, 0, 0, 2);
    const { score } = await session.run({ window: { type: 'float32', dims: [2, 2, 2], data } });
    expect(score).toEqual({ type: 'float32', dims: [2, 1], data: Float32Array.of(10.5, 8.5) });
    await session.release();
    await expect(session.run({ window: { type: 'float32', dims: [2, 2, 2], data } })).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('released'),
    });
  });

  test('every tensor type comes back as it went in, 64-bit integers without loss', async () => {
    const session = await backend.create({ path: identity });
    const feeds: Record<string, Tensor> = {};
    for (const type of types) feeds[`in_${type}`] = { type, dims: [2], data: sample[type] };
    const outputs = await session.run(feeds);
    for (const type of types) expect(outputs[`out_${type}`]).toEqual({ type, dims: [2], data: sample[type] });
    await session.release();
  });

  test('a file that is no model, or none at all, is refused in one plain line', async () => {
    for (const path of [nonsense, join(folder, 'absent.onnx')]) {
      const refusal = backend.create({ path });
      await expect(refusal).rejects.toMatchObject({ name: 'SkerryError', code: 'invalid' });
      await expect(refusal).rejects.toThrow(path);
      await expect(refusal).rejects.not.toThrow('\n');
    }
  });

  test('a wrong shape fails the run and not the session', async () => {
    const session = await backend.create({ path: gemm });
    const run = (dims: number[], length: number) =>
      session.run({ window: { type: 'float32', dims, data: new Float32Array(length) } });
    await expect(run([1, 3], 3)).rejects.toMatchObject({ code: 'failed' });
    await expect(run([1, 2, 2], 7)).rejects.toMatchObject({ code: 'failed' });
    const { score } = await run([1, 2, 2], 4);
    expect(score?.data).toEqual(Float32Array.of(0.5));
    await session.release();
  });
});

test('WebAssembly runs asked for at the same time all answer', async () => {
  const session = await createOrtWasmBackend().create({ path: gemm });
  const answers = await Promise.all(
    [1, 2, 3].map((x) =>
      session.run({ window: { type: 'float32', dims: [1, 2, 2], data: new Float32Array(4).fill(x) } }),
    ),
  );
  expect(answers.map((a) => a.score?.data[0])).toEqual([10.5, 20.5, 30.5]);
});

test('WebGPU without an adapter says so and does not fall back unseen', async () => {
  await expect(createOrtWebGpuBackend().create({ path: gemm })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('WebGPU'),
  });
});
