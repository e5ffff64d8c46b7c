/**
 * Other models of healthy windows, to choose the shipped one by evidence: k-means (KMeansAD of Schmidl et al., VLDB 2022)
 * and a dense autoencoder. Both see the normalized windows that window PCA sees.
 */
import { createRandom } from '@skerry/firmware-sim/random';
import { createNet, train } from '../fit/net/net.ts';
import { windowStarts } from '../fit/scaling.ts';

/** A score per window; greater is less like what it was fitted to. */
export type WindowScore = (window: Float64Array) => number;

/** Fits to windows of healthy operation. */
export type Rival = (windows: readonly Float64Array[]) => WindowScore;

/** Every window of normalized rows. */
export function windowsOf(
  rows: Float32Array,
  { length, width, hop }: { length: number; width: number; hop: number },
): Float64Array[] {
  return windowStarts(rows.length / width, length, hop).map((start) =>
    Float64Array.from(rows.subarray(start * width, (start + length) * width)),
  );
}

const CLUSTERS = 10;
const ROUNDS = 50;

/** Squared distance from the nearest of ten centres (k-means++, then Lloyd). */
const kMeans: Rival = (windows) => {
  const random = createRandom(3).fork('k-means');
  const centres = [windows[Math.floor(random.uniform() * windows.length)]!.slice()];
  while (centres.length < CLUSTERS) {
    const distances = windows.map((window) => nearest(centres, window).distance);
    let left = random.uniform() * distances.reduce((sum, d) => sum + d, 0);
    let next = 0;
    while (next < windows.length - 1 && left > distances[next]!) left -= distances[next++]!;
    centres.push(windows[next]!.slice());
  }
  for (let round = 0; round < ROUNDS; round++) {
    const sums = centres.map((centre) => ({ count: 0, sum: new Float64Array(centre.length) }));
    for (const window of windows) {
      const mine = sums[nearest(centres, window).index]!;
      mine.count++;
      for (let i = 0; i < window.length; i++) mine.sum[i]! += window[i]!;
    }
    for (const [c, { count, sum }] of sums.entries()) if (count > 0) centres[c] = sum.map((x) => x / count);
  }
  return (window) => nearest(centres, window).distance;
};

const HIDDEN = 16;
const EPOCHS = 400;

/** Squared error of rebuilding the window through 16 hidden units. */
const autoencoder: Rival = (windows) => {
  const size = windows[0]!.length;
  const net = createNet(
    [
      { kind: 'dense', inputs: size, outputs: HIDDEN },
      { kind: 'relu', size: HIDDEN },
      { kind: 'dense', inputs: HIDDEN, outputs: size },
    ],
    5,
  );
  train(
    net,
    { inputs: windows, targets: windows },
    {
      seed: 5,
      epochs: EPOCHS,
      batch: 32,
      rate: 0.003,
      loss: 'squares',
    },
  );
  return (window) => net.answer(window).reduce((sum, y, i) => sum + (y - window[i]!) ** 2, 0);
};

/** By name. */
export const RIVALS: Readonly<Record<string, Rival>> = { 'k-means': kMeans, autoencoder };

function nearest(
  centres: readonly Float64Array[],
  window: Float64Array,
): { index: number; distance: number } {
  let best = { index: 0, distance: Number.POSITIVE_INFINITY };
  for (const [index, centre] of centres.entries()) {
    let distance = 0;
    for (let i = 0; i < window.length; i++) distance += (window[i]! - centre[i]!) ** 2;
    if (distance < best.distance) best = { index, distance };
  }
  return best;
}
