import { expect, test } from 'vitest';
import { systemClock, systemRandom, systemTimers } from './system-clock.ts';

test('monotonic time never goes back, wall time is of this age', () => {
  const before = systemClock.monoMs();
  expect(systemClock.monoMs()).toBeGreaterThanOrEqual(before);
  expect(systemClock.wallMs()).toBeGreaterThan(Date.UTC(2026, 0));
});

test('a timer fires once, a cancelled one never, and a delay of 50 days is not at once', async () => {
  const fired: string[] = [];
  systemTimers.after(0, () => fired.push('cancelled'))();
  const cancelLong = systemTimers.after(50 * 86_400_000, () => fired.push('long'));
  // Unreferenced timers end with the process, so something else must keep it: this immediate loop.
  systemTimers.after(1, () => fired.push('short'));
  while (fired.length === 0) await new Promise(setImmediate);
  cancelLong();
  expect(fired).toEqual(['short']);
});

test('random bytes are as many as asked for and differ; unit lies in [0, 1)', () => {
  expect(systemRandom.bytes(16)).toHaveLength(16);
  expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16));
  const draws = Array.from({ length: 1_000 }, () => systemRandom.unit());
  expect(draws.every((u) => u >= 0 && u < 1)).toBe(true);
  const mean = draws.reduce((sum, u) => sum + u, 0) / draws.length;
  expect(mean).toBeGreaterThan(0.4); // ten standard deviations
  expect(mean).toBeLessThan(0.6);
});
