// What is left of results when the buffer is far too small for them.
import type { WhenFull } from '@skerry/agent/outbox/evict';
import type { Outbox } from '@skerry/agent/outbox/outbox';
import { seeded } from '@skerry/agent/pipeline/test-pipeline';
import { toHex } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { decodeResults, type ResultRow } from '@skerry/proto/results';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { alert, createWorld, ledger, progress, row, rows, type World } from './outbox-world.ts';

const { BLOCK_KIND_RESULTS, BLOCK_KIND_SUMMARY, BLOCK_KIND_TOMBSTONE } = v1.BlockKind;

/** Everything pending, as a server would get it. */
function blocksOf(outbox: Outbox, lane: 'alert' | 'result' = 'result'): Promise<skerry.v1.IBlock[]> {
  return outbox.pending(lane, 0, 1024 ** 3);
}

function summaries(blocks: readonly skerry.v1.IBlock[]) {
  return blocks
    .filter((block) => block.kind === BLOCK_KIND_SUMMARY)
    .map((block) => ({ count: block.count!, ...decode(v1.SummaryList, block.columns!) }));
}

function rowsIn(blocks: readonly skerry.v1.IBlock[]): ResultRow[] {
  return blocks
    .filter((block) => block.kind === BLOCK_KIND_RESULTS)
    .flatMap((block) => decodeResults(block.columns!));
}

function reopened(world: World, limits: Parameters<World['open']>[0]): Promise<Outbox> {
  world.disk.powerLoss();
  return world.open(limits).then(({ outbox, damage }) => {
    expect(damage).toEqual({ headLost: false, holes: [], records: [], samples: 0 });
    return outbox;
  });
}

test('a week of 20 samples a second, 20 a window, in 4 MiB: alerts all kept, the week still to be seen, bounded at every commit', async () => {
  const world = createWorld();
  const maxBytes = 4 * 1024 ** 2;
  const limits = { maxBytes, maxAgeMs: 30 * 86_400_000 };
  let { outbox } = await world.open(limits);
  const [weekS, stepS, devices] = [7 * 86_400, 300, 2];
  let alerts = 0;
  for (let s = 0; s < weekS; s += stepS) {
    world.clock.nowMs = s * 1000;
    // A day has its shape: the score is the hour of the week.
    const hour = Math.floor(s / 3600);
    const batch = Array.from({ length: devices }, (_, d) =>
      Array.from({ length: stepS / 2 }, (_, i) => {
        const fromUs = (s + 2 * i) * 1e6;
        return row(s, { device: `p${d}`, fromUs, toUs: fromUs + 2e6, outputs: { score: hour } });
      }),
    ).flat();
    const opens = s % 21_600 === 0;
    if (opens) alerts++;
    await outbox.commitProgress(progress({ rows: batch, alerts: opens ? [alert(s)] : [] }));
    if (hour % 24 === 0 && s % 3600 === 0) {
      expect(outbox.stats().sizeBytes).toBeLessThanOrEqual(maxBytes + 1024);
      outbox = await reopened(world, limits);
    }
  }
  expect(world.disk.sizeBytes()).toBeLessThanOrEqual(maxBytes);
  const terms = ledger(outbox);
  expect(terms.produced).toBe(weekS);
  expect(terms.summarized + terms.pending + terms.evicted).toBe(weekS);
  expect(terms.evicted).toBe(0);
  expect(ledger(outbox, 'alerts')).toMatchObject({ produced: alerts, pending: alerts });
  const blocks = await blocksOf(outbox);
  const lines = summaries(blocks).flatMap((list) => list.summaries.filter((line) => line.device === 'p1'));
  // Each hour of the week is told apart: no line spans more than two.
  const hours = new Set(lines.map((line) => Math.round(line.mean!)));
  const summarizedHours = Math.floor((terms.summarized / terms.produced) * 7 * 24);
  expect(hours.size).toBeGreaterThanOrEqual(summarizedHours - 2);
  for (const line of lines) expect(line.max! - line.min!).toBeLessThanOrEqual(2);
  // The newest are results as they were.
  expect(rowsIn(blocks).at(-1)!.toUs).toBe(weekS * 1e6);
  world.disk.powerLoss();
}, 120_000);

test('summaries become coarser level by level, the newest are the finest, and nothing is given up', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ maxBytes: 64 * 1024, maxAgeMs: 1e12, blockMaxRecords: 50 });
  for (let i = 0; i < 3000; i++) {
    world.clock.nowMs = 60_000 * i;
    await outbox.commitProgress(progress({ rows: rows(50 * i, 50 * i + 49) }));
  }
  expect(ledger(outbox)).toMatchObject({ evicted: 0, produced: 150_000 });
  const lists = summaries(await blocksOf(outbox));
  expect(lists[0]!.level).toBeGreaterThanOrEqual(3);
  expect(lists.at(-1)!.level).toBe(1);
  expect(lists.length).toBeGreaterThan(20);
  const counts = lists.map(({ count }) => count);
  expect(Math.max(...counts)).toBeLessThanOrEqual(150_000 / 20);
});

