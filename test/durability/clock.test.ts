// What wrong clocks do to a gateway: NTP steps of hours both ways, no clock at all, devices whose own clocks are off.
import { createRandom } from '@skerry/firmware-sim/random';
import { v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { createMachine, type Machine, publish, type Run, settle } from './processor-world.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
/** The wall clock of the world's start. */
const START_S = 10_000;
/** By how much the clock is off that starts near 1970. */
const NEARLY_1970 = -9_990 * SECOND;

const BY_ARRIVAL = { byArrival: true, window: 'rate: 1Hz, length: 4, hop: 4, maxGap: 2s, lateness: 0s' };

async function started(
  machine: Machine,
  change: NonNullable<Parameters<Machine['boot']>[0]> = {},
): Promise<Run> {
  const run = await machine.boot(change);
  await run.processor.start();
  return run;
}

/** Publishes `count` samples, one a second of true time; `tS` is the device's own time of each, where that matters. */
async function stream(
  machine: Machine,
  run: Run,
  count: number,
  tS = () => START_S + machine.clock.nowMs / SECOND,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    machine.clock.nowMs += SECOND;
    expect(await publish(run, { device: 'a', tS: tS(), x: 1 })).toBeUndefined();
  }
  await run.processor.idle();
}

const counters = (run: Run) => run.processor.counters(run.pipeline);
const froms = (run: Run, device = 'a') =>
  run.published.filter((row) => row.device === device).map(({ fromUs }) => fromUs / 1e6);

/** Windows one after another from the first on, none twice and none left out. */
function expectUnbroken(windows: readonly number[], count: number): void {
  expect(windows).toEqual(Array.from({ length: count }, (_, i) => windows[0]! + 4 * i));
}

describe('samples without a time of their own', () => {
  test.each([-5 * HOUR, -90 * SECOND, -30 * SECOND])(
    'a clock set back by %d ms makes none late, and no window is measured twice',
    async (setMs) => {
      const machine = createMachine();
      const run = await started(machine, BY_ARRIVAL);
      await stream(machine, run, 10);
      machine.clock.setMs = setMs;
      await stream(machine, run, 10);
      expect(counters(run).rejected).toEqual({});
      expectUnbroken(froms(run), 4);
      expect(run.time.report().arrivalAheadMs).toBe(-setMs);
      machine.clock.setMs = 0;
      await stream(machine, run, 10);
      expect(counters(run).rejected).toEqual({});
      expect(run.time.report().arrivalAheadMs).toBe(0);
      expectUnbroken(froms(run), 6);
    },
  );

  test('a clock set ahead and back again leaves a stretch without samples, and goes on behind it', async () => {
    const machine = createMachine();
    const run = await started(machine, BY_ARRIVAL);
    await stream(machine, run, 10);
    machine.clock.setMs = 3 * HOUR;
    await stream(machine, run, 10);
    machine.clock.setMs = 0;
    await stream(machine, run, 10);
    expect(counters(run).rejected).toEqual({});
    const windows = froms(run);
    expect(new Set(windows).size).toBe(windows.length);
    expect(windows).toEqual(windows.toSorted((a, b) => a - b));
    expect(windows.filter((s) => s > START_S + 3 * 3_600)).toHaveLength(4);
  });

  test('a gateway without a clock goes on where it was, whatever was committed when the power went', async () => {
    const machine = createMachine();
    const all: number[] = [];
    for (let start = 0; start < 4; start++) {
      const run = await started(machine, BY_ARRIVAL);
      await stream(machine, run, 5 + start);
      // Journaled and never fed: the last of it is known to the journal alone.
      machine.clock.nowMs += SECOND;
      const acknowledged = publish(run, { device: 'a', tS: 0, x: 1 });
      await settle();
      machine.disk.powerLoss();
      await acknowledged;
      expect(counters(run).rejected).toEqual({});
      all.push(...froms(run));
      machine.clock.nowMs += 3 * HOUR;
      machine.clock.setMs = NEARLY_1970 - machine.clock.nowMs;
    }
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    expect(all.length).toBeGreaterThan(4);
  });

  test('never come from the future, however far the clock is behind them', async () => {
    const machine = createMachine();
    const run = await started(machine, BY_ARRIVAL);
    await stream(machine, run, 2);
    machine.clock.setMs = -9 * HOUR;
    await stream(machine, run, 2);
    expect(counters(run)).toMatchObject({ received: 4, rejected: {} });
  });
});

