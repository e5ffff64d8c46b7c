import { describe, expect, test } from 'vitest';
import { type Conduct, isAbove, passedLimit } from './limits.ts';
import { Recent } from './recent.ts';

const fine: Conduct = {
  isJudgeable: true,
  windows: 600,
  errors: 0,
  slow: 0,
  memoryBytes: 1_000,
  crashAgesMs: [],
};
const limits = {
  errorRate: 0.01,
  latencyP95: 50,
  memory: 2_048,
  crashLoop: { count: 3, windowMs: 600_000 },
};

describe('a release is past its limits', () => {
  test.each([
    [{}, undefined],
    [{ errors: 60 }, 'errorRate: 10% of the last 600 windows, allowed 1%'],
    [{ slow: 300 }, 'latencyP95: 50% of the last 600 windows took longer than 50ms, allowed 5%'],
    [{ memoryBytes: 4_096 }, 'memory: 4.0 KiB, allowed 2.0 KiB'],
    [{ crashAgesMs: [599_000, 5_000, 0] }, 'crashLoop: the agent ended 3 times within 10m 0s'],
    [{ crashAgesMs: [601_000, 5_000, 0] }, undefined],
    [{ crashAgesMs: [5_000, 0] }, undefined],
    [{ crashAgesMs: [700_000, 650_000, 5_000, 0] }, undefined],
  ])('%o: %s', (change, reason) => {
    expect(passedLimit(limits, { ...fine, ...change })).toBe(reason);
  });

  test('not before enough was seen, but for memory and crashes', () => {
    const bad = { ...fine, isJudgeable: false, windows: 5, errors: 5, slow: 5 };
    expect(passedLimit(limits, bad)).toBeUndefined();
    expect(passedLimit(limits, { ...bad, memoryBytes: 4_096 })).toMatch(/^memory/);
    expect(passedLimit(limits, { ...bad, crashAgesMs: [2, 1, 0] })).toMatch(/^crashLoop/);
  });

  test('where it has none it is past none', () => {
    expect(passedLimit({}, { ...fine, errors: 600, slow: 600, crashAgesMs: [0, 0, 0] })).toBeUndefined();
  });
});

describe('a share is above its bound', () => {
  test.each([
    [1, 20, 0.01, false],
    [3, 20, 0.01, false],
    [4, 20, 0.01, true],
    [30, 600, 0.05, false],
    [51, 600, 0.05, false],
    [52, 600, 0.05, true],
    [20, 20, 0.5, true],
    [17, 20, 0.5, false],
    [1, 20, 0, true],
    [0, 20, 0, false],
    [20, 20, 1, false],
    [0, 0, 0.01, false],
  ])('%i of %i against %f: %s', (k, n, share, above) => {
    expect(isAbove(k, n, share)).toBe(above);
  });

  test('by chance at most once in a thousand times where the bound is exactly kept', () => {
    for (const [n, share] of [
      [20, 0.01],
      [20, 0.05],
      [200, 0.05],
      [1_000, 0.2],
    ] as const) {
      // The exact upper tail, from the last term down.
      let [tail, logChoose] = [0, 0];
      for (let k = n; k >= 0 && isAbove(k, n, share); k--) {
        tail += Math.exp(logChoose + k * Math.log(share) + (n - k) * Math.log(1 - share));
        logChoose += Math.log(k) - Math.log(n - k + 1);
      }
      expect(tail).toBeGreaterThan(0);
      expect(tail).toBeLessThanOrEqual(0.001);
    }
  });
});

describe('what is recent', () => {
  const settings = { minWindows: 20, withinMs: 600_000 };

  test('a fast pipeline is judged by its last ten minutes, so that what begins after six hours shows in minutes', () => {
    const recent = new Recent(settings, 0);
    const isBad = (): boolean => isAbove(recent.errors, recent.windows, 0.05);
    let s = 0;
    for (; s < 6 * 3_600; s++) recent.addRun(1, 0, 1_000 * s);
    expect(recent.windows).toBeLessThanOrEqual(11 * 60);
    expect(isBad()).toBe(false);
    const brokenAt = s;
    for (; !isBad(); s++) {
      recent.addRun(1, 0, 1_000 * s);
      recent.addError();
    }
    expect(s - brokenAt).toBeLessThan(120);
  });

  test('a slow one is judged by its last windows, however far back they reach', () => {
    const recent = new Recent(settings, 0);
    for (let hour = 0; hour < 100; hour++) recent.addRun(1, 1, 3_600_000 * hour);
    expect(recent.windows).toBeGreaterThanOrEqual(20);
    expect(recent.windows).toBeLessThanOrEqual(22);
    expect(recent.slow).toBe(recent.windows);
    expect(recent.isJudgeable(3_600_000 * 100)).toBe(true);
  });

  test('a bad first moment is no verdict, however many windows it has', () => {
    const recent = new Recent(settings, 0);
    recent.addRun(512, 512, 10);
    expect(recent.isJudgeable(10)).toBe(false);
    expect(recent.isJudgeable(60_000)).toBe(true);
    expect(new Recent(settings, 0).isJudgeable(60_000)).toBe(false);
  });
});
