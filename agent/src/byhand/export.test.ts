import { readParts } from '@skerry/proto/bundle';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import type { LaneName, LaneState, OutboxReader } from '../sync/outbox-reader.ts';
import { exportFile } from './export.ts';

const SEED = new Uint8Array(32).fill(3);
const PART_BYTES = 64 * 1024;

/** An outbox of blocks of 10 KiB that are made when they are asked for, so that only what is in use takes memory. */
class Blocks implements OutboxReader {
  epoch = new Uint8Array(16).fill(1);
  first: Record<LaneName, number> = { alert: 1, result: 1 };
  last: Record<LaneName, number> = { alert: 0, result: 0 };
  drifting: skerry.v1.IDriftSketch[] = [];

  async pending(lane: LaneName, afterSeq: number, maxBytes: number): Promise<skerry.v1.IBlock[]> {
    const blocks: skerry.v1.IBlock[] = [];
    let seq = Math.max(afterSeq + 1, this.first[lane]);
    for (let room = maxBytes; seq <= this.last[lane] && (room > 0 || blocks.length === 0); room -= 10_240)
      blocks.push({
        epoch: this.epoch,
        lane: lane === 'alert' ? v1.Lane.LANE_ALERT : v1.Lane.LANE_RESULT,
        seq,
        seqLast: seq++,
        count: 1,
        columns: new Uint8Array(10_240),
      });
    return blocks;
  }

  lanes(): LaneState[] {
    return (['alert', 'result'] as const).map((lane) => {
      const [first, last] = [this.first[lane], this.last[lane]];
      return { lane, firstPending: first <= last ? first : 0, last };
    });
  }

  ledgers(): skerry.v1.ILedgerReport[] {
    return [];
  }

  async sketches(maxCount: number): Promise<skerry.v1.IDriftSketch[]> {
    return this.drifting.slice(0, maxCount);
  }

  acknowledge(): Promise<void> {
    throw new Error('an export acknowledges nothing');
  }

  newEpoch(): Promise<void> {
    throw new Error('an export begins no epoch');
  }
}

interface Seen {
  numbers: Record<LaneName, number[]>;
  sketches: number[];
  parts: { sizeBytes: number; lanes: skerry.v1.ILaneRange[] }[];
}

/** Reads an export to its end; `meanwhile` is called after every part. */
async function readExport(outbox: Blocks, meanwhile: (part: number) => void = () => {}): Promise<Seen> {
  const file = exportFile({
    agentId: 'gw',
    outbox,
    random: { bytes: (n) => new Uint8Array(n), unit: () => 0 },
    sign: (message) => nodeCrypto.sign(SEED, message),
    situation: () => ({ clock: {}, reported: undefined, seen: { instance: '', generation: 0 } }),
    partBytes: PART_BYTES,
  });
  const seen: Seen = { numbers: { alert: [], result: [] }, sketches: [], parts: [] };
  for await (const { part, bytes } of readParts(file, 'the export')) {
    const request = decode(v1.SyncRequest, part.request);
    for (const { lane, seq } of request.blocks)
      seen.numbers[lane === v1.Lane.LANE_ALERT ? 'alert' : 'result'].push(seq ?? 0);
    seen.sketches.push(...request.sketches.map(({ seq }) => seq ?? 0));
    seen.parts.push({ sizeBytes: bytes.length, lanes: request.lanes });
    expect(Object.hasOwn(request, 'reported')).toBe(false);
    meanwhile(part.index);
  }
  return seen;
}

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('a large outbox becomes parts of bounded size, every number once and in order', async () => {
  const outbox = new Blocks();
  outbox.last = { alert: 30, result: 1_000 };
  outbox.drifting = upTo(700).map((seq) => ({ seq, pipeline: 'p', counts: upTo(20) }));
  const { numbers, sketches, parts } = await readExport(outbox);
  expect(numbers).toEqual({ alert: upTo(30), result: upTo(1_000) });
  expect(sketches).toEqual(upTo(700));
  expect(parts.length).toBeGreaterThan(100);
  expect(Math.max(...parts.map(({ sizeBytes }) => sizeBytes))).toBeLessThan(PART_BYTES + 10_240 + 1_024);
});

test('every part says where the outbox begins, not where the part does: nothing before it counts as acknowledged', async () => {
  const outbox = new Blocks();
  outbox.first.result = 5;
  outbox.last.result = 40;
  const { numbers, parts } = await readExport(outbox);
  expect(numbers.result).toEqual(upTo(40, 5));
  const begins = parts.map(
    ({ lanes }) => lanes.find(({ lane }) => lane === v1.Lane.LANE_RESULT)?.firstPending,
  );
  expect(new Set(begins)).toEqual(new Set([5]));
});

test('what a sync acknowledges meanwhile is left out, and an export ends however much is produced during it', async () => {
  const outbox = new Blocks();
  outbox.last.result = 100;
  const { numbers } = await readExport(outbox, (part) => {
    outbox.last.result += 5;
    if (part === 3) outbox.first.result = 60;
  });
  expect(numbers.result.slice(-1)[0]).toBeGreaterThanOrEqual(100);
  expect(numbers.result).not.toContain(45);
  expect(numbers.result.filter((n) => n >= 60 && n <= 100)).toEqual(upTo(100, 60));
});

test('an empty outbox is one part, which still says how things stand', async () => {
  expect((await readExport(new Blocks())).parts).toHaveLength(1);
});

test('a new epoch that begins meanwhile ends the export, by name', async () => {
  const outbox = new Blocks();
  outbox.last.result = 100;
  const ended = readExport(outbox, () => {
    outbox.epoch = new Uint8Array(16).fill(2);
  });
  await expect(ended).rejects.toThrow('the outbox began a new epoch while it was exported');
});