describe('whatever the clock does', () => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'no span is measured twice, none is late, and every sample is accounted for (history %d)',
    async (seed) => {
      const drawn = createRandom(seed);
      const random = () => drawn.uniform();
      const machine = createMachine();
      const measured: number[] = [];
      let run = await started(machine, BY_ARRIVAL);
      for (let step = 0; step < 60; step++) {
        const what = random();
        if (what < 0.15) machine.clock.setMs = (20 * random() - 10) * HOUR;
        else if (what < 0.25) machine.clock.setMs = NEARLY_1970 - machine.clock.nowMs;
        else if (what < 0.35) {
          measured.push(...froms(run));
          machine.disk.powerLoss(random() < 0.5 ? 0 : Number.POSITIVE_INFINITY);
          machine.clock.nowMs += Math.floor(random() * HOUR);
          run = await started(machine, BY_ARRIVAL);
        } else if (what < 0.45) {
          machine.clock.nowMs += 30 * SECOND;
          machine.fire();
          await run.processor.idle();
        } else await stream(machine, run, 1 + Math.floor(random() * 12));
      }
      measured.push(...froms(run));
      expect(measured.length).toBeGreaterThan(5);
      expect(measured).toEqual([...new Set(measured)].sort((a, b) => a - b));
      const { received, rejected, used, gap, skipped } = counters(run);
      expect(rejected).toEqual({});
      expect(run.fatal).toEqual([]);
      const [{ open }] = run.outbox.ledgers()[0]!.samples as [{ open: number }];
      expect(received).toBe(open + used + gap + skipped);
    },
  );
});

describe('samples that come from the future', () => {
  test('are rejected beyond maxFuture, and move no watermark', async () => {
    const machine = createMachine();
    const run = await started(machine);
    await stream(machine, run, 10);
    expect(await publish(run, { device: 'a', tS: START_S + 3_600, x: 1 })).toBeUndefined();
    await stream(machine, run, 10);
    expect(counters(run).rejected).toEqual({ future: 1 });
    expect(froms(run).length).toBeGreaterThan(5);
  });

  test('those of devices that are right are taken by an agent whose clock was set back by hours', async () => {
    const machine = createMachine();
    const run = await started(machine);
    await stream(machine, run, 5);
    machine.clock.setMs = -2 * HOUR;
    await stream(machine, run, 5);
    expect(counters(run).rejected).toEqual({});
  });

  test('those of devices that are right are taken by an agent that started without a clock', async () => {
    const machine = createMachine();
    await stream(machine, await started(machine), 5);
    machine.clock.nowMs += 40 * 24 * HOUR;
    machine.clock.setMs = NEARLY_1970 - machine.clock.nowMs;
    const run = await started(machine);
    expect(run.time.state).toBe('unknown');
    await stream(machine, run, 5);
    const wild = START_S + 20 * 365 * 86_400;
    expect(await publish(run, { device: 'b', tS: wild, x: 1 })).toBeUndefined();
    expect(counters(run).rejected).toEqual({ future: 1 });
    machine.clock.setMs = 0;
    expect(run.time.state).toBe('unconfirmed');
    expect(await publish(run, { device: 'b', tS: START_S + machine.clock.nowMs / 1e3 + 3_600, x: 1 })).toBe(
      undefined,
    );
    expect(counters(run).rejected).toEqual({ future: 2 });
  });
});

