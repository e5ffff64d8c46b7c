import type { ResultRow } from '@skerry/proto/results';
import { decode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import type { StoredBlock } from './block-codec.ts';
import { NO_COMPRESSION, packRows, partByNormal } from './blocks.ts';
import { nextEviction, nextExpiry } from './evict.ts';
import { entryOf, LaneIndex } from './lane-index.ts';
import { summaryOf, tombstoneOf } from './ranges.ts';

const { BLOCK_KIND_RESULTS, BLOCK_KIND_ALERTS, BLOCK_KIND_SUMMARY, BLOCK_KIND_TOMBSTONE } = v1.BlockKind;
const LIMITS = { maxRecords: 500, maxBytes: 1024 ** 2 };

function row(n: number, change: Partial<ResultRow> = {}): ResultRow {
  return {
    pipeline: 'press',
    device: 'p1',
    release: 'press@1.0.0',
    releaseDigest: 'sha256:ab',
    variant: 'fp32',
    backend: 'native',
    fromUs: n * 10,
    toUs: n * 10 + 10,
    decision: 'normal',
    outputs: { score: n },
    attribution: [],
    quality: { missing: 0, interpolated: 0, late: 0 },
    inputDigest: new Uint8Array(16),
    policy: 0,
    inferUs: 1,
    producedMs: 0,
    ...change,
  };
}

function stored(seq: number, rows: readonly ResultRow[]): StoredBlock {
  const [packed] = packRows(rows, true, LIMITS, NO_COMPRESSION);
  return { ...packed!, seq, seqLast: seq, before: 0, bornMs: 0, runs: [] };
}

/** A lane in letters, oldest first: n normal, o other results, s summary, t tombstone, a alerts; 100 bytes each. */
function lane(letters: string): LaneIndex {
  const kinds: Record<string, number> = {
    n: BLOCK_KIND_RESULTS,
    o: BLOCK_KIND_RESULTS,
    s: BLOCK_KIND_SUMMARY,
    t: BLOCK_KIND_TOMBSTONE,
    a: BLOCK_KIND_ALERTS,
  };
  const index = new LaneIndex();
  [...letters].forEach((letter, i) => {
    const block = { ...stored(i + 1, [row(1)]), kind: kinds[letter]!, normal: letter === 'n', bornMs: i };
    index.push(entryOf(block, 80, false));
  });
  return index;
}

function choice(result: string, excess: number, alert = 'a', maxBytes = 10_000): string | undefined {
  const step = nextEviction({ result: lane(result), alert: lane(alert) }, 'degrade', excess, maxBytes);
  return step && `${step.lane} ${step.from}–${step.to} ${step.into}`;
}

test('degrade: normal results first, then summaries, then other results, alerts last', () => {
  expect(choice('tsonnn', 150)).toBe('result 3–4 summary');
  expect(choice('tso', 1)).toBe('result 1–1 tombstone');
  expect(choice('too', 1)).toBe('result 1–1 summary');
  expect(choice('t', 1)).toBe('alert 0–0 tombstone');
  expect(choice('t', 1, 't')).toBeUndefined();
});

test('degrade: summaries that hold more than a quarter of the space go before anything else', () => {
  expect(choice('ssnn', 1, 'a', 700)).toBe('result 0–0 tombstone');
});

test('age takes what is old in either lane, and tombstones never', () => {
  const lanes = { result: lane('tnn'), alert: lane('a') };
  expect(nextExpiry(lanes, 11, 9)).toMatchObject({ lane: 'result', from: 1, to: 1, reason: 'age' });
  expect(nextExpiry({ ...lanes, result: lane('t') }, 11, 9)).toMatchObject({ lane: 'alert' });
  expect(nextExpiry(lanes, 11, 12)).toBeUndefined();
});

test('a summary holds count, least, mean, greatest and last per stream and output, also where they are 0', () => {
  const first = summaryOf([stored(1, [row(0), row(4), row(2)])], NO_COMPRESSION);
  const joined = summaryOf([first, stored(2, [row(6), row(0, { device: 'p2' })])], NO_COMPRESSION);
  const list = decode(v1.SummaryList, joined.columns);
  expect(joined).toMatchObject({ seq: 1, seqLast: 2, count: 5, decisions: { normal: 5 } });
  expect(list.level).toBe(2);
  expect(
    list.summaries.map((s) => [s.device, s.count, s.min, s.mean, s.max, s.last, Number(s.fromUs), s.toUs]),
  ).toEqual([
    ['p1', 4, 0, 3, 6, 6, 0, 70],
    ['p2', 1, 0, 0, 0, 0, 0, 10],
  ]);
});

test('a row without a single number is counted in a summary all the same', () => {
  const summary = summaryOf([stored(1, [row(1, { decision: 'error', outputs: {} })])], NO_COMPRESSION);
  expect(decode(v1.SummaryList, summary.columns).summaries[0]).toMatchObject({ pipeline: 'press', count: 1 });
});

test('a tombstone spans what it stands for, and what can no longer be read adds nothing', () => {
  const torn = { ...stored(2, [row(9)]), columns: Uint8Array.of(1, 2, 3) };
  const tombstone = tombstoneOf([stored(1, [row(3), row(5)]), torn], 'space', NO_COMPRESSION);
  expect(decode(v1.Tombstone, tombstone.columns)).toMatchObject({ reason: 'space', fromUs: 30, toUs: 60 });
  expect(tombstone).toMatchObject({ seq: 1, seqLast: 2, count: 3 });
});

test('the rows of a stream stay together and in order, whatever was decided', () => {
  const rows = [row(1), row(1, { device: 'p2' }), row(2, { decision: 'alert' }), row(3)];
  const { normal, other } = partByNormal(rows);
  expect(normal.map((r) => r.device)).toEqual(['p2']);
  expect(other.map((r) => r.fromUs)).toEqual([10, 20, 30]);
});

test('blocks are cut by their bytes as well as by their records', () => {
  const wide = Array.from({ length: 8 }, (_, i) => row(i, { outputs: { y: new Array(100).fill(i) } }));
  const packed = packRows(wide, true, { maxRecords: 500, maxBytes: 1500 }, NO_COMPRESSION);
  expect(packed.map((p) => p.count)).toEqual([2, 2, 2, 2]);
  expect(packed.every((p) => p.columns.length <= 1500)).toBe(true);
});
