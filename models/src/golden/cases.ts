/** Which windows make good golden vectors: healthy ones, faulty ones, and probes in which every weight counts. */
import { createRandom } from '@skerry/firmware-sim/random';
import type { FittedAnomaly } from '../fit/anomaly.ts';
import { scoreWindow } from '../fit/pca.ts';
import { windowStarts } from '../fit/scaling.ts';
import { oneWindow } from '../fit/windows.ts';
import type { GoldenInput } from './golden.ts';

const HEALTHY = 6;
const PROBES = 8;
const BOTH = ['score', 'attribution'];
const SCORE = ['score'];

/**
 * At least 16 cases from normalized healthy rows: windows as they are (score only), windows with a fault put into one
 * sensor after another (attribution too), and probes far out inside the healthy subspace. A probe's score is next to 0
 * only as long as every weight is right: any wrong one leaves a residual as large as the probe. Windows that score
 * near the threshold are left out, where a rounding step decides.
 */
export function goldenCases(fitted: FittedAnomaly, healthyRows: Float32Array): GoldenInput[] {
  const shape = { length: fitted.options.length, width: fitted.width };
  const starts = windowStarts(healthyRows.length / shape.width, shape.length, shape.length);
  const healthy = starts
    .map((start) => healthyRows.slice(start * shape.width, (start + shape.length) * shape.width))
    .filter((window) => scoreOf(fitted, window) < 0.8);
  const picked = Array.from(
    { length: Math.min(HEALTHY, healthy.length) },
    (_, i) => healthy[Math.floor((i * healthy.length) / HEALTHY)]!,
  );
  const faulty = FAULTS.flatMap((fault) =>
    Array.from({ length: fitted.width }, (_, channel) =>
      withFault(picked[channel % picked.length]!, channel, fitted.width, fault),
    ),
  ).filter((window) => scoreOf(fitted, window) > 1.25);
  return [
    ...picked.map((window) => ({ window: oneWindow(window, shape), outputs: SCORE })),
    ...spread(faulty, 24).map((window) => ({ window: oneWindow(window, shape), outputs: BOTH })),
    ...probes(fitted).map((window) => ({ window: oneWindow(window, shape), outputs: SCORE })),
  ];
}

type Fault = (value: number, time: number, length: number) => number;

// In standard deviations of the channel: what an offset, a spike, a drift and a stuck sensor look like.
const FAULTS: readonly Fault[] = [
  (x) => x + 8,
  (x, t, n) => (t >= n / 2 ? x - 6 : x),
  (x, t, n) => (t === n - 1 ? x + 24 : x),
  (x, t, n) => x + (10 * t) / n,
];

function withFault(window: Float32Array, channel: number, width: number, fault: Fault): Float32Array {
  const length = window.length / width;
  return window.map((x, i) => (i % width === channel ? fault(x, Math.floor(i / width), length) : x));
}

function scoreOf(fitted: FittedAnomaly, window: Float32Array): number {
  return scoreWindow(fitted.pca, window).spe / fitted.limits.fp32;
}

/** At most `count` of the list, evenly spread. */
function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]!);
}

// As far out as healthy data times 4: within the int8 ranges, which end at 8.
function probes({ pca }: FittedAnomaly): Float32Array[] {
  const size = pca.mean.length;
  const random = createRandom(17);
  return Array.from({ length: PROBES }, () => {
    const x = pca.mean.slice();
    for (const [j, variance] of pca.variances.entries()) {
      const t = (random.uniform() < 0.5 ? -1 : 1) * (6 + 6 * random.uniform()) * Math.sqrt(variance);
      for (let i = 0; i < size; i++) x[i]! += t * pca.vectors[j * size + i]!;
    }
    return Float32Array.from(x);
  });
}
