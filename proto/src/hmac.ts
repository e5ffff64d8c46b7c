import { concat } from './bytes.ts';
import type { Crypto } from './crypto.ts';

const BLOCK_BYTES = 64;

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(crypto: Pick<Crypto, 'sha256'>, key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? crypto.sha256(key) : key);
  const inner = crypto.sha256(concat([block.map((byte) => byte ^ 0x36), message]));
  return crypto.sha256(concat([block.map((byte) => byte ^ 0x5c), inner]));
}
