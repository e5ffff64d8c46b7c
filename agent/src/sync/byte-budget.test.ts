import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { TestWorld } from './test-world.ts';

const HOUR_MS = 3_600_000;
const settings = { bytesPerHour: 1_000_000, reserve: 0.2 };

test('no hour carries more than it may, however greedily it is spent and whenever the hour begins', () => {
  const world = new TestWorld();
  const budget = new ByteBudget(settings, world.clock, 100_000);
  const spent: { atMs: number; bytes: number }[] = [];
  for (; world.monoMs < 5 * HOUR_MS; world.monoMs += 10_000) {
    // Idle for a while now and then, so that the bucket is full; then everything at once.
    const bytes = Math.floor(world.monoMs / 1_200_000) % 2 === 0 ? 0 : Math.max(0, Math.floor(budget.level));
    budget.spend(bytes);
    spent.push({ atMs: world.monoMs, bytes });
  }
  const hourFrom = (fromMs: number): number =>
    spent
      .filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + HOUR_MS)
      .reduce((sum, s) => sum + s.bytes, 0);
  const hours = spent.map(({ atMs }) => hourFrom(atMs));
  expect(Math.max(...hours)).toBeLessThanOrEqual(1_000_000);
  expect(Math.max(...hours)).toBeGreaterThan(500_000);
});

test('bulk leaves the reserve alone, and debt is earned back first', () => {
  const world = new TestWorld();
  const budget = new ByteBudget(settings, world.clock, 100_000);
  expect([budget.level, budget.bulk]).toEqual([100_000, 80_000]);
  budget.spend(90_000);
  expect([budget.level, budget.bulk]).toEqual([10_000, 0]);
  budget.spend(35_000);
  // 900,000 bytes an hour are 250 a second.
  expect(budget.waitMs('state', 1)).toBe(100_004);
  expect(budget.waitMs('bulk', 5_000)).toBe(200_000);
  world.monoMs += 200_000;
  expect([budget.waitMs('bulk', 5_000), budget.bulk]).toEqual([0, 5_000]);
});

test('what is larger than the bucket waits for a full one, and no longer', () => {
  const world = new TestWorld();
  const budget = new ByteBudget(settings, world.clock, 0);
  expect(budget.waitMs('bulk', 10_000_000)).toBe(400_000);
  world.monoMs += 400_000;
  expect(budget.waitMs('bulk', 10_000_000)).toBe(0);
});
