import { concat, toHex } from './bytes.ts';

/** Synchronous cryptography, injected: `node:crypto` in Node, workerd and the simulation. */
export interface Crypto {
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** Ed25519 (RFC 8032) signature, 64 bytes, by a 32-byte private seed. */
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** Whether an Ed25519 signature by the 32-byte public key holds. False, never a throw, on malformed input. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** The 32-byte public key of a private seed. */
  publicKey(privateKey: Uint8Array): Uint8Array;
  /** SHA-256 of bytes that come piece by piece; left out where only whole messages can be hashed. */
  startSha256?(): Sha256;
}

/** A SHA-256 under way. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** Ends it: 32 bytes. */
  digest(): Uint8Array;
}

/** A digest in the form every manifest, URL and result uses: `sha256:` and 64 hexadecimal digits. */
export function digestOf(crypto: Crypto, bytes: Uint8Array): string {
  return `sha256:${toHex(crypto.sha256(bytes))}`;
}

/** A digest of bytes that come piece by piece; where the Crypto can't do that, the pieces are held until the end. */
export function startDigest(crypto: Crypto): { update(bytes: Uint8Array): void; digest(): string } {
  const running = crypto.startSha256?.();
  if (running)
    return { update: (bytes) => running.update(bytes), digest: () => `sha256:${toHex(running.digest())}` };
  const pieces: Uint8Array[] = [];
  return { update: (bytes) => void pieces.push(bytes), digest: () => digestOf(crypto, concat(pieces)) };
}

export const DIGEST_PATTERN: RegExp = /^sha256:[0-9a-f]{64}$/;
