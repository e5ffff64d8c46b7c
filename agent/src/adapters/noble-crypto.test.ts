import { utf8 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { describe, expect, test } from 'vitest';
import { nobleCrypto } from './noble-crypto.ts';

const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
const message = utf8('a window of the press');

describe('cryptography in plain JavaScript against that of Node', () => {
  test('the same digest, key and signature', () => {
    expect(nobleCrypto.sha256(message)).toEqual(nodeCrypto.sha256(message));
    expect(nobleCrypto.publicKey(seed)).toEqual(nodeCrypto.publicKey(seed));
    expect(nobleCrypto.sign(seed, message)).toEqual(nodeCrypto.sign(seed, message));
  });

  test('each takes the signatures of the other, and no altered one', () => {
    const key = nodeCrypto.publicKey(seed);
    for (const [signer, verifier] of [
      [nodeCrypto, nobleCrypto],
      [nobleCrypto, nodeCrypto],
    ] as const) {
      const signature = signer.sign(seed, message);
      expect(verifier.verify(key, message, signature)).toBe(true);
      const altered = signature.with(10, signature[10]! ^ 1);
      expect(verifier.verify(key, message, altered)).toBe(false);
      expect(verifier.verify(key, utf8('another'), signature)).toBe(false);
    }
  });

  test.each([
    ['a short key', new Uint8Array(31), new Uint8Array(64)],
    ['a short signature', new Uint8Array(32), new Uint8Array(63)],
    ['a key that is no point', new Uint8Array(32).fill(255), new Uint8Array(64)],
    ['a point of small order', Uint8Array.of(1, ...new Uint8Array(31)), new Uint8Array(64)],
  ])('%s is false and no error', (_, key, signature) => {
    expect(nobleCrypto.verify(key, message, signature)).toBe(false);
  });
});
