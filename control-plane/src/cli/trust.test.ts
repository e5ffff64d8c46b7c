import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { createKeyFile } from '@skerry/proto/node/key-file';
import { tinyModel } from '@skerry/proto/onnx/tiny-model';
import type { SigningKey } from '@skerry/proto/tuf/keys';
import type { TufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeControlPlane, type NodeControlPlane } from '../node/host.ts';
import { type Client, createClient } from './client.ts';
import { pushReleases } from './release-push.ts';
import { verifyRelease } from './release-verify.ts';
import { changeTargets, fetchTargets, putMetadata } from './trust.ts';

const MODEL = (version: string): string => `
apiVersion: skerry/v1
kind: Release
name: press
version: ${version}
window: { channels: [{ name: value }], rate: 1Hz, length: 4 }
input: { tensor: x }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: 0.5 }]
variants: [{ name: fp32, file: model.onnx, precision: fp32 }]
`;

/** A model that differs where the text does. */
function modelOf(text: string): Uint8Array {
  return tinyModel(crc32c(utf8(text)), { input: 'x' });
}

describe('pushing releases', () => {
  let folder: string;
  let plane: NodeControlPlane;
  let client: Client;
  let signer: { key: SigningKey; keyFile: string };
  let signing: { signers: { key: SigningKey; keyFile: string }[] };
  /** Stands between client and server: undefined lets a request through. */
  let between: (request: Request) => Promise<Response | undefined>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-push-'));
    plane = await createNodeControlPlane({ dataDir: join(folder, 'data'), port: 0, log: () => undefined });
    between = async () => undefined;
    client = createClient(
      { url: plane.url, token: await plane.adminToken() },
      async (request) => (await between(request)) ?? plane.fetch(request),
    );
    const { text, key } = createKeyFile();
    signer = { key, keyFile: join(folder, 'key.json') };
    signing = { signers: [signer] };
    await writeFile(signer.keyFile, text);
    const { key: onlineKey } = await client.json<{ key: TufKey }>('GET', 'api/v1/tuf/online-key');
    const nowMs = Date.now();
    const root = createRoot(nodeCrypto, { operatorKeys: [key.key], onlineKey, nowMs });
    await putMetadata(client, 'root', signMetadata(nodeCrypto, root, [key.privateKey]));
  });
  afterEach(async () => {
    await plane.close();
    await rm(folder, { recursive: true });
  });

  async function release(version: string, weights = `weights ${version}`): Promise<string> {
    const directory = await mkdtemp(join(folder, 'release-'));
    await writeFile(join(directory, 'model.yaml'), MODEL(version));
    await writeFile(join(directory, 'model.onnx'), modelOf(weights));
    return directory;
  }

  it('uploads what is missing, signs once for all, and can be verified afterwards', async () => {
    const directories = [await release('1.0.0'), await release('1.1.0')];
    const outcome = await pushReleases(client, directories, signing);
    expect(outcome.targetsVersion).toBe(1);
    expect(outcome.releases.map((r) => [r.release, r.isNew])).toEqual([
      ['press@1.0.0', true],
      ['press@1.1.0', true],
    ]);
    expect(await verifyRelease(nodeCrypto, client, 'press', '1.1.0')).toMatchObject({
      files: 2,
      targetsVersion: 1,
    });
    const again = await pushReleases(client, directories, signing);
    expect(again.targetsVersion).toBe(1);
    expect(again.releases.every((r) => !r.isNew && r.uploadedBytes === 0)).toBe(true);
  });

  it('refuses a version that exists with other bytes before anything is uploaded', async () => {
    await pushReleases(client, [await release('1.0.0')], signing);
    const uploads: string[] = [];
    between = async (request) => {
      if (request.method === 'PUT') uploads.push(request.url);
      return undefined;
    };
    await expect(pushReleases(client, [await release('1.0.0', 'others')], signing)).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('new version'),
    });
    expect(uploads).toEqual([]);
  });

  it('refuses two folders of one version', async () => {
    const directories = [await release('1.0.0'), await release('1.0.0', 'others')];
    await expect(pushReleases(client, directories, signing)).rejects.toThrow(/press@1\.0\.0 stands in two/);
  });

  it('starts over once where somebody else pushed meanwhile', async () => {
    const other = await release('2.0.0');
    let raced = false;
    between = async (request) => {
      if (!raced && request.method === 'PUT' && request.url.endsWith('/tuf/targets')) {
        raced = true;
        await pushReleases(client, [other], {
          signers: [{ ...signer, keyFile: join(folder, 'other.json') }],
        });
      }
      return undefined;
    };
    expect((await pushReleases(client, [await release('1.0.0')], signing)).targetsVersion).toBe(2);
    const { targets } = await fetchTargets(client);
    expect(Object.keys(targets.targets).sort()).toEqual(['press/1.0.0', 'press/2.0.0']);
  });

  it('signs no list that the server wrote itself', async () => {
    const thief = createKeyFile().key;
    const evil = addTarget(emptyTargets(Date.now()), {
      path: 'press/6.6.6',
      digest: `sha256:${'6'.repeat(64)}`,
      lengthBytes: 1,
    });
    const bytes = signTargets(nodeCrypto, evil, { nowMs: Date.now(), privateKeys: [thief.privateKey] });
    between = async (request) =>
      request.url.endsWith('/tuf/targets.json') ? new Response(bytes as Uint8Array<ArrayBuffer>) : undefined;
    await expect(pushReleases(client, [await release('1.0.0')], signing)).rejects.toMatchObject({
      code: 'untrusted',
    });
  });

  it('signs nothing under another root, even one that names this very key', async () => {
    const thief = createKeyFile().key;
    const nowMs = Date.now();
    const online = createKeyFile().key;
    const operatorKeys = [thief.key, signer.key.key];
    const root = createRoot(nodeCrypto, { operatorKeys, onlineKey: online.key, nowMs });
    const files: Record<string, Uint8Array> = {
      '1.root.json': signMetadata(nodeCrypto, root, [thief.privateKey]),
      'targets.json': signTargets(
        nodeCrypto,
        { ...emptyTargets(nowMs), version: 99 },
        { nowMs, privateKeys: [thief.privateKey] },
      ),
    };
    const taken = async (request: Request): Promise<Response | undefined> => {
      const bytes = files[request.url.split('/tuf/')[1] ?? ''];
      return bytes && new Response(bytes as Uint8Array<ArrayBuffer>);
    };
    const directory = await release('1.0.0');
    between = taken;
    await expect(pushReleases(client, [directory], signing)).rejects.toThrow(/another root of trust/);
    between = async () => undefined;
    await pushReleases(client, [directory], signing);
    between = taken;
    await expect(pushReleases(client, [await release('1.1.0')], signing)).rejects.toThrow(
      /another root of trust/,
    );
  });

  it('signs no list that is older than one it has signed: a yanked release would come back', async () => {
    await pushReleases(client, [await release('1.0.0')], signing);
    const old = await (await client.send('GET', 'tuf/targets.json')).arrayBuffer();
    await changeTargets(client, signing, (targets) => ({ ...targets, targets: {} }));
    between = async (request) => (request.url.endsWith('/tuf/targets.json') ? new Response(old) : undefined);
    await expect(pushReleases(client, [await release('2.0.0')], signing)).rejects.toMatchObject({
      code: 'untrusted',
      hint: expect.stringContaining('yanked'),
    });
    expect(JSON.parse(await readFile(`${signer.keyFile}.seen`, 'utf8'))).toMatchObject({ targetsVersion: 2 });
  });

  it('refuses a key that the root does not name', async () => {
    const stranger = { key: createKeyFile().key, keyFile: 'stranger.json' };
    await expect(
      pushReleases(client, [await release('1.0.0')], { signers: [stranger] }),
    ).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringContaining('stranger.json may not sign'),
    });
  });

  it('finds bytes that were changed on the server', async () => {
    await pushReleases(client, [await release('1.0.0')], signing);
    const blobs = globSync(join(folder, 'data/blobs/sha256/*/*'));
    for (const blob of blobs)
      if ((await readFile(blob)).equals(modelOf('weights 1.0.0'))) await writeFile(blob, 'weights 1.0.1');
    await expect(verifyRelease(nodeCrypto, client, 'press', '1.0.0')).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringContaining('model.onnx'),
    });
  });
});
