import { describe, expect, test } from 'vitest';
import { decode, encode, type skerry, v1 } from '../wire.ts';
import { psi } from './distances.ts';
import { Histogram } from './histogram.ts';
import { combineHours, judge } from './judge.ts';
import { Null } from './null.ts';
import { buildSignalReference } from './reference.ts';

/** A seeded standard AR(1) stream: x' = φ x + √(1 - φ²) ε, mean 0, variance 1, whatever φ is. */
function stream(phi: number, seed: number): (n: number, shift?: number) => Float64Array {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  let x = normal();
  return (n, shift = 0) =>
    Float64Array.from({ length: n }, () => {
      x = phi * x + Math.sqrt(1 - phi * phi) * normal();
      return x + shift;
    });
}

function windowOf(reference: skerry.v1.ISignalReference, values: Float64Array): Histogram {
  const histogram = new Histogram(reference.edges ?? []);
  histogram.addAll(values);
  return histogram;
}

const PSI = { psi: { warn: 0.1, alert: 0.2 } };
const ALL = { minSamples: 1, windowHours: 1 };
const independent = stream(0, 1);
const reference = buildSignalReference('x', false, independent(20_000), { samplesPerHour: 3600 });

describe('the reference of a signal', () => {
  test('holds nulls for blocks of 50 · 2^k up to a quarter of itself, and survives its wire form', () => {
    expect(reference.nulls?.map(({ block }) => block)).toEqual([50, 100, 200, 400, 800, 1600, 3200]);
    expect(reference).toMatchObject({ name: 'x', isOutput: false, n: 20_000, samplesPerHour: 3600 });
    expect(reference.counts).toHaveLength(10);
    const back = decode(v1.SignalReference, encode(v1.SignalReference, reference));
    const window = windowOf(reference, independent(500));
    expect(judge(back, window, PSI, ALL)).toEqual(judge(reference, window, PSI, ALL));
  });

  test('of independent samples has the null that theory gives psi: chi-square of B - 1, scaled', () => {
    const quantiles = reference.nulls![2]!.measures!.find((m) => m.measure === 'psi')!.quantiles!;
    const scale = 1 / 200 + 1 / 19_800;
    expect(quantiles[0]! / (8.343 * scale)).toBeGreaterThan(0.85);
    expect(quantiles[0]! / (8.343 * scale)).toBeLessThan(1.15);
    expect(quantiles[2]! / (16.92 * scale)).toBeGreaterThan(0.8);
    expect(quantiles[2]! / (16.92 * scale)).toBeLessThan(1.2);
    expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
  });

  test('shorter than 200 samples has no blocks, and the law for independent samples judges alone', () => {
    const short = buildSignalReference('x', false, independent(150), { samplesPerHour: 60 });
    expect(short.nulls).toEqual([]);
    expect(judge(short, windowOf(short, independent(150)), PSI, ALL).level).toBe('ok');
    expect(
      judge(
        short,
        windowOf(
          short,
          independent(150).map((x) => x + 1),
        ),
        PSI,
        ALL,
      ).level,
    ).toBe('alert');
  });

  test('leaves out what is not finite, and needs something that is', () => {
    const holed = buildSignalReference('x', false, Float64Array.of(1, Number.NaN, 2), { samplesPerHour: 1 });
    expect(holed.n).toBe(2);
    expect(() => buildSignalReference('x', false, Float64Array.of(), { samplesPerHour: 1 })).toThrow(
      'no finite',
    );
  });
});

describe('the null', () => {
  test('lies between those of the neighbouring blocks, and shrinks as windows grow beyond the longest', () => {
    const at = (n: number): number => new Null(reference, 'psi', n).limit(0.01);
    expect(at(300)).toBeLessThan(at(200));
    expect(at(300)).toBeGreaterThan(at(400));
    expect(at(3201) / at(3200)).toBeCloseTo(1, 2);
    expect(at(6400)).toBeLessThan(at(3200));
    expect(at(25)).toBeGreaterThan(at(50));
  });

  test('is never below the chi-square bound for independent samples', () => {
    for (const n of [30, 50, 170, 500, 5000, 1e6])
      expect(new Null(reference, 'psi', n).limit(0.01)).toBeGreaterThanOrEqual(
        21.6659 * (1 / n + 1 / 20_000),
      );
  });

  test('gives a rarer chance to a larger value', () => {
    const null_ = new Null(reference, 'js', 500);
    expect(null_.chance(null_.limit(0.05))).toBeCloseTo(0.05, 6);
    expect(null_.chance(1)).toBeLessThan(null_.chance(0.2));
  });
});

