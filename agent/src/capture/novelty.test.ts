// What counts as new among windows: simulated machines whose ways are known.
import { describe, expect, test } from 'vitest';
import { seeded, testRelease } from '../pipeline/test-pipeline.ts';
import type { WindowBatch } from '../pipeline/types.ts';
import { Novelty, type NoveltyOptions } from './novelty.ts';

const TICKS = 16;
const SETTINGS: NoveltyOptions = { centres: 16, above: 0.99, warmUp: 200 };
const release = testRelease({ length: TICKS, channels: [{ name: 'a' }, { name: 'b' }] });

/** A way of running: per channel its level, its noise and what it gains over a window. */
type Regime = readonly (readonly [level: number, noise: number, gain: number])[];

const IDLE: Regime = [
  [10, 1, 0],
  [1_000, 20, 0],
];
const LOADED: Regime = [
  [14, 2, 0],
  [1_100, 20, 0],
];

function windowOf(regime: Regime, unit: () => number): WindowBatch {
  const zero = new Uint32Array(1);
  return {
    count: 1,
    data: Float32Array.from({ length: 2 * TICKS }, (_, i) => {
      const [level, noise, gain] = regime[i % 2]!;
      return level + 2 * noise * (unit() - 0.5) + (gain * Math.floor(i / 2)) / TICKS;
    }),
    devices: ['d'],
    fromUs: new Float64Array(1),
    toUs: new Float64Array(1),
    interpolated: zero,
    missing: zero,
    late: zero,
  };
}

/** How many of so many windows are new. */
function news(novelty: Novelty, regimes: readonly Regime[], windows: number, unit: () => number): number {
  let found = 0;
  for (let i = 0; i < windows; i++)
    found += Number(novelty.isNew(windowOf(regimes[i % regimes.length]!, unit), 0));
  return found;
}

const reference = {
  signals: [
    { name: 'a', isOutput: false, n: 1_000, m2: 1_000 },
    { name: 'b', isOutput: false, n: 1_000, m2: 400_000 },
  ],
};

describe.each([
  ['with a drift reference', reference],
  ['without one', undefined],
])('%s', (_, known) => {
  test('before the warm-up is over nothing is new, and after it hardly anything of what a machine always does', () => {
    const unit = seeded(1);
    const novelty = new Novelty(SETTINGS, release, known);
    expect(news(novelty, [IDLE, LOADED], 200, unit)).toBe(0);
    expect(news(novelty, [IDLE, LOADED], 5_000, unit)).toBeLessThan(0.02 * 5_000);
  });

  test.each([
    ['a level that was never seen', [[30, 1, 0], IDLE[1]!] as Regime],
    ['a sensor that shakes', [[10, 12, 0], IDLE[1]!] as Regime],
    ['a value that climbs', [IDLE[0]!, [1_000, 20, 300]] as Regime],
  ])('%s is new, and when it stays no more', (_, regime) => {
    const unit = seeded(2);
    const novelty = new Novelty(SETTINGS, release, known);
    news(novelty, [IDLE, LOADED], 1_000, unit);
    expect(novelty.isNew(windowOf(regime, unit), 0)).toBe(true);
    news(novelty, [regime], 100, unit);
    expect(news(novelty, [regime], 200, unit)).toBeLessThan(10);
    expect(news(novelty, [IDLE, LOADED], 200, unit)).toBeLessThan(10);
  });
});

test('of more ways of running than are remembered the one that came least is forgotten, and noise forgets none', () => {
  const unit = seeded(3);
  const novelty = new Novelty({ ...SETTINGS, centres: 8 }, release, reference);
  const at = (level: number): Regime => [[level, 1, 0], IDLE[1]!];
  news(novelty, [IDLE], 1_000, unit);
  expect(novelty.isNew(windowOf(at(100), unit), 0)).toBe(true);
  news(novelty, [at(100)], 5, unit);
  news(novelty, [IDLE], 600, unit);
  expect(novelty.isNew(windowOf(at(100), unit), 0)).toBe(false);
  for (let level = 200; level < 1_500; level += 100) news(novelty, [at(level)], 20, unit);
  news(novelty, [IDLE], 1_000, unit);
  expect(novelty.isNew(windowOf(at(100), unit), 0)).toBe(true);
});

test('a constant signal has no news, whatever the last digit does', () => {
  const novelty = new Novelty(SETTINGS, release, reference);
  const still: Regime = [
    [10, 1e-6, 0],
    [1_000, 1e-4, 0],
  ];
  expect(news(novelty, [still], 1_000, seeded(4))).toBe(0);
});

test('what is no number is passed over', () => {
  const unit = seeded(5);
  const novelty = new Novelty(SETTINGS, release, undefined);
  news(novelty, [IDLE], 500, unit);
  const broken = windowOf(IDLE, unit);
  broken.data[3] = Number.NaN;
  expect(novelty.isNew(broken, 0)).toBe(false);
  expect(novelty.isNew(windowOf([[60, 1, 0], IDLE[1]!], unit), 0)).toBe(true);
});

test('without centres nothing is new', () => {
  const unit = seeded(6);
  const novelty = new Novelty({ ...SETTINGS, centres: 0 }, release, reference);
  news(novelty, [IDLE], 500, unit);
  expect(novelty.isNew(windowOf([[60, 1, 0], IDLE[1]!], unit), 0)).toBe(false);
});
