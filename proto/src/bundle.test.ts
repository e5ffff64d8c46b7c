import { describe, expect, test } from 'vitest';
import { BUNDLE_MAGIC, framePart, isSigned, openPart, readParts, sealPart } from './bundle.ts';
import { concat } from './bytes.ts';
import { nodeCrypto } from './node/crypto.ts';
import type { skerry } from './wire.ts';

const SEED = new Uint8Array(32).fill(7);
const sign = (message: Uint8Array): Uint8Array => nodeCrypto.sign(SEED, message);
const verify = (message: Uint8Array, signature: Uint8Array): boolean =>
  nodeCrypto.verify(nodeCrypto.publicKey(SEED), message, signature);

function part(index: number, change: skerry.v1.IBundlePart = {}): Uint8Array {
  const bundle = new Uint8Array(16).fill(1);
  return sealPart(
    'results',
    { agent: 'gw', bundle, index, request: new Uint8Array(100).fill(index), ...change },
    sign,
  );
}

function file(...parts: Uint8Array[]): Uint8Array {
  return concat([BUNDLE_MAGIC, ...parts.map(framePart)]);
}

/** Reads a file that arrives in chunks of `chunkBytes`. */
async function read(bytes: Uint8Array, chunkBytes = 7): Promise<number[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const indices: number[] = [];
  for await (const { part } of readParts(chunks(), 'r.skerry')) indices.push(part.index);
  return indices;
}

describe('a file of parts', () => {
  const whole = file(part(0), part(1), part(2, { last: true }));

  test('is read part by part, whatever chunks it comes in', async () => {
    for (const chunkBytes of [1, 7, 64, whole.length])
      expect(await read(whole, chunkBytes)).toEqual([0, 1, 2]);
  });

  test('that is cut off anywhere is refused as cut off', async () => {
    for (let length = 0; length < whole.length; length++)
      await expect(read(whole.subarray(0, length), 64)).rejects.toThrow(/r\.skerry is cut off in /);
  });

  test('with any one bit flipped is refused', async () => {
    for (let at = 0; at < whole.length; at++) {
      const hurt = whole.slice();
      hurt[at]! ^= 1 << (at % 8);
      await expect(read(hurt, 64)).rejects.toMatchObject({ code: 'corrupt' });
    }
  });

  test('put together from two exports, out of order or with something behind it, is refused', async () => {
    const other = part(1, { bundle: new Uint8Array(16).fill(2), last: true });
    await expect(read(file(part(0), other))).rejects.toThrow('damaged at part 2: not the part that belongs');
    await expect(read(file(part(0), part(2, { last: true })))).rejects.toThrow('damaged at part 2');
    await expect(read(concat([whole, Uint8Array.of(0)]))).rejects.toThrow(
      'more follows behind the last part',
    );
  });

  test('that is something else is refused as such', async () => {
    await expect(read(new Uint8Array(100))).rejects.toThrow('r.skerry is no file of exported results');
  });
});

describe('a signature', () => {
  test('holds for the content and the purpose that it was made for, and for nothing else', () => {
    const bytes = part(0);
    expect(openPart(bytes)).toMatchObject({ agent: 'gw', index: 0 });
    expect(isSigned('results', bytes, verify)).toBe(true);
    expect(isSigned('acknowledgement', bytes, verify)).toBe(false);
    const stranger = nodeCrypto.publicKey(new Uint8Array(32).fill(8));
    expect(isSigned('results', bytes, (m, s) => nodeCrypto.verify(stranger, m, s))).toBe(false);
  });

  test('what is no part is refused', () => {
    expect(() => openPart(Uint8Array.of(255, 255))).toThrow('no part of such a file');
  });
});
