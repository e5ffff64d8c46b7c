import type { Blobs } from '../ports.ts';
import type { R2Bucket } from './platform.ts';

/** The Blobs port over R2: one object per digest, put with its length known. */
export function r2Blobs(bucket: R2Bucket): Blobs {
  const keyOf = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
  return {
    async get(digest, range) {
      const key = keyOf(digest);
      const options = range && { range: { offset: range[0], length: range[1] - range[0] + 1 } };
      const object = options ? await bucket.get(key, options) : await bucket.get(key);
      if (!object) return undefined;
      return { bytes: new Uint8Array(await object.arrayBuffer()), sizeBytes: object.size };
    },
    async has(digest) {
      return (await bucket.head(keyOf(digest)))?.size;
    },
    async put(digest, bytes) {
      await bucket.put(keyOf(digest), bytes);
    },
  };
}
