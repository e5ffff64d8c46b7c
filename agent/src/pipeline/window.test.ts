// Timelines: what closes when, and what becomes of every sample.
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { describe, expect, test } from 'vitest';
import type { Pipeline } from './pipeline.ts';
import { DIGEST, drain, rowsOf, testConfig, testPipeline, testRelease } from './test-pipeline.ts';
import { createTicks } from './ticks.ts';

function piped(window: object, limits: object = {}): Pipeline {
  const pipeline = testPipeline(nodeCrypto, testConfig(), { limits });
  pipeline.setRelease(testRelease(window), DIGEST, 'test@1.0.0');
  return pipeline;
}

let entry = 0;

/** Feeds samples of device d at these seconds (value = time, or given) and returns the windows as `from..to: values`. */
function feed(pipeline: Pipeline, ...samples: (number | [number, number])[]): string[] {
  const rows = samples.map((s) => (typeof s === 'number' ? (['d', s, s] as const) : (['d', ...s] as const)));
  pipeline.feed(rowsOf(rows), ++entry, 0, 'live');
  return taken(pipeline);
}

function taken(pipeline: Pipeline): string[] {
  const windows = pipeline.takeReady(100);
  if (!windows) return [];
  const size = windows.data.length / windows.count;
  return Array.from({ length: windows.count }, (_, i) => {
    const values = [...windows.data.subarray(i * size, (i + 1) * size)].map((v) => Math.round(v * 100) / 100);
    return `${windows.fromUs[i]! / 1e6}..${windows.toUs[i]! / 1e6}: ${values.join(' ')}`;
  });
}

describe('a window of 4 ticks at 1Hz', () => {
  test('closes as soon as the watermark has reached its last tick', () => {
    const pipeline = piped({});
    expect(feed(pipeline, 4, 5, 6)).toEqual([]);
    expect(feed(pipeline, 7)).toEqual(['4..8: 4 5 6 7']);
    expect(pipeline.counters()).toMatchObject({ windows: 1, gapWindows: 0 });
  });

  test('waits for lateness longer, and takes what comes late within it', () => {
    const pipeline = piped({ lateness: '2s' });
    expect(feed(pipeline, 4, 5, 7, 8)).toEqual([]);
    expect(feed(pipeline, 6)).toEqual([]);
    expect(feed(pipeline, 9)).toEqual(['4..8: 4 5 6 7']);
  });

  test('a sample for a closed window is counted late and changes nothing', () => {
    const pipeline = piped({});
    feed(pipeline, 4, 5, 6, 7);
    expect(feed(pipeline, [5.5, 99])).toEqual([]);
    expect(pipeline.counters().rejected).toEqual({ late: 1 });
    expect(feed(pipeline, 8, 9, 10, 11)).toEqual(['8..12: 8 9 10 11']);
  });

  test('the next window says how many samples came too late since the last', () => {
    const pipeline = piped({});
    feed(pipeline, 4, 5, 6, 7, 5.5, 5.6);
    pipeline.feed(rowsOf([8, 9, 10, 11].map((s) => ['d', s, s] as const)), ++entry, 0, 'live');
    expect(drain(pipeline).rows[0]!.quality).toEqual({ missing: 0, interpolated: 0, late: 2 });
  });

  test('ticks between samples at most maxGap apart lie on the line between them', () => {
    expect(feed(piped({}), 4, [4.5, 10], [6.5, 20], 7)).toEqual(['4..8: 4 12.5 17.5 7']);
  });

  test('a hole longer than maxGap makes a gap, and the stretch behind it goes on', () => {
    const pipeline = piped({});
    expect(feed(pipeline, 4, 5, 7.5, 8, 9, 10, 11)).toEqual(['8..12: 8 9 10 11']);
    expect(pipeline.counters()).toMatchObject({ windows: 1, gapWindows: 1, gap: 3 });
  });

  test('previous holds a value for maxGap and not longer', () => {
    expect(feed(piped({ missing: 'previous' }), 4, 5, 7)).toEqual(['4..8: 4 5 5 7']);
    const pipeline = piped({ missing: 'previous' });
    expect(feed(pipeline, 4, 7.5, 8)).toEqual([]);
    expect(pipeline.counters()).toMatchObject({ gapWindows: 1 });
  });

  test('three days without a sample are skipped in one step and no window of them is counted', () => {
    const pipeline = piped({ hop: 1 });
    feed(pipeline, 4, 5, 6, 7);
    const later = 3 * 86_400;
    expect(feed(pipeline, later, later + 1, later + 2, later + 3)).toHaveLength(1);
    expect(pipeline.counters().gapWindows).toBeLessThan(12);
  });

  test('overlapping windows share samples, and a sample used once closes as used', () => {
    const pipeline = piped({ hop: 2 });
    expect(feed(pipeline, 4, 5, 6, 7, 8, 9)).toEqual(['4..8: 4 5 6 7', '6..10: 6 7 8 9']);
    pipeline.tick(1e9);
    expect(pipeline.counters()).toMatchObject({ used: 6, gap: 0, windows: 2 });
  });
});

