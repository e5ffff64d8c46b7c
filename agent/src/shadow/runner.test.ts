import { beforeEach, expect, test } from 'vitest';
import { TestWorld } from '../sync/test-world.ts';
import { Runner } from './runner.ts';

let world: TestWorld;
let busy: boolean;
let ran: string[];

/** A shadow whose every run takes this long, with so many windows waiting. */
function shadow(name: string, waiting: number, tookMs: number): { waiting: number; run(): Promise<void> } {
  const self = {
    waiting,
    async run() {
      ran.push(name);
      self.waiting--;
      await new Promise<void>((resolve) => world.timers.after(tookMs, resolve));
    },
  };
  return self;
}

function runnerOf(shadows: readonly { waiting: number; run(): Promise<void> }[], maxCpu = 0.25): Runner {
  return new Runner({ ...world, maxCpu, isBusy: () => busy, shadows: () => shadows });
}

beforeEach(() => {
  world = new TestWorld();
  [busy, ran] = [false, []];
});

test('shadows run in turn, one at a time, and rest when nothing waits', async () => {
  runnerOf([shadow('a', 3, 1), shadow('b', 2, 1)]).wake();
  await world.pass(1_000);
  expect(ran).toEqual(['a', 'b', 'a', 'b', 'a']);
  expect(world.nextTimerMs()).toBeUndefined();
});

test('they take their share of the time and no more', async () => {
  runnerOf([shadow('a', 10_000, 10)], 0.1).wake();
  await world.pass(10_000);
  expect(ran.length).toBeGreaterThan(90);
  expect(ran.length).toBeLessThanOrEqual(111);
});

test('none runs while samples wait for what serves', async () => {
  busy = true;
  const runner = runnerOf([shadow('a', 3, 1)]);
  runner.wake();
  await world.pass(1_000);
  expect(ran).toEqual([]);
  busy = false;
  await world.pass(1_000);
  expect(ran).toHaveLength(3);
});

test('once stopped nothing begins any more', async () => {
  const runner = runnerOf([shadow('a', 100, 10)]);
  runner.wake();
  await world.pass(15);
  runner.stop();
  await world.pass(1_000);
  expect(ran.length).toBeLessThanOrEqual(2);
});
