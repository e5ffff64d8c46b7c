/** How remaining life is measured: on motors that it never saw, against two guesses that know less. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { spearman } from '../evaluate/metrics.ts';
import { oneWindow } from '../fit/windows.ts';
import { LIFE_CAP_H, LIFE_CHANNELS, LIFE_LENGTH, type LifeRun, lifeWindows } from './life-data.ts';

/** Hours left where the bins of the table begin. */
const BINS_H = [0, 24, 48, 100, 200] as const;
const HOP_H = 2;
const LEVELS = 20;

export interface LifeMetrics {
  windows: number;
  /** Root of the mean squared error in hours, hours left counted up to the cap. */
  rmse: { fp32: number; int8: number; level: number; mean: number };
  /** Per run, so that windows of one motor don't count as many: the least and greatest of the middle 95 %. */
  rmseOfRuns: [low: number, high: number];
  bins: { fromH: number; toH: number; windows: number; meanError: number; bias: number }[];
  /** Runs by how many hours before failure `hours_left` stayed below 48 for good; undefined where never. */
  warnedH: (number | undefined)[];
  spearman: number;
}

/** Hours left by the level of the envelope alone: the mean at that level over the training runs. */
function levelGuess(runs: readonly LifeRun[]): (window: Float64Array) => number {
  const pairs = runs.flatMap((run) => {
    const { windows, left } = lifeWindows(run, HOP_H);
    return windows.map((window, i) => ({ level: levelOf(window), left: capped(left[i]!) }));
  });
  pairs.sort((a, b) => a.level - b.level);
  const size = Math.ceil(pairs.length / LEVELS);
  const steps = Array.from({ length: LEVELS }, (_, s) => pairs.slice(s * size, (s + 1) * size)).filter(
    (step) => step.length > 0,
  );
  const table = steps.map((step) => ({
    from: step[0]!.level,
    left: step.reduce((sum, { left }) => sum + left, 0) / step.length,
  }));
  return (window) => (table.findLast(({ from }) => from <= levelOf(window)) ?? table[0]!).left;
}

// The mean of the last six hours of the envelope.
function levelOf(window: Float64Array): number {
  const width = LIFE_CHANNELS.length;
  const envelope = LIFE_CHANNELS.findIndex(({ name }) => name === 'envelope');
  let sum = 0;
  for (let hour = LIFE_LENGTH - 6; hour < LIFE_LENGTH; hour++) sum += window[hour * width + envelope]!;
  return sum / 6;
}

function capped(hours: number): number {
  return Math.min(LIFE_CAP_H, hours);
}

/** Hours left for windows, by a variant. */
export async function hoursLeft(
  backend: InferenceBackend,
  bytes: Uint8Array,
  windows: readonly Float64Array[],
): Promise<number[]> {
  const session = await backend.create({ bytes });
  try {
    const hours: number[] = [];
    for (const window of windows) {
      const feed = oneWindow(window, { length: LIFE_LENGTH, width: LIFE_CHANNELS.length });
      hours.push(Number((await session.run({ window: feed })).hours_left!.data[0]));
    }
    return hours;
  } finally {
    await session.release();
  }
}

/** Measures both variants on `unseen` runs; the guesses know the `known` ones. */
export async function measureLife(
  backend: InferenceBackend,
  graphs: { fp32: Uint8Array; int8: Uint8Array },
  known: readonly LifeRun[],
  unseen: readonly LifeRun[],
): Promise<LifeMetrics> {
  const byLevel = levelGuess(known);
  const knownLeft = known.flatMap((run) => lifeWindows(run, HOP_H).left.map(capped));
  const mean = knownLeft.reduce((sum, left) => sum + left, 0) / knownLeft.length;
  const all = { left: [] as number[], fp32: [] as number[], int8: [] as number[], level: [] as number[] };
  const ofRuns: number[] = [];
  const warnedH: (number | undefined)[] = [];
  for (const run of unseen) {
    const { windows, left } = lifeWindows(run, HOP_H);
    const int8 = await hoursLeft(backend, graphs.int8, windows);
    all.left.push(...left);
    all.int8.push(...int8);
    all.fp32.push(...(await hoursLeft(backend, graphs.fp32, windows)));
    all.level.push(...windows.map(byLevel));
    ofRuns.push(rmse(int8, left));
    const lastQuiet = int8.findLastIndex((hours) => hours >= 48);
    warnedH.push(left[lastQuiet + 1]);
  }
  ofRuns.sort((a, b) => a - b);
  const at = (share: number): number => ofRuns[Math.round(share * (ofRuns.length - 1))]!;
  return {
    windows: all.left.length,
    rmse: {
      fp32: rmse(all.fp32, all.left),
      int8: rmse(all.int8, all.left),
      level: rmse(all.level, all.left),
      mean: rmse(
        all.left.map(() => mean),
        all.left,
      ),
    },
    rmseOfRuns: [at(0.025), at(0.975)],
    bins: BINS_H.map((fromH, b) => binOf(all, fromH, BINS_H[b + 1] ?? Number.POSITIVE_INFINITY)),
    warnedH,
    spearman: spearman(all.fp32, all.int8),
  };
}

function rmse(guesses: readonly number[], left: readonly number[]): number {
  return Math.sqrt(guesses.reduce((sum, hours, i) => sum + (hours - capped(left[i]!)) ** 2, 0) / left.length);
}

function binOf(
  all: { left: readonly number[]; int8: readonly number[] },
  fromH: number,
  toH: number,
): LifeMetrics['bins'][number] {
  const errors = all.int8.flatMap((hours, i) => {
    const left = all.left[i]!;
    return left >= fromH && left < toH ? [hours - capped(left)] : [];
  });
  const meanOf = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
  return {
    fromH,
    toH,
    windows: errors.length,
    meanError: meanOf(errors.map(Math.abs)),
    bias: meanOf(errors),
  };
}
