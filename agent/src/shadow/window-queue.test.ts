import type { ResultRow } from '@skerry/proto/results';
import { expect, test } from 'vitest';
import type { WindowBatch } from '../pipeline/types.ts';
import { WindowQueue } from './window-queue.ts';

const SIZE_BYTES = 4 * 2 + 1_024;

const ROW: ResultRow = {
  pipeline: 'p',
  device: 'd',
  release: 'test@1.0.0',
  releaseDigest: 'sha256:a',
  variant: 'fp32',
  backend: 'native',
  fromUs: 0,
  toUs: 0,
  decision: 'normal',
  outputs: {},
  attribution: [],
  quality: { missing: 0, interpolated: 0, late: 0 },
  inputDigest: new Uint8Array(16),
  policy: 0,
  inferUs: 1,
  producedMs: 0,
};

/** One window of two values, in a buffer that is used again. */
const buffer = new Float32Array(2);
function windowOf(device: string, value: number): WindowBatch {
  buffer.fill(value);
  const one = new Float64Array([value]);
  const zero = new Uint32Array(1);
  return {
    count: 1,
    data: buffer,
    devices: [device],
    fromUs: one,
    toUs: one,
    interpolated: zero,
    missing: zero,
    late: zero,
  };
}

test('windows come out as they went in, although their buffer was used again', () => {
  const queue = new WindowQueue(1_000_000);
  for (let i = 0; i < 5; i++) queue.offer(windowOf(`d${i % 2}`, i), 0, ROW);
  const first = queue.take(3)!.windows;
  const rest = queue.take(9)!.windows;
  expect([...first.data]).toEqual([0, 0, 1, 1, 2, 2]);
  expect(first.devices).toEqual(['d0', 'd1', 'd0']);
  expect([...rest.fromUs]).toEqual([3, 4]);
  expect(queue.take(1)).toBeUndefined();
});

test('once full it leaves windows out until half of it is worked off', () => {
  const queue = new WindowQueue(4 * SIZE_BYTES);
  const offered = (): boolean => queue.offer(windowOf('d', 1), 0, ROW);
  expect([offered(), offered(), offered(), offered(), offered()]).toEqual([true, true, true, true, false]);
  queue.take(1);
  expect(offered()).toBe(false);
  queue.take(1);
  expect(offered()).toBe(true);
  expect(queue.count).toBe(3);
});

test('the first window of a device after a gap says so, and never stands in a run behind one before it', () => {
  const queue = new WindowQueue(2 * SIZE_BYTES);
  queue.offer(windowOf('a', 1), 0, ROW);
  queue.offer(windowOf('b', 1), 0, ROW);
  expect(queue.offer(windowOf('a', 2), 0, ROW)).toBe(false);
  expect(queue.take(1)?.windows.devices).toEqual(['a']);
  // Of `b` a window still waits, and none was left out; of `a` one was.
  queue.offer(windowOf('a', 3), 0, ROW);
  expect(queue.take(9)).toMatchObject({ windows: { devices: ['b', 'a'] }, isAfterGap: [false, true] });
  queue.offer(windowOf('b', 4), 0, ROW);
  queue.offer(windowOf('b', 5), 0, ROW);
  queue.offer(windowOf('b', 6), 0, ROW);
  queue.take(1);
  queue.offer(windowOf('b', 7), 0, ROW);
  expect(queue.take(9)).toMatchObject({ windows: { count: 1 }, isAfterGap: [false] });
  expect(queue.take(9)).toMatchObject({ windows: { count: 1 }, isAfterGap: [true] });
});
