import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { toHex } from '../bytes.ts';
import type { Crypto } from '../crypto.ts';

// RFC 8410: the fixed DER prefixes in front of a raw Ed25519 key.
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Making a key takes longer than signing or verifying with it, and a process uses the same few again and again. */
const MAX_KEYS = 100;

function keeping(make: (raw: Uint8Array) => KeyObject): (raw: Uint8Array) => KeyObject {
  const kept = new Map<string, KeyObject>();
  return (raw) => {
    const name = toHex(raw);
    let key = kept.get(name);
    if (!key) {
      key = make(raw);
      if (kept.size >= MAX_KEYS) kept.delete(kept.keys().next().value!);
      kept.set(name, key);
    }
    return key;
  };
}

const privateKeyObject = keeping((seed) =>
  createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' }),
);
const publicKeyObject = keeping((raw) =>
  createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' }),
);

/** The Crypto port over `node:crypto`, for Node and workerd. */
export const nodeCrypto: Crypto = {
  sha256: (bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')),
  sign: (privateKey, message) => new Uint8Array(sign(null, message, privateKeyObject(privateKey))),
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    return verify(null, message, publicKeyObject(publicKey), signature);
  },
  publicKey(privateKey) {
    const der = createPublicKey(privateKeyObject(privateKey)).export({ format: 'der', type: 'spki' });
    return new Uint8Array(der.subarray(SPKI.length));
  },
  startSha256() {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
  },
};
