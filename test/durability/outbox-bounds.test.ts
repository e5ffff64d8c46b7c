import { decodeResults } from '@skerry/proto/results';
import { decode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { alert, createWorld, kinds, ledger, progress, rows } from './outbox-world.ts';

const { BLOCK_KIND_RESULTS, BLOCK_KIND_SUMMARY, BLOCK_KIND_TOMBSTONE } = v1.BlockKind;

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
