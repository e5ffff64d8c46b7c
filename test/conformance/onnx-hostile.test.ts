// What must be refused is refused with a plain reason: where it is packed, by infer, and by an agent that is handed it
// anyway, which goes on serving what it had.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsBlobs } from '@skerry/agent/adapters/fs-blobs';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createOrtWasmBackend } from '@skerry/agent/adapters/ort-web';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { createEngine } from '@skerry/agent/inference/engine';
import { inferJson } from '@skerry/agent/inference/infer-file';
import { store, testReleases, windowsOf } from '@skerry/agent/release/test-release';
import { digestOf } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataFolder, printRows } from './onnx.ts';

const hostile = dataFolder('onnx_hostile');
const files = hostile ? readdirSync(hostile).filter((name) => name.endsWith('.onnx')) : [];
const backends = [createOrtNodeBackend(), createOrtWasmBackend()];
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(hostile!, name)));

test('hostile models are tried where SKERRY_DATA names them', ({ skip }) => {
  if (!hostile) skip('SKERRY_DATA is not set: no hostile model was tried');
});

/** The reason of a refusal; throws where there was none, or it wasn't told in one plain line. */
async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    expect(error).toBeInstanceOf(SkerryError);
    expect(messageOf(error)).not.toContain('\n');
    return messageOf(error);
  }
  throw new Error('it was taken');
}

describe.skipIf(!hostile)('hostile models', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-hostile-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('are refused where a release is packed, before the runtime sees them', async () => {
    const rows: string[][] = [];
    for (const name of files) {
      await writeFile(join(folder, 'model.yaml'), MODEL_YAML);
      await writeFile(join(folder, 'fp32.onnx'), read(name));
      rows.push([name, await refusal(readReleaseDirectory(folder))]);
    }
    printRows('hostile models, packed', rows);
    expect(rows.length).toBeGreaterThan(0);
  });

  test('are refused by infer on every backend', async () => {
    const rows: string[][] = [];
    for (const name of files)
      for (const backend of backends) {
        const model = { path: join(hostile!, name), bytes: read(name) };
        rows.push([`${name} on ${backend.name}`, await refusal(inferJson(backend, model, {}))]);
      }
    printRows('hostile models, run by hand', rows);
  });

  test('handed to an agent are refused, and what served before still does', async () => {
    const blobs = createFsBlobs(folder);
    const engine = createEngine({
      backends,
      blobs,
      crypto: nodeCrypto,
      clock: systemClock,
      maxMemoryBytes: 1024 ** 2,
      choose: 'fastest',
      log: () => undefined,
    });
    const good = testReleases(nodeCrypto)();
    await store(blobs, good);
    const { manifest, packed, target } = good;
    engine.serve('p', await engine.prepare({ manifest, digest: target.digest, files: packed.files }));
    const before = engine.serving('p');
    const rows: string[][] = [];
    for (const name of files) {
      const bytes = read(name);
      const ref = { digest: digestOf(nodeCrypto, bytes), sizeBytes: bytes.length };
      await blobs.write(ref.digest, bytes);
      const pushed = { manifest, digest: ref.digest, files: new Map([...packed.files, ['fp32.onnx', ref]]) };
      rows.push([name, await refusal(engine.prepare(pushed))]);
      expect(engine.serving('p')).toEqual(before);
      const { outputs, error } = await engine.run('p', windowsOf(1, [3, 6, 3, 6]));
      expect([error, outputs.anomaly?.values]).toEqual([undefined, Float32Array.of(4)]);
    }
    printRows('hostile models, handed to an agent', rows);
    await engine.close();
  });
});

const MODEL_YAML = `apiVersion: skerry/v1
kind: Release
name: hostile
version: 1.0.0
window: { channels: [{ name: a }], rate: any, length: 4 }
input: { tensor: window }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: 1 }]
variants: [{ name: fp32, file: fp32.onnx, precision: fp32 }]
`;
