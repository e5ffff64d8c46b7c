import { framed, toBase32, toBase64Url, toHex } from './bytes.ts';
import type { Crypto } from './crypto.ts';

/** What an agent or pipeline may be called. `.` and `..` mean something else in paths. */
export const NAME_PATTERN: RegExp = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;

/** The window that a result is about: [fromUs, toUs), microseconds since the Unix epoch. */
export interface ResultKey {
  agent: string;
  pipeline: string;
  device: string;
  releaseDigest: string;
  fromUs: number;
  toUs: number;
}

/**
 * A result's id: base32 of the first 16 bytes of SHA-256 over the length-prefixed agent id, pipeline, device, release
 * digest, window from and window to. Each part is UTF-8 behind its length as four big-endian bytes; times are
 * decimal microseconds. The same window of the same release never has two ids, whatever is retried.
 */
export function resultId(crypto: Crypto, key: ResultKey): string {
  const parts = [key.agent, key.pipeline, key.device, key.releaseDigest, `${key.fromUs}`, `${key.toUs}`];
  return toBase32(crypto.sha256(framed(parts)).subarray(0, 16));
}

/** Randomness as ids need it. */
export interface RandomBytes {
  bytes(length: number): Uint8Array;
}

/** A fresh 128-bit id as 32 hexadecimal digits: epochs, boots, control-plane instances. */
export function randomId(random: RandomBytes): string {
  return toHex(random.bytes(16));
}

/** A fresh short id (80 bits, base32) for rollouts, tokens, episodes: `prefix_…`. */
export function shortId(random: RandomBytes, prefix: string): string {
  return `${prefix}_${toBase32(random.bytes(10))}`;
}

/** A fresh 256-bit secret, base64url. */
export function randomSecret(random: RandomBytes): string {
  return toBase64Url(random.bytes(32));
}
