import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Crypto } from '@skerry/proto/crypto';

/** The Crypto port in plain JavaScript, for browsers: their own cryptography answers only in promises. */
export const nobleCrypto: Crypto = {
  sha256: (bytes) => sha256(bytes),
  sign: (privateKey, message) => ed25519.sign(message, privateKey),
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    try {
      // RFC 8032 as node:crypto has it, not the laxer ZIP 215.
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false; // bytes that are no point of the curve
    }
  },
  publicKey: (privateKey) => ed25519.getPublicKey(privateKey),
};
