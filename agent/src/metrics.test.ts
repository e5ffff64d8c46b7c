import { expect, test } from 'vitest';
import { InferenceDurations } from './metrics.ts';

const labels = (release: string) => ({ pipeline: 'p', release, variant: 'int8', backend: 'native' });

test('after a revert the p95 is that of the release that serves again', () => {
  const durations = new InferenceDurations();
  durations.observe(labels('p@1.0.0'), 1e-4, 100);
  durations.observe(labels('p@2.0.0'), 0.2, 100);
  expect(durations.p95Us('p')).toBe(250_000);
  durations.observe(labels('p@1.0.0'), 1e-4, 1);
  expect(durations.p95Us('p')).toBe(100);
});

test('a model slower than every bound is told as slow, one that never ran as unknown', () => {
  const durations = new InferenceDurations();
  expect(durations.p95Us('p')).toBeNaN();
  durations.observe(labels('p@1.0.0'), 60, 1);
  expect(durations.p95Us('p')).toBe(20_000_000);
});
