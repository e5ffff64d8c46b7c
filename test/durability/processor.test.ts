import { openSamples } from '@skerry/agent/outbox/ledger';
import { describe, expect, test } from 'vitest';
import { type BatchFault, createFaultyDisk } from '../support/faulty-store.ts';
import {
  createMachine,
  held,
  line,
  type Machine,
  meanOf,
  publish,
  publishAll,
  type Run,
  type Sample,
  settle,
  windows,
} from './processor-world.ts';

test('samples become windows, results are committed before they are published, the journal is trimmed', async () => {
  const machine = createMachine();
  const run = await machine.boot();
  await run.processor.start();
  await publishAll(run, line('a', 0, 9));
  expect(windows(run.published)).toEqual(['a 0–4', 'a 2–6', 'a 4–8']);
  expect(await held(run)).toHaveLength(3);
  const [report] = run.outbox.ledgers();
  expect(report!.samples![0]).toMatchObject({ received: 10, used: 6, open: 4, gap: 0, skipped: 0 });
  expect(run.outbox.stats().journalEntries).toBeLessThan(10);
});

test('acknowledged means durable: power loss after done() replays the sample', async () => {
  const machine = createMachine();
  const run = await machine.boot();
  // The processor was not started: nothing but the journal can know of these.
  for (const sample of line('a', 0, 6)) expect(await publish(run, sample)).toBeUndefined();
  machine.disk.powerLoss();
  const again = await machine.boot();
  await again.processor.start();
  await again.processor.idle();
  expect(windows(again.published)).toEqual(['a 0–4']);
});

test('a message on its way to the disk when the power goes was not acknowledged', async () => {
  const machine = createMachine();
  const run = await machine.boot();
  await run.processor.start();
  machine.disk.fault = () => 'lost';
  let acknowledged = false;
  void publish(run, { device: 'a', tS: 0, x: 1 }).then(() => {
    acknowledged = true;
  });
  await settle();
  expect(acknowledged).toBe(false);
});

describe('a crash between any two commits', () => {
  const stream = randomStream(7, 120);

  async function uninterrupted(): Promise<{ batches: number; held: string[]; counters: unknown }> {
    const machine = createMachine();
    const run = await machine.boot();
    await run.processor.start();
    await publishAll(run, stream);
    return { batches: machine.disk.batches, held: (await held(run)).sort(), counters: sums(run) };
  }

  function sums(run: Run): unknown {
    const [report] = run.outbox.ledgers();
    return { samples: report!.samples, results: report!.results };
  }

  // A publisher that sends again, in order, what wasn't acknowledged when the agent went away.
  async function interrupted(machine: Machine, fault: BatchFault, every: number): Promise<Run> {
    let run = await boot(machine);
    let countdown = every;
    machine.disk.fault = () => (--countdown === 0 ? fault : undefined);
    for (let i = 0; i < stream.length; ) {
      const acknowledged = publish(run, stream[i]!).then(() => true);
      const gone = new Promise<false>((resolve) => setImmediate(() => setImmediate(() => resolve(false))));
      if (await Promise.race([acknowledged, gone])) i++;
      if (countdown <= 0) {
        countdown = every;
        run = await boot(machine);
      }
    }
    machine.disk.fault = undefined;
    machine.disk.powerLoss();
    run = await boot(machine);
    await run.processor.idle();
    return run;
  }

  async function boot(machine: Machine): Promise<Run> {
    const run = await machine.boot();
    await run.processor.start();
    return run;
  }

  test('yields the same results, each once, and ledgers that add up', async () => {
    const expected = await uninterrupted();
    expect(expected.held.length).toBeGreaterThan(20);
    for (const fault of ['lost', 'kept'] as const)
      for (let every = 7; every < 60; every += 5) {
        const machine = createMachine();
        const run = await interrupted(machine, fault, every);
        expect((await held(run)).sort()).toEqual(expected.held);
        const [report] = run.outbox.ledgers();
        const { received, used, gap, skipped, open, rejected } = report!.samples![0]!;
        const repeated = (received as number) - stream.length;
        const before = (
          expected.counters as { samples: { used: number; gap: number; skipped: number; open: number }[] }
        ).samples[0]!;
        expect({ used, gap, skipped, open }).toEqual({
          used: before.used,
          gap: before.gap,
          skipped: before.skipped,
          open: before.open,
        });
        // What was journaled and not acknowledged is sent again, and found to be a duplicate or late.
        expect(repeated).toBeGreaterThanOrEqual(0);
        expect(rejected!.reduce((sum, c) => sum + (c.value as number), 0)).toBe(
          (received as number) - (used as number) - (gap as number) - (skipped as number) - (open as number),
        );
      }
  });
});

