/** Which windows make good golden vectors: healthy ones, faulty ones, and probes in which every weight counts. */
import type { InferenceSession, Tensor } from '@skerry/agent/ports';
import { createRandom } from '@skerry/firmware-sim/random';
import { SkerryError } from '@skerry/proto/errors';
import type { PcaModel } from '../fit/pca.ts';
import { windowStarts } from '../fit/scaling.ts';
import type { WindowShape } from '../fit/windows.ts';
import type { GoldenInput } from './golden.ts';

const HEALTHY = 6;
const FAULTY_MAX = 24;
const PROBES = 16;

/** What is pinned of each case. */
export interface GoldenContract {
  /** The input that takes the window. */
  input: string;
  /** A window of the given rows as that input takes it. */
  layout: (window: Float32Array) => Tensor;
  /** Standard deviation of each channel, in the units of the rows. */
  deviations: ArrayLike<number>;
  /** The output that the alert threshold is on. */
  score: string;
  threshold: number;
  /** Every output compared on faulty windows; healthy ones and probes pin the score alone. */
  faulty: readonly string[];
}

/**
 * Cases from healthy rows: windows as they are, windows with a fault put into one sensor after another, and
 * the given probes. Windows that score within a quarter of the threshold are left out: there a rounding step decides.
 */
export async function goldenCases(
  session: InferenceSession,
  healthyRows: Float32Array,
  shape: WindowShape,
  contract: GoldenContract,
  probes: readonly Float32Array[],
): Promise<GoldenInput[]> {
  const { width, length } = shape;
  const starts = windowStarts(healthyRows.length / width, length, length);
  const windows = starts.map((start) => healthyRows.slice(start * width, (start + length) * width));
  const scoreOf = async (window: Float32Array): Promise<number> => {
    const answer = await session.run({ [contract.input]: contract.layout(window) }, [contract.score]);
    return Number(answer[contract.score]?.data[0]) / contract.threshold;
  };
  const healthy: Float32Array[] = [];
  for (const window of spread(windows, 4 * HEALTHY))
    if (healthy.length < HEALTHY && (await scoreOf(window)) < 0.75) healthy.push(window);
  if (healthy.length === 0)
    throw new SkerryError('invalid', 'no window of the data scores well below the threshold', {
      hint: 'golden vectors need a recording of healthy operation',
    });
  const faulty: Float32Array[] = [];
  for (const fault of FAULTS)
    for (let channel = 0; channel < width; channel++) {
      const window = withFault(
        healthy[channel % healthy.length]!,
        channel,
        shape,
        contract.deviations[channel]!,
        fault,
      );
      if ((await scoreOf(window)) > 1.25) faulty.push(window);
    }
  const cases = (list: readonly Float32Array[], names: readonly string[]): GoldenInput[] =>
    list.map((window) => ({ feeds: { [contract.input]: contract.layout(window) }, outputs: names }));
  return [
    ...cases(healthy, [contract.score]),
    ...cases(spread(faulty, FAULTY_MAX), contract.faulty),
    ...cases(probes, [contract.score]),
  ];
}

/** How far a fault moves a channel at one row of a window, in its standard deviations. */
type Fault = (time: number, length: number) => number;

// An offset, a step, a spike and a drift.
const FAULTS: readonly Fault[] = [
  () => 8,
  (time, length) => (time >= length / 2 ? -6 : 0),
  (time, length) => (time === length - 1 ? 24 : 0),
  (time, length) => (10 * time) / length,
];

function withFault(
  window: Float32Array,
  channel: number,
  { width, length }: WindowShape,
  deviation: number,
  fault: Fault,
): Float32Array {
  return window.map((x, i) =>
    i % width === channel ? x + deviation * fault(Math.floor(i / width), length) : x,
  );
}

/** At most `count` of the list, evenly spread. */
function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]!);
}

// In shares of how far int8 reaches. One component far out and the others less far shows a wrong weight of that one; all
// of them half as far shows wrong weights of the small ones.
const FAR_PROBE = { far: 0.5, near: 0.125 };
const EVEN_PROBE = { far: 0.25, near: 0.25 };

/**
 * Windows far out inside a model's healthy subspace. Their score is next to 0 only as long as every weight is right: any
 * wrong one leaves a residual in proportion to the probe.
 */
export function subspaceProbes(pca: PcaModel, reach: number): Float32Array[] {
  const size = pca.mean.length;
  const random = createRandom(17);
  return Array.from({ length: PROBES }, (_, probe) => {
    const { far, near } = probe % 2 === 0 ? FAR_PROBE : EVEN_PROBE;
    const x = pca.mean.slice();
    for (const [j, variance] of pca.variances.entries()) {
      const share = j === (probe >> 1) % pca.variances.length ? far : near;
      const t = (random.uniform() < 0.5 ? -share : share) * reach * Math.sqrt(variance);
      for (let i = 0; i < size; i++) x[i]! += t * pca.vectors[j * size + i]!;
    }
    return Float32Array.from(x);
  });
}
