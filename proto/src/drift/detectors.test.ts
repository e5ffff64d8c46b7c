import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Adwin } from './adwin.ts';
import { PageHinkley } from './page-hinkley.ts';

const data = process.env.SKERRY_DATA ?? '';

interface Vectors {
  streams: Record<string, number[]>;
  cases: { detector: string; stream: string; params: Record<string, number>; expected_indices: number[] }[];
}

/** Indices at which a detector alarms. */
function alarms(stream: readonly number[], add: (x: number) => boolean): number[] {
  return stream.flatMap((x, i) => (add(x) ? [i] : []));
}

/** A reproducible stream of values that look uniform in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("without SKERRY_DATA the streams of published detectors are skipped, and that's said", ({ skip }) => {
  if (!data) skip('SKERRY_DATA is not set: the detectors were not compared with published alarms');
});

describe.skipIf(!data)('on a stream with a change at 1000, against published alarms (SKERRY_DATA)', () => {
  const vectors = (): Vectors =>
    JSON.parse(readFileSync(join(data, 'drift_canary_vectors/streaming_detectors.json'), 'utf8')) as Vectors;
  const caseOf = (detector: string) => {
    const { streams, cases } = vectors();
    const found = cases.find((c) => c.detector === detector)!;
    return { ...found, values: streams[found.stream]! };
  };

  test('ADWIN first alarms within 64 of the published index, and never before the change', () => {
    const { values, params, expected_indices } = caseOf('ADWIN');
    const adwin = new Adwin({ delta: params.delta! });
    const [first] = alarms(values, (x) => adwin.add(x));
    expect(Math.abs(first! - expected_indices[0]!)).toBeLessThanOrEqual(64);
    expect(first).toBeGreaterThanOrEqual(1000);
  });

  test('Page-Hinkley alarms exactly where published, reset after each alarm', () => {
    const { values, params, expected_indices } = caseOf('PageHinkley');
    const detector = new PageHinkley({
      delta: params.delta!,
      lambda: params.threshold!,
      keep: params.alpha!,
      minValues: params.min_instances! - 1,
      side: 'up',
    });
    const found = alarms(values, (x) => {
      const alarm = detector.add(x);
      if (alarm) detector.reset();
      return alarm;
    });
    expect(found).toEqual(expected_indices);
  });
});

describe('ADWIN', () => {
  test('drops what lies before an abrupt change, whichever way, and keeps its window while nothing changes', () => {
    for (const step of [2, -2]) {
      const adwin = new Adwin();
      const next = uniform(7);
      const found = alarms(
        Array.from({ length: 4000 }, (_, i) => next() + (i < 2000 ? 0 : step)),
        (x) => adwin.add(x),
      );
      expect(found[0]).toBeGreaterThanOrEqual(2000);
      expect(found[0]).toBeLessThan(2064);
      // A bucket may straddle the change, and stays as long as it doesn't matter.
      expect(adwin.width).toBeLessThan(2064);
      expect(adwin.mean).toBeCloseTo(0.5 + step, 1);
    }
  });

  test('counts a window as wide as what it holds, and its mean is that of its values', () => {
    const adwin = new Adwin();
    for (let i = 0; i < 1000; i++) expect(adwin.add(0.25)).toBe(false);
    expect([adwin.width, adwin.mean]).toEqual([1000, 0.25]);
  });

  test('lets the oldest go beyond its rows, so that its memory is bounded', () => {
    const adwin = new Adwin({ maxRows: 3 });
    for (let i = 0; i < 10_000; i++) adwin.add(1);
    expect(adwin.width).toBeLessThanOrEqual(5 * (1 + 2 + 4));
    expect(adwin.mean).toBe(1);
  });
});

describe('Page-Hinkley', () => {
  test('sees a shift either way, and says which', () => {
    for (const [shift, direction] of [
      [1, 'up'],
      [-1, 'down'],
    ] as const) {
      const detector = new PageHinkley({ delta: 0.5, lambda: 10, mean: 0 });
      const found = alarms(
        Array.from({ length: 100 }, () => shift),
        (x) => detector.add(x),
      );
      expect([found[0], detector.direction]).toEqual([20, direction]);
    }
  });

  test('one side does not hear the other', () => {
    const up = new PageHinkley({ delta: 0.5, lambda: 10, mean: 0, side: 'up' });
    const down = new PageHinkley({ delta: 0.5, lambda: 10, mean: 0, side: 'down' });
    const low = Array.from({ length: 100 }, () => -1);
    expect(alarms(low, (x) => up.add(x))).toEqual([]);
    expect(alarms(low, (x) => down.add(x))[0]).toBe(20);
  });

  test('a capped sum is soon back where values are as expected again', () => {
    const detector = new PageHinkley({ delta: 0.5, lambda: 10, mean: 0 });
    for (let i = 0; i < 10_000; i++) {
      detector.add(3);
      detector.cap(10);
    }
    let values = 0;
    while (detector.sum > 5) {
      detector.add(0);
      values++;
    }
    expect(values).toBe(10);
  });
});
