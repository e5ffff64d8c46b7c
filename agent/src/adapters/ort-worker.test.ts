import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breakable, engineOver, loadableFrom } from '../inference/test-engine.ts';
import { gemmModel } from '../inference/test-model.ts';
import type { Clock, InferenceBackend, Tensor } from '../ports.ts';
import { testReleases, windowsOf } from '../release/test-release.ts';
import { createFsBlobs } from './fs-blobs.ts';
import { createOrtNodeBackend } from './ort-node.ts';
import { createInWorker } from './ort-worker.ts';

let folder: string;
let gemm: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-worker-'));
  gemm = join(folder, 'gemm.onnx');
  await writeFile(gemm, gemmModel({ time: 2, channels: 2, weights: [1, 2, 3, 4], bias: 0.5 }));
});
afterAll(() => rm(folder, { recursive: true }));

const feeds = (): Record<string, Tensor> => ({
  window: { type: 'float32', dims: [2, 2, 2], data: Float32Array.of(1, 1, 1, 1, 0, 0, 0, 2) },
});

describe.each(['native', 'wasm'] as const)('%s in a worker', (backend) => {
  test('answers as it does on the main thread, and leaves the inputs to the caller', async () => {
    const session = await createInWorker(backend, { path: gemm });
    expect(session.inputs).toEqual([{ name: 'window', type: 'float32', dims: ['batch', 2, 2] }]);
    const given = feeds();
    const answers = await Promise.all([session.run(given), session.run(given, ['score'])]);
    for (const { score } of answers)
      expect(score).toEqual({ type: 'float32', dims: [2, 1], data: Float32Array.of(10.5, 8.5) });
    expect(given.window!.data).toHaveLength(8);
    await session.release();
    await expect(session.run(given)).rejects.toMatchObject({ code: 'failed' });
  });

  test('a refused model and a failed run come over with their code', async () => {
    await expect(createInWorker(backend, { path: join(folder, 'absent.onnx') })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('absent.onnx'),
    });
    const session = await createInWorker(backend, { path: gemm });
    const wrong: Tensor = { type: 'float32', dims: [1, 3], data: new Float32Array(3) };
    await expect(session.run({ window: wrong })).rejects.toMatchObject({ code: 'failed' });
    expect((await session.run(feeds())).score?.data).toEqual(Float32Array.of(10.5, 8.5));
    await session.release();
  });
});

test('a worker that ends takes its runs with it as unavailable, and releasing it is no error', async () => {
  const dying = new URL(
    `data:text/javascript,import { parentPort } from 'node:worker_threads';
     parentPort.on('message', () => process.exit(3));
     parentPort.postMessage({ id: 0, value: { inputs: [], outputs: [] } });`,
  );
  const session = await createInWorker('native', { path: gemm }, dying);
  const runs = [session.run(feeds()), session.run(feeds())];
  for (const run of [...runs, session.run(feeds())])
    await expect(run).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the worker that ran the model ended with 3',
    });
  await session.release();
});

test('a worker that can not start says why', async () => {
  const broken = new URL("data:text/javascript,throw new Error('no room')");
  await expect(createInWorker('native', { path: gemm }, broken)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'the worker that ran the model ended with 1: no room',
  });
});

describe('a model that takes 40 ms for a batch', () => {
  const plain = createOrtNodeBackend();
  let nowMs = 0;
  const clock: Clock = { wallMs: () => nowMs, monoMs: () => nowMs };
  /** Its runs take so long by this clock. */
  const taking = (ms: number) =>
    breakable(plain, () => {
      nowMs += ms;
      return undefined;
    });

  test.each([
    ['below the limit: on the main thread', 100, 0, '3 golden cases passed'],
    ['above it: in a worker', 10, 41, '3 golden cases passed; 40.0 ms for 32 windows: it runs in a worker'],
    [
      'above it, and slower still in a worker: on the main thread',
      10,
      100,
      '3 golden cases passed; 40.0 ms for 32 windows, and 100 ms in a worker: it runs without one',
    ],
  ])('%s', async (_, workerAboveMs, apartMs, detail) => {
    const [onMain, inWorker] = [taking(40), taking(apartMs)];
    const backend: InferenceBackend = {
      name: 'native',
      create: onMain.create,
      createApart: inWorker.create,
    };
    const blobs = createFsBlobs(join(folder, 'blobs'));
    const release = await loadableFrom(blobs, testReleases(nodeCrypto)());
    const engine = engineOver({ blobs, crypto: nodeCrypto, clock }, [backend], { workerAboveMs });
    const candidate = await engine.prepare(release);
    expect(candidate.outcomes[0]!.detail).toBe(detail);
    expect([onMain.open, inWorker.open]).toEqual(detail.endsWith('in a worker') ? [0, 1] : [1, 0]);
    engine.serve('p', candidate);
    const inferred = await engine.run('p', windowsOf(2, [3, 2, 1, 2]));
    expect(inferred).toMatchObject({
      backend: 'native',
      outputs: { anomaly: { values: Float32Array.of(1, 1) } },
    });
    await engine.close();
    expect([onMain.open, inWorker.open]).toEqual([0, 0]);
  });
});
