import { describe, expect, test } from 'vitest';
import { Histogram, quantileEdges, quantileSorted } from './histogram.ts';

const EDGES = Float64Array.of(1, 2);

function histogramOf(...values: number[]): Histogram {
  const histogram = new Histogram(EDGES);
  histogram.addAll(values);
  return histogram;
}

describe('a histogram on fixed edges', () => {
  test('counts a value on an edge in the bin above it, and leaves the outer bins open', () => {
    expect([...histogramOf(-1e9, 0.5, 1, 1.5, 2, 1e9).counts]).toEqual([2, 2, 2]);
  });

  test('counts what is not finite as missing and nowhere else', () => {
    const histogram = histogramOf(1, Number.NaN, Infinity, -Infinity, 3);
    expect(histogram.state()).toEqual({
      counts: [0, 1, 1],
      n: 2,
      mean: 2,
      m2: 2,
      min: 1,
      max: 3,
      missing: 3,
    });
  });

  test('keeps the moments of values far from zero', () => {
    const histogram = histogramOf(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16);
    expect(histogram.mean).toBe(1e9 + 10);
    expect(histogram.m2).toBe(90);
  });

  test('parts merge into the whole, in any order, empty ones included', () => {
    const values = Array.from({ length: 300 }, (_, i) => Math.sin(i * 1.7) * 2 + 1);
    const whole = histogramOf(...values, Number.NaN);
    const parts = [values.slice(0, 7), values.slice(7, 200), [], [...values.slice(200), Number.NaN]];
    for (const order of [parts, parts.toReversed()]) {
      const merged = new Histogram(EDGES);
      for (const part of order) merged.merge(histogramOf(...part));
      expect([...merged.counts]).toEqual([...whole.counts]);
      expect(merged).toMatchObject({ n: 300, missing: 1, min: whole.min, max: whole.max });
      expect(merged.mean).toBeCloseTo(whole.mean, 12);
      expect(merged.m2).toBeCloseTo(whole.m2, 9);
    }
  });

  test('refuses to merge with another release, whose edges differ', () => {
    expect(() => histogramOf(1).merge(new Histogram([1, 3]))).toThrow('different edges');
  });

  test('comes back from its message unchanged, and a message that contradicts itself is refused', () => {
    const histogram = histogramOf(0, 1, 1.5, 9);
    expect(Histogram.from(EDGES, histogram.state()).state()).toEqual(histogram.state());
    expect(Histogram.from(EDGES, new Histogram(EDGES).state()).min).toBe(Infinity);
    const good = histogram.state();
    expect(() => Histogram.from(EDGES, { ...good, counts: [1, 2] })).toThrow('2 bins');
    expect(() => Histogram.from(EDGES, { ...good, n: 5 })).toThrow("don't fit");
    expect(() => Histogram.from(EDGES, { ...good, m2: -1 })).toThrow("don't fit");
    expect(() => Histogram.from(EDGES, { ...good, mean: Number.NaN })).toThrow("don't fit");
    expect(() => Histogram.from(EDGES, { ...good, counts: [-1, 3, 2] })).toThrow('the count -1');
  });

  test("refuses edges that don't strictly increase", () => {
    expect(() => new Histogram([1, 1])).toThrow('histogram edge 1');
    expect(() => new Histogram([Number.NaN])).toThrow('histogram edge 0');
  });

  test('emptied, it is as new', () => {
    const histogram = histogramOf(1, Number.NaN, 5);
    histogram.reset();
    expect(histogram.state()).toEqual(new Histogram(EDGES).state());
  });
});

describe('edges at the quantiles of a reference', () => {
  test('hold a tenth of the mass each', () => {
    const values = Array.from({ length: 1001 }, (_, i) => i);
    expect(quantileEdges(values, 10)).toHaveLength(9);
    const histogram = new Histogram(quantileEdges(values, 10));
    histogram.addAll(values);
    for (const count of histogram.counts) expect(count).toBeCloseTo(100, -1);
  });

  test('keep ties once', () => {
    const edges = quantileEdges([...new Array(50).fill(3), 1, 2, 4, 5, 6], 10);
    expect([...edges]).toEqual([3]);
  });

  test('still part a signal that is nearly always at one end', () => {
    expect([...quantileEdges([...new Array(99).fill(0), 1], 10)]).toEqual([0.5]);
  });

  test('hold a constant closely, so that leaving it shows', () => {
    const edges = quantileEdges(new Array(100).fill(20), 10);
    const histogram = new Histogram(edges);
    histogram.addAll([20, 20, 19.9, 20.1]);
    expect([...histogram.counts]).toEqual([1, 2, 1]);
    expect(quantileEdges([0, 0], 10)[0]).toBeLessThan(0);
  });

  test('need a finite value', () => {
    expect(() => quantileEdges([Number.NaN], 10)).toThrow('no finite value');
  });

  test('are type R-7 quantiles', () => {
    expect(quantileSorted([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantileSorted([1, 2, 3, 4], 1)).toBe(4);
    expect(quantileSorted([7], 0.3)).toBe(7);
  });
});
