import { toHex, utf8 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { addTarget, signTargets } from '@skerry/proto/tuf/repository';
import { describe, expect, test } from 'vitest';
import {
  createTestApp,
  createWorld,
  heldTargets,
  OPERATOR_SEED,
  packTestRelease,
  signTestRoot,
  type World,
} from './node/testing.ts';

async function json(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

describe('releases', () => {
  async function push(world: World, app: ReturnType<typeof createTestApp>, skip?: string): Promise<Response> {
    const { release, blobs } = packTestRelease('press', '1.0.0');
    const operator = app.as('operator');
    for (const [digest, bytes] of blobs)
      if (digest !== skip)
        await operator(`/api/v1/blobs/${digest}`, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer> });
    const targets = addTarget(heldTargets(world.fleet), {
      path: 'press/1.0.0',
      digest: release.digest,
      lengthBytes: release.manifestBytes.length,
    });
    const signed = signTargets(nodeCrypto, targets, {
      nowMs: world.clock.nowMs,
      privateKeys: [OPERATOR_SEED],
    });
    return operator('/api/v1/tuf/targets', { method: 'PUT', body: signed as Uint8Array<ArrayBuffer> });
  }

  test('[TR1] targets with a missing blob are refused by name, and nothing of them is kept', async () => {
    const world = createWorld();
    world.fleet.putRoot('ola', signTestRoot(world.fleet));
    const app = createTestApp(world);
    const { release } = packTestRelease('press', '1.0.0');
    const missing = release.files.get('model.onnx')!.digest;
    const refused = await push(world, app, missing);
    expect(refused.status).toBe(422);
    expect((await json(refused)).detail).toContain(`press/1.0.0/model.onnx (${missing})`);
    expect(world.fleet.releases()).toEqual([]);
    expect((await push(world, app)).status).toBe(200);
    expect(world.fleet.releases()).toMatchObject([
      { name: 'press', version: '1.0.0', digest: release.digest },
    ]);
    expect((await app.call('/tuf/1.targets.json')).status).toBe(200);
    expect((await app.call('/tuf/timestamp.json')).status).toBe(200);
    expect((await app.call('/tuf/../x.json')).status).toBe(404);
  });

  test('[TR2] bytes are stored only under their own digest, and served by range', async () => {
    const app = createTestApp(createWorld());
    const operator = app.as('operator');
    const bytes = utf8('hello, blob');
    const digest = `sha256:${toHex(nodeCrypto.sha256(bytes))}`;
    const wrong = `sha256:${'0'.repeat(64)}`;
    const body = bytes as Uint8Array<ArrayBuffer>;
    expect((await operator(`/api/v1/blobs/${wrong}`, { method: 'PUT', body })).status).toBe(422);
    expect(app.blobs.size).toBe(0);
    expect((await operator(`/api/v1/blobs/${digest}`, { method: 'PUT', body })).status).toBe(201);
    const part = await operator(`/api/v1/blobs/${digest}`, { headers: { range: 'bytes=7-' } });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      'blob',
      'bytes 7-10/11',
    ]);
    expect((await operator(`/api/v1/blobs/${digest}`, { headers: { range: 'bytes=11-' } })).status).toBe(416);
    const head = await operator(`/api/v1/blobs/${digest}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '11']);
    expect((await operator(`/api/v1/blobs/${wrong}`)).status).toBe(404);
  });
});
