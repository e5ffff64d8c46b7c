import { expect, test } from 'vitest';
import { CpuBudget } from './budget.ts';

/** Runs of so many milliseconds, one after the other, whenever the budget lets one begin; how long they took in all. */
function spentIn(budget: CpuBudget, untilMs: number, runMs: number): number {
  let [nowMs, spentMs] = [0, 0];
  while (nowMs < untilMs) {
    const waitMs = budget.waitMs(nowMs);
    if (waitMs > 0) {
      nowMs += waitMs;
      continue;
    }
    nowMs += runMs;
    spentMs += runMs;
    budget.spend(nowMs, runMs);
  }
  return spentMs;
}

test.each([1, 5, 80, 400])('runs of %i ms take their share of the time, whatever their length', (runMs) => {
  const spentMs = spentIn(new CpuBudget(0.25, 0), 60_000, runMs);
  expect(spentMs).toBeLessThanOrEqual(0.25 * 60_000 + 100 + runMs);
  expect(spentMs).toBeGreaterThanOrEqual(0.25 * 60_000 - runMs);
});

test('a long rest is no credit for a long run', () => {
  const budget = new CpuBudget(0.25, 0);
  expect(budget.waitMs(3_600_000)).toBe(0);
  budget.spend(3_600_200, 200);
  expect(budget.waitMs(3_600_200)).toBeGreaterThan(0);
});
