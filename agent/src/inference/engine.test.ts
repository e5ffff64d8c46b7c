import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFsBlobs } from '../adapters/fs-blobs.ts';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { createOrtWasmBackend, createOrtWebGpuBackend } from '../adapters/ort-web.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { Blobs, InferenceBackend } from '../ports.ts';
import { type TestRelease, testReleases, windowsOf } from '../release/test-release.ts';
import type { Engine } from './engine.ts';
import type { LoadableRelease } from './prepare.ts';
import { breakable, engineOver, loadableFrom } from './test-engine.ts';

const testRelease = testReleases(nodeCrypto);

let folder: string;
let blobs: Blobs;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-engine-'));
  blobs = createFsBlobs(folder);
});
afterAll(() => rm(folder, { recursive: true }));

function engineOn(...backends: InferenceBackend[]): Engine {
  return engineOver({ blobs, crypto: nodeCrypto, clock: systemClock }, backends);
}

const loadable = (release: TestRelease): Promise<LoadableRelease> => loadableFrom(blobs, release);

const native = createOrtNodeBackend();
const wasm = createOrtWasmBackend();

test('windows are normalized, laid out, run, and come back under the release’s output names', async () => {
  const engine = engineOn(native);
  engine.serve('p', await engine.prepare(await loadable(testRelease({ weights: [1, 2, 3, 4] }))));
  // (3-1)/2 = 1, (6-2)/4 = 1 at both ticks: 1 + 2 + 3 + 4.
  const inferred = await engine.run('p', windowsOf(3, [3, 6, 3, 6]));
  expect(inferred.outputs).toEqual({ anomaly: { width: 1, values: Float32Array.of(10, 10, 10) } });
  expect(inferred).toMatchObject({ variant: 'fp32', backend: 'native' });
  expect(inferred.error).toBeUndefined();
  const input = nodeCrypto.sha256(new Uint8Array(Float32Array.of(1, 1, 1, 1).buffer)).subarray(0, 16);
  expect(inferred.inputDigests).toEqual(Uint8Array.of(...input, ...input, ...input));
  await engine.close();
});

test('native and WebAssembly answer alike', async () => {
  const release = await loadable(testRelease({ weights: [0.3, -2, 0.7, 1.1] }));
  const answers: Float32Array[] = [];
  for (const backend of [native, wasm]) {
    const engine = engineOn(backend);
    engine.serve('p', await engine.prepare(release));
    const { outputs, inputDigests } = await engine.run('p', windowsOf(2, [3, 5, 1, -4]));
    answers.push(outputs.anomaly!.values, Float32Array.from(inputDigests));
    await engine.close();
  }
  expect(answers[2]![0]).toBeCloseTo(answers[0]![0]!, 5);
  expect(answers[3]).toEqual(answers[1]);
});

test('a flipped weight fails the golden vectors, in words, and nothing changes for the pipeline', async () => {
  const engine = engineOn(native);
  engine.serve('p', await engine.prepare(await loadable(testRelease())));
  const before = engine.serving('p');
  const bad = await loadable(testRelease({ version: '1.1.0', weights: [-1, 1, 1, 1], golden: [1, 1, 1, 1] }));
  await expect(engine.prepare(bad)).rejects.toMatchObject({
    code: 'invalid',
    message: "press@1.1.0 can't serve here: native/fp32: golden case 1: score -1, expected 1 ± 0.02",
  });
  expect(engine.serving('p')).toEqual(before);
  await engine.close();
});

test('a release that requires a newer agent is refused before anything of it is loaded', async () => {
  const { manifest, ...rest } = await loadable(testRelease());
  const requiring = { ...rest, manifest: { ...manifest, requires: { agent: '0.2.0' } } };
  const engineOf = (agentVersion: string): Engine =>
    engineOver({ blobs, crypto: nodeCrypto, clock: systemClock }, [native], { agentVersion });
  const [old, young] = [engineOf('0.1.9'), engineOf('0.2.0')];
  await expect(old.prepare(requiring)).rejects.toMatchObject({
    code: 'unsupported',
    message: 'press@1.0.0 requires agent 0.2.0, and this one is 0.1.9',
  });
  young.serve('p', await young.prepare(requiring));
  await Promise.all([old.close(), young.close()]);
});

