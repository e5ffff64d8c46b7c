// `skerry-agent infer` as a person runs it: JSON in and out, and ONNX's own test data (input_*.pb, output_*.pb).
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { model, node, value } from '@skerry/agent/inference/test-model';
import { float32, type Tensor, toTensorProto } from '@skerry/proto/onnx/tensor';
import { encode, onnx } from '@skerry/proto/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataFolder } from './onnx.ts';

const MAIN = join(import.meta.dirname, '../../agent/src/main.ts');
const FLOAT = 1;
const HALF = 10;

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-infer-'));
});
afterEach(() => rm(folder, { recursive: true }));

function infer(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=source', MAIN, 'infer', ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Writes tensors as ONNX's tests keep them: KIND_0.pb, KIND_1.pb, … */
async function save(
  kind: 'input' | 'output',
  ...tensors: (readonly [name: string, Tensor])[]
): Promise<void> {
  await mkdir(at('case'), { recursive: true });
  for (const [i, [name, tensor]] of tensors.entries())
    await writeFile(at(`case/${kind}_${i}.pb`), encode(onnx.TensorProto, toTensorProto(name, tensor)));
}

/** y = a - b, n = a as int64. */
const difference = model(
  [node('Sub', ['a', 'b'], ['y']), node('Cast', ['a'], ['n'], [{ name: 'to', i: 7, type: 2 }])],
  [value('a', FLOAT, ['k']), value('b', FLOAT, ['k'])],
  [value('y', FLOAT, ['k']), value('n', 7, ['k'])],
);

describe('on tensors from a folder', () => {
  beforeEach(async () => {
    await writeFile(at('m.onnx'), difference);
    // The second has another name than the model's input, so its place counts.
    await save('input', ['a', float32([2], [3, 5])], ['exported_b', float32([2], [1, 1])]);
  });

  test('outputs as expected end with 0, and --json says so of each', async () => {
    const n: Tensor = { type: 'int64', dims: [2], data: BigInt64Array.of(3n, 5n) };
    await save('output', ['y', float32([2], [2.001, 4])], ['n', n]);
    const run = await infer(at('m.onnx'), '--inputs', at('case'), '--expect', at('case'), '--json');
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(run.stdout)).toEqual({
      outputs: {
        y: { type: 'float32', dims: [2], data: [2, 4] },
        n: { type: 'int64', dims: [2], data: ['3', '5'] },
      },
      expected: [
        { output: 'y', passed: true },
        { output: 'n', passed: true },
      ],
    });
  });

  test('others end with 1 and say where; the tolerance is the caller’s, and for floats alone', async () => {
    const n: Tensor = { type: 'int64', dims: [2], data: BigInt64Array.of(3n, 6n) };
    await save('output', ['y', float32([2], [2.01, 4])], ['n', n]);
    const args = [at('m.onnx'), '--inputs', at('case'), '--expect', at('case')];
    const strict = await infer(...args);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain('2 of 2 outputs differ');
    expect(strict.stderr).toContain('y [0] 2, expected 2.01 ± ');
    const wide = await infer(...args, '--rtol', '1', '--atol', '1');
    expect(wide).toMatchObject({ code: 1, stderr: expect.stringContaining('n [1] 5, expected 6') });
    expect(await infer(...args, '--rtol', 'x')).toMatchObject({ code: 2 });
  });

  test('a file without a place, and one that is no tensor, are named', async () => {
    await save('input', ['a', float32([2], [3, 5])], ['b', float32([2], [1, 1])], ['c', float32([1], [1])]);
    const none = await infer(at('m.onnx'), '--inputs', at('case'));
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('input_2.pb: the model has no input 2'),
    });
    await writeFile(at('case/input_2.pb'), '<html>');
    const damaged = await infer(at('m.onnx'), '--inputs', at('case'));
    expect(damaged).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/input_2\.pb: not an ONNX tensor/),
    });
  });
});