test('a slow model holds PUBACKs back once maxUncommitted rows wait for it, and lets them go again', async () => {
  const machine = createMachine();
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const run = await machine.boot({
    limits: { maxUncommitted: 8 },
    infer: (batch) => gate.then(() => meanOf(batch)),
  });
  await run.processor.start();
  let acknowledged = 0;
  let refused = 0;
  for (const sample of line('a', 0, 39)) {
    void publish(run, sample).then((error) => {
      if (error) refused++;
      else acknowledged++;
    });
    await settle();
  }
  expect(acknowledged).toBeLessThan(24);
  expect(refused).toBeGreaterThan(0);
  expect(run.processor.stats()).toMatchObject({ waiting: 8, refused });
  release();
  await run.processor.idle();
  expect(acknowledged + refused).toBe(40);
});

test('a model that fails turns its windows into error results and nothing else', async () => {
  const machine = createMachine();
  let failures = 1;
  const run = await machine.boot({
    infer: async (batch) => {
      if (failures-- > 0) throw new Error('out of memory');
      return meanOf(batch);
    },
  });
  await run.processor.start();
  await publishAll(run, line('a', 0, 9));
  expect(run.published.map((r) => r.decision)).toEqual(['error', 'normal', 'normal']);
  expect(run.processor.stats().inferenceErrors).toBe(1);
  expect(run.outbox.stats().ledgers.result.decisions).toEqual({ error: 1, normal: 2 });
});

test('a full disk holds PUBACKs back until it has room, and loses nothing', async () => {
  for (const fault of ['full', 'failed', 'unsure'] as const) {
    const machine = createMachine();
    const run = await machine.boot();
    await run.processor.start();
    await publishAll(run, line('a', 0, 3));
    machine.disk.fault = () => fault;
    const acknowledged: number[] = [];
    for (const sample of line('a', 4, 9)) void publish(run, sample).then(() => acknowledged.push(sample.tS));
    await settle();
    machine.fire();
    await settle();
    expect(acknowledged).toEqual([]);
    expect(run.processor.stats().failing).toMatch(/disk|error/);
    machine.disk.fault = undefined;
    for (let i = 0; i < 3; i++) {
      machine.fire();
      await settle();
    }
    await run.processor.idle();
    expect(acknowledged).toEqual([4, 5, 6, 7, 8, 9]);
    expect(windows(run.published)).toEqual(['a 0–4', 'a 2–6', 'a 4–8']);
    expect(run.outbox.ledgers()[0]!.samples![0]).toMatchObject({ received: 10, used: 6, open: 4 });
    expect(run.processor.stats().failing).toBeUndefined();
  }
});

test('a disk that refuses for longer than silence lasts closes no window early', async () => {
  const machine = createMachine();
  const run = await machine.boot();
  await run.processor.start();
  await publishAll(run, line('a', 0, 5));
  machine.disk.fault = () => 'full';
  const waiting = line('a', 6, 11).map((sample) => publish(run, sample));
  const seconds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      machine.clock.nowMs += 1_000;
      machine.fire();
      await settle();
    }
  };
  await seconds(60);
  machine.disk.fault = undefined;
  await seconds(1);
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => undefined));
  await run.processor.idle();
  expect(windows(run.published)).toEqual(['a 0–4', 'a 2–6', 'a 4–8', 'a 6–10']);
  // From then on it counts again.
  await seconds(10);
  await run.processor.idle();
  expect(windows(run.published)).toHaveLength(5);
});

test('stop processes what was acknowledged; with a failing disk it refuses who waits and ends all the same', async () => {
  const machine = createMachine();
  const run = await machine.boot();
  await run.processor.start();
  for (const sample of line('a', 0, 9)) void publish(run, sample);
  await run.processor.stop();
  expect(windows(run.published)).toHaveLength(3);
  expect(await publish(run, { device: 'a', tS: 10, x: 1 })).toMatchObject({ code: 'unavailable' });

  const other = await machine.boot();
  await other.processor.start();
  machine.disk.fault = () => 'full';
  const waiting = publish(other, { device: 'a', tS: 10, x: 1 });
  await settle();
  await other.processor.stop();
  expect(await waiting).toMatchObject({ code: 'full' });
  expect(other.fatal).toEqual([]);
});

