import { v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import type { LaneHead } from './head.ts';
import { inspectLane } from './inspect.ts';
import type { Entry, LaneIndex } from './lane-index.ts';
import { emptyLedger, produced } from './ledger.ts';

const { BLOCK_KIND_RESULTS: RESULTS, BLOCK_KIND_TOMBSTONE: TOMBSTONE } = v1.BlockKind;

/** Blocks first–last with so many records, laid out one after another from number 41 of the store, 1 of the epoch. */
function lane(...parts: [first: number, last: number, records: number, before: number, kind?: number][]): {
  head: LaneHead;
  index: LaneIndex;
} {
  const entries = parts.map(([first, last, count, before, kind = RESULTS]) => ({
    seq: first + 40,
    seqLast: last + 40,
    count,
    before,
    kind,
  })) as Entry[];
  const total = parts.reduce((sum, part) => sum + part[2], 0);
  const head: LaneHead = {
    last: 46,
    cursor: 40,
    offset: 40,
    base: 100,
    ackedBefore: 100,
    ledger: produced(emptyLedger(), total),
  };
  return { head, index: { entries } as unknown as LaneIndex };
}

function problems({ head, index }: ReturnType<typeof lane>): string[] {
  return inspectLane('result', head, index).problems;
}

test('numbers are contiguous from the cursor to the last, gaps are named as the control plane names them', () => {
  const { head, index } = lane([1, 2, 10, 100], [3, 5, 20, 110, TOMBSTONE], [6, 6, 5, 130]);
  expect(inspectLane('result', head, index)).toEqual({
    cursor: 0,
    last: 6,
    blocks: 3,
    gaps: [{ first: 3, last: 5, records: 20, became: 'evicted' }],
    gapsOmitted: 0,
    problems: [],
  });
});

test('a block that is missing, at the front, within, or at the end, is named by its range', () => {
  expect(problems(lane([2, 2, 5, 105], [3, 6, 5, 110]))).toContain('result: block 1 is missing');
  expect(problems(lane([1, 1, 5, 100], [4, 6, 5, 105]))).toEqual(['result: blocks 2 to 3 are missing']);
  expect(problems(lane([1, 4, 5, 100]))).toEqual(['result: blocks 5 to 6 are missing']);
});

test('records that no block counts are named', () => {
  expect(problems(lane([1, 3, 5, 100], [4, 6, 5, 108]))).toContain(
    'result: 3 records uncounted before block 4',
  );
});
