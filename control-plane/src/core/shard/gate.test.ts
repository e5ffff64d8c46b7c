import { describe, expect, test } from 'vitest';
import { Gate } from './gate.ts';

const setUp = (perSecond = 100) => {
  const clock = { nowMs: 1_000_000 };
  const gate = new Gate({ perSecond }, () => 0.5);
  return { clock, gate, enter: (agent: string) => gate.enter(agent, clock.nowMs) };
};

describe('a shard at its limit', () => {
  test('takes a second of exchanges at once, and gives each of the others a slot of its own', () => {
    const { enter } = setUp();
    const waits = Array.from({ length: 300 }, (_, i) => enter(`a${i}`));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(100);
    const slots = waits.slice(100);
    expect(slots[0]).toBe(1_000);
    // 80 slots a second, each 12.5 ms after the one before.
    expect(slots.at(-1)).toBe(1_000 + 199 * 12.5);
  });

  test('takes whoever comes at its slot, though newcomers fill every second', () => {
    const { clock, enter } = setUp();
    const refused = Array.from({ length: 200 }, (_, i) => ({ agent: `a${i}`, wait: enter(`a${i}`) }))
      .filter(({ wait }) => wait > 0)
      .map(({ agent, wait }) => ({ agent, atMs: clock.nowMs + wait }));
    let again = 0;
    let newcomer = 0;
    for (let end = clock.nowMs + 5_000; clock.nowMs < end; clock.nowMs += 10) {
      for (let i = 0; i < 5; i++) enter(`new${newcomer++}`);
      for (const { agent } of refused.filter(({ atMs }) => atMs <= clock.nowMs && atMs > clock.nowMs - 10))
        if (enter(agent) > 0) again++;
    }
    expect(again).toBe(0);
  });

  test('has an agent with a backlog give way to those who come for the first time', () => {
    const { clock, enter } = setUp();
    let greedy = 0;
    let others = 0;
    for (let i = 0; i < 1_000; i++) {
      clock.nowMs += 10;
      for (let ask = 0; ask < 20; ask++) if (enter('greedy') === 0) greedy++;
      if (enter(`a${i}`) === 0) others++;
    }
    expect(others).toBeGreaterThan(990);
    expect(greedy).toBeLessThan(200);
  });

  test('tells one that asks again and again the same slot, and the others no later one for it', () => {
    const { clock, enter } = setUp();
    for (let i = 0; i < 100; i++) enter(`a${i}`);
    const slotMs = clock.nowMs + enter('impatient');
    for (let i = 0; i < 500; i++) {
      clock.nowMs += 1;
      const wait = enter('impatient');
      if (wait === 0) break;
      expect(clock.nowMs + wait).toBe(slotMs);
    }
    for (let i = 0; i < 100; i++) enter(`b${i}`);
    expect(enter('c')).toBeLessThan(3_000);
  });
});

test('a shard that is not busy takes a backlog as fast as it comes', () => {
  const { clock, enter } = setUp();
  for (let i = 0; i < 500; i++) {
    clock.nowMs += 25;
    expect(enter('a')).toBe(0);
  }
});

test('a clock that is set back by hours holds nobody off', () => {
  const { clock, enter } = setUp();
  for (let i = 0; i < 1_000; i++) enter(`a${i}`);
  clock.nowMs -= 900_000;
  const waits = Array.from({ length: 100 }, (_, i) => enter(`b${i}`));
  expect(Math.max(...waits)).toBeLessThan(5_000);
  clock.nowMs += 3_000;
  expect(enter('c')).toBe(0);
});

test('slots end at the longest wait, beyond which agents are spread', () => {
  const { enter } = setUp(1);
  const waits = Array.from({ length: 2_000 }, (_, i) => enter(`a${i}`));
  expect(Math.max(...waits)).toBeLessThanOrEqual(600_000);
  expect(waits.at(-1)).toBe(450_000);
});
