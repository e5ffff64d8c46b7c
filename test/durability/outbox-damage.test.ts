import { blockKey, HEAD_KEY, journalKey } from '@skerry/agent/outbox/keys';
import { openSamples } from '@skerry/agent/outbox/ledger';

import { decode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { counters, createWorld, journalOf, kinds, ledger, progress, rows, samples } from './outbox-world.ts';

const { BLOCK_KIND_RESULTS, BLOCK_KIND_TOMBSTONE } = v1.BlockKind;

test('a refused commit leaves memory and disk as they were, and may be repeated', async () => {
  for (const fault of ['full', 'failed', 'unsure'] as const) {
    const world = createWorld();
    const { outbox } = await world.open();
    const step = progress({ rows: rows(1, 3), fedThrough: 0 });
    world.disk.fault = () => fault;
    await expect(outbox.commitProgress(step)).rejects.toMatchObject({ name: 'SkerryError' });
    expect(ledger(outbox).produced).toBe(0);
    world.disk.fault = undefined;
    await outbox.commitProgress(step);
    await outbox.commitProgress(progress({ rows: rows(4, 4) }));
    expect(ledger(outbox)).toMatchObject({ produced: 4, pending: 4 });
    world.disk.powerLoss();
    const { outbox: again, damage } = await world.open();
    expect(damage).toMatchObject({ headLost: false, holes: [] });
    expect(ledger(again)).toMatchObject({ produced: 4, pending: 4 });
    expect(await kinds(again)).toEqual([
      [1, 1, BLOCK_KIND_RESULTS, 3],
      [2, 2, BLOCK_KIND_RESULTS, 1],
    ]);
  }
});

test('a flipped byte becomes a counted hole, and the rest is sent', async () => {
  for (const where of [5, 30, 100]) {
    const world = createWorld();
    const { outbox } = await world.open({ blockMaxRecords: 2 });
    await outbox.commitProgress(progress({ rows: rows(1, 6) }));
    world.disk.flip(blockKey('result', 2), where);
    world.disk.powerLoss();
    const { outbox: again, damage } = await world.open();
    expect(damage.holes).toEqual([{ lane: 'result', first: 2, last: 2, records: 2 }]);
    expect(ledger(again)).toMatchObject({ produced: 6, pending: 4, evicted: 2 });
    expect(ledger(again, 'alerts')).toMatchObject({ produced: 1, pending: 1 });
    const blocks = await again.pending('result', 0, 1024 ** 2);
    expect(blocks.map((b) => [b.seq, b.kind, b.count])).toEqual([
      [1, BLOCK_KIND_RESULTS, 2],
      [2, BLOCK_KIND_TOMBSTONE, 2],
      [3, BLOCK_KIND_RESULTS, 2],
    ]);
    expect(decode(v1.Tombstone, blocks[1]!.columns!).reason).toBe('corrupt');
    await again.acknowledge([{ lane: 'result', cursor: 3 }], 0);
    expect(ledger(again)).toMatchObject({ produced: 6, delivered: 4, evicted: 2, pending: 0 });
  }
});

test('vanished blocks at either end and in the middle are holes of the right size', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ blockMaxRecords: 2 });
  await outbox.commitProgress(progress({ rows: rows(1, 13) }));
  for (const seq of [1, 3, 4, 7]) world.disk.vanish(blockKey('result', seq));
  world.disk.powerLoss();
  const { outbox: again, damage } = await world.open();
  expect(damage.holes.map((h) => [h.first, h.last, h.records])).toEqual([
    [1, 1, 2],
    [3, 4, 4],
    [7, 7, 1],
  ]);
  expect(ledger(again)).toMatchObject({ produced: 13, pending: 6, evicted: 7 });
  world.disk.powerLoss();
  expect((await world.open()).damage.holes).toEqual([]);
});

test('a block that is damaged while the agent runs becomes a hole before it is sent', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ blockMaxRecords: 2 });
  await outbox.commitProgress(progress({ rows: rows(1, 4) }));
  world.disk.flip(blockKey('result', 1), 90);
  expect(await kinds(outbox)).toEqual([
    [1, 1, BLOCK_KIND_TOMBSTONE, 2],
    [2, 2, BLOCK_KIND_RESULTS, 2],
  ]);
  expect(ledger(outbox)).toMatchObject({ produced: 4, pending: 2, evicted: 2 });
});

