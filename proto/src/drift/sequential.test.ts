import { describe, expect, test } from 'vitest';
import { buildSignalReference } from './reference.ts';
import { lambdaFor, SequentialDetector, type SequentialEvent } from './sequential.ts';

/** A stream whose values depend on the one before (AR(1) with φ), of mean 10 and deviation 2. */
function stream(seed: number, phi: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  let z = 0;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    z = phi * z + Math.sqrt(1 - phi * phi) * normal;
    return 10 + 2 * z;
  };
}

const PER_HOUR = 3600;

function referenceOf(phi: number, samplesPerHour = PER_HOUR, seed = 1) {
  const next = stream(seed, phi);
  const values = Float64Array.from({ length: 20_000 }, next);
  return buildSignalReference('score', true, values, { samplesPerHour });
}

/** The events of `values`, with the index at which each came. */
function watch(detector: SequentialDetector, values: Iterable<number>): [number, SequentialEvent][] {
  const events: [number, SequentialEvent][] = [];
  let i = 0;
  for (const value of values) {
    const event = detector.add(value);
    if (event) events.push([i, event]);
    i++;
  }
  return events;
}

function* take(next: () => number, count: number, shift = 0): Generator<number> {
  for (let i = 0; i < count; i++) yield next() + shift;
}

describe.each([0, 0.5, 0.9])('a score whose values depend on each other by %f', (phi) => {
  const reference = referenceOf(phi);

  test('keeps the time between false alarms that was asked for, to about a factor of two', () => {
    let alarms = 0;
    for (const seed of [1, 2, 3]) {
      const own = referenceOf(phi, PER_HOUR, seed);
      const detector = new SequentialDetector(own, lambdaFor(own, 5)!);
      const events = watch(detector, take(stream(100 + seed, phi), 100 * PER_HOUR));
      alarms += events.filter(([, event]) => event === 'shift').length;
    }
    // Three times a hundred hours at one in five: sixty. A reference of five hours is but a sample itself.
    expect(alarms).toBeGreaterThan(30);
    expect(alarms).toBeLessThan(120);
  });

  test('a shift of one deviation is found within minutes where one false alarm a month is asked for', () => {
    const detector = new SequentialDetector(reference, lambdaFor(reference, 720)!);
    const next = stream(7, phi);
    expect(watch(detector, take(next, 2000))).toEqual([]);
    const [found] = watch(detector, take(next, 2000, 2));
    expect(found?.[1]).toBe('shift');
    expect(found?.[0]).toBeLessThan(phi < 0.9 ? 120 : 900);
    expect(detector.direction).toBe('up');
  });

  test('a longer time between false alarms takes a larger sum', () => {
    const lambdas = [1, 10, 100, 1000].map((hours) => lambdaFor(reference, hours)!);
    expect(lambdas).toEqual(lambdas.toSorted((a, b) => a - b));
    expect(lambdas[0]).toBeLessThan(lambdas[3]!);
  });
});

test('a shift that ends is told as over, and only once', () => {
  const reference = referenceOf(0);
  const detector = new SequentialDetector(reference, lambdaFor(reference, 720)!);
  const next = stream(9, 0);
  const during = watch(detector, take(next, 5000, -2));
  expect(during.map(([, event]) => event)).toEqual(['shift']);
  expect([detector.direction, detector.by]).toEqual(['down', 'pageHinkley']);
  const after = watch(detector, take(next, 5000));
  expect(after.map(([, event]) => event)).toEqual(['over']);
  expect(detector.by).toBeUndefined();
});

test('values that are none change nothing', () => {
  const reference = referenceOf(0);
  const detector = new SequentialDetector(reference, lambdaFor(reference, 1)!);
  expect(
    watch(
      detector,
      take(() => Number.NaN, 1000),
    ),
  ).toEqual([]);
  expect(detector.sum).toBe(0);
});

test('ADWIN is given means long enough for it to find no change in the reference', () => {
  expect(referenceOf(0).adwinBatch).toBe(25);
  expect(referenceOf(0.98, PER_HOUR, 2).adwinBatch).toBe(50);
});

test('how far values depend on each other is known from the reference', () => {
  // (1 + φ) / (1 - φ).
  for (const [phi, tau] of [
    [0, 1],
    [0.5, 3],
    [0.9, 19],
  ] as const) {
    const { dependence } = referenceOf(phi);
    expect(dependence).toBeGreaterThan(0.75 * tau);
    expect(dependence).toBeLessThan(1.25 * tau);
  }
});

test('without a known rate, or a reference made before there was such a thing, nothing is calibrated', () => {
  expect(lambdaFor(referenceOf(0, 0), 720)).toBeUndefined();
  const channel = buildSignalReference('c', false, Float64Array.from(take(stream(1, 0), 1000)), {
    samplesPerHour: PER_HOUR,
  });
  expect(lambdaFor(channel, 720)).toBeUndefined();
});
