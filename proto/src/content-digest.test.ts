import { expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { contentDigest, matchesDigest } from './content-digest.ts';
import { nodeCrypto } from './node/crypto.ts';

test("the header is that of RFC 9530's own example", () => {
  const body = utf8('{"hello": "world"}\n');
  expect(contentDigest(nodeCrypto, body)).toBe('sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:');
});

test('one flipped bit is noticed; a header without SHA-256 says nothing', () => {
  const body = utf8('acknowledged: 7');
  const header = `sha-512=:abcd:, ${contentDigest(nodeCrypto, body)}`;
  expect(matchesDigest(nodeCrypto, body, header)).toBe(true);
  body[14]! ^= 8;
  expect(matchesDigest(nodeCrypto, body, header)).toBe(false);
  for (const silent of [null, undefined, '', 'sha-512=:abcd:'])
    expect(matchesDigest(nodeCrypto, body, silent)).toBe(true);
});
