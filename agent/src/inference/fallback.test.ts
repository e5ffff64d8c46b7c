// What becomes of a batch whose backend dies under it, and of memory that is short.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFsBlobs } from '../adapters/fs-blobs.ts';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { createOrtWasmBackend } from '../adapters/ort-web.ts';
import type { Blobs, InferenceBackend } from '../ports.ts';
import { type TestRelease, testReleases, windowsOf } from '../release/test-release.ts';
import type { Engine } from './engine.ts';
import { loadFailure, runFailure } from './failure.ts';
import { breakable, engineOver, loadableFrom } from './test-engine.ts';

const testRelease = testReleases(nodeCrypto);
const native = createOrtNodeBackend();
const wasm = createOrtWasmBackend();
const GONE = new SkerryError('unavailable', 'the device is lost');
const BAD = new SkerryError('failed', 'a bad run');
const never = (): undefined => undefined;

let folder: string;
let blobs: Blobs;
/** What the engine's clock says. */
let nowMs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-fallback-'));
  blobs = createFsBlobs(folder);
});
afterAll(() => rm(folder, { recursive: true }));

function engineOn(backends: readonly InferenceBackend[], maxMemoryBytes = 1024 ** 2): Engine {
  const clock = { wallMs: () => nowMs, monoMs: () => nowMs };
  return engineOver({ blobs, crypto: nodeCrypto, clock }, backends, { maxMemoryBytes });
}

const prepare = async (engine: Engine, release: TestRelease = testRelease()) =>
  engine.prepare(await loadableFrom(blobs, release));
const run = (engine: Engine) => engine.run('p', windowsOf(2, [3, 2, 1, 2]));
const named = (name: InferenceBackend['name'], backend: InferenceBackend): InferenceBackend => ({
  name,
  create: backend.create,
});

describe('a backend that is gone', () => {
  test('is replaced at once, and the batch under way is answered by the next', async () => {
    const broken: { by?: SkerryError } = {};
    const engine = engineOn([breakable(native, () => broken.by), wasm]);
    engine.serve('p', await prepare(engine));
    expect(await run(engine)).toMatchObject({ backend: 'native' });
    broken.by = GONE;
    expect(await run(engine)).toMatchObject({
      backend: 'wasm',
      outputs: { anomaly: { values: Float32Array.of(1, 1) } },
    });
    expect(engine.serving('p')?.backend).toBe('wasm');
    await engine.close();
  });

  test('with the next one gone, too, the batch goes to the one behind that', async () => {
    const broken: { by?: SkerryError } = {};
    const first = breakable(native, () => broken.by);
    let runs = 0;
    // Passes its golden vectors and its timing, and is gone from then on.
    const second = breakable(named('webgpu', native), () => (broken.by && ++runs > 10 ? GONE : undefined));
    const engine = engineOn([first, second, wasm]);
    engine.serve('p', await prepare(engine));
    broken.by = GONE;
    expect(await run(engine)).toMatchObject({ backend: 'wasm', outputs: { anomaly: { width: 1 } } });
    expect(second.created).toBe(1);
    await engine.close();
    expect([first.open, second.open]).toEqual([0, 0]);
  });

  test('is loaded anew where there is no other, at most every half minute', async () => {
    let gone = false;
    const only = breakable(native, () => (gone ? GONE : undefined));
    const engine = engineOn([only]);
    engine.serve('p', await prepare(engine));
    gone = true;
    expect(await run(engine)).toMatchObject({ error: 'the device is lost' });
    const created = only.created;
    expect(await run(engine)).toMatchObject({ error: 'the device is lost' });
    expect(only.created).toBe(created);
    gone = false;
    nowMs += 30_000;
    expect((await run(engine)).error).toBeUndefined();
    await engine.close();
    expect(only.open).toBe(0);
  });

  test('two batches at a time share one standby', async () => {
    const broken: { by?: SkerryError } = {};
    const standby = breakable(wasm, never);
    const engine = engineOn([breakable(native, () => broken.by), standby]);
    engine.serve('p', await prepare(engine));
    broken.by = GONE;
    const both = await Promise.all([run(engine), run(engine)]);
    expect(both.map(({ backend, error }) => [backend, error])).toEqual([
      ['wasm', undefined],
      ['wasm', undefined],
    ]);
    expect(standby.created).toBe(1);
    await engine.close();
  });
});

test('a batch that fails everywhere costs no backend: the next batch finds the standby there', async () => {
  const broken: { first?: SkerryError; second?: SkerryError } = {};
  const standby = breakable(wasm, () => broken.second);
  const engine = engineOn([breakable(native, () => broken.first), standby]);
  engine.serve('p', await prepare(engine));
  broken.first = BAD;
  expect(await run(engine)).toMatchObject({ backend: 'wasm' });
  broken.second = BAD;
  expect(await run(engine)).toMatchObject({ error: 'a bad run', backend: 'native' });
  delete broken.second;
  expect(await run(engine)).toMatchObject({ backend: 'wasm', outputs: { anomaly: { width: 1 } } });
  expect(standby.created).toBe(1);
  await engine.close();
});

describe('memory', () => {
  const size = testRelease().files.get('fp32.onnx')!.length;

  test('a second model is loaded only where both fit, and what serves goes on', async () => {
    const engine = engineOn([native], 2 * size - 1);
    engine.serve('p', await prepare(engine));
    const next = testRelease({ version: '1.1.0', weights: [2, 1, 1, 1] });
    await expect(prepare(engine, next)).rejects.toMatchObject({
      code: 'full',
      hint: expect.stringContaining('inference.maxMemory'),
    });
    expect((await run(engine)).error).toBeUndefined();
    engine.withdraw('p');
    await expect(prepare(engine, next)).resolves.toMatchObject({ model: { backend: 'native' } });
    await engine.close();
  });

  test('a file that never fits is refused for good', async () => {
    const engine = engineOn([native], size - 1);
    await expect(prepare(engine)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('memory'),
    });
  });

  test('the variant that fits serves where the other does not', async () => {
    const engine = engineOn([native], size);
    const variants = [
      { name: 'big', weights: [1, 1, 1, 1] },
      { name: 'fp32', weights: [1, 1, 1, 1] },
    ];
    const { outcomes, model } = await prepare(engine, testRelease({ variants }));
    expect(model.variant).toBe('big');
    expect(outcomes[1]).toMatchObject({ passed: false, detail: expect.stringContaining('memory are left') });
    await engine.close();
  });
});

test.each([
  ['std::bad_alloc', 'full'],
  ['Failed to get a WebGPU adapter: No supported adapters', 'unsupported'],
  ['no available backend found. ERR: [webgpu] backend not found.', 'unsupported'],
  ['Protobuf parsing failed.', 'invalid'],
] as const)('loading that fails with "%s" is %s', (text, code) => {
  expect(loadFailure(text)).toBe(code);
});

test.each([
  ['WebGPU device lost (1): Device was destroyed.', 'unavailable'],
  ['RuntimeError: memory access out of bounds', 'unavailable'],
  ['Got invalid dimensions for input: window', 'failed'],
] as const)('a run that fails with "%s" is %s', (text, code) => {
  expect(runFailure(text)).toBe(code);
});