describe('judging a window', () => {
  test('below minSamples it is learning, however far it is', () => {
    const far = windowOf(
      reference,
      independent(99).map((x) => x + 5),
    );
    const judged = judge(reference, far, PSI, { minSamples: 100 });
    expect(judged.level).toBe('learning');
    expect(judged.crossed).toBeUndefined();
    expect(judged.measures.psi).toBeGreaterThan(1);
    expect(judge(reference, windowOf(reference, Float64Array.of()), PSI, ALL)).toMatchObject({
      level: 'learning',
      measures: {},
    });
  });

  test('thresholds hold against the excess: 50 samples of the same stream have psi past 0.1 and are ok', () => {
    let plainAlarms = 0;
    for (let i = 0; i < 100; i++) {
      const window = windowOf(reference, independent(50));
      if (psi(reference.counts!, window.counts) > 0.1) plainAlarms++;
      expect(judge(reference, window, { psi: { alert: 0.2 } }, { ...ALL, falseAlarm: 0.001 }).level).toBe(
        'ok',
      );
    }
    expect(plainAlarms).toBeGreaterThan(60);
  });

  test('a small shift warns, a standard deviation alerts, each with what it crossed', () => {
    const small = judge(reference, windowOf(reference, independent(2000, 0.4)), PSI, ALL);
    expect(small).toMatchObject({ level: 'warn', crossed: { measure: 'psi', threshold: 0.1 } });
    const large = judge(reference, windowOf(reference, independent(2000, 1)), PSI, ALL);
    expect(large).toMatchObject({ level: 'alert', crossed: { measure: 'psi', threshold: 0.2 } });
    expect(large.crossed?.value).toBe(large.measures.psiExcess);
  });

  test('in a large window every trifle is significant, and the threshold keeps it ok', () => {
    const trifle = judge(reference, windowOf(reference, independent(200_000, 0.08)), PSI, ALL);
    expect(trifle.measures.psi).toBeGreaterThan(new Null(reference, 'psi', 200_000).limit(0.001));
    expect(trifle.level).toBe('ok');
  });

  test.each(['kl', 'js', 'hellinger', 'ks', 'wasserstein'] as const)('%s can be judged alone', (measure) => {
    const thresholds = { [measure]: { alert: 0.12 } };
    expect(judge(reference, windowOf(reference, independent(1000)), thresholds, ALL).level).toBe('ok');
    const shifted = judge(reference, windowOf(reference, independent(1000, 1)), thresholds, ALL);
    expect(shifted).toMatchObject({ level: 'alert', crossed: { measure, threshold: 0.12 } });
  });

  test('wasserstein is in standard deviations, also where the stream has left the range altogether', () => {
    const gone = judge(reference, windowOf(reference, independent(1000, 100)), {}, ALL);
    expect(gone.measures.wasserstein).toBeGreaterThan(95);
    expect(gone.measures.wasserstein).toBeLessThan(105);
    expect(gone).toMatchObject({ level: 'ok', hoursBetweenFalseAlarms: Infinity });
  });

  test('a signal that never moved in the reference alerts as soon as it does', () => {
    const still = buildSignalReference('x', false, new Float64Array(2000).fill(5), { samplesPerHour: 3600 });
    expect(judge(still, windowOf(still, new Float64Array(500).fill(5)), PSI, ALL).level).toBe('ok');
    expect(judge(still, windowOf(still, new Float64Array(500).fill(5.1)), PSI, ALL).level).toBe('alert');
  });

  test('a wandering reference excuses windows anywhere in its range, and none whose mean has left it', () => {
    const wandering = buildSignalReference(
      'x',
      false,
      Float64Array.from({ length: 4000 }, (_, i) => i / 4000 + 0.01 * Math.sin(i)),
      { samplesPerHour: 3600 },
    );
    const at = (level: number): Histogram =>
      windowOf(
        wandering,
        Float64Array.from({ length: 500 }, (_, i) => level + 0.01 * Math.sin(i)),
      );
    expect(judge(wandering, at(0.5), PSI, ALL).level).toBe('ok');
    expect(judge(wandering, at(0.5), PSI, ALL).measures.psiExcess).toBeGreaterThan(1);
    expect(judge(wandering, at(1.2), PSI, ALL).level).toBe('alert');
    expect(judge(wandering, at(-0.2), PSI, ALL).level).toBe('alert');
  });

  test("another release's sketch is refused", () => {
    const other = new Histogram([0]);
    other.add(1);
    expect(() => judge(reference, other, PSI, ALL)).toThrow('a sketch of 2 bins against the 10');
  });

  test('a reference that contradicts itself is refused', () => {
    const window = windowOf(reference, independent(100));
    expect(() => judge({ ...reference, counts: [1] }, window, PSI, ALL)).toThrow('a sketch of 1 bins');
    const none = { name: 'x', edges: [1], counts: [0, 0], n: 0 };
    expect(() => judge(none, window, PSI, ALL)).toThrow('the drift reference of x is empty');
  });
});

