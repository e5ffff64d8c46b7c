import { digestOf } from '@skerry/proto/crypto';
import { DELTA_TYPE, type MakeDelta } from '@skerry/proto/delta';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { zstdApplyDelta, zstdMakeDelta } from '@skerry/proto/node/zstd-delta';
import { describe, expect, test } from 'vitest';
import type { Blobs } from '../ports.ts';
import { serveBlob } from './blobs.ts';
import { type DeltaOptions, Deltas } from './deltas.ts';

/** Bytes that nothing compresses. */
function noise(seed: number, length: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

const base = noise(1, 50_000);
const next = base.slice();
next.fill(7, 20_000, 20_400);
const other = noise(2, 50_000);
const [BASE, NEXT, OTHER] = [base, next, other].map((bytes) => digestOf(nodeCrypto, bytes)) as [
  string,
  string,
  string,
];

function setUp(options: Partial<DeltaOptions> = {}) {
  const held = new Map([
    [BASE, base],
    [NEXT, next],
    [OTHER, other],
  ]);
  const blobs: Blobs = {
    has: async (digest) => held.get(digest)?.length,
    async get(digest, range) {
      const bytes = held.get(digest);
      return bytes && { bytes: range ? bytes.slice(range[0], range[1] + 1) : bytes, sizeBytes: bytes.length };
    },
    put: async (digest, bytes) => void held.set(digest, bytes),
  };
  const made: number[] = [];
  const make: MakeDelta = async (from, to) => {
    const delta = await zstdMakeDelta(from, to);
    made.push(delta.length);
    return delta;
  };
  const deltas = new Deltas({ blobs, crypto: nodeCrypto, make, ...options });
  const ask = (digest: string, from: string, headers: Record<string, string> = {}, method = 'GET') =>
    serveBlob(
      blobs,
      new Request(`http://control/agent/v1/blobs/${digest}?from=${from}`, { headers, method }),
      digest,
      deltas,
    );
  return { deltas, ask, made, held };
}

const bytesOf = async (response: Response): Promise<Uint8Array> =>
  new Uint8Array(await response.arrayBuffer());

describe('a blob as a difference', () => {
  test('is a fraction of the blob, says that it is one, and gives the blob back', async () => {
    const { ask } = setUp();
    const answer = await ask(NEXT, BASE);
    expect(answer.headers.get('content-type')).toBe(DELTA_TYPE);
    const delta = await bytesOf(answer);
    expect(delta.length).toBeLessThan(1_000);
    expect(answer.headers.get('etag')).toBe(`"${digestOf(nodeCrypto, delta)}"`);
    expect(await zstdApplyDelta(base, delta, next.length)).toEqual(next);
  });

  test('comes in ranges and can be asked for by its length alone, like any blob', async () => {
    const { ask } = setUp();
    const head = await ask(NEXT, BASE, {}, 'HEAD');
    const length = Number(head.headers.get('content-length'));
    const part = await ask(NEXT, BASE, { range: 'bytes=10-19', 'if-range': head.headers.get('etag')! });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${length}`);
    expect((await bytesOf(part)).length).toBe(10);
  });

  test('is made once for a whole fleet', async () => {
    const { ask, made } = setUp();
    await Promise.all([ask(NEXT, BASE), ask(NEXT, BASE), ask(NEXT, BASE)]);
    await ask(NEXT, BASE);
    expect(made).toHaveLength(1);
  });

  test.each([
    ['that is as large as the blob', OTHER],
    ['from a blob that is not here', `sha256:${'0'.repeat(64)}`],
    ['from what is no digest', '../../etc/passwd'],
    ['from itself', NEXT],
  ])('%s is not sent: the blob is', async (_, from) => {
    const { ask } = setUp();
    const answer = await ask(NEXT, from);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(await bytesOf(answer)).toEqual(next);
  });

  test('of blobs that are too large is not made', async () => {
    const { deltas, made } = setUp({ maxBytes: 49_999 });
    expect(await deltas.between(BASE, NEXT)).toBeUndefined();
    expect(made).toEqual([]);
  });

  test('that waits behind too many others is not waited for', async () => {
    const { deltas } = setUp({ maxWaiting: 1 });
    const first = deltas.between(BASE, NEXT);
    expect(await deltas.between(OTHER, NEXT)).toBeUndefined();
    expect(await first).toBeDefined();
    expect(await deltas.between(BASE, NEXT)).toBeDefined();
  });

  test('goes when there is no room for it any more, and is made again', async () => {
    const { deltas, made } = setUp({ maxKeptBytes: 500 });
    await deltas.between(BASE, NEXT);
    await deltas.between(NEXT, BASE);
    await deltas.between(BASE, NEXT);
    expect(made).toHaveLength(3);
  });
});
