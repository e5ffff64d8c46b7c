import { describe, expect, it } from 'vitest';
import {
  countInto,
  entropyRange,
  type Histogram,
  magnitudeHistogram,
  percentileRange,
  type Seen,
  valueHistogram,
} from './histogram.ts';

const base = (i: number): number => (((i * 7919) % 2003) - 700) / 97;
const DATA = {
  cubic: floats((i) => base(i) ** 3 / 50),
  positive: floats((i) => (((i * 104_729) % 997) / 997) ** 4 * 30),
  peaked: floats((i) => base(i) / (1 + ((i * 31) % 17) ** 2)),
};

function floats(of: (i: number) => number): Float32Array {
  return Float32Array.from({ length: 6_000 }, (_, i) => of(i));
}

function seenIn(values: Float32Array): Seen {
  return {
    min: Math.min(0, ...values),
    max: Math.max(0, ...values),
    least: Math.min(...values.map(Math.abs)),
  };
}

/** Counted in two parts, as feeds come. */
function counted(histogram: Histogram, values: Float32Array): Histogram {
  countInto(histogram, values.subarray(0, 3_000));
  countInto(histogram, values.subarray(3_000));
  return histogram;
}

describe('calibration by distribution', () => {
  // From onnxruntime 1.30.0's HistogramCollector over the same values.
  it.each([
    ['cubic', 99.999, -7.516383171081543, 48.34322738647461],
    ['cubic', 99, -7.516383171081543, 46.26496505737305],
    ['positive', 99.999, 0, 29.865230560302734],
    ['positive', 99, 0, 28.683460235595703],
    ['peaked', 99.999, -7.216495037078857, 13.374909400939941],
    ['peaked', 99, -7.216495037078857, 9.944607734680176],
  ] as const)('cuts %s at percentile %d as the reference does, to the bit', (name, percentile, min, max) => {
    const seen = seenIn(DATA[name]);
    const histogram = counted(magnitudeHistogram(seen, 2_048), DATA[name].map(Math.abs));
    expect(percentileRange(histogram, seen, percentile)).toEqual({ min, max });
  });

  it.each([
    ['cubic', 2_048, -7.516383171081543, 48.366844177246094],
    ['positive', 512, 0, 29.879819869995117],
    ['peaked', 128, -7.216495037078857, 13.38144302368164],
    ['peaked', 512, -7.216495037078857, 10.140625],
    ['peaked', 2_048, -7.216495037078857, 12.623510360717773],
  ] as const)('takes the range of least relative entropy for %s in %d bins', (name, bins, min, max) => {
    const seen = seenIn(DATA[name]);
    expect(entropyRange(counted(valueHistogram(seen, bins), DATA[name]), seen, 128)).toEqual({ min, max });
  });

  it('counts every value once, those on the outermost edges included', () => {
    const histogram = counted(valueHistogram(seenIn(DATA.cubic), 64), DATA.cubic);
    expect(histogram.counts.reduce((sum, n) => sum + n, 0)).toBe(6_000);
    const edges = valueHistogram({ min: -2, max: 2, least: 0 }, 4);
    countInto(edges, Float32Array.of(-2, -1, 0, 1, 2));
    expect([...edges.counts]).toEqual([1, 1, 1, 2]);
  });

  it('finds the range of a value that is always 0', () => {
    const seen = { min: 0, max: 0, least: 0 };
    for (const create of [valueHistogram, magnitudeHistogram]) {
      const histogram = create(seen, 128);
      countInto(histogram, new Float32Array(10));
      expect(percentileRange(histogram, seen, 99.9)).toEqual({ min: 0, max: 0 });
      expect(entropyRange(histogram, seen, 128)).toEqual({ min: 0, max: 0 });
    }
  });
});
