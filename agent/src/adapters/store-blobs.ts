/**
 * The Blobs port over a Store, where there is no file system: models are loaded by their bytes.
 *
 *   n/<digest>            which blobs there are; empty
 *   b/<digest>            a blob's bytes
 *   p/<digest>/<number>   what has come of the one download that isn't complete, in the order of its numbers
 */
import type { BlobParts, Blobs, Store } from '../ports.ts';

const EMPTY = new Uint8Array();

/** The store is for blobs alone. */
export function createStoreBlobs(store: Store): Blobs {
  return {
    path: async () => undefined,
    read: (digest) => store.get(`b/${digest}`),
    write: (digest, bytes) =>
      store.batch(
        [
          { type: 'put', key: `n/${digest}`, value: EMPTY },
          { type: 'put', key: `b/${digest}`, value: bytes },
        ],
        { sync: true },
      ),
    async retain(digests) {
      const names = await keys(store, 'n/', 'n0');
      const gone = names.map((key) => key.slice(2)).filter((digest) => !digests.has(digest));
      if (gone.length === 0) return;
      await remove(store, [...gone.map((digest) => `n/${digest}`), ...gone.map((digest) => `b/${digest}`)]);
    },
    parts: createParts(store),
  };
}

function createParts(store: Store): BlobParts {
  return {
    async read(digest) {
      const parts = await store.range({ gte: `p/${digest}/`, lt: `p/${digest}0` });
      return joined(parts.map(([, bytes]) => bytes));
    },
    async append(digest, bytes) {
      const held = await keys(store, 'p/', 'p0');
      const own = held.filter((key) => key.startsWith(`p/${digest}/`));
      await remove(
        store,
        held.filter((key) => !own.includes(key)),
      );
      const number = Number(own.at(-1)?.split('/').at(-1) ?? -1) + 1;
      const key = `p/${digest}/${String(number).padStart(9, '0')}`;
      await store.batch([{ type: 'put', key, value: bytes }], { sync: false });
    },
    async clear() {
      await remove(store, await keys(store, 'p/', 'p0'));
    },
  };
}

async function keys(store: Store, gte: string, lt: string): Promise<string[]> {
  return (await store.range({ gte, lt })).map(([key]) => key);
}

async function remove(store: Store, all: readonly string[]): Promise<void> {
  if (all.length > 0)
    await store.batch(
      all.map((key) => ({ type: 'del', key })),
      { sync: false },
    );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