describe('autocorrelated sensors (AR(1), φ = .98)', () => {
  const sensor = stream(0.98, 7);
  const slow = buildSignalReference('temperature', false, sensor(20_000), { samplesPerHour: 3600 });

  test('healthy windows past psi 0.1 in their majority raise no alarm, and what alarms is as rare as stated', () => {
    let [plainAlarms, alarms, stated] = [0, 0, 0];
    for (let i = 0; i < 200; i++) {
      const window = windowOf(slow, sensor(1000));
      if (psi(slow.counts!, window.counts) > 0.1) plainAlarms++;
      const judged = judge(slow, window, PSI, ALL);
      if (judged.level === 'alert') alarms++;
      stated += 1 / judged.hoursBetweenFalseAlarms;
    }
    expect(plainAlarms).toBeGreaterThan(100);
    expect(alarms).toBeLessThanOrEqual(8);
    expect(alarms).toBeLessThanOrEqual(4 + 3 * stated);
  });

  test('a shift by one standard deviation alarms once the window is long against the memory of the stream', () => {
    for (let i = 0; i < 10; i++)
      expect(judge(slow, windowOf(slow, sensor(5000, 1)), PSI, ALL).level).toBe('alert');
  });

  test('more tests side by side ask for more of each', () => {
    const windows = Array.from({ length: 100 }, () => windowOf(slow, sensor(500)));
    const alarms = (tests: number): number =>
      windows.filter((w) => judge(slow, w, { psi: { alert: 1e-6 } }, { ...ALL, tests }).level === 'alert')
        .length;
    expect(alarms(10)).toBeLessThanOrEqual(alarms(1));
    const hours = (tests: number): number =>
      judge(slow, windows[0]!, { psi: { alert: 1e-6 } }, { ...ALL, tests }).hoursBetweenFalseAlarms;
    expect(hours(10)).toBeGreaterThan(hours(1));
  });
});

test('hours between false alarms: from the rate of samples, and of several signals together', () => {
  const window = windowOf(reference, independent(1800));
  const perWindow = judge(reference, window, { psi: { alert: 0.001 } }, ALL).hoursBetweenFalseAlarms;
  const half = judge(reference, window, { psi: { alert: 0.001 } }, { minSamples: 1 }).hoursBetweenFalseAlarms;
  expect(half).toBeCloseTo(perWindow / 2, 9);
  expect(combineHours([100, 100, Infinity])).toBe(50);
  expect(combineHours([])).toBe(Infinity);
  const rateUnknown = { ...reference, samplesPerHour: 0 };
  expect(
    judge(rateUnknown, window, { psi: { alert: 0.001 } }, { minSamples: 1 }).hoursBetweenFalseAlarms,
  ).toBeNaN();
});
