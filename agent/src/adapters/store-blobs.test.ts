import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BlobParts, Blobs, Store } from '../ports.ts';
import { openLevelStore } from './level-store.ts';
import { createStoreBlobs } from './store-blobs.ts';

const bytes = utf8('weights');
const [digest, other] = [bytes, utf8('other')].map((b) => digestOf(nodeCrypto, b)) as [string, string];
let folder: string;
let store: Store;

const open = async (): Promise<Blobs> => {
  await store?.close();
  store = await openLevelStore({ location: join(folder, 'db'), maxBytes: 1024 ** 2 });
  return createStoreBlobs(store);
};
const keys = async (): Promise<string[]> => (await store.range({ gte: 'a', lt: 'z' })).map(([key]) => key);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-blobs-'));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

test('what was written reads back after a restart, and has no path', async () => {
  await (await open()).write(digest, bytes);
  const blobs = await open();
  expect(await blobs.read(digest)).toEqual(bytes);
  expect(await blobs.path(digest)).toBeUndefined();
  expect(await blobs.read(other)).toBeUndefined();
});

test('retain removes every other blob whole', async () => {
  const blobs = await open();
  await blobs.write(digest, bytes);
  await blobs.write(other, utf8('other'));
  await blobs.retain(new Set([digest]));
  expect(await keys()).toEqual([`b/${digest}`, `n/${digest}`]);
});

test('parts of one download are kept in their order, and go when another begins or it is done', async () => {
  const parts = async (): Promise<BlobParts> => (await open()).parts!;
  for (let i = 0; i < 12; i++) await (await parts()).append(digest, utf8(`${i},`));
  expect(await (await parts()).read(digest)).toEqual(utf8('0,1,2,3,4,5,6,7,8,9,10,11,'));
  await (await parts()).append(other, utf8('oth'));
  expect([await (await parts()).read(digest), await (await parts()).read(other)]).toEqual([
    new Uint8Array(),
    utf8('oth'),
  ]);
  await (await parts()).clear();
  expect(await keys()).toEqual([]);
});