test('a variant that fails leaves the others their turn, and the report says how each did', async () => {
  const engine = engineOn(native);
  const release = testRelease({
    variants: [
      { name: 'int8', weights: [9, 1, 1, 1] },
      { name: 'fp32', weights: [1, 1, 1, 1] },
    ],
  });
  const candidate = await engine.prepare(await loadable(release));
  expect(candidate.model).toMatchObject({ variant: 'fp32', backend: 'native' });
  expect(candidate.outcomes).toMatchObject([
    { variant: 'int8', backend: 'native', passed: false, detail: expect.stringContaining('golden case 1') },
    { variant: 'fp32', backend: 'native', passed: true, detail: '3 golden cases passed' },
  ]);
  expect(candidate.outcomes[1]!.inferUs).toBeGreaterThan(0);
  await engine.discard(candidate);
});

test('a backend that is not there is passed over, in the configured order', async () => {
  const engine = engineOn(createOrtWebGpuBackend(), native, wasm);
  const candidate = await engine.prepare(await loadable(testRelease()));
  expect(candidate.model.backend).toBe('native');
  expect(candidate.outcomes[0]).toMatchObject({ backend: 'webgpu', passed: false });
  await engine.discard(candidate);
});

test('a file altered on disk is untrusted, whatever its model would answer', async () => {
  const release = testRelease({ version: '6.6.6', weights: [2, 1, 1, 1] });
  const stored = await loadable(release);
  await blobs.write(stored.files.get('fp32.onnx')!.digest, Uint8Array.of(1, 2, 3));
  await expect(engineOn(native).prepare(stored)).rejects.toMatchObject({
    code: 'untrusted',
    message: 'fp32.onnx of press@6.6.6 has other bytes on disk than were signed',
  });
});

test('a run that fails is tried once on the next backend, which takes over after three in a row', async () => {
  const broken = { now: false };
  const failing = breakable(native, () => (broken.now ? new SkerryError('failed', 'a bad run') : undefined));
  const engine = engineOn(failing, wasm);
  engine.serve('p', await engine.prepare(await loadable(testRelease())));
  broken.now = true;
  for (let i = 0; i < 3; i++) {
    expect(engine.serving('p')?.backend).toBe('native');
    const inferred = await engine.run('p', windowsOf(1, [3, 2, 1, 2]));
    expect(inferred).toMatchObject({ backend: 'wasm', outputs: { anomaly: { values: Float32Array.of(1) } } });
  }
  expect(engine.serving('p')?.backend).toBe('wasm');
  await engine.close();
});

test('with no backend left a failed run is an error for its windows and not an exception', async () => {
  const broken = { now: false };
  const engine = engineOn(
    breakable(native, () => (broken.now ? new SkerryError('failed', 'a bad run') : undefined)),
  );
  engine.serve('p', await engine.prepare(await loadable(testRelease())));
  broken.now = true;
  const failed = await engine.run('p', windowsOf(2, [3, 2, 1, 2]));
  expect(failed).toMatchObject({ error: 'a bad run', backend: 'native', outputs: {} });
  expect(failed.inputDigests).toHaveLength(32);
  broken.now = false;
  expect((await engine.run('p', windowsOf(2, [3, 2, 1, 2]))).error).toBeUndefined();
  await engine.close();
});

test('a run under way ends on the model it began with while another release takes over', async () => {
  const engine = engineOn(native);
  engine.serve('p', await engine.prepare(await loadable(testRelease())));
  const next = await engine.prepare(await loadable(testRelease({ version: '2.0.0', weights: [5, 5, 5, 5] })));
  const underWay = engine.run('p', windowsOf(1, [3, 2, 1, 2]));
  engine.serve('p', next);
  expect((await underWay).outputs.anomaly!.values[0]).toBe(1);
  expect((await engine.run('p', windowsOf(1, [3, 2, 1, 2]))).outputs.anomaly!.values[0]).toBe(5);
  await engine.close();
  await expect(engine.run('p', windowsOf(1, [3, 2, 1, 2]))).rejects.toMatchObject({ code: 'precondition' });
});
