/** What every Store promises, whatever it stands on. Called by the tests of each implementation. */
import type { Store, StoreOp } from '@skerry/agent/ports';
import { utf8 } from '@skerry/proto/bytes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** One place that keeps what was committed while stores over it are closed and opened again. */
export interface StoreHarness {
  open(): Promise<Store>;
  dispose(): Promise<void>;
}

const put = (key: string, value: string): StoreOp => ({ type: 'put', key, value: utf8(value) });
const del = (key: string): StoreOp => ({ type: 'del', key });
const SYNC = { sync: true };

/** Registers the suite for one implementation; `make` gives an empty place. */
export function storeContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`Store contract: ${name}`, () => {
    let harness: StoreHarness;
    let store: Store;

    beforeEach(async () => {
      harness = await make();
      store = await harness.open();
    });
    afterEach(async () => {
      await store.close();
      await harness.dispose();
    });

    const keys = async (gte: string, lt: string, more = {}): Promise<string[]> =>
      (await store.range({ gte, lt, ...more })).map(([key]) => key);

    test('a key that was never put is undefined, and an empty value is a value', async () => {
      await store.batch([put('empty', '')], SYNC);
      expect(await store.get('absent')).toBeUndefined();
      expect(await store.get('empty')).toEqual(new Uint8Array());
    });

    test('the last operation on a key within a batch wins', async () => {
      await store.batch([put('a', '1'), put('a', '2'), put('b', '1'), del('b')], SYNC);
      expect(await store.get('a')).toEqual(utf8('2'));
      expect(await store.get('b')).toBeUndefined();
    });

    test('deleting what is not there, and an empty batch, are no errors', async () => {
      await store.batch([del('absent')], SYNC);
      await store.batch([], SYNC);
      expect(await keys('', '\u{10ffff}')).toEqual([]);
    });

    test('keys order by their UTF-8 bytes, not by UTF-16 units', async () => {
      const ordered = ['A', 'a', 'a/0001', 'a/0002', 'a0', 'é', '\uffee', '\u{1f600}'];
      await store.batch(
        [...ordered].reverse().map((key) => put(key, key)),
        SYNC,
      );
      expect(await keys('', '\u{10ffff}')).toEqual(ordered);
    });

    test('a range holds gte <= key < lt, from either end, at most limit', async () => {
      await store.batch(
        ['j/1', 'j/2', 'j/3', 'j/4', 'k/1'].map((key) => put(key, key)),
        SYNC,
      );
      expect(await keys('j/2', 'j/4')).toEqual(['j/2', 'j/3']);
      expect(await keys('j/', 'j0', { limit: 2 })).toEqual(['j/1', 'j/2']);
      expect(await keys('j/', 'j0', { limit: 2, reverse: true })).toEqual(['j/4', 'j/3']);
      expect(await keys('j/4', 'j/2')).toEqual([]);
      expect(await store.range({ gte: 'k/', lt: 'k0' })).toEqual([['k/1', utf8('k/1')]]);
    });

    test('bytes come back as they were put, and belong to the reader', async () => {
      const value = Uint8Array.from({ length: 256 }, (_, i) => i);
      await store.batch([{ type: 'put', key: 'bytes', value }], SYNC);
      const read = await store.get('bytes');
      expect(read).toEqual(Uint8Array.from({ length: 256 }, (_, i) => i));
      read?.fill(0);
      expect((await store.get('bytes'))?.[255]).toBe(255);
    });

    test('what was put may be overwritten by its owner once the batch is committed', async () => {
      const value = utf8('before');
      await store.batch([{ type: 'put', key: 'k', value }], SYNC);
      value.set(utf8('behind'));
      expect(await store.get('k')).toEqual(utf8('before'));
    });

    test('what was committed with sync is there after closing and opening again', async () => {
      await store.batch([put('a', '1'), put('b', '2')], SYNC);
      await store.batch([del('a')], SYNC);
      await store.close();
      store = await harness.open();
      expect(await store.range({ gte: '', lt: '\u{10ffff}' })).toEqual([['b', utf8('2')]]);
    });

    test('batches committed at the same time are all there, each whole', async () => {
      const batches = Array.from({ length: 20 }, (_, i) =>
        store.batch([put(`x/${i}`, 'x'), put(`y/${i}`, 'y'), put('last', String(i))], { sync: i % 2 === 0 }),
      );
      await Promise.all(batches);
      expect(await keys('x/', 'x0')).toHaveLength(20);
      expect(await keys('y/', 'y0')).toHaveLength(20);
      expect(await store.get('last')).toEqual(utf8('19'));
    });

    test('a range is one moment: a batch committed later is in it whole or not at all', async () => {
      const first = store.range({ gte: 'p/', lt: 'p0' });
      await store.batch([put('p/1', '1'), put('p/2', '2')], SYNC);
      expect([0, 2]).toContain((await first).length);
    });

    test('sizes are estimates that never go below nothing', async () => {
      expect(await store.approximateSize('', '\u{10ffff}')).toBeGreaterThanOrEqual(0);
      const value = new Uint8Array(64 * 1024).map((_, i) => (i * 2_654_435_761) >>> 13);
      for (let i = 0; i < 64; i++)
        await store.batch([{ type: 'put', key: `big/${i}`, value: value.map((b) => b ^ i) }], SYNC);
      expect(await store.approximateSize('big/', 'big0')).toBeGreaterThan(0);
      expect(await store.approximateSize('none/', 'none0')).toBe(0);
    });

    test('a closed store refuses plainly', async () => {
      await store.close();
      await expect(store.get('a')).rejects.toMatchObject({ name: 'SkerryError', code: 'failed' });
      await expect(store.batch([put('a', '1')], SYNC)).rejects.toMatchObject({ code: 'failed' });
      store = await harness.open();
      expect(await store.get('a')).toBeUndefined();
    });
  });
}