describe('the clock of one device', () => {
  test('hours behind, it changes nothing for another', async () => {
    const machine = createMachine();
    const run = await started(machine);
    for (let i = 0; i < 20; i++) {
      machine.clock.nowMs += SECOND;
      const nowS = START_S + machine.clock.nowMs / SECOND;
      await publish(run, { device: 'right', tS: nowS, x: 1 });
      await publish(run, { device: 'behind', tS: nowS - 7_200, x: 1 });
    }
    await run.processor.idle();
    expect(counters(run).rejected).toEqual({});
    expect(froms(run, 'behind').map((s) => s + 7_200)).toEqual(froms(run, 'right'));
  });

  describe.each([3 * HOUR, 9 * 365 * 24 * HOUR])('ahead by %d ms while nobody knew the time', (aheadMs) => {
    async function ran() {
      const machine = createMachine();
      await stream(machine, await started(machine), 5);
      machine.clock.setMs = NEARLY_1970 - machine.clock.nowMs;
      const run = await started(machine);
      const nowS = () => START_S + machine.clock.nowMs / SECOND;
      await stream(machine, run, 20, () => nowS() + aheadMs / SECOND);
      return { machine, run, nowS };
    }

    test('it is late, by count, until the agent knows the time; then it starts anew with the right one', async () => {
      const { machine, run } = await ran();
      await stream(machine, run, 5);
      expect(counters(run).rejected).toEqual({ late: 5 });
      const wild = froms(run).length;
      expect(wild).toBeGreaterThan(5);
      machine.clock.setMs = 0;
      machine.fire();
      await run.processor.idle();
      await stream(machine, run, 20);
      expect(counters(run).rejected).toEqual({ late: 5 });
      expect(froms(run).slice(wild).length).toBeGreaterThan(5);
    });

    test('what it measured then is never measured again, restarts or not, and every sample is accounted for', async () => {
      const { machine, run: first, nowS } = await ran();
      machine.clock.setMs = 0;
      machine.fire();
      await first.processor.idle();
      await stream(machine, first, 5);
      machine.disk.powerLoss();
      machine.clock.nowMs += aheadMs - 20 * SECOND;
      const run = await started(machine);
      await stream(machine, run, 60, nowS);
      const both = [...froms(first), ...froms(run)];
      expect(new Set(both).size).toBe(both.length);
      expect(counters(run).rejected.late).toBeGreaterThan(10);
      expect(froms(run).length).toBeGreaterThan(5);
      const { received, rejected, used, gap, skipped } = counters(run);
      const open = run.outbox.ledgers()[0]!.samples![0]!.open!;
      const turnedAway = Object.values(rejected).reduce((sum, n) => sum + n, 0);
      expect(received).toBe(turnedAway + used + gap + skipped + open);
      expect(open).toBeLessThan(10);
    });
  });

  test('set back, it is late until its times pass its own watermark', async () => {
    const machine = createMachine();
    const run = await started(machine);
    const nowS = () => START_S + machine.clock.nowMs / SECOND;
    await stream(machine, run, 20);
    await stream(machine, run, 30, () => nowS() - 30);
    expect(counters(run).rejected.late).toBeGreaterThan(10);
    // Nothing of it was taken for so long that it counted as silent: its next window starts behind all that was seen.
    await stream(machine, run, 2, () => nowS() - 30);
    const { rejected } = counters(run);
    await stream(machine, run, 10, () => nowS() - 30);
    expect(counters(run).rejected).toEqual(rejected);
    expect(new Set(froms(run)).size).toBe(froms(run).length);
  });

  test('a repeated second is a duplicate where it says the same, a conflict where it does not', async () => {
    const machine = createMachine();
    const run = await started(machine);
    machine.clock.nowMs += 10 * SECOND;
    for (const x of [1, 1, 2]) await publish(run, { device: 'a', tS: START_S + 10, x });
    await run.processor.idle();
    expect(counters(run)).toMatchObject({ received: 3, rejected: { duplicate: 1, conflict: 1 } });
    await stream(machine, run, 8);
    expect(run.fatal).toEqual([]);
    expect(froms(run).length).toBeGreaterThan(0);
  });
});

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'whatever the clocks of gateway and device do, no span is measured twice and every sample is accounted for (history %d)',
  async (seed) => {
    const drawn = createRandom(seed);
    const random = () => drawn.uniform();
    const pick = (choices: readonly number[]): number => choices[Math.floor(choices.length * random())]!;
    const machine = createMachine();
    const measured: number[] = [];
    let offS = 0;
    let run = await started(machine);
    for (let step = 0; step < 60; step++) {
      const what = random();
      // Both clocks are put right at times, and only then can the gateway tell that the device's was wrong.
      if (what < 0.1) [machine.clock.setMs, offS] = [0, 0];
      else if (what < 0.2) offS = pick([0, 20, 90, 150, -7_200, 300 * 86_400]);
      else if (what < 0.3) {
        measured.push(...froms(run));
        machine.disk.powerLoss(random() < 0.5 ? 0 : Number.POSITIVE_INFINITY);
        if (random() < 0.5)
          [machine.clock.setMs, offS] = [NEARLY_1970 - machine.clock.nowMs, pick([0, 90, 150])];
        run = await started(machine);
      } else if (what < 0.35) {
        machine.clock.nowMs += 30 * SECOND;
        machine.fire();
        await run.processor.idle();
      } else
        await stream(
          machine,
          run,
          1 + Math.floor(random() * 12),
          () => START_S + machine.clock.nowMs / SECOND + offS,
        );
    }
    await run.processor.idle();
    measured.push(...froms(run));
    expect(new Set(measured).size).toBe(measured.length);
    expect(run.fatal).toEqual([]);
    const { received, rejected, used, gap, skipped } = counters(run);
    const turnedAway = Object.values(rejected).reduce((sum, n) => sum + n, 0);
    const [{ open }] = run.outbox.ledgers()[0]!.samples as [{ open: number }];
    expect(received).toBe(turnedAway + open + used + gap + skipped);
  },
);