describe('identity of a value', () => {
  test('the same value again is a duplicate, another a conflict, and the first wins', () => {
    const pipeline = piped({});
    expect(feed(pipeline, 4, 4, [4, 99], 5, 6, 7)).toEqual(['4..8: 4 5 6 7']);
    expect(pipeline.counters().rejected).toEqual({ duplicate: 1, conflict: 1 });
  });

  test('a row with one channel that is new is taken for that channel', () => {
    const pipeline = testPipeline(nodeCrypto, testConfig({ channels: { a: 'a', b: 'b' } }));
    pipeline.setRelease(
      testRelease({ channels: [{ name: 'a' }, { name: 'b' }], length: 1 }),
      DIGEST,
      'test@1.0.0',
    );
    const rows = [
      ['d', 4, 1, Number.NaN],
      ['d', 4, 9, 2],
      ['d', 5, 1, 1],
    ] as const;
    pipeline.feed(rowsOf(rows), 1, 0, 'live');
    expect(taken(pipeline)).toEqual(['4..5: 1 2', '5..6: 1 1']);
    expect(pipeline.counters().rejected).toEqual({});
  });
});

describe('silence', () => {
  test('of lateness + maxGap closes what is pending: nothing stays open, what comes behind it is late', () => {
    const pipeline = piped({ lateness: '1s' });
    expect(feed(pipeline, 4, 5, 6, 7, 8)).toEqual(['4..8: 4 5 6 7']);
    expect(pipeline.tick(2_999)).toBe(3_000);
    expect(pipeline.tick(3_000)).toBeUndefined();
    expect(pipeline.counters()).toMatchObject({ used: 4, gap: 1, gapWindows: 1 });
    expect(pipeline.oldestOpenJournal()).toBeUndefined();
    feed(pipeline, 9);
    expect(pipeline.counters().rejected).toEqual({ late: 1 });
  });

  test('is told by the monotonic clock at which samples came, device by device', () => {
    const pipeline = piped({});
    pipeline.feed(rowsOf([['d1', 4, 1]]), 1, 100, 'live');
    pipeline.feed(rowsOf([['d2', 4, 1]]), 2, 500, 'live');
    expect(pipeline.tick(600)).toBe(2_100);
    pipeline.feed(rowsOf([['d1', 5, 1]]), 3, 1_000, 'live');
    expect(pipeline.tick(2_100)).toBe(2_500);
    expect(pipeline.tick(2_500)).toBe(3_000);
    expect(pipeline.counters()).toMatchObject({ gap: 1 });
  });

  test('a device slower than maxGap isn’t silent between two samples', () => {
    const pipeline = piped({ rate: '1/5m' });
    feed(pipeline, 1200, 1500, 1800, 2100);
    expect(pipeline.tick(299_999)).toBe(302_000);
  });
});

describe('rate any', () => {
  test('a window is so many samples in a row, named by the first and the last', () => {
    const pipeline = piped({ rate: 'any', length: 3, hop: 1 });
    expect(feed(pipeline, 1, 10, 11.5)).toEqual(['1..11.5: 1 10 11.5']);
    expect(feed(pipeline, 400)).toEqual(['10..400: 10 11.5 400']);
  });

  test('samples are put in order within lateness; a sample inside a closed window is late', () => {
    const pipeline = piped({ rate: 'any', length: 3, lateness: '5s' });
    expect(feed(pipeline, 1, 3, 2, 4)).toEqual([]);
    expect(feed(pipeline, 8)).toEqual(['1..3: 1 2 3']);
    feed(pipeline, 2.5);
    expect(pipeline.counters().rejected).toEqual({ late: 1 });
  });

  test('silence closes no window that isn’t full', () => {
    const pipeline = piped({ rate: 'any', length: 3 });
    feed(pipeline, 1, 2);
    pipeline.tick(1e9);
    expect(feed(pipeline, 900)).toEqual(['1..900: 1 2 900']);
  });
});

describe('bounds', () => {
  test('more devices than maxDevices are rejected as devices', () => {
    const pipeline = piped({}, { maxDevices: 1 });
    const rows = [
      ['d1', 4, 1],
      ['d2', 4, 1],
    ] as const;
    pipeline.feed(rowsOf(rows), 1, 0, 'live');
    expect(pipeline.counters().rejected).toEqual({ devices: 1 });
  });

  test('a device past maxOpenSamples is rejected as overflow, and goes on once windows have closed', () => {
    const pipeline = piped({}, { maxOpenSamples: 5 });
    const crowd = Array.from({ length: 10 }, (_, i) => 4 + i / 10);
    feed(pipeline, ...crowd, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15);
    const { rejected } = pipeline.counters();
    expect(rejected.overflow).toBeGreaterThan(4);
    expect(feed(pipeline, 16, 17, 18, 19)).toEqual(['16..20: 16 17 18 19']);
  });

  test('no more windows stand ready than maxBatch; the rest is cut as they are taken', () => {
    const pipeline = piped({ length: 1 }, { maxBatch: 3 });
    pipeline.feed(rowsOf(Array.from({ length: 10 }, (_, i) => ['d', i, i] as const)), 1, 0, 'live');
    const counts = [];
    for (; pipeline.ready > 0; counts.push(pipeline.takeReady(2)!.count))
      expect(pipeline.ready).toBeLessThan(4);
    expect(counts.reduce((a, b) => a + b)).toBe(10);
  });

  test('closing below a journal entry lets go of its samples, by what covered them', () => {
    const pipeline = piped({ rate: 'any', length: 5 });
    pipeline.feed(rowsOf([['quiet', 1, 1]]), 1, 0, 'live');
    pipeline.feed(rowsOf([['d', 1, 1]]), 2, 0, 'live');
    expect(pipeline.oldestOpenJournal()).toBe(1);
    pipeline.closeBelow(2);
    expect(pipeline.oldestOpenJournal()).toBe(2);
    expect(pipeline.counters()).toMatchObject({ skipped: 1 });
  });
});

