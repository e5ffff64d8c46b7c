import { expect, test } from 'vitest';
import { addLatency, type LatencyCounts, LatencySketch, latencyQuantile, latencySince } from './latency.ts';

function sketchOf(valuesUs: readonly number[]): LatencyCounts {
  const sketch = new LatencySketch();
  for (const value of valuesUs) sketch.add(value, 1);
  return sketch.state();
}

test('bins are as the message describes them: (gamma^(offset + i - 1), gamma^(offset + i)] microseconds', () => {
  for (const value of [1, 2, 49, 5_000, 3_600_000_000]) {
    const { gamma, offset, counts } = sketchOf([value]);
    expect(counts).toEqual([1]);
    expect(gamma).toBe(1.01 / 0.99);
    expect(gamma ** (offset - 1)).toBeLessThan(value);
    expect(gamma ** offset).toBeGreaterThanOrEqual(value * (1 - 1e-9));
  }
});

test('a sketch goes on where it was stored, and an empty or foreign one begins with nothing', () => {
  const stored = sketchOf([0, 100, 7_000]);
  const again = LatencySketch.from(stored);
  again.add(20, 3);
  expect(again.state()).toEqual(sketchOf([0, 100, 7_000, 20, 20, 20]));
  expect(LatencySketch.from({}).state()).toEqual(sketchOf([]));
  expect(LatencySketch.from({ ...stored, gamma: 1.5 }).state()).toEqual(sketchOf([]));
});

test('what takes longer than any inference counts as the longest', () => {
  expect(sketchOf([1e12]).offset).toBe(sketchOf([1e11]).offset);
});

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
  const none = { gamma: 0, offset: 0, counts: [], zeros: 0 };
  expect([addLatency(none, all), addLatency(all, none)]).toEqual([all, all]);
  const since = latencySince(all, sketchOf(early));
  expect(latencyQuantile(since, 1)).toBe(latencyQuantile(sketchOf(late), 1));
  expect(since.counts.reduce((a, b) => a + b)).toBe(3);
});

test('a release that was activated anew counts from its activation', () => {
  const anew = sketchOf([100]);
  expect(latencySince(anew, sketchOf([100, 100]))).toEqual(anew);
});
