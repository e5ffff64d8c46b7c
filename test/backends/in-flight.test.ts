// A backend that dies in the middle of processing is replaced, and every window has the result that it would have had.
import { createFsBlobs } from '@skerry/agent/adapters/fs-blobs';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createOrtWasmBackend } from '@skerry/agent/adapters/ort-web';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { createEngine, type Engine } from '@skerry/agent/inference/engine';
import { breakable } from '@skerry/agent/inference/test-engine';
import { gemmModel } from '@skerry/agent/inference/test-model';
import type { InferenceBackend } from '@skerry/agent/ports';
import { utf8 } from '@skerry/proto/bytes';
import { parseDocument } from '@skerry/proto/document';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { packRelease } from '@skerry/proto/pack';
import { releaseManifest } from '@skerry/proto/release';
import { beforeAll, expect, test } from 'vitest';
import { createMachine, line, meanOf, publishAll, type Run } from '../durability/processor-world.ts';
import { scratchFolder } from '../e2e/support/scratch.ts';

const WINDOW = 'rate: 1Hz, length: 4, hop: 2, lateness: 2s';
/** The release that the machine's pipeline serves; its model answers the mean of a window. */
const MANIFEST = `
apiVersion: skerry/v1
kind: Release
name: press
version: 1.0.0
window: { channels: [{ name: x, range: [-1000, 1000] }], ${WINDOW} }
input: { tensor: window }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: 50, sustain: 2 }]
variants: [{ name: fp32, file: model.onnx, precision: fp32 }]
`;

const blobs = createFsBlobs(scratchFolder());
const native = createOrtNodeBackend();
const wasm = createOrtWasmBackend();
let release: ReturnType<typeof packRelease>['release'];
const manifest = parseDocument(MANIFEST, releaseManifest, { file: 'model.yaml', env: {} });

beforeAll(async () => {
  const model = gemmModel({ time: 4, channels: 1, weights: [0.25, 0.25, 0.25, 0.25], bias: 0 });
  const files = new Map([
    ['model.yaml', utf8(MANIFEST)],
    ['model.onnx', model],
  ]);
  const packed = packRelease(nodeCrypto, manifest, files);
  release = packed.release;
  for (const [digest, bytes] of packed.blobs) await blobs.write(digest, bytes);
});

async function engineOn(...backends: InferenceBackend[]): Promise<Engine> {
  const engine = createEngine({
    backends,
    blobs,
    crypto: nodeCrypto,
    clock: systemClock,
    maxMemoryBytes: 1024 ** 2,
    choose: 'first',
    log: () => undefined,
  });
  const { digest, files } = release;
  engine.serve('press', await engine.prepare({ manifest, digest, files }));
  return engine;
}

/** What two devices' lines come to, published sample by sample. */
async function processed(infer: Parameters<ReturnType<typeof createMachine>['boot']>[0]): Promise<Run> {
  const run = await createMachine().boot({ ...infer, window: WINDOW });
  await run.processor.start();
  for (let tS = 0; tS < 80; tS += 10)
    await publishAll(run, [...line('a', tS, tS + 9), ...line('b', tS, tS + 9)]);
  await run.processor.stop();
  return run;
}

const said = ({ published }: Run): string[] =>
  published.map((row) => `${row.device} ${row.fromUs} ${row.toUs} ${row.decision} ${row.outputs.score}`);

test.each([
  ['gone: it is replaced at once', new SkerryError('unavailable', 'the device is lost'), 0],
  ['failing: it is replaced after three runs', new SkerryError('failed', 'a bad run'), 2],
])('a backend that after some runs is %s, and no window is lost', async (_, failure, retried) => {
  const wanted = said(await processed({ infer: meanOf }));
  let [counting, runs, failed] = [false, 0, 0];
  const dying = breakable(native, () => {
    if (!counting || ++runs <= 10) return undefined;
    failed++;
    return failure;
  });
  const engine = await engineOn(dying, wasm);
  counting = true;
  const run = await processed({ infer: (windows) => engine.run('press', windows) });
  await engine.close();
  expect(said(run)).toEqual(wanted);
  expect(run.fatal).toEqual([]);
  expect(failed).toBe(1 + retried);
  const backends = run.published.map((row) => row.backend);
  const change = backends.indexOf('wasm');
  expect(change).toBeGreaterThan(0);
  expect(backends).toEqual(backends.map((__, i) => (i < change ? 'native' : 'wasm')));
  expect(dying.open).toBe(0);
});

test('with nothing behind it, windows become errors that are counted, and processing goes on', async () => {
  let broken = false;
  const engine = await engineOn(
    breakable(native, () => (broken ? new SkerryError('failed', 'a bad run') : undefined)),
  );
  let batches = 0;
  const run = await processed({
    infer(windows) {
      broken = ++batches > 5 && batches <= 8;
      return engine.run('press', windows);
    },
  });
  await engine.close();
  const wanted = await processed({ infer: meanOf });
  expect(run.published.map(({ device, fromUs }) => `${device} ${fromUs}`)).toEqual(
    wanted.published.map(({ device, fromUs }) => `${device} ${fromUs}`),
  );
  const errors = run.published.filter(({ decision }) => decision === 'error');
  expect(errors.length).toBeGreaterThan(0);
  expect(run.published.at(-1)!.decision).not.toBe('error');
});