describe('releases', () => {
  test('samples that come before any release wait for one', () => {
    const pipeline = testPipeline(nodeCrypto);
    expect(feed(pipeline, 4, 5, 6, 7)).toEqual([]);
    pipeline.setRelease(testRelease(), DIGEST, 'test@1.0.0');
    pipeline.tick(0);
    expect(taken(pipeline)).toEqual(['4..8: 4 5 6 7']);
  });

  test('past maxOpenSamples the oldest of them close as skipped', () => {
    const pipeline = testPipeline(nodeCrypto, testConfig(), { limits: { maxOpenSamples: 4 } });
    feed(pipeline, 2, 3, 4, 5, 6, 7);
    expect(pipeline.counters()).toMatchObject({ skipped: 2, rejected: {} });
    pipeline.setRelease(testRelease(), DIGEST, 'test@1.0.0');
    pipeline.tick(0);
    expect(taken(pipeline)).toEqual(['4..8: 4 5 6 7']);
  });

  test('the same window specification goes on in the middle of a window, with other results', () => {
    const pipeline = piped({});
    feed(pipeline, 4, 5);
    pipeline.setRelease(testRelease({}, { version: '1.1.0' }), 'sha256:other', 'test@1.1.0');
    pipeline.feed(rowsOf([6, 7].map((s) => ['d', s, s] as const)), ++entry, 0, 'live');
    expect(drain(pipeline).rows).toMatchObject([
      { fromUs: 4e6, release: 'test@1.1.0', releaseDigest: 'sha256:other' },
    ]);
  });

  test('another one closes open samples as skipped and begins anew', () => {
    const pipeline = piped({});
    feed(pipeline, 4, 5);
    pipeline.setRelease(testRelease({ length: 2 }), DIGEST, 'test@2.0.0');
    expect(feed(pipeline, 6, 7)).toEqual(['6..8: 6 7']);
    expect(pipeline.counters()).toMatchObject({ skipped: 2 });
  });

  test('one that wants a channel that isn’t configured is refused and changes nothing', () => {
    const pipeline = piped({});
    const wrong = testRelease({ channels: [{ name: 'a' }, { name: 'flow' }] });
    expect(() => pipeline.setRelease(wrong, DIGEST, 'test@2.0.0')).toThrow(
      "wants channel flow, which pipeline p doesn't have",
    );
    expect(feed(pipeline, 4, 5, 6, 7)).toEqual(['4..8: 4 5 6 7']);
  });

  test('none is set while windows are at the model', () => {
    const pipeline = piped({});
    pipeline.feed(rowsOf([4, 5, 6, 7].map((s) => ['d', s, s] as const)), ++entry, 0, 'live');
    pipeline.takeReady(10);
    expect(() => pipeline.setRelease(testRelease(), DIGEST, 'test@1.0.0')).toThrow(
      'while windows are being inferred',
    );
  });
});

describe('ticks', () => {
  test('of 3Hz stand at thirds of a second, exact after any number of them', () => {
    const ticks = createTicks(3);
    expect([0, 1, 2, 3].map(ticks.timeUs)).toEqual([0, 333_333, 666_667, 1_000_000]);
    expect(ticks.timeUs(3 * 1_800_000_000)).toBe(1_800_000_000e6);
    expect(ticks.timeUs(3 * 1_800_000_000 + 1)).toBe(1_800_000_000e6 + 333_333);
    expect(ticks.at(1_800_000_000e6 - 1)).toBe(3 * 1_800_000_000 - 1);
  });

  test.each([7 / 60, 0.1, 2.5, 1000, 44_100, 1 / 86_400])(
    'of %s Hz: at() is the inverse of timeUs()',
    (rate) => {
      const ticks = createTicks(rate);
      const start = ticks.at(1_800_000_000e6);
      for (let k = start; k < start + 1000; k++) {
        expect(ticks.at(ticks.timeUs(k))).toBe(k);
        expect(ticks.at(ticks.timeUs(k + 1) - 1)).toBe(k);
      }
    },
  );

  test('past a million a second there are none', () => {
    expect(() => createTicks(2e6)).toThrow('no ticks');
  });
});