test('reject-new: a full outbox acknowledges and counts every row as rejected{full}, also over a restart', async () => {
  const machine = createMachine();
  const outbox = { whenFull: 'reject-new' as const, maxBytes: 8 * 1024 };
  let run = await machine.boot({ outbox });
  await run.processor.start();
  let t = 0;
  for (; !run.outbox.full; t += 10) await publishAll(run, line('a', t, t + 9));
  const { received } = run.outbox.ledgers()[0]!.samples![0]! as { received: number };
  await publishAll(run, line('a', t, t + 4));
  const ledger = () => run.outbox.ledgers()[0]!.samples![0]!;
  expect(ledger()).toMatchObject({ received: received + 5, rejected: [{ key: 'full', value: 5 }] });
  machine.disk.powerLoss();
  run = await machine.boot({ outbox });
  await run.processor.start();
  await publishAll(run, line('a', t + 5, t + 5));
  expect(ledger()).toMatchObject({ received: received + 6, rejected: [{ key: 'full', value: 6 }] });
});

test('block: a full outbox holds messages and their PUBACKs until something was acknowledged', async () => {
  const machine = createMachine();
  const run = await machine.boot({ outbox: { whenFull: 'block', maxBytes: 8 * 1024 } });
  await run.processor.start();
  let t = 0;
  for (; !run.outbox.full; t += 10) await publishAll(run, line('a', t, t + 9));
  const acknowledged: number[] = [];
  for (const sample of line('a', t, t + 2))
    void publish(run, sample).then(() => acknowledged.push(sample.tS));
  await run.processor.idle();
  expect([acknowledged, run.processor.stats().waiting]).toEqual([[], 3]);
  await run.outbox.acknowledge([{ lane: 'result', cursor: run.outbox.lanes()[1]!.last }], 0);
  await run.processor.idle();
  expect(acknowledged).toEqual([t, t + 1, t + 2]);
});

test('silence closes windows at the next tick', async () => {
  const machine = createMachine();
  const run = await machine.boot();
  await run.processor.start();
  await publishAll(run, line('a', 0, 4));
  expect(run.published).toEqual([]);
  machine.clock.nowMs = 60_000;
  machine.fire();
  await settle();
  expect(windows(run.published)).toEqual(['a 0–4']);
  expect(openSamples(run.pipeline.counters())).toBe(0);
});

test('a change between windows waits for those on their way, and sees all progress durable', async () => {
  const machine = createMachine();
  const run = await machine.boot();
  await run.processor.start();
  for (const sample of line('a', 0, 9)) void publish(run, sample);
  let ready = -1;
  await run.processor.between(() => {
    ready = run.pipeline.ready;
  });
  expect(ready).toBe(0);
  await expect(
    run.processor.between(() => {
      throw new Error('no such release');
    }),
  ).rejects.toThrow('no such release');
});

test('a topic that no pipeline takes is acknowledged at once', async () => {
  const run = await createMachine().boot();
  const errors: unknown[] = [];
  run.processor.ingest('elsewhere', new Uint8Array(), (error) => errors.push(error));
  expect(errors).toEqual([undefined]);
  expect(createFaultyDisk().batches).toBe(0);
});

/** Three devices, in order but for some lateness, with gaps, duplicates and a few values past the threshold. */
function randomStream(seed: number, count: number): Sample[] {
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
  const clocks = new Map([
    ['a', 0],
    ['b', 100],
    ['c', 5],
  ]);
  return Array.from({ length: count }, () => {
    const device = ['a', 'b', 'c'][Math.floor(random() * 3)]!;
    const now = clocks.get(device)! + (random() < 0.05 ? 9 : 1);
    clocks.set(device, now);
    const tS = random() < 0.2 ? Math.max(0, now - 2) : now;
    return { device, tS, x: Math.floor(random() * 90) };
  });
}

test('a backlog that waits for inference takes no more of the journal than its bound: publishers wait', async () => {
  const machine = createMachine();
  let catchUp = (): void => undefined;
  const caughtUp = new Promise<void>((resolve) => {
    catchUp = resolve;
  });
  const run = await machine.boot({
    window: 'rate: any, length: 2',
    limits: { maxJournalBytes: 1024 },
    infer: async (windows) => {
      await caughtUp;
      return meanOf(windows);
    },
  });
  await run.processor.start();
  const acknowledged: Promise<unknown>[] = [];
  for (const sample of line('a', 0, 199)) {
    acknowledged.push(publish(run, sample));
    await settle();
  }
  expect(run.outbox.stats().journalBytes).toBeLessThan(5 * 1024);
  expect(run.processor.stats().waiting).toBeGreaterThan(100);
  catchUp();
  await Promise.all(acknowledged);
  await run.processor.idle();
  expect(run.published).toHaveLength(100);
});
