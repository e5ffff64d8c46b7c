import { decodeResults } from '@skerry/proto/results';
import { v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import {
  alert,
  counters,
  createWorld,
  journalOf,
  kinds,
  ledger,
  progress,
  row,
  rows,
  samples,
} from './outbox-world.ts';

const { BLOCK_KIND_RESULTS } = v1.BlockKind;

test('acknowledged means durable: what appendJournal resolved with is there after a power loss', async () => {
  const world = createWorld();
  const { outbox } = await world.open();
  expect(await outbox.appendJournal([samples('press', 1, 2, 3)], counters(3))).toBe(1);
  world.disk.powerLoss();
  const { recovered } = await world.open();
  const entries = await journalOf(recovered);
  expect(entries.map((e) => [e.seq, ...e.batches[0]!.values])).toEqual([[1, 1, 2, 3]]);
  expect(recovered.counters.get('press')?.received).toBe(3);
});

test('durability: os may lose the last commits at a power loss, never a part of one', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ durability: 'os' });
  await outbox.appendJournal([samples('press', 1)], counters(1));
  await outbox.appendJournal([samples('press', 2)], counters(2));
  world.disk.powerLoss(2);
  const { recovered } = await world.open({ durability: 'os' });
  expect(await journalOf(recovered)).toHaveLength(recovered.counters.get('press')?.received ?? 0);
});

test('epoch survives a restart; an empty database begins another', async () => {
  const world = createWorld();
  const first = await world.open();
  world.disk.powerLoss();
  const again = await world.open();
  expect(first.recovered.fresh).toBe(true);
  expect(again.recovered).toMatchObject({ fresh: false, epoch: first.recovered.epoch });
  expect((await createWorld().open()).recovered.fresh).toBe(true);
});

test('results, counters, states and the trimming of the journal become true together', async () => {
  const world = createWorld();
  const { outbox } = await world.open();
  for (const n of [1, 2, 3]) await outbox.appendJournal([samples('press', n)], counters(n));
  const step = progress({
    rows: rows(1, 2),
    alerts: [alert(1)],
    deviceStates: [{ pipeline: 'press', states: [{ device: 'p/1 ü', bytes: new Uint8Array([7]) }] }],
    counters: counters(99, { late: 1 }),
    fedThrough: 2,
    trimBelow: 2,
  });
  world.disk.fault = () => 'lost';
  void outbox.commitProgress(step);
  await new Promise((resolve) => setImmediate(resolve));
  world.disk.fault = undefined;
  const before = await world.open();
  expect(before.recovered).toMatchObject({ fedThrough: 0 });
  expect(before.recovered.deviceStates.size).toBe(0);
  expect(await journalOf(before.recovered)).toHaveLength(3);

  await before.outbox.commitProgress(step);
  world.disk.powerLoss();
  const { outbox: after, recovered } = await world.open();
  expect(recovered.fedThrough).toBe(2);
  expect((await journalOf(recovered)).map((e) => e.seq)).toEqual([2, 3]);
  expect(recovered.deviceStates.get('press')).toEqual([{ device: 'p/1 ü', bytes: new Uint8Array([7]) }]);
  expect(recovered.counters.get('press')).toMatchObject({ received: 3, rejected: { late: 1 } });
  expect(ledger(after)).toMatchObject({ produced: 2, pending: 2 });
  expect(ledger(after, 'alerts')).toMatchObject({ produced: 1, pending: 1 });
});

test('an entry that was not fed is never trimmed, whatever trimBelow says', async () => {
  const world = createWorld();
  const { outbox } = await world.open();
  await outbox.appendJournal([samples('press', 1)], counters(1));
  await outbox.appendJournal([samples('press', 2)], counters(2));
  await outbox.commitProgress(progress({ fedThrough: 1, trimBelow: 99 }));
  world.disk.powerLoss();
  expect((await journalOf((await world.open()).recovered)).map((e) => e.seq)).toEqual([2]);
});

test('journal numbers run on after everything was trimmed', async () => {
  const world = createWorld();
  const { outbox } = await world.open();
  await outbox.appendJournal([samples('press', 1)], counters(1));
  await outbox.commitProgress(progress({ fedThrough: 1, trimBelow: 2 }));
  world.disk.powerLoss();
  const { outbox: again } = await world.open();
  expect(await again.appendJournal([samples('press', 2)], counters(2))).toBe(2);
});

test('a sequence number is never given out twice, also after everything was acknowledged and trimmed', async () => {
  const world = createWorld();
  let { outbox } = await world.open();
  await outbox.commitProgress(progress({ rows: [row(1)], alerts: [alert(1)] }));
  await outbox.acknowledge(
    [
      { lane: 'result', cursor: 1 },
      { lane: 'alert', cursor: 1 },
    ],
    0,
  );
  expect(world.disk.keys('b/')).toEqual([]);
  world.disk.powerLoss();
  ({ outbox } = await world.open());
  expect(outbox.lanes()).toEqual([
    { lane: 'alert', firstPending: 0, last: 1 },
    { lane: 'result', firstPending: 0, last: 1 },
  ]);
  await outbox.commitProgress(progress({ rows: [row(2)] }));
  expect(await kinds(outbox)).toEqual([[2, 2, BLOCK_KIND_RESULTS, 1]]);
});