test('half-width floats go in and out as float32, natively and in WebAssembly', async () => {
  const half = model([node('Mul', ['x', 'x'], ['y'])], [value('x', HALF, ['k'])], [value('y', HALF, ['k'])]);
  await writeFile(at('m.onnx'), half);
  await writeFile(at('x.json'), JSON.stringify({ x: { type: 'float16', dims: [2], data: [0.1, 3] } }));
  for (const backend of ['native', 'wasm']) {
    const run = await infer(at('m.onnx'), '--inputs', at('x.json'), '--backend', backend, '--json');
    expect(run, run.stderr).toMatchObject({ code: 0 });
    const { y } = JSON.parse(run.stdout).outputs as Record<string, { type: string; data: number[] }>;
    expect(y!.type).toBe('float32');
    expect(y!.data[1]).toBe(9);
    // A half has eleven bits; where the runtime computes in float32 it may leave out the rounding between.
    expect(Math.abs(y!.data[0]! / 0.01 - 1)).toBeLessThan(2 ** -9);
  }
});

test('a sequence of tensors comes out as one', async () => {
  const bytes = model(
    [node('Neg', ['x'], ['n']), node('SequenceConstruct', ['x', 'n'], ['s'])],
    [value('x', FLOAT, ['k'])],
    [{ name: 's', type: { sequenceType: { elemType: { tensorType: { elemType: FLOAT } } } } }],
  );
  await writeFile(at('m.onnx'), bytes);
  await writeFile(at('x.json'), JSON.stringify({ x: { type: 'float32', dims: [1], data: [2] } }));
  const run = await infer(at('m.onnx'), '--inputs', at('x.json'), '--json');
  expect(run, run.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(run.stdout).outputs.s).toEqual({
    type: 'sequence',
    items: [
      { type: 'float32', dims: [1], data: [2] },
      { type: 'float32', dims: [1], data: [-2] },
    ],
  });
});

test('a model cut off or damaged anywhere is refused or run, and the program ends by itself', async () => {
  // In one process, where a crash would take the test with it.
  const { createOrtNodeBackend } = await import('@skerry/agent/adapters/ort-node');
  const { inferJson } = await import('@skerry/agent/inference/infer-file');
  const inputs = Object.fromEntries(
    ['a', 'b'].map((name) => [name, { type: 'float32', dims: [1], data: [1] }]),
  );
  const outcomes = { run: 0, refused: 0 };
  const attempt = async (bytes: Uint8Array): Promise<void> => {
    await writeFile(at('damaged.onnx'), bytes);
    await inferJson(createOrtNodeBackend(), { path: at('damaged.onnx'), bytes }, inputs).then(
      () => outcomes.run++,
      (error: unknown) => {
        expect(error).toMatchObject({ name: 'SkerryError' });
        outcomes.refused++;
      },
    );
  };
  for (let length = 0; length < difference.length; length++) await attempt(difference.slice(0, length));
  for (let at = 0; at < difference.length; at++) {
    const flipped = difference.slice();
    flipped[at]! ^= 1 << (at % 8);
    await attempt(flipped);
  }
  expect(outcomes.run + outcomes.refused).toBe(2 * difference.length);
  expect(outcomes.refused).toBeGreaterThan(difference.length);
});

const models = dataFolder('onnx');

describe.skipIf(!models)('other people’s models by the program itself', () => {
  test('ZipMap’s maps come out with their keys', async () => {
    const data = [1, 0.3, -0.2, -0.9, -0.4, -1];
    await writeFile(at('x.json'), JSON.stringify({ float_input: { type: 'float32', dims: [3, 2], data } }));
    const path = join(models!, 'logreg_iris_zipmap/model.onnx');
    const run = await infer(path, '--inputs', at('x.json'), '--json');
    expect(run, run.stderr).toMatchObject({ code: 0 });
    const { label, probabilities } = JSON.parse(run.stdout).outputs;
    expect(label).toMatchObject({ type: 'int64', dims: [3] });
    expect(probabilities.type).toBe('sequence');
    expect(
      probabilities.items.map((item: { entries: [number, number][] }) => item.entries.map(([key]) => key)),
    ).toEqual([0, 1, 2].map(() => [0, 1, 2]));
    const shown = await infer(path, '--inputs', at('x.json'));
    expect(shown.stdout).toMatch(/^probabilities\[0\]: map {2}0=0\.\d+ 1=0\.\d+ 2=0\.\d+$/m);
  });
});
