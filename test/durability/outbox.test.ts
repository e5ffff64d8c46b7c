import { blockKey, HEAD_KEY, journalKey } from '@skerry/agent/outbox/keys';
import { openSamples } from '@skerry/agent/outbox/ledger';
import type { Outbox } from '@skerry/agent/outbox/outbox';
import type { Recovered } from '@skerry/agent/outbox/types';
import { decodeResults } from '@skerry/proto/results';
import { decode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { alert, counters, createWorld, progress, row, rows, samples } from './outbox-world.ts';

const { BLOCK_KIND_RESULTS, BLOCK_KIND_SUMMARY, BLOCK_KIND_TOMBSTONE } = v1.BlockKind;

async function journalOf(recovered: Recovered) {
  const entries = [];
  for await (const entry of recovered.journal()) entries.push(entry);
  return entries;
}

function ledger(outbox: Outbox, lane: 'results' | 'alerts' = 'results') {
  const { decisions: _, ...terms } = outbox.ledgers().at(-1)![lane]!;
  return terms;
}

async function kinds(outbox: Outbox, lane: 'alert' | 'result' = 'result') {
  const blocks = await outbox.pending(lane, 0, 1024 ** 3);
  return blocks.map((b) => [b.seq, b.seqLast, b.kind, b.count]);
}

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

test('degrade: the oldest normal results become summaries, then tombstones; alerts stay; the disk is bounded', async () => {
  const world = createWorld();
  const maxBytes = 48 * 1024;
  const { outbox } = await world.open({ maxBytes, blockMaxRecords: 100 });
  for (let i = 0; i < 60; i++) {
    const decision = i % 20 === 0 ? 'alert' : 'normal';
    await outbox.commitProgress(
      progress({ rows: rows(100 * i, 100 * i + 99, { decision }), alerts: i % 20 === 0 ? [alert(i)] : [] }),
    );
    expect(world.disk.sizeBytes()).toBeLessThanOrEqual(maxBytes);
  }
  const terms = ledger(outbox);
  expect(terms.produced).toBe(6000);
  expect(terms.summarized).toBeGreaterThan(0);
  expect(ledger(outbox, 'alerts')).toMatchObject({ produced: 3, pending: 3 });
  const blocks = await outbox.pending('result', 0, 1024 ** 2);
  const summary = blocks.find((b) => b.kind === BLOCK_KIND_SUMMARY)!;
  const [line] = decode(v1.SummaryList, summary.columns!).summaries;
  expect(line).toMatchObject({ pipeline: 'press', device: 'p1', output: 'score', count: summary.count });
  expect(line!.min).toBeLessThan(line!.mean as number);
  const alerts = blocks.filter(
    (b) => b.kind === BLOCK_KIND_RESULTS && decodeResults(b.columns!)[0]!.decision === 'alert',
  );
  expect(alerts).toHaveLength(3);
  world.disk.powerLoss();
  const { outbox: again, damage } = await world.open({ maxBytes });
  expect(damage.holes).toEqual([]);
  expect(ledger(again)).toEqual(terms);
  const { last } = again.lanes().find((l) => l.lane === 'result')!;
  await again.acknowledge([{ lane: 'result', cursor: last }], 0);
  expect(ledger(again)).toEqual({ ...terms, delivered: terms.pending, pending: 0 });
});

test('drop-oldest: the oldest results become one tombstone that keeps count and range', async () => {
  const { outbox } = await createWorld().open({
    maxBytes: 32 * 1024,
    whenFull: 'drop-oldest',
    blockMaxRecords: 50,
  });
  for (let i = 0; i < 60; i++) await outbox.commitProgress(progress({ rows: rows(50 * i, 50 * i + 49) }));
  const [tombstone, ...rest] = await outbox.pending('result', 0, 1024 ** 2);
  expect(tombstone).toMatchObject({ seq: 1, kind: BLOCK_KIND_TOMBSTONE });
  expect(tombstone!.count).toBe(50 * Number(tombstone!.seqLast));
  const { reason, fromUs, toUs } = decode(v1.Tombstone, tombstone!.columns!);
  expect([reason, Number(fromUs), toUs]).toEqual(['space', 0, tombstone!.count! * 1e6]);
  expect(rest.every((b) => b.kind === BLOCK_KIND_RESULTS)).toBe(true);
  expect(ledger(outbox)).toMatchObject({ produced: 3000, evicted: tombstone!.count, summarized: 0 });
});

test('reject-new and block evict nothing and say that they are full until something is acknowledged', async () => {
  for (const whenFull of ['reject-new', 'block'] as const) {
    const { outbox } = await createWorld().open({ maxBytes: 16 * 1024, whenFull });
    let told = 0;
    outbox.onSpace(() => told++);
    while (!outbox.full) await outbox.commitProgress(progress({ rows: rows(1, 100) }));
    const { produced, pending } = ledger(outbox);
    expect(pending).toBe(produced);
    await outbox.acknowledge([{ lane: 'result', cursor: outbox.lanes()[1]!.last }], 0);
    expect([outbox.full, told]).toEqual([false, 1]);
  }
});

test('age counts powered-on time: power off ages nothing, a wall clock jump neither', async () => {
  const world = createWorld();
  let { outbox } = await world.open({ maxAgeMs: 60_000 });
  await outbox.commitProgress(progress({ rows: rows(1, 3) }));
  world.clock.nowMs = 40_000;
  await outbox.maintain();
  world.disk.powerLoss();
  world.clock.nowMs = 5_000_000;
  ({ outbox } = await world.open({ maxAgeMs: 60_000 }));
  await outbox.maintain();
  expect(ledger(outbox)).toMatchObject({ pending: 3 });
  world.clock.nowMs += 21_000;
  await outbox.maintain();
  expect(ledger(outbox)).toMatchObject({ pending: 0, evicted: 3 });
  const [tombstone] = await outbox.pending('result', 0, 1024);
  expect(decode(v1.Tombstone, tombstone!.columns!).reason).toBe('age');
});

test('results that had been sent before they gave way count as delivered where the server held them', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ blockMaxRecords: 2, maxAgeMs: 10, whenFull: 'block' });
  await outbox.commitProgress(progress({ rows: rows(1, 10) }));
  await outbox.pending('result', 0, 1024 ** 2);
  world.clock.nowMs = 100;
  await outbox.maintain();
  expect(ledger(outbox)).toMatchObject({ evicted: 10, pending: 0 });
  // The answer to the first exchange comes late: blocks 1 and 2 had arrived.
  await outbox.acknowledge([{ lane: 'result', cursor: 2 }], 0);
  expect(ledger(outbox)).toMatchObject({ delivered: 4, evicted: 6 });
  expect(await kinds(outbox)).toEqual([[3, 5, BLOCK_KIND_TOMBSTONE, 6]]);
  // The server held block 3 too, and says so when it is told of the range.
  await outbox.acknowledge([{ lane: 'result', cursor: 5 }], 0, [{ lane: 'result', first: 3, last: 3 }]);
  expect(ledger(outbox)).toMatchObject({ produced: 10, delivered: 6, evicted: 4 });
  world.disk.powerLoss();
  expect((await world.open()).damage.holes).toEqual([]);
});

test('a range record that was sent is never enlarged; later ones stand beside it', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ blockMaxRecords: 2, maxAgeMs: 10 });
  await outbox.commitProgress(progress({ rows: rows(1, 4) }));
  world.clock.nowMs = 100;
  await outbox.maintain();
  expect(await kinds(outbox)).toEqual([[1, 2, BLOCK_KIND_TOMBSTONE, 4]]);
  await outbox.commitProgress(progress({ rows: rows(5, 6) }));
  world.clock.nowMs = 200;
  await outbox.maintain();
  await outbox.commitProgress(progress({ rows: rows(7, 8) }));
  world.clock.nowMs = 300;
  await outbox.maintain();
  expect(await kinds(outbox)).toEqual([
    [1, 2, BLOCK_KIND_TOMBSTONE, 4],
    [3, 4, BLOCK_KIND_TOMBSTONE, 4],
  ]);
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
