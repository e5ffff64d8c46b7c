import { randomBytes } from 'node:crypto';
import { packTestRelease } from '@skerry/control-plane/node/testing';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { parseMetadata } from '@skerry/proto/tuf/metadata';
import { addTarget, removeTarget } from '@skerry/proto/tuf/repository';
import { ed25519Check, verifyFirstRoot, verifySignatures } from '@skerry/proto/tuf/verify';
import { expect, test } from 'vitest';
import { blobOf, call, HttpAgent, Operator, targetOf } from './control-plane-world.ts';

/** Blobs, signed metadata, the registry derived from it. */
export function releasesContract(operatorOf: () => Operator): void {
  test('a blob is stored under its digest only, and read whole, in part, or not again', async () => {
    const operator = operatorOf();
    const { bytes, digest } = blobOf('0123456789');
    expect((await operator.putBlob(new Uint8Array([1]), digest)).status).toBe(422);
    expect((await operator.api('HEAD', `blobs/${digest}`)).status).toBe(404);
    expect((await operator.putBlob(bytes, digest)).status).toBe(201);
    expect((await operator.putBlob(bytes, digest)).status).toBe(201);
    const head = await operator.api('HEAD', `blobs/${digest}`);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
    const agent = await new HttpAgent(operator.host, 'blob-1').comeIn(await operator.enrolToken());
    const get = (headers: Record<string, string> = {}): ReturnType<typeof call> =>
      call(operator.host, 'GET', `/agent/v1/blobs/${digest}`, { token: agent.accessToken, headers });
    const whole = await get();
    expect([whole.status, whole.bytes]).toEqual([200, bytes]);
    const part = await get({ range: 'bytes=3-5' });
    expect([part.status, part.headers.get('content-range'), part.bytes]).toEqual([
      206,
      'bytes 3-5/10',
      bytes.subarray(3, 6),
    ]);
    expect((await get({ range: 'bytes=7-' })).bytes).toEqual(bytes.subarray(7));
    expect((await get({ range: 'bytes=10-' })).status).toBe(416);
    expect((await get({ 'if-none-match': whole.headers.get('etag')! })).status).toBe(304);
    expect((await call(operator.host, 'GET', `/agent/v1/blobs/${digest}`)).status).toBe(401);
    expect((await operator.api('GET', `blobs/sha256:${'0'.repeat(64)}`)).status).toBe(404);
  });

  test('what is pushed can be verified from the first root down to the release', async () => {
    const operator = operatorOf();
    const [release] = await operator.push('chain@1.0.0');
    const file = async (name: string): Promise<Uint8Array> => {
      const answer = await call(operator.host, 'GET', `/tuf/${name}`);
      expect(answer.status).toBe(200);
      return answer.bytes;
    };
    const check = ed25519Check(nodeCrypto);
    const root = parseMetadata('root', await file('1.root.json'));
    verifyFirstRoot(check, root);
    const timestamp = parseMetadata('timestamp', await file('timestamp.json'));
    verifySignatures(check, root.signed, timestamp);
    const snapshotVersion = timestamp.signed.meta['snapshot.json'].version;
    const snapshot = parseMetadata('snapshot', await file(`${snapshotVersion}.snapshot.json`));
    verifySignatures(check, root.signed, snapshot);
    const targetsVersion = snapshot.signed.meta['targets.json']!.version;
    const targets = parseMetadata('targets', await file(`${targetsVersion}.targets.json`));
    verifySignatures(check, root.signed, targets);
    expect(targets.signed.targets['chain/1.0.0']).toEqual({
      length: release!.manifestBytes.length,
      hashes: { sha256: release!.digest.slice('sha256:'.length) },
    });
    expect((await call(operator.host, 'GET', '/tuf/2.root.json')).status).toBe(404);
  });

  test('another first root is refused: trust is given once', async () => {
    const operator = operatorOf();
    const answer = await operator.api('PUT', 'tuf/root', { body: await new Operator(operator.host).root() });
    expect(answer.status).toBe(422);
    expect(answer.json.code).toBe('untrusted');
  });

  test('targets are taken only with every blob there, signed by the operator, on the version that holds', async () => {
    const operator = operatorOf();
    const pack = packTestRelease('guarded', '1.0.0');
    const held = await operator.targets();
    const next = addTarget(held, targetOf(pack.release));
    const missing = await operator.putTargets(operator.sign(next), held.version);
    expect(missing.status).toBe(422);
    expect(missing.json.detail).toMatch(/guarded\/1\.0\.0/);
    const model = pack.release.files.get('model.onnx')!.digest;
    for (const [digest, bytes] of pack.blobs) if (digest !== model) await operator.putBlob(bytes, digest);
    expect((await operator.putTargets(operator.sign(next))).json.detail).toMatch(/model\.onnx/);
    await operator.putBlob(pack.blobs.get(model)!, model);
    const thief = await operator.putTargets(operator.sign(next, new Uint8Array(randomBytes(32))));
    expect(thief.json).toMatchObject({ status: 422, code: 'untrusted' });
    expect((await operator.putTargets(operator.sign(next), held.version - 1)).status).toBe(412);
    expect((await operator.putTargets(operator.sign({ ...next, version: held.version + 5 }))).status).toBe(
      412,
    );
    expect((await operator.api('GET', 'releases/guarded/1.0.0')).status).toBe(404);
    expect((await operator.putTargets(operator.sign(next), held.version)).json.added).toEqual([
      'guarded@1.0.0',
    ]);
    const release = (await operator.ok('GET', 'releases/guarded/1.0.0')).json;
    expect(release).toMatchObject({
      digest: pack.release.digest,
      yankedMs: null,
      manifest: { name: 'guarded' },
    });
  });

  test('a pushed version never changes, not even after it was yanked', async () => {
    const operator = operatorOf();
    await operator.push('fixed@1.0.0');
    const without = removeTarget(await operator.targets(), 'fixed/1.0.0');
    expect((await operator.putTargets(operator.sign(without))).json.yanked).toEqual(['fixed@1.0.0']);
    expect((await operator.ok('GET', 'releases/fixed/1.0.0')).json.yankedMs).toBeGreaterThan(0);
    const { bytes, digest } = blobOf('other bytes');
    await operator.putBlob(bytes, digest);
    const other = addTarget(await operator.targets(), {
      path: 'fixed/1.0.0',
      digest,
      lengthBytes: bytes.length,
    });
    expect((await operator.putTargets(operator.sign(other))).status).toBeGreaterThanOrEqual(400);
    expect((await operator.ok('GET', 'releases/fixed/1.0.0')).json.digest).not.toBe(digest);
  });

  test('releases are listed with the newest version first', async () => {
    const operator = operatorOf();
    await operator.push('sorted@1.2.0', 'sorted@1.10.0', 'sorted@1.10.0-rc.1');
    const { items } = (await operator.ok('GET', 'releases?name=sorted')).json;
    expect(items.map((r: { version: string }) => r.version)).toEqual(['1.10.0', '1.10.0-rc.1', '1.2.0']);
  });
}
