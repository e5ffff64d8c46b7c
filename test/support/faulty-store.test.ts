import { utf8 } from '@skerry/proto/bytes';
import { expect, test } from 'vitest';
import { storeContract } from '../contract/store.ts';
import { createFaultyDisk } from './faulty-store.ts';

storeContract('faulty store', async () => {
  const disk = createFaultyDisk();
  return { open: async () => disk.open(), dispose: async () => {} };
});

const put = (key: string) => [{ type: 'put' as const, key, value: utf8(key) }];

test('power loss drops what was not synced, and a synced batch takes the earlier ones with it', async () => {
  const disk = createFaultyDisk();
  const store = disk.open();
  await store.batch(put('a'), { sync: false });
  await store.batch(put('b'), { sync: true });
  await store.batch(put('c'), { sync: false });
  disk.powerLoss();
  expect(disk.keys()).toEqual(['a', 'b']);
});

test('a process that lost its power hears nothing more', async () => {
  const disk = createFaultyDisk();
  const store = disk.open();
  disk.fault = () => 'kept';
  let heard = false;
  void store.batch(put('a'), { sync: true }).then(() => {
    heard = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toBe(false);
  expect(disk.keys()).toEqual(['a']);
});

test('a refused batch changes nothing; an unsure one is written and reported as failed', async () => {
  const disk = createFaultyDisk();
  const store = disk.open();
  const faults = ['full', 'failed', 'unsure'] as const;
  disk.fault = (batch) => faults[batch - 1];
  await expect(store.batch(put('a'), { sync: true })).rejects.toMatchObject({ code: 'full' });
  await expect(store.batch(put('b'), { sync: true })).rejects.toMatchObject({ code: 'failed' });
  await expect(store.batch(put('c'), { sync: true })).rejects.toMatchObject({ code: 'failed' });
  expect(disk.keys()).toEqual(['c']);
});
