// Messages without an event time that come again with DUP set, since their PUBACK was lost.
import type { Origin } from '@skerry/agent/outbox/repeats';
import { utf8 } from '@skerry/proto/bytes';
import { describe, expect, test } from 'vitest';
import { createMachine, type Machine, type Run, settle } from './processor-world.ts';

type Boot = NonNullable<Parameters<Machine['boot']>[0]>;

async function boot(machine: Machine, change: Boot = {}): Promise<Run> {
  const run = await machine.boot({ byArrival: true, ...change });
  await run.processor.start();
  return run;
}

/** Publishes `x` as device `a`; resolves with whether it was acknowledged. */
async function send(machine: Machine, run: Run, x: number, origin?: Origin): Promise<boolean> {
  let acknowledged = false;
  machine.clock.nowMs += 10;
  run.processor.ingest(
    'plant/a/telemetry',
    utf8(JSON.stringify({ x })),
    (error) => {
      acknowledged = error === undefined;
    },
    origin,
  );
  await settle();
  return acknowledged;
}

const from = (packetId: number, dup = false, session = 'listen/d1'): Origin => ({ session, packetId, dup });

function samples(run: Run) {
  const { received, rejected } = run.outbox.ledgers().at(-1)!.samples![0]!;
  return { received, ...Object.fromEntries(rejected!.map(({ key, value }) => [key!, value])) };
}

test('a copy counts once, as a duplicate; another message under the same packet id is none', async () => {
  const machine = createMachine();
  const run = await boot(machine);
  expect(await send(machine, run, 1, from(7))).toBe(true);
  expect(await send(machine, run, 1, from(7, true))).toBe(true);
  expect(samples(run)).toEqual({ received: 2, duplicate: 1 });
  await send(machine, run, 2, from(7, true));
  await send(machine, run, 1, from(7, true, 'listen/d2'));
  await send(machine, run, 1, from(8, true));
  expect(samples(run)).toEqual({ received: 5, duplicate: 1 });
});

test('without DUP it is a new sample, and takes the place of what was remembered under its packet id', async () => {
  const machine = createMachine();
  const run = await boot(machine);
  await send(machine, run, 1, from(7));
  await send(machine, run, 1, from(7));
  await send(machine, run, 2, from(7));
  await send(machine, run, 1, from(7, true));
  expect(samples(run)).toEqual({ received: 4 });
  await send(machine, run, 1);
  await send(machine, run, 1);
  expect(samples(run)).toEqual({ received: 6 });
});

describe('killed between the commit and the PUBACK', () => {
  test('the copy is known after the restart, and after the sample has left the journal', async () => {
    const machine = createMachine();
    let run = await boot(machine, { window: 'rate: any, length: 1' });
    machine.disk.fault = (_, ops) => (ops.some(({ key }) => key.startsWith('j/')) ? 'kept' : undefined);
    expect(await send(machine, run, 1, from(7))).toBe(false);
    machine.disk.fault = undefined;
    const [entry] = machine.disk.keys('j/');
    for (let times = 1; times <= 3; times++) {
      run = await boot(machine, { window: 'rate: any, length: 1' });
      if (times === 3) {
        machine.clock.nowMs += 60_000;
        await send(machine, run, 2, from(8));
        await run.processor.idle();
        expect(machine.disk.keys('j/')).not.toContain(entry);
      }
      expect(await send(machine, run, 1, from(7, true))).toBe(true);
      expect(samples(run)).toMatchObject({ duplicate: times });
      machine.disk.powerLoss();
    }
    expect(samples(run)).toEqual({ received: 5, duplicate: 3 });
    expect(run.outbox.stats().ledgers.result.produced).toBe(2);
  });

  test('what the commit did not reach is no copy when it comes again', async () => {
    const machine = createMachine();
    let run = await boot(machine);
    machine.disk.fault = () => 'lost';
    expect(await send(machine, run, 1, from(7))).toBe(false);
    machine.disk.fault = undefined;
    run = await boot(machine);
    expect(await send(machine, run, 1, from(7, true))).toBe(true);
    expect(samples(run)).toEqual({ received: 1 });
  });
});

test('a copy that comes while the first one waits for a failing disk waits with it, and counts once', async () => {
  const machine = createMachine();
  const run = await boot(machine);
  machine.disk.fault = () => 'full';
  expect(await send(machine, run, 1, from(7))).toBe(false);
  expect(await send(machine, run, 1, from(7, true))).toBe(false);
  machine.disk.fault = undefined;
  machine.fire();
  await run.processor.idle();
  expect(samples(run)).toEqual({ received: 2, duplicate: 1 });
});

test('remembered for ten minutes of powered-on time, and no longer', async () => {
  const machine = createMachine();
  let run = await boot(machine);
  await send(machine, run, 1, from(7));
  machine.clock.nowMs += 500_000;
  await run.outbox.maintain();
  machine.disk.powerLoss();
  machine.clock.nowMs += 86_400_000; // powered off
  run = await boot(machine);
  machine.clock.nowMs += 90_000;
  await send(machine, run, 1, from(7, true));
  expect(samples(run)).toEqual({ received: 2, duplicate: 1 });
  machine.clock.nowMs += 20_000;
  await send(machine, run, 1, from(7, true));
  expect(samples(run)).toEqual({ received: 3, duplicate: 1 });
  expect(machine.disk.keys('p/')).toHaveLength(1);
});

test('bounded by count and by bytes: the oldest are forgotten, on the disk as well', async () => {
  const machine = createMachine();
  let run = await boot(machine, { outbox: { maxRepeats: 10 } });
  for (let id = 1; id <= 30; id++) await send(machine, run, id, from(id));
  expect(machine.disk.keys('p/')).toHaveLength(10);
  await send(machine, run, 20, from(20, true));
  await send(machine, run, 25, from(25, true));
  expect(samples(run)).toEqual({ received: 32, duplicate: 1 });
  machine.disk.powerLoss();
  run = await boot(machine, { outbox: { maxBytes: 32 * 1024 } });
  for (let id = 1; id <= 60; id++) await send(machine, run, id, from(id));
  const bytes = machine.disk.keys('p/').reduce((sum, key) => sum + key.length + machine.disk.size(key), 0);
  expect(bytes).toBeGreaterThan(1024);
  expect(bytes).toBeLessThanOrEqual(2048);
});

test('a damaged record is left out and told of; nothing else suffers', async () => {
  const machine = createMachine();
  const run = await boot(machine);
  await send(machine, run, 1, from(7));
  await run.processor.idle();
  machine.disk.flip(machine.disk.keys('p/')[0]!, 9);
  machine.disk.powerLoss();
  const again = await boot(machine);
  expect(again.outbox.stats().ledgers.alert.produced).toBe(1);
  await send(machine, again, 1, from(7, true));
  expect(samples(again)).toEqual({ received: 2 });
});

test('where samples have a time of their own, nothing is remembered: the value is what tells a copy', async () => {
  const machine = createMachine();
  const run = await machine.boot();
  await run.processor.start();
  const payload = utf8(JSON.stringify({ ts: 1000, x: 1 }));
  for (const dup of [false, true]) {
    run.processor.ingest('plant/a/telemetry', payload, () => {}, from(7, dup));
    await settle();
  }
  machine.fire();
  await run.processor.idle();
  expect(samples(run)).toEqual({ received: 2, duplicate: 1 });
  expect(machine.disk.keys('p/')).toEqual([]);
});
