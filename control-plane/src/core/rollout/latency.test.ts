import { expect, test } from 'vitest';
import { addLatency, type LatencyCounts, latencyQuantile, latencySince } from './latency.ts';

const GAMMA = 1.01 / 0.99;

function sketchOf(valuesUs: readonly number[]): LatencyCounts {
  const bins = valuesUs.filter((v) => v > 0).map((v) => Math.ceil(Math.log(v) / Math.log(GAMMA)));
  const offset = Math.min(...bins);
  const counts = new Array<number>(Math.max(...bins) - offset + 1).fill(0);
  for (const bin of bins) counts[bin - offset]!++;
  return { gamma: GAMMA, offset, counts, zeros: valuesUs.length - bins.length };
}

test('a quantile is within one percent of the true one', () => {
  const values = Array.from({ length: 1_000 }, (_, i) => 500 + i * 7);
  const sketch = sketchOf(values);
  for (const q of [0, 0.5, 0.95, 0.99]) {
    const exactMs = values[Math.floor(q * 999)]! / 1_000;
    expect(Math.abs(latencyQuantile(sketch, q)! / exactMs - 1)).toBeLessThan(0.0101);
  }
  expect(latencyQuantile({ ...sketch, counts: [], zeros: 0 }, 0.5)).toBeUndefined();
});

test('sketches add up, and what came since an earlier state is their difference', () => {
  const [early, late] = [
    [100, 120, 90_000],
    [40, 700, 0, 250_000],
  ];
  const all = sketchOf([...early, ...late]);
  expect(addLatency(sketchOf(early), sketchOf(late))).toEqual(all);
  const since = latencySince(all, sketchOf(early));
  expect(latencyQuantile(since, 1)).toBe(latencyQuantile(sketchOf(late), 1));
  expect(since.counts.reduce((a, b) => a + b)).toBe(3);
});

test('a release that was activated anew counts from its activation', () => {
  const anew = sketchOf([100]);
  expect(latencySince(anew, sketchOf([100, 100]))).toEqual(anew);
});
