import { describe, expect, it } from 'vitest';
import { countInto, createHistogram, entropyRange, percentileRange } from './histogram.ts';

const base = (i: number): number => (((i * 7919) % 2003) - 700) / 97;
const DATA = {
  cubic: floats((i) => base(i) ** 3 / 50),
  positive: floats((i) => (((i * 104_729) % 997) / 997) ** 4 * 30),
  peaked: floats((i) => base(i) / (1 + ((i * 31) % 17) ** 2)),
};

function floats(of: (i: number) => number): Float32Array {
  return Float32Array.from({ length: 6_000 }, (_, i) => of(i));
}

function histogramOf(values: Float32Array, bins: number): ReturnType<typeof createHistogram> {
  const seen = { min: Math.min(0, ...values), max: Math.max(0, ...values) };
  const histogram = createHistogram(seen, bins);
  countInto(histogram, values.subarray(0, 3_000));
  countInto(histogram, values.subarray(3_000));
  return histogram;
}

describe('calibration by distribution', () => {
  // From onnxruntime 1.30.0's HistogramCollector over the same values.
  it.each([
    ['cubic', 99.999, -7.516383171081543, 48.319610595703125],
    ['cubic', 99, -7.273918151855469, 47.32771301269531],
    ['positive', 99.999, 0, 29.85064125061035],
    ['positive', 99, 0, 29.26704978942871],
    ['peaked', 99.999, -7.216495037078857, 13.368375778198242],
    ['peaked', 99, -5.501550197601318, 11.656492233276367],
  ] as const)('cuts %s at percentile %d as the reference does, to the bit', (name, percentile, min, max) => {
    expect(percentileRange(histogramOf(DATA[name], 2_048), percentile)).toEqual({ min, max });
  });

  it.each([
    ['cubic', 2_048, -7.516383171081543, 48.366844177246094],
    ['positive', 512, 0, 29.879819869995117],
    ['peaked', 128, -7.216495037078857, 13.38144302368164],
    ['peaked', 512, -7.216495037078857, 10.140625],
    ['peaked', 2_048, -7.216495037078857, 12.623510360717773],
  ] as const)('takes the range of least relative entropy for %s in %d bins', (name, bins, min, max) => {
    expect(entropyRange(histogramOf(DATA[name], bins), 128)).toEqual({ min, max });
  });

  it('counts every value once, those on the outermost edges included', () => {
    const histogram = histogramOf(DATA.cubic, 64);
    expect(histogram.counts.reduce((sum, n) => sum + n, 0)).toBe(6_000);
    const edges = createHistogram({ min: -2, max: 2 }, 4);
    countInto(edges, Float32Array.of(-2, -1, 0, 1, 2));
    expect([...edges.counts]).toEqual([1, 1, 1, 2]);
  });

  it('finds the range of a value that is always 0', () => {
    const histogram = createHistogram({ min: 0, max: 0 }, 128);
    countInto(histogram, new Float32Array(10));
    expect(percentileRange(histogram, 99.9)).toEqual({ min: 0, max: 0 });
    expect(entropyRange(histogram, 128)).toEqual({ min: 0, max: 0 });
  });
});
