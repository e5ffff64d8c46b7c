import { fromHex, toHex } from '@skerry/proto/bytes';
import { expect, test } from 'vitest';
import type { SampleBatch } from '../pipeline/types.ts';
import { decodeStored, encodeStored, type StoredBlock } from './block-codec.ts';
import { decodeJournal, encodeJournal } from './journal-codec.ts';
import { deviceKey, journalKey, keyNumber, numberOfKey, underPrefix } from './keys.ts';
import { sealJson, unsealJson } from './sealed.ts';

function batch(
  pipeline: string,
  devices: string[],
  rows: [device: number, timeUs: number, ...number[]][],
): SampleBatch {
  return {
    pipeline,
    channelCount: (rows[0]?.length ?? 3) - 2,
    count: rows.length,
    devices,
    device: Uint32Array.from(rows, (row) => row[0]),
    timeUs: Float64Array.from(rows, (row) => row[1]),
    values: Float64Array.from(rows.flatMap((row) => row.slice(2))),
  };
}

const block: StoredBlock = {
  seq: 1,
  seqLast: 1,
  kind: 1,
  codec: 0,
  count: 1,
  before: 0,
  bornMs: 0,
  normal: true,
  priority: 0,
  decisions: { normal: 1 },
  runs: [],
  columns: Uint8Array.of(10, 0),
};

test('a journal entry gives back the samples that it was made of, whatever their spacing', () => {
  const batches = [
    batch(
      'press',
      ['p1', 'pü/2'],
      [
        [0, 1_700_000_000_000_000, 1.5, Number.NaN],
        [1, 1_700_000_000_500_000, Number.NaN, -0],
        [0, 1_699_999_999_000_000, 1e300, 2],
      ],
    ),
    batch(
      'pump',
      ['x'],
      [
        [0, 0, 1],
        [0, 8_000_000_000_000_000, 2],
      ],
    ),
    batch('empty', [], []),
  ];
  expect(decodeJournal(encodeJournal(batches))).toEqual(batches);
});

test('a journal entry of 300 devices takes two bytes an index', () => {
  const devices = Array.from({ length: 300 }, (_, i) => `d${i}`);
  const wide = batch(
    'press',
    devices,
    devices.map((_, i) => [i, i, i]),
  );
  expect(decodeJournal(encodeJournal([wide]))).toEqual([wide]);
});

test('the worked example of a journal entry has the size that its format says', () => {
  expect(encodeJournal([batch('a', ['p1'], [[0, 5, 1]])])).toHaveLength(42);
});

test('no flipped byte of a journal entry goes unnoticed, nor does a torn one', () => {
  const bytes = encodeJournal([
    batch(
      'press',
      ['p1'],
      [
        [0, 5, 1],
        [0, 6, 2],
      ],
    ),
  ]);
  for (let i = 0; i < bytes.length; i++) {
    const flipped = bytes.slice();
    flipped[i]! ^= 1;
    expect(() => decodeJournal(flipped)).toThrow(expect.objectContaining({ code: 'corrupt' }));
    expect(() => decodeJournal(bytes.slice(0, i))).toThrow(expect.objectContaining({ code: 'corrupt' }));
  }
});

test('the worked example of a block, byte for byte', () => {
  const hex =
    '9c3a897c010100018484304b000000000000f03f000000000000f03f0000000000000000000000000000f03f' +
    '0000000000000000010000000000000000000000000000000000' +
    '00000a00';
  expect(toHex(encodeStored(block))).toBe(hex);
  expect(decodeStored(fromHex(hex))).toEqual(block);
});

test('no flipped byte of a stored block goes unnoticed, nor does a torn one', () => {
  const range = {
    ...block,
    seqLast: 9,
    runs: [
      { seqs: 4, records: 8 },
      { seqs: 5, records: 7 },
    ],
  };
  const bytes = encodeStored(range);
  expect(decodeStored(bytes)).toEqual(range);
  for (let i = 0; i < bytes.length; i++) {
    const flipped = bytes.slice();
    flipped[i]! ^= 1;
    expect(() => decodeStored(flipped)).toThrow(expect.objectContaining({ code: 'corrupt' }));
    expect(() => decodeStored(bytes.slice(0, i))).toThrow(expect.objectContaining({ code: 'corrupt' }));
  }
});

test('a sealed record that was changed reads as nothing', () => {
  const sealed = sealJson({ a: 1 });
  expect(unsealJson(sealed)).toEqual({ a: 1 });
  sealed[6]! ^= 1;
  expect(unsealJson(sealed)).toBeUndefined();
  expect(unsealJson(new Uint8Array(3))).toBeUndefined();
});

test('keys order as their numbers do, and tell them again', () => {
  const numbers = [0, 9, 10, 255, 256, 2 ** 40, Number.MAX_SAFE_INTEGER];
  const keys = numbers.map(journalKey);
  expect([...keys].sort()).toEqual(keys);
  expect(keys.map(numberOfKey)).toEqual(numbers);
  expect(journalKey(42)).toBe('j/000000000000002a');
  expect(numberOfKey('j/short')).toBeNaN();
  expect(keyNumber(1)).toHaveLength(16);
  const { gte, lt } = underPrefix('d/');
  expect(gte <= deviceKey('p', 'a/b') && deviceKey('p', 'a/b') < lt).toBe(true);
});