describe('jumps of hours', () => {
  test('close nothing: silence is monotonic', async () => {
    const machine = createMachine();
    const run = await started(machine, { window: 'rate: 1Hz, length: 4, hop: 4, maxGap: 2s, lateness: 60s' });
    await stream(machine, run, 10);
    for (const setMs of [10 * HOUR, -2 * HOUR, 0]) {
      machine.clock.setMs = setMs;
      machine.fire();
      await run.processor.idle();
      expect(run.published).toEqual([]);
    }
    machine.clock.nowMs += 62 * SECOND;
    machine.fire();
    await run.processor.idle();
    expect(froms(run).length).toBeGreaterThan(0);
  });

  test('raise, repeat and clear no alert: sustain is in windows, updates in event time', async () => {
    const play = async (setsMs: readonly number[]): Promise<unknown[]> => {
      const machine = createMachine();
      const run = await started(machine);
      for (let i = 0; i < 200; i++) {
        machine.clock.nowMs += SECOND;
        machine.clock.setMs = setsMs[i % setsMs.length]!;
        const x = i > 40 && i < 140 ? 90 : 1;
        await publish(run, { device: 'a', tS: START_S + machine.clock.nowMs / SECOND, x });
      }
      await run.processor.idle();
      const [alerts] = await run.outbox.pending('alert', 0, 1024 ** 2);
      return v1.AlertList.decode(alerts!.columns!).alerts.map(({ state, fromUs }) => [state, fromUs]);
    };
    const calm = await play([0]);
    expect(calm.length).toBeGreaterThanOrEqual(1);
    expect(await play([0, 10 * HOUR, 0, 3 * HOUR])).toEqual(calm);
    expect(await play([0, -2 * HOUR])).toEqual(calm);
  });

  test('and restarts and years without power age nothing; powered-on time does', async () => {
    const machine = createMachine();
    const boot = () => started(machine, { outbox: { maxAgeMs: HOUR } });
    let run = await boot();
    await stream(machine, run, 12);
    const held = async () => (await run.outbox.pending('result', 0, 1024 ** 2)).map(({ kind }) => kind);
    const before = await held();
    expect(before.every((kind) => kind === v1.BlockKind.BLOCK_KIND_RESULTS)).toBe(true);
    for (const setMs of [20 * 365 * 24 * HOUR, NEARLY_1970, 0]) {
      machine.clock.setMs = setMs;
      await run.outbox.maintain();
      await run.processor.stop();
      machine.clock.nowMs += 365 * 24 * HOUR;
      run = await boot();
      await run.outbox.maintain();
      expect(await held()).toEqual(before);
    }
    machine.clock.nowMs += HOUR + SECOND;
    await run.outbox.maintain();
    expect(await held()).toEqual([v1.BlockKind.BLOCK_KIND_TOMBSTONE]);
  });
});
