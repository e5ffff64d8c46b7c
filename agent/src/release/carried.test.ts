// What a bundle has to be before anything of it is taken.
import { concat, utf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { packRelease } from '@skerry/proto/pack';
import type { ReleaseManifest } from '@skerry/proto/release';
import { blobName, layoutFiles } from '@skerry/proto/release-bundle';
import { TAR_END, tarHeader, tarPadding } from '@skerry/proto/tar';
import { addTarget, removeTarget } from '@skerry/proto/tuf/repository';
import { describe, expect, test } from 'vitest';
import type { Blobs } from '../ports.ts';
import { DAY_MS, setUp, THIEF } from '../trust/test-repository.ts';
import { requireCarried, takeBundle } from './carried.ts';
import { CarriedWishes } from './carried-wishes.ts';

const model = new Uint8Array(100_000).map((_, i) => (i * i) >> 7);
const manifest = {
  name: 'pump',
  version: '2.0.0',
  variants: [{ name: 'fp32', file: 'fp32.onnx', precision: 'fp32' }],
} as unknown as ReleaseManifest;
const files = new Map([
  ['model.yaml', utf8('name: pump')],
  ['fp32.onnx', model],
]);
const { release, blobs: packed } = packRelease(nodeCrypto, manifest, files);
const onnx = digestOf(nodeCrypto, model);

/** A site whose operator has listed pump@2.0.0, and an agent there that never had a network. */
async function site() {
  const { world, repository, client } = await setUp(nodeCrypto);
  const target = {
    path: 'pump/2.0.0',
    digest: release.digest,
    lengthBytes: release.manifestBytes.length,
  };
  repository.targets = addTarget(repository.targets, target);
  repository.publish();
  const held = new Map<string, Uint8Array>();
  const blobs: Blobs = {
    path: async (digest) => (held.has(digest) ? digest : undefined),
    read: async (digest) => held.get(digest),
    write: async (digest, bytes) => void held.set(digest, bytes),
    retain: async () => undefined,
  };
  /** What `skerry release bundle` writes, with these files in other forms, or left out. */
  const bundle = (change: Record<string, Uint8Array | undefined> = {}): Uint8Array => {
    const all = new Map<string, Uint8Array>([
      ...layoutFiles({
        name: 'pump',
        version: '2.0.0',
        manifest: { digest: release.digest, sizeBytes: release.manifestBytes.length },
      }),
      ...[...repository.files].map(([name, bytes]): [string, Uint8Array] => [`tuf/${name}`, bytes]),
      [blobName(release.digest), release.manifestBytes],
    ]);
    for (const [digest, bytes] of packed) all.set(blobName(digest), bytes);
    for (const [name, bytes] of Object.entries(change)) {
      all.delete(bytes ? '' : name);
      if (bytes) all.set(name, bytes);
    }
    return concat([
      ...[...all].flatMap(([name, bytes]) => [
        tarHeader(name, bytes.length),
        bytes,
        tarPadding(bytes.length),
      ]),
      TAR_END,
    ]);
  };
  const take = (bytes: Uint8Array, accept = (_: { name: string; version: string }): void => undefined) =>
    takeBundle(
      { crypto: nodeCrypto, blobs, log: world.log, trust: async () => client, accept },
      (async function* () {
        for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
      })(),
      'pump.tar',
    );
  return { world, repository, client, held, blobs, bundle, take };
}

describe('a bundle', () => {
  test('brings a release, and the metadata that vouches for it, to an agent that never had a network', async () => {
    const { client, held, blobs, bundle, take } = await site();
    const target = await take(bundle());
    expect(target).toEqual({ name: 'pump', version: '2.0.0', digest: release.digest });
    expect(held.get(onnx)).toEqual(model);
    expect([...held.keys()].at(-1)).toBe(release.digest);
    expect(client.trusted()).toMatchObject({ root: 1, timestamp: 3, targets: 3 });
    await requireCarried(client, nodeCrypto, blobs, target);
  });

  test('may take a month on the road, and not longer than the list of releases is good for', async () => {
    const { world, bundle, take, held } = await site();
    world.wallMs += 30 * DAY_MS;
    await take(bundle());
    held.clear();
    world.wallMs += 61 * DAY_MS;
    await expect(take(bundle())).rejects.toThrow(/targets metadata refused \(expired\)/);
    expect(held.size).toBe(0);
  });

  test('that is older than what is trusted is good while its release is still listed, and no longer', async () => {
    const { repository, client, bundle, take } = await site();
    const old = bundle();
    repository.publish();
    await client.refresh();
    expect((await take(old)).version).toBe('2.0.0');
    repository.targets = removeTarget(repository.targets, 'pump/2.0.0');
    repository.publish();
    await client.refresh();
    await expect(take(old)).rejects.toThrow(/timestamp metadata refused \(rollback\)/);
  });

  test('by whoever isn’t the operator is refused, and nothing of it is stored', async () => {
    const { repository, bundle, take, held, client } = await site();
    const trusted = repository.copy();
    repository.publishRoot([THIEF], THIEF);
    repository.publish();
    await expect(take(bundle())).rejects.toThrow(/root metadata refused \(signatures\)/);
    repository.files = trusted;
    repository.operator = THIEF;
    repository.publish();
    await expect(take(bundle())).rejects.toThrow(/targets metadata refused \(signatures\)/);
    expect(held.size).toBe(0);
    expect(client.target('pump/2.0.0')).toBeUndefined();
  });

  test('with a release that is not listed, or listed with other bytes, is refused', async () => {
    const { repository, bundle, take, held } = await site();
    const index = layoutFiles({
      name: 'pump',
      version: '1.0.0',
      manifest: { digest: release.digest, sizeBytes: release.manifestBytes.length },
    });
    await expect(take(bundle({ 'index.json': index[1]![1] }))).rejects.toThrow(
      /holds pump@1\.0\.0 as sha256:.* and trusted targets list/,
    );
    repository.targets = removeTarget(repository.targets, 'pump/2.0.0');
    repository.publish();
    await expect(take(bundle())).rejects.toThrow(/pump@2\.0\.0 is not among the trusted targets/);
    expect(held.size).toBe(0);
  });

  test.each([
    ['a model', blobName(onnx)],
    ['the packed manifest', blobName(release.digest)],
  ])('with one flipped bit in %s is refused', async (_, name) => {
    const { bundle, take, held } = await site();
    const altered = (packed.get(`sha256:${name.split('/').at(-1)}`) as Uint8Array).slice();
    altered[50]! ^= 1;
    await expect(take(bundle({ [name]: altered }))).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringMatching(/other bytes than sha256:/),
    });
    expect(held.has(onnx)).toBe(false);
    expect(held.has(release.digest)).toBe(false);
  });

  test('that lacks a file, is cut off, or is none at all is refused by name', async () => {
    const { bundle, take, held } = await site();
    await expect(take(bundle({ [blobName(onnx)]: undefined }))).rejects.toThrow(/pump\.tar lacks sha256:/);
    await expect(take(bundle().slice(0, 60_000))).rejects.toThrow(/pump\.tar is cut off/);
    await expect(take(utf8('hello'.repeat(1_000)))).rejects.toMatchObject({ code: 'corrupt' });
    await expect(take(TAR_END)).rejects.toMatchObject({ code: 'invalid' });
    expect(held.has(release.digest)).toBe(false);
  });

  test('with a file larger than it is named stops there: no endless data', async () => {
    const { bundle, take, held } = await site();
    const endless = { [blobName(onnx)]: new Uint8Array(5_000_000) };
    await expect(take(bundle(endless))).rejects.toThrow(/sent more than the 100000 bytes/);
    await expect(take(bundle({ 'tuf/timestamp.json': new Uint8Array(100_000) }))).rejects.toMatchObject({
      code: 'too-large',
    });
    expect(held.has(onnx)).toBe(false);
  });

  test('for nobody here is refused before anything in it is believed', async () => {
    const { bundle, take, client } = await site();
    const refuse = (): never => {
      throw new Error('no pipeline runs it');
    };
    await expect(take(bundle(), refuse)).rejects.toThrow('no pipeline runs it');
    expect(client.trusted()).toEqual({});
  });
});

test('what was installed holds until the control plane wishes for something else than before', async () => {
  const { world } = await site();
  const target = { name: 'pump', version: '2.0.0', digest: release.digest };
  const wishes = await CarriedWishes.open(world.store, world.log);
  await wishes.put(['a', 'b'], target, (pipeline) => (pipeline === 'a' ? 'sha256:1' : ''));
  const again = await CarriedWishes.open(world.store, world.log);
  expect(again.of('a', () => 'sha256:1')).toEqual(target);
  expect(again.of('a', () => 'sha256:2')).toBeUndefined();
  expect(again.of('b', () => '')).toEqual(target);
  expect(again.of('c', () => '')).toBeUndefined();
  await again.remove(['a']);
  expect(again.of('a', () => 'sha256:1')).toBeUndefined();
  expect(again.of('b', () => '')).toEqual(target);
});
