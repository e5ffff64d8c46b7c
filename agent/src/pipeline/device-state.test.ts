import { nodeCrypto } from '@skerry/proto/node/crypto';
import { expect, test } from 'vitest';
import { createDevice } from './device.ts';
import { decodeDevice, encodeDevice } from './device-state.ts';
import { DIGEST, drain, rowsOf, testConfig, testPipeline, testRelease } from './test-pipeline.ts';

function settled() {
  const device = createDevice('d', 1);
  Object.assign(device, {
    specTag: 7,
    floorSeq: 3,
    nextTick: 12,
    nextUs: 12e6,
    lateUs: 12e6,
    maxUs: 13e6,
    late: 2,
  });
  device.rows.insert(0, 11e6, 5, 5, Float64Array.of(1));
  device.decisions.past = [1];
  device.measured.add(8e6, 12e6);
  return device;
}

test('a device comes back as it was, with its left neighbours to look for', () => {
  const device = settled();
  device.decisions.held = [0, 3];
  device.decisions.episode = { id: 'abc', output: 'score', updatedUs: 9e6, below: 1 };
  device.rejected.add(4, 2, 12.5e6);
  device.barred.add(90e9, 91e9);
  const { device: back, left } = decodeDevice('d', encodeDevice(device), 1);
  const { rows: _, ...state } = device;
  const { rows: __, ...restored } = back;
  expect(JSON.stringify(restored)).toBe(JSON.stringify(state));
  expect(left).toEqual([{ channel: 0, timeUs: 11e6, flags: 5 }]);
});

test('what a model remembers of it comes back, and takes no room where none remembers anything', () => {
  const device = settled();
  device.memory = { tag: 0xfeedbeef, bytes: Uint8Array.of(1, 2, 3) };
  const bytes = encodeDevice(device);
  expect(bytes).toHaveLength(125 + 4 + 4 + 3);
  expect(decodeDevice('d', bytes, 1).device.memory).toEqual(device.memory);
  for (let length = 1; length < bytes.length; length++)
    expect(() => decodeDevice('d', bytes.subarray(0, length), 1)).toThrow('state of device d');
  expect(decodeDevice('d', encodeDevice(settled()), 1).device.memory).toBeUndefined();
});

test('the example of the format takes 125 bytes', () => {
  expect(encodeDevice(settled())).toHaveLength(125);
});

test('what a version without spans wrote is read, and all of it counts as measured', () => {
  const bytes = encodeDevice(settled()).slice(0, 125 - 24);
  bytes[0] = 1;
  const { device } = decodeDevice('d', bytes, 1);
  expect(device).toMatchObject({ nextTick: 12, lateUs: 12e6 });
  expect(device.measured.list).toEqual([{ fromUs: 0, toUs: 12e6 }]);
});

test('bytes that were cut or lengthened, and those of another version, are refused plainly', () => {
  const bytes = encodeDevice(settled());
  for (let length = 1; length < bytes.length; length++)
    expect(() => decodeDevice('d', bytes.subarray(0, length), 1)).toThrow('state of device d');
  expect(() => decodeDevice('d', Uint8Array.of(...bytes, 0), 1)).toThrow("isn't what was written");
  expect(() => decodeDevice('d', Uint8Array.of(9, ...bytes.subarray(1)), 1)).toThrow('version 9');
});

test('restarted under another window specification, what was open under the old one closes as skipped', () => {
  const old = testPipeline(nodeCrypto);
  old.setRelease(testRelease(), DIGEST, 'test@1.0.0');
  const batch = rowsOf([4, 5, 6, 7, 8, 9].map((s) => ['d', s, s] as const));
  old.feed(batch, 1, 0, 'live');
  drain(old);
  const fresh = testPipeline(nodeCrypto);
  fresh.setRelease(testRelease({ length: 2 }), DIGEST, 'test@2.0.0');
  fresh.restore(old.dirtyStates(), old.counters());
  fresh.feed(batch, 1, 0, 'rebuild');
  fresh.feed(rowsOf([10, 11].map((s) => ['d', s, s] as const)), 2, 0, 'live');
  expect(drain(fresh).rows).toMatchObject([{ fromUs: 10e6, toUs: 12e6 }]);
  expect(fresh.counters()).toMatchObject({ used: 5, skipped: 2, rejected: {}, windows: 2 });
});

test('samples journaled under a configuration with other channels close as skipped', () => {
  const pipeline = testPipeline(nodeCrypto, testConfig({ channels: { a: 'a', b: 'b' } }));
  pipeline.feed(rowsOf([['d', 4, 1]]), 1, 0, 'live');
  expect(pipeline.counters()).toMatchObject({ skipped: 1 });
  expect(pipeline.oldestOpenJournal()).toBeUndefined();
});
