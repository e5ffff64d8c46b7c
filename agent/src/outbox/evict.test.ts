import type { ResultRow } from '@skerry/proto/results';
import { decode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import type { StoredBlock } from './block-codec.ts';
import { NO_COMPRESSION, packRows, partByNormal } from './blocks.ts';
import { nextEviction, nextExpiry, type WhenFull } from './evict.ts';
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
  const [packed] = packRows(rows, { normal: true, priority: 0 }, LIMITS, NO_COMPRESSION);
  return { ...packed!, seq, seqLast: seq, before: 0, bornMs: 0, runs: [] };
}

/**
 * A lane in letters, oldest first: n normal, o other results, s summary of 8 blocks, w of 16, t tombstone, a alerts; N, O,
 * S the same of priority 1; 100 bytes each. Those before a `|` may be known to a server.
 */
function lane(letters: string): LaneIndex {
  const kinds: Record<string, number> = {
    n: BLOCK_KIND_RESULTS,
    o: BLOCK_KIND_RESULTS,
    s: BLOCK_KIND_SUMMARY,
    w: BLOCK_KIND_SUMMARY,
    t: BLOCK_KIND_TOMBSTONE,
    a: BLOCK_KIND_ALERTS,
  };
  const index = new LaneIndex();
  const offered = letters.indexOf('|');
  let seq = 1;
  [...letters.replace('|', '')].forEach((letter, i) => {
    const small = letter.toLowerCase();
    const seqLast = seq + (small === 's' ? 7 : small === 'w' ? 15 : 0);
    const priority = letter === small ? 0 : 1;
    const block = { ...stored(1, [row(1)]), kind: kinds[small]!, normal: small === 'n', bornMs: i };
    index.push(entryOf({ ...block, seq, seqLast, priority }, 80, i < offered));
    seq = seqLast + 1;
  });
  return index;
}

function choice(
  result: string,
  excess: number,
  { alert = 'a', maxBytes = 10_000, whenFull = 'degrade' as WhenFull } = {},
): string | undefined {
  const step = nextEviction({ result: lane(result), alert: lane(alert) }, whenFull, excess, maxBytes);
  return step && `${step.lane} ${step.groups.map((group) => group.join(',')).join(' ')} ${step.into}`;
}

test('degrade: normal results first, then coarser summaries, then other results, then summaries; alerts last', () => {
  expect(choice('tsonnn', 150)).toBe('result 3,4,5 summary');
  expect(choice('tsoso', 1)).toBe('result 1,3 summary');
  expect(choice('tsoo', 1)).toBe('result 2,3 summary');
  expect(choice('tsw', 1)).toBe('result 1,2 summary');
  expect(choice('ts', 1)).toBe('result 1 tombstone');
  expect(choice('t', 1)).toBe('alert 0 tombstone');
  expect(choice('t', 1, { alert: 't' })).toBeUndefined();
});

test('degrade: summaries join by twos, the finest first, however many are coarser', () => {
  expect(choice('wwssss', 1)).toBe('result 2,3 4,5 summary');
  expect(choice('wsww', 1)).toBe('result 1,2 summary');
  expect(choice('wwww', 1)).toBe('result 0,1 2,3 summary');
});

test('degrade: summaries that hold more than a quarter of the space become coarser before anything else gives way', () => {
  expect(choice('ssnn', 1, { maxBytes: 700 })).toBe('result 0,1 summary');
  expect(choice('ss|nn', 1, { maxBytes: 700 })).toBe('result 0,1 tombstone');
});

test('a lower priority gives way wholly before a higher one does', () => {
  expect(choice('NnOo', 1)).toBe('result 1 summary');
  expect(choice('NOtoS', 1)).toBe('result 3 summary');
  expect(choice('NsO', 1)).toBe('result 1 tombstone');
  expect(choice('OtNN', 1)).toBe('result 2,3 summary');
  expect(choice('NoNn', 1, { whenFull: 'drop-oldest' })).toBe('result 1,3 tombstone');
  expect(choice('tt', 1, { alert: 'Aa', whenFull: 'drop-oldest' })).toBe('alert 1 tombstone');
});

test('what no server knows is passed over, so that scattered results make one summary; what one may know is not', () => {
  expect(choice('nonono', 1)).toBe('result 0,2,4 summary');
  expect(choice('nNnNn', 1)).toBe('result 0,2,4 summary');
  expect(choice('no|nn', 1)).toBe('result 0 summary');
  expect(choice('nn|nonn', 1)).toBe('result 0,1,2 summary');
  expect(choice(`n${'o'.repeat(65)}n`, 1)).toBe('result 0 summary');
});

test('a step stays short, and takes no less than makes a good summary', () => {
  const taken = (letters: string, excess: number): number =>
    nextEviction({ result: lane(letters), alert: lane('') }, 'degrade', excess, 1e9)!.groups.flat().length;
  expect(taken('n'.repeat(100), 1)).toBe(16);
  expect(taken('n'.repeat(100), 3000)).toBe(30);
  expect(taken('n'.repeat(200), 1e6)).toBe(64);
  expect(taken('s'.repeat(200), 1)).toBe(64);
});

test('finding what gives way costs the same however long the lane is', () => {
  let looks = 0;
  const counting = new LaneIndex();
  for (const entry of lane(`${'tO'.repeat(20_000)}${'n'.repeat(100)}`).entries)
    counting.push(
      new Proxy(entry, {
        get(target, key) {
          looks++;
          return Reflect.get(target, key) as unknown;
        },
      }),
    );
  const lanes = { result: counting, alert: lane('') };
  looks = 0;
  for (let i = 0; i < 10; i++) nextEviction(lanes, 'degrade', 1, 1e9);
  nextExpiry(lanes, 1e9, 1e12);
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(2000);
});

test('age takes what is old in either lane, and tombstones never', () => {
  const lanes = { result: lane('tnn'), alert: lane('a') };
  expect(nextExpiry(lanes, 11, 9)).toMatchObject({ lane: 'result', groups: [[1]], reason: 'age' });
  expect(nextExpiry({ ...lanes, result: lane('t') }, 11, 9)).toMatchObject({ lane: 'alert' });
  expect(nextExpiry(lanes, 11, 12)).toBeUndefined();
});

test('a summary holds count, least, mean, greatest and last per stream and output, also where they are 0', () => {
  const first = summaryOf([stored(1, [row(0), row(4), row(2)])], NO_COMPRESSION);
  const joined = summaryOf([first, stored(2, [row(6), row(0, { device: 'p2' })])], NO_COMPRESSION);
  const list = decode(v1.SummaryList, joined.columns);
  expect(joined).toMatchObject({ seq: 1, seqLast: 2, count: 5, decisions: { normal: 5 } });
  expect(list.level).toBe(1);
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
  const packed = packRows(
    wide,
    { normal: true, priority: 0 },
    { maxRecords: 500, maxBytes: 1500 },
    NO_COMPRESSION,
  );
  expect(packed.map((p) => p.count)).toEqual([2, 2, 2, 2]);
  expect(packed.every((p) => p.columns.length <= 1500)).toBe(true);
});