test('summaries that can not be joined to anything smaller become tombstones, the oldest first', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ maxBytes: 64 * 1024 });
  for (let i = 0; i < 4000; i++)
    await outbox.commitProgress(
      progress({ rows: rows(10 * i, 10 * i + 9, { device: `device-${Math.floor(i / 10)}` }) }),
    );
  const { evicted, summarized } = ledger(outbox);
  expect(Math.min(evicted, summarized)).toBeGreaterThan(0);
  expect(outbox.stats().sizeBytes).toBeLessThanOrEqual(64 * 1024);
  const kinds = (await blocksOf(outbox)).map((block) => block.kind);
  expect(kinds.lastIndexOf(BLOCK_KIND_TOMBSTONE)).toBeLessThan(kinds.indexOf(BLOCK_KIND_SUMMARY));
});

describe('priorities', () => {
  const limits = (whenFull: WhenFull) => ({
    maxBytes: 110 * 1024,
    whenFull,
    priorityOf: (pipeline: string) => (pipeline === 'high' ? 5 : pipeline === 'low' ? -3 : 0),
  });

  async function filled(whenFull: WhenFull, commits: number) {
    const world = createWorld();
    const { outbox } = await world.open(limits(whenFull));
    for (let i = 0; i < commits; i++) {
      world.clock.nowMs = 1000 * i;
      const from = 10 * i;
      const both = [
        ...rows(from, from + 9, { pipeline: 'low' }),
        ...rows(from, from + 9, { pipeline: 'high', decision: i % 2 ? 'alert' : 'normal' }),
      ];
      const alerts = i % 50 === 0 ? [{ ...alert(i), pipeline: 'low' }] : [];
      await outbox.commitProgress(progress({ rows: both, alerts }));
    }
    return { world, outbox };
  }

  test('no result of a higher priority gives way while one of a lower is there, and each stream stays in order', async () => {
    for (const whenFull of ['degrade', 'drop-oldest'] as const) {
      const { world, outbox } = await filled(whenFull, 120);
      const terms = ledger(outbox);
      const kept = rowsIn(await blocksOf(outbox));
      const high = kept.filter((r) => r.pipeline === 'high').map((r) => r.fromUs);
      expect(high).toEqual(rows(0, 1199).map((r) => r.fromUs));
      const low = kept.filter((r) => r.pipeline === 'low').map((r) => r.fromUs);
      expect(low).toEqual(rows(1200 - low.length, 1199).map((r) => r.fromUs));
      expect(terms.summarized + terms.evicted).toBe(1200 - low.length);
      expect(terms[whenFull === 'degrade' ? 'evicted' : 'summarized']).toBe(0);
      expect(ledger(outbox, 'alerts')).toMatchObject({ produced: 3, pending: 3 });
      const again = await reopened(world, limits(whenFull));
      expect(ledger(again)).toEqual(terms);
      const next = Math.max(...again.lanes().map(({ last }) => last));
      await again.commitProgress(progress({ rows: rows(1200, 1200, { pipeline: 'low' }) }));
      expect((await blocksOf(again)).at(-1)!.seq).toBe(next + 1);
    }
  });

  test('scattered between those of another priority, the lower ones still make summaries, and few range records', async () => {
    const { outbox } = await filled('degrade', 120);
    const blocks = await blocksOf(outbox);
    const ranges = blocks.filter((block) => block.kind !== BLOCK_KIND_RESULTS);
    expect(ranges.every((block) => block.kind === BLOCK_KIND_SUMMARY)).toBe(true);
    expect(ranges.length).toBeLessThan(12);
    expect(Math.max(...ranges.map((block) => block.count!))).toBeGreaterThanOrEqual(160);
  });
});

test('one device in alarm costs the others no summary', async () => {
  const world = createWorld();
  const { outbox } = await world.open({ maxBytes: 80 * 1024 });
  for (let i = 0; i < 200; i++) {
    const others = Array.from({ length: 8 }, (_, d) => row(i, { device: `p${d}` }));
    await outbox.commitProgress(
      progress({ rows: [...others, row(i, { device: 'noisy', decision: 'alert' })] }),
    );
  }
  const blocks = await blocksOf(outbox);
  expect(ledger(outbox)).toMatchObject({ produced: 1800, evicted: 0 });
  expect(ledger(outbox).summarized).toBeGreaterThan(0);
  expect(rowsIn(blocks).filter((r) => r.device === 'noisy')).toHaveLength(200);
});

