import { expect, test } from 'vitest';
import { nodeCrypto } from './node/crypto.ts';
import { decodeResults, encodeResults, type ResultRow, resultJson } from './results.ts';
import { decode, encode, v1 } from './wire.ts';

const row: ResultRow = {
  pipeline: 'pump',
  device: 'p3',
  release: 'pump-anomaly@1.0.0',
  releaseDigest: `sha256:${'ab'.repeat(32)}`,
  variant: 'int8',
  backend: 'native',
  fromUs: 1_795_000_000_000_000,
  toUs: 1_795_000_016_000_000,
  decision: 'alert',
  outputs: { score: 1.5, bands: [0.25, 0.5] },
  attribution: [{ channel: 'suction', share: 0.75 }],
  quality: { missing: 0, interpolated: 2, late: 1 },
  inputDigest: Uint8Array.from({ length: 16 }, (_, i) => i),
  policy: 7,
  inferUs: 41,
  producedMs: 1_795_000_016_250,
};

test('rows come back from their columns as they went in, whatever their order, release or outputs', () => {
  const rows: ResultRow[] = [
    row,
    {
      ...row,
      device: 'p1',
      fromUs: row.fromUs - 5e6,
      outputs: { score: 0.125 },
      attribution: [],
      decision: 'normal',
    },
    {
      ...row,
      release: 'other@2.0.0',
      outputs: { label: 2 },
      decision: 'error',
      producedMs: row.producedMs - 10,
    },
  ];
  rows[1]!.toUs = rows[1]!.fromUs + 1;
  expect(decodeResults(encodeResults(rows))).toEqual(rows);
  expect(decodeResults(encodeResults([]))).toEqual([]);
});

test('columns of unequal length or with a dangling string are refused, not misread', () => {
  const columns = decode(v1.ResultColumns, encodeResults([row, row]));
  expect(() => decodeResults(encode(v1.ResultColumns, { ...columns, pipeline: [0] }))).toThrow(
    /unequal length/,
  );
  expect(() => decodeResults(encode(v1.ResultColumns, { ...columns, strings: [] }))).toThrow(/dictionary/);
});

test('a result for people has the names that subscribers rely on', () => {
  const json = resultJson(nodeCrypto, 'oslo-gw1', row);
  expect(Object.keys(json)).toEqual([
    'id',
    'agent',
    'device',
    'pipeline',
    'release',
    'variant',
    'backend',
    'from',
    'to',
    'outputs',
    'decision',
    'attribution',
    'quality',
    'inputDigest',
    'policy',
    'inferUs',
    'produced',
  ]);
  expect(json.from).toBe('2026-11-18T11:06:40.000Z');
  expect(json.produced).toBe('2026-11-18T11:06:56.250Z');
});

test('a block tells how far its time may be off at worst, and nothing where that is unknown for a row', () => {
  const off = (...uncertainties: (number | undefined)[]) =>
    decodeResults(encodeResults(uncertainties.map((uncertaintyMs) => ({ ...row, uncertaintyMs })))).map(
      ({ uncertaintyMs }) => uncertaintyMs,
    );
  expect(off(3, 7.2)).toEqual([8, 8]);
  expect(off(3, undefined)).toEqual([undefined, undefined]);
  expect(resultJson(nodeCrypto, 'oslo-gw1', { ...row, uncertaintyMs: 8 }).uncertaintyMs).toBe(8);
});
