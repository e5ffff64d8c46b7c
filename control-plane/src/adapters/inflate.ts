import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ShardPorts } from '../ports.ts';

/** Decompression of blocks by `node:zlib`, which Node and workerd both have. */
export const inflate: ShardPorts['inflate'] = (codec, bytes, maxBytes) => {
  const options = { maxOutputLength: maxBytes };
  const out = codec === 'gzip' ? gunzipSync(bytes, options) : zstdDecompressSync(bytes, options);
  return new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
};