test('one damaged copy of the head costs nothing', async () => {
  const world = createWorld();
  const { outbox } = await world.open();
  await outbox.commitProgress(progress({ rows: rows(1, 4) }));
  world.disk.flip(HEAD_KEY, 20);
  world.disk.powerLoss();
  const { outbox: again, damage } = await world.open();
  expect(damage.headLost).toBe(false);
  expect(ledger(again)).toMatchObject({ produced: 4 });
});

test('a lost head begins a new epoch with what is there, and never loses the journal', async () => {
  const world = createWorld();
  const { outbox, recovered } = await world.open({ blockMaxRecords: 2 });
  await outbox.appendJournal([samples('press', 1, 2)], counters(5, { malformed: 3 }));
  await outbox.commitProgress(progress({ rows: rows(1, 4) }));
  await outbox.acknowledge([{ lane: 'result', cursor: 1 }], 0);
  for (const key of [HEAD_KEY, 'm/mirror']) world.disk.flip(key, 20);
  world.disk.powerLoss();
  const again = await world.open();
  expect(again.damage.headLost).toBe(true);
  expect(again.recovered.epoch).not.toEqual(recovered.epoch);
  expect(ledger(again.outbox)).toMatchObject({ produced: 2, pending: 2 });
  expect(await kinds(again.outbox)).toEqual([[1, 1, BLOCK_KIND_RESULTS, 2]]);
  expect(await journalOf(again.recovered)).toHaveLength(1);
  expect(openSamples(again.recovered.counters.get('press')!)).toBe(2);
});

test('a damaged journal entry is left out; those around it are replayed', async () => {
  const world = createWorld();
  const { outbox } = await world.open();
  for (const n of [1, 2, 3]) await outbox.appendJournal([samples('press', n)], counters(n));
  world.disk.flip(journalKey(2), 30);
  world.disk.powerLoss();
  const { recovered } = await world.open();
  expect((await journalOf(recovered)).map((e) => e.seq)).toEqual([1, 3]);
});

test('samples of a damaged or vanished journal entry are counted once as rejected{corrupt}, and one alert says so', async () => {
  const world = createWorld();
  const { outbox } = await world.open();
  for (const n of [1, 2, 3, 4])
    await outbox.appendJournal([samples('press', n, n)], counters(2 * n + 1, { malformed: 1 }));
  await outbox.commitProgress(progress({ fedThrough: 1, trimBelow: 2, counters: counters(0) }));
  world.disk.flip(journalKey(2), 30);
  world.disk.vanish(journalKey(4));
  for (let start = 0; start < 3; start++) {
    world.disk.powerLoss();
    const { outbox: again, recovered } = await world.open();
    expect(recovered.counters.get('press')).toMatchObject({
      received: 9,
      rejected: { malformed: 1, corrupt: 4 },
    });
    expect(openSamples(recovered.counters.get('press')!)).toBe(4);
    expect(ledger(again, 'alerts')).toMatchObject({ produced: 1 });
  }
});

test("arrival's counters that were lost begin anew with what the journal is known to have held", async () => {
  const world = createWorld();
  const { outbox } = await world.open();
  for (const n of [1, 2]) await outbox.appendJournal([samples('press', n, n)], counters(2 * n));
  await outbox.commitProgress(progress({ fedThrough: 1, trimBelow: 2 }));
  world.disk.flip('c/arrival/press', 10);
  world.disk.powerLoss();
  const { recovered, damage } = await world.open();
  expect(damage.records).toEqual(['c/arrival/press']);
  expect(recovered.counters.get('press')).toMatchObject({ received: 4, rejected: {} });
  world.disk.powerLoss();
  const again = await world.open();
  expect(again.damage.records).toEqual([]);
  expect(again.recovered.counters.get('press')).toMatchObject({ received: 4, rejected: {} });
});