test('blocks hold at most blockMaxRecords, and are sent as they were committed', async () => {
  const world = createWorld();
  let { outbox } = await world.open({ blockMaxRecords: 4 });
  await outbox.commitProgress(progress({ rows: rows(1, 10) }));
  const sent = await outbox.pending('result', 0, 1024 ** 2);
  expect(sent.map((b) => b.count)).toEqual([4, 4, 2]);
  expect(sent.flatMap((b) => decodeResults(b.columns!)).map((r) => r.fromUs / 1e6)).toEqual(
    rows(1, 10).map((_, i) => i + 1),
  );
  world.disk.powerLoss();
  ({ outbox } = await world.open());
  expect(await outbox.pending('result', 0, 1024 ** 2)).toEqual(sent);
  expect((await outbox.pending('result', 1, 1)).map((b) => b.seq)).toEqual([2]);
});

test('an acknowledgement delivers blocks once, whatever is repeated, and none that was never given out', async () => {
  const { outbox } = await createWorld().open({ blockMaxRecords: 2 });
  await outbox.commitProgress(progress({ rows: rows(1, 6) }));
  await outbox.acknowledge([{ lane: 'result', cursor: 2 }], 0);
  await outbox.acknowledge([{ lane: 'result', cursor: 2 }], 0);
  await outbox.acknowledge([{ lane: 'result', cursor: 1 }], 0);
  expect(ledger(outbox)).toMatchObject({ produced: 6, delivered: 4, pending: 2 });
  await expect(outbox.acknowledge([{ lane: 'result', cursor: 4 }], 0)).rejects.toMatchObject({
    code: 'invalid',
  });
  expect(ledger(outbox)).toMatchObject({ produced: 6, delivered: 4, pending: 2 });
});

test('a new epoch takes along what is pending, numbered from 1, and each result is in one ledger', async () => {
  const world = createWorld();
  let { outbox } = await world.open({ blockMaxRecords: 2 });
  await outbox.commitProgress(progress({ rows: rows(1, 8), sketches: [{ signal: 'a' }, { signal: 'b' }] }));
  await outbox.acknowledge([{ lane: 'result', cursor: 2 }], 1);
  const old = outbox.epoch;
  await outbox.newEpoch('the server holds other blocks');
  world.disk.powerLoss();
  ({ outbox } = await world.open());
  expect(outbox.epoch).not.toEqual(old);
  const [past, now] = outbox.ledgers();
  expect(past).toMatchObject({ epoch: old, results: { produced: 4, delivered: 4, pending: 0 } });
  expect(now).toMatchObject({ results: { produced: 4, delivered: 0, pending: 4 }, alerts: { pending: 1 } });
  expect(outbox.lanes()).toContainEqual({ lane: 'result', firstPending: 1, last: 2 });
  expect((await outbox.sketches(9)).map((s) => [s.seq, s.signal])).toEqual([[1, 'b']]);
  await outbox.commitProgress(progress({ rows: rows(9, 9) }));
  expect((await outbox.pending('result', 2, 999)).map((b) => b.seq)).toEqual([3]);
  await outbox.acknowledge([{ lane: 'result', cursor: 3 }], 1);
  expect(ledger(outbox)).toMatchObject({ produced: 5, delivered: 5, pending: 0 });
  expect(outbox.stats().ledgers.result).toMatchObject({ produced: 9, delivered: 9 });
  expect(outbox.stats().ledgers.result.decisions).toEqual({ normal: 9 });
  expect(await outbox.sketches(9)).toEqual([]);
});

test('sketches are numbered, kept until acknowledged, and the oldest give way beyond their bound', async () => {
  const { outbox } = await createWorld().open({ maxSketches: 3 });
  for (let i = 1; i <= 5; i++) await outbox.commitProgress(progress({ sketches: [{ signal: `c${i}` }] }));
  expect((await outbox.sketches(2)).map((s) => s.seq)).toEqual([3, 4]);
  expect(outbox.stats().sketchesDropped).toBe(2);
  await outbox.acknowledge([], 4);
  expect((await outbox.sketches(9)).map((s) => [s.seq, s.signal])).toEqual([[5, 'c5']]);
});

test('the tail gives the newest rows, once each, also where making room failed after they were committed', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ tailRows: 5, maxBytes: 8 * 1024 });
  for (let i = 0; i < 4; i++) await outbox.commitProgress(progress({ rows: rows(20 * i, 20 * i + 19) }));
  const step = progress({ rows: rows(80, 200) });
  const first = world.disk.batches + 1;
  world.disk.fault = (batch) => (batch > first ? 'full' : undefined);
  await expect(outbox.commitProgress(step)).rejects.toMatchObject({ code: 'full' });
  world.disk.fault = undefined;
  await outbox.commitProgress(step);
  expect(ledger(outbox).produced).toBe(201);
  expect(outbox.tail(9).map((r) => r.fromUs / 1e6)).toEqual([196, 197, 198, 199, 200]);
  expect(outbox.tail(2)).toHaveLength(2);
});
