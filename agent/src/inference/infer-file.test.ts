import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUNTIME } from '@skerry/proto/onnx/check';
import { ELEMENT_TYPES, type TensorType } from '@skerry/proto/onnx/tensor';
import { encode, onnx } from '@skerry/proto/wire';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { inferJson, type ModelFile } from './infer-file.ts';
import { gemmModel, identityModel, value } from './test-model.ts';

const backend = createOrtNodeBackend();
let folder: string;
let identity: ModelFile;
let gemm: ModelFile;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-infer-'));
  const save = async (name: string, bytes: Uint8Array): Promise<ModelFile> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return { path, bytes };
  };
  const types = Object.keys(ELEMENT_TYPES) as TensorType[];
  identity = await save('identity.onnx', identityModel(types));
  gemm = await save('gemm.onnx', gemmModel({ time: 2, channels: 2, weights: [1, 2, 3, 4], bias: 0.5 }));
});
afterAll(() => rm(folder, { recursive: true }));

const window = (data: unknown[], dims = [1, 2, 2], type = 'float32') => ({ window: { type, dims, data } });

test('JSON tensors go in, JSON tensors come out', async () => {
  expect(await inferJson(backend, gemm, window([1, 1, 1, 2]))).toEqual({
    outputs: { score: { type: 'float32', dims: [1, 1], data: [14.5] } },
  });
});

test('every type keeps its form: 64-bit integers as digits, bool as true and false, NaN and Infinity by name', async () => {
  const data: Record<string, unknown[]> = {
    float32: [1.5, 'NaN'],
    float64: ['Infinity', -0.1],
    int8: [-128, 127],
    uint8: [0, 255],
    int16: [-32_768, 32_767],
    uint16: [0, 65_535],
    int32: [-2_147_483_648, 1],
    uint32: [4_294_967_295, 1],
    int64: ['-9223372036854775808', '9007199254740993'],
    uint64: ['18446744073709551615', '0'],
    bool: [true, false],
    string: ['é', ''],
  };
  const inputs: Record<string, unknown> = {};
  for (const [type, values] of Object.entries(data)) inputs[`in_${type}`] = { type, dims: [2], data: values };
  const { outputs } = await inferJson(backend, identity, inputs);
  for (const [type, values] of Object.entries(data))
    expect(outputs[`out_${type}`]).toEqual({ type, dims: [2], data: values });
});

test('inputs that do not fit are refused by name, with what the model wants', async () => {
  await expect(inferJson(backend, gemm, { x: window([1], [1]).window })).rejects.toMatchObject({
    code: 'invalid',
    message: 'the model also wants "window"; the model has no input "x"',
    hint: 'its inputs are window: float32 [batch, 2, 2]',
  });
  await expect(inferJson(backend, gemm, window([1, 2, 3]))).rejects.toThrow(
    'tensor "window" has 3 values, and its shape [1, 2, 2] holds 4',
  );
  await expect(inferJson(backend, gemm, window(['a', 1, 1, 1]))).rejects.toThrow(
    'input "window", element 0: expected a number',
  );
  await expect(inferJson(backend, gemm, window([1], [1], 'int8'))).rejects.toMatchObject({ code: 'failed' });
  await expect(inferJson(backend, gemm, window([300], [1], 'uint8'))).rejects.toThrow('from 0 to 255');
  await expect(inferJson(backend, gemm, window([1], [1], 'complex64'))).rejects.toThrow('window.type');
});

test('narrow types are cast inside, each to a plain one that holds all its values', async () => {
  const narrow = {
    float16: 10,
    bfloat16: 16,
    e4m3fn: 17,
    e4m3fnuz: 18,
    e5m2: 19,
    e5m2fnuz: 20,
    uint4: 21,
    int4: 22,
  };
  for (const [name, code] of Object.entries(narrow)) {
    const plain = name.endsWith('int4') ? name.replace('4', '8') : 'float32';
    const path = join(folder, `${name}.onnx`);
    const type = { tensorType: { elemType: code, shape: { dim: [{ dimParam: 'n' }] } } };
    const bytes = encode(onnx.ModelProto, {
      irVersion: 10,
      opsetImport: [{ domain: '', version: 23 }],
      graph: {
        name,
        node: [{ opType: 'Identity', input: ['x'], output: ['y'] }],
        input: [{ name: 'x', type }],
        output: [{ name: 'y', type }],
      },
    });
    await writeFile(path, bytes);
    const x = { type: plain, dims: [2], data: [3, 1.5] };
    if (plain !== 'float32') x.data = [7, 2];
    expect(await inferJson(backend, { path, bytes }, { x }), name).toEqual({ outputs: { y: x } });
  }
});

test('the newest operator sets and IR that are let through are those that the runtime loads', async () => {
  const attempt = (domain: string, version: number, irVersion: number): Promise<unknown> =>
    backend.create({
      bytes: encode(onnx.ModelProto, {
        irVersion,
        opsetImport: [
          { domain: '', version: domain ? 17 : version },
          ...(domain ? [{ domain, version }] : []),
        ],
        graph: {
          name: 'g',
          node: [
            domain
              ? { opType: 'Normalizer', domain, input: ['x'], output: ['y'] }
              : { opType: 'Identity', input: ['x'], output: ['y'] },
          ],
          input: [value('x', 1, ['n', 2])],
          output: [value('y', 1, ['n', 2])],
        },
      }),
    });
  const { ir, opsets } = RUNTIME;
  await attempt('', opsets[''], ir);
  await attempt('ai.onnx.ml', opsets['ai.onnx.ml'], ir);
  await expect(attempt('', opsets[''] + 1, ir)).rejects.toMatchObject({ code: 'invalid' });
  await expect(attempt('ai.onnx.ml', opsets['ai.onnx.ml'] + 1, ir)).rejects.toMatchObject({
    code: 'invalid',
  });
  await expect(attempt('', opsets[''], ir + 1)).rejects.toMatchObject({ code: 'invalid' });
});