/** What a control plane does with results: takes blocks in order, once, and says what it holds of a range record. */
class Server {
  rows = 0;
  #cursor = 0;
  readonly #held = new Map<number, string>();
  readonly #newest = new Map<string, number>();

  /** Exchanges until nothing is pending, or takes one request whose answer is lost. */
  async exchange(outbox: Outbox, isAnswered: boolean): Promise<void> {
    for (;;) {
      const blocks = await outbox.pending('result', 0, 4096);
      const held = blocks.flatMap((block) => this.#take(block));
      if (!isAnswered || blocks.length === 0) return;
      await outbox.acknowledge([{ lane: 'result', cursor: this.#cursor }], 0, held);
    }
  }

  #take(block: skerry.v1.IBlock): { lane: 'result'; first: number; last: number }[] {
    const [first, last] = [block.seq as number, block.seqLast as number];
    const isRange = block.kind !== BLOCK_KIND_RESULTS;
    const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const held = isRange ? numbers.filter((seq) => this.#held.has(seq)) : [];
    if (last <= this.#cursor && !isRange) expect(toHex(block.columns!)).toBe(this.#held.get(first));
    if (last > this.#cursor) {
      expect(first).toBeLessThanOrEqual(this.#cursor + 1);
      if (!isRange) this.#store(first, block.columns!);
      this.#cursor = last;
    }
    return held.map((seq) => ({ lane: 'result', first: seq, last: seq }));
  }

  #store(seq: number, columns: Uint8Array): void {
    this.#held.set(seq, toHex(columns));
    for (const { pipeline, device, fromUs } of decodeResults(columns)) {
      expect(fromUs).toBeGreaterThan(this.#newest.get(`${pipeline}/${device}`) ?? -1);
      this.#newest.set(`${pipeline}/${device}`, fromUs);
      this.rows++;
    }
  }
}

async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SkerryError)) throw error; // a broken invariant; what the disk refuses is tried again
    }
}

test('on random outboxes, with syncs, restarts and faults between, no record is lost, doubled, or out of its stream’s order', async () => {
  const seen = { steps: 0, summarized: 0, evicted: 0, delivered: 0, restarts: 0 };
  for (let seed = 1; seed <= 40; seed++) {
    const random = seeded(seed);
    const below = (n: number): number => Math.floor(random() * n);
    const world = createWorld();
    const limits = {
      maxBytes: 1024 * (32 + below(32)),
      maxAgeMs: random() < 0.3 ? 60_000 : 1e12,
      whenFull: random() < 0.7 ? ('degrade' as const) : ('drop-oldest' as const),
      blockMaxRecords: 1 + below(30),
      priorityOf: (pipeline: string) => pipeline.length,
    };
    const server = new Server();
    let { outbox } = await world.open(limits);
    world.disk.fault = (n) => (n % 37 === 36 ? (['full', 'unsure', 'failed'] as const)[below(3)] : undefined);
    const next = { p: 0, qq: 0 };
    for (let step = 0; step < 60; step++) {
      world.clock.nowMs += below(20_000);
      const batch = (['p', 'qq'] as const).flatMap((pipeline) => {
        const decision = random() < 0.3 ? ('alert' as const) : ('normal' as const);
        const from = next[pipeline];
        next[pipeline] += below(60);
        return rows(from, next[pipeline] - 1, { pipeline, device: `d${below(2)}`, decision });
      });
      const commit = progress({ rows: batch });
      await untilDone(() => outbox.commitProgress(commit));
      const terms = ledger(outbox);
      expect(terms.produced, `seed ${seed}`).toBe(
        terms.delivered + terms.pending + terms.summarized + terms.evicted,
      );
      seen.steps++;
      if (random() < 0.15) await untilDone(() => server.exchange(outbox, random() < 0.5));
      if (random() < 0.15) {
        const before = ledger(outbox);
        world.disk.powerLoss();
        outbox = (await untilDone(() => world.open(limits))).outbox;
        expect(ledger(outbox), `seed ${seed}`).toEqual(before);
        seen.restarts++;
      }
    }
    await untilDone(() => server.exchange(outbox, true));
    const terms = ledger(outbox);
    expect(terms, `seed ${seed}`).toMatchObject({ pending: 0, produced: next.p + next.qq });
    expect(server.rows, `seed ${seed}`).toBe(terms.delivered);
    for (const key of ['summarized', 'evicted', 'delivered'] as const) seen[key] += terms[key];
  }
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
});
