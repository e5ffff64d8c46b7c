// What a metered link carries, with the real loop, outbox reader and transport decorator over virtual hours.
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import type { Transport } from '../ports.ts';
import { createSyncLoop, type SyncLoop } from './loop.ts';
import { openMeter } from './meter.ts';
import type { LaneName, OutboxReader } from './outbox-reader.ts';
import { TestWorld } from './test-world.ts';

const HOUR_MS = 3_600_000;
const BYTES_PER_HOUR = 1024 * 1024;
const BLOCK_BYTES = 8_000;
const EPOCH = new Uint8Array(16).fill(1);
const LANES = { alert: v1.Lane.LANE_ALERT, result: v1.Lane.LANE_RESULT } as const;

/** An endless backlog of results, and alerts as they are added. */
function backlog() {
  const first: Record<LaneName, number> = { alert: 1, result: 1 };
  const last: Record<LaneName, number> = { alert: 0, result: 1_000_000 };
  const outbox: OutboxReader = {
    epoch: EPOCH,
    pending: async (lane, afterSeq, maxBytes) => {
      const count = Math.min(last[lane] - afterSeq, 1 + Math.floor(maxBytes / BLOCK_BYTES));
      return Array.from({ length: count }, (_, i) => ({
        epoch: EPOCH,
        lane: LANES[lane],
        seq: afterSeq + 1 + i,
        seqLast: afterSeq + 1 + i,
        columns: new Uint8Array(lane === 'alert' ? 400 : BLOCK_BYTES),
      }));
    },
    lanes: () =>
      (['alert', 'result'] as const).map((lane) => ({
        lane,
        firstPending: first[lane] > last[lane] ? 0 : first[lane],
        last: last[lane],
      })),
    ledgers: () => [],
    sketches: async () => [],
    acknowledge: async (acks) => {
      for (const { lane, cursor } of acks) first[lane] = Math.max(first[lane], cursor + 1);
    },
    newEpoch: async () => undefined,
  };
  return { outbox, first, last };
}

function setUp() {
  const world = new TestWorld();
  const { outbox, first, last } = backlog();
  const passed: { atMs: number; bytes: number; alerts: number }[] = [];
  const transport: Transport = async (request) => {
    const body = new Uint8Array(await request.arrayBuffer());
    const { blocks } = decode(v1.SyncRequest, body) as { blocks: skerry.v1.IBlock[] };
    const cursors = new Map<number, number>();
    for (const { lane, seq } of blocks) cursors.set(lane ?? 0, Number(seq));
    const acks = [...cursors].map(([lane, cursor]) => ({ epoch: EPOCH, lane, cursor }));
    const answer = encode(v1.SyncResponse, { instance: 'i1', acks, nextSyncMs: 5_000 });
    const alerts = blocks.filter(({ lane }) => lane === LANES.alert).length;
    passed.push({ atMs: world.monoMs, bytes: body.length + answer.length, alerts });
    return new Response(answer as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': 'application/x-protobuf' },
    });
  };
  /** A start of the agent over the same database. */
  const start = async (): Promise<SyncLoop> => {
    const meter = await openMeter({ bytesPerHour: BYTES_PER_HOUR, reserve: 0.2 }, world);
    const loop = createSyncLoop({
      ...world,
      crypto: nodeCrypto,
      transport: meter.transport('state', transport),
      outbox,
      budget: meter.budget,
      url: 'https://control.example.com',
      boot: 'b1',
      identity: { accessToken: async () => 't', forgetToken: () => undefined },
      reported: () => ({ version: '0.1.0', facts: { os: 'x'.repeat(1_000) } }),
      seen: () => ({ instance: 'i1', generation: 1 }),
      applyDesired: async () => undefined,
    });
    loop.start();
    return loop;
  };
  const hours = (): number[] =>
    passed.map(({ atMs: fromMs }) =>
      passed
        .filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + HOUR_MS)
        .reduce((sum, { bytes }) => sum + bytes, 0),
    );
  return { world, first, last, passed, start, hours };
}

test('a backlog uses what an hour allows, and never more', async () => {
  const { world, start, hours, first } = setUp();
  await start();
  await world.pass(3 * HOUR_MS);
  expect(Math.max(...hours())).toBeLessThanOrEqual(BYTES_PER_HOUR);
  expect(first.result * BLOCK_BYTES).toBeGreaterThan(0.75 * 3 * BYTES_PER_HOUR);
});

test('an alert goes out at once, though results wait for their budget', async () => {
  const { world, start, passed, last } = setUp();
  const loop = await start();
  await world.pass(HOUR_MS);
  for (let i = 0; i < 20; i++) {
    const fromMs = world.monoMs;
    last.alert++;
    loop.notify();
    await world.pass(61_000);
    expect(passed.find(({ atMs, alerts }) => atMs >= fromMs && alerts > 0)!.atMs - fromMs).toBeLessThan(200);
  }
});

test('an agent that starts again every minute has no more than one that runs', async () => {
  const { world, start, hours, passed } = setUp();
  for (let i = 0; i < 180; i++) {
    const loop = await start();
    await world.pass(60_000);
    await loop.stop();
  }
  expect(passed.length).toBeGreaterThan(100);
  expect(Math.max(...hours())).toBeLessThanOrEqual(BYTES_PER_HOUR);
});

test('with nothing left nothing is sent until something is, and the circuit stays closed', async () => {
  const { world, start, passed } = setUp();
  world.damage('i/budget', '-20000');
  const loop = await start();
  await world.pass(60_000);
  expect(passed).toEqual([]);
  expect(loop.status()).toMatchObject({ circuit: 'closed', failuresInARow: 0 });
  expect(loop.status().outcomes.deferred).toBeGreaterThan(0);
  await world.pass(60_000);
  expect(passed.length).toBeGreaterThan(0);
});

test('a disk that keeps nothing costs a line in the log, and no exchange', async () => {
  const { world, start, passed } = setUp();
  Object.assign(world.store, { batch: () => Promise.reject(new Error('no space left')) });
  await start();
  await world.pass(60_000);
  expect(passed.length).toBeGreaterThan(0);
  expect(world.lines.join()).toContain("can't be kept: no space left");
});
