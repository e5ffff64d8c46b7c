import { expect, test } from 'vitest';
import { toHex, utf8 } from './bytes.ts';
import { hmacSha256 } from './hmac.ts';
import { nodeCrypto } from './node/crypto.ts';

// RFC 4231, cases 2 and 6.
test.each([
  [
    utf8('Jefe'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    new Uint8Array(131).fill(0xaa),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
])('HMAC-SHA-256 is that of RFC 4231', (key, message, expected) => {
  expect(toHex(hmacSha256(nodeCrypto, key, utf8(message)))).toBe(expected);
});
