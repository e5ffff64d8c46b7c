/**
 * A streaming anomaly score for one channel, whatever its unit, rate and level: how far the newest sample leaves what has
 * been seen before, on four views of the stream, with a memory of about 2,000 samples. Nothing is trained.
 *
 *   views      f1  the sample                       tolerance  1 % of the view's range
 *              f2  median of the last 5                       20 %
 *              f3  median of the last 21                       3 %
 *              f4  distance of the last 10 samples from       10 %     (only upwards)
 *                  the most similar 10 of the last 640
 *   range      greatest and least value of a view over the 17 latest blocks of 128 samples, the present one included
 *   excess     how far the view leaves its range, in tolerances: (f - max) or (min - f), over (max - min) · tolerance
 *   r          the greatest excess of the four; 0 for the first 100 samples, times (n / 900)² while only n have been seen
 *   score      r / (1 + r) where r exceeds what is held, else 0; in [0, 1), and 1/2 is one tolerance
 *   held       1.5 r after a score, and 2 % less with every sample: one event is reported once, and again only if it grows
 *
 * The sample finds spikes, the medians shifts too small for single samples, the distance a shape that never was (a
 * missing daily peak), as in the left matrix profile (Yeh et al., ICDM 2016). Records over a bounded memory are
 * what makes a threshold hold for all streams alike: how often a new one comes by chance depends on the
 * memory's length, not on the distribution. Every range is widened by a thousandth of the sample's greatest level, so that
 * a constant may tremble.
 *
 * Noise has a record about every n samples where only n have been seen, so a young stream would cry wolf. The factor (n / 900)²,
 * that is wider tolerances, was chosen by measurement: noise is reported no more often in the first minutes than later, and what is
 * far out at once.
 *
 * All memory is one vector of MEMORY_SIZE numbers, which the graph takes and gives back; all zeros is a new stream.
 */

/** Samples that the shape is compared with. */
export const RECENT = 640;
/** Samples in a shape. */
export const SHAPE = 10;
export const BLOCK = 128;
export const BLOCKS = 17;
export const WARM_UP = 100;
/** Samples before which scores are tempered. */
export const YOUNG = 900;
export const MEDIANS = [5, 21] as const;
export const TOLERANCES = [0.01, 0.2, 0.03, 0.1] as const;
export const VIEWS = TOLERANCES.length;
/** Each view upwards, then each downwards, which is its negative upwards. */
export const SIDES = 2 * VIEWS;
/** The last side, a shape more familiar than ever, is no news. */
export const JUDGED_SIDES = SIDES - 1;
export const HELD = { factor: 1.5, keep: 0.98 } as const;
/** Share of the level, and least width, that every range has. */
export const FLOOR = { share: 1e-3, least: 1e-9 } as const;
/** Beyond it samples are cut, so that squares stay finite in float32. */
export const LIMIT = 1e18;

/** Where the parts of the memory lie: from, and how many. */
export const MEMORY = {
  recent: [0, RECENT],
  /** The greatest value of each side in each block, side by side, the oldest block first. */
  tops: [RECENT, SIDES * BLOCKS],
  held: [RECENT + SIDES * BLOCKS, 1],
  /** Samples seen, YOUNG at most. */
  seen: [RECENT + SIDES * BLOCKS + 1, 1],
  /** Samples in the present block; 0 where the next one begins a block. */
  phase: [RECENT + SIDES * BLOCKS + 2, 1],
} as const;
export const MEMORY_SIZE = MEMORY.phase[0] + 1;

/** Takes in one sample and gives its score; `memory` (MEMORY_SIZE numbers) is updated in place. */
export function streamScore(memory: Float64Array, sample: number): number {
  const part = ([from, count]: readonly [number, number]): Float64Array =>
    memory.subarray(from, from + count);
  const [recent, tops] = [part(MEMORY.recent), part(MEMORY.tops)];
  const [held, seen, phase] = [part(MEMORY.held), part(MEMORY.seen), part(MEMORY.phase)];
  const x = Math.min(LIMIT, Math.max(-LIMIT, sample));
  const isFirst = seen[0] === 0;
  if (isFirst) recent.fill(x);
  else recent.copyWithin(0, 1);
  recent[RECENT - 1] = x;
  seen[0] = Math.min(YOUNG, seen[0]! + 1);
  const views = [x, ...MEDIANS.map((count) => median(recent, count)), shapeDistance(recent, seen[0])];
  const sides = [...views, ...views.map((value) => -value)];
  const r = seen[0] > WARM_UP ? excess(sides, tops) * (seen[0] / YOUNG) ** 2 : 0;
  remember(sides, tops, { isFirst, beginsBlock: phase[0] === 0 });
  phase[0] = (phase[0]! + 1) % BLOCK;
  held[0]! *= HELD.keep;
  if (!(r > held[0]!)) return 0;
  held[0] = HELD.factor * r;
  return r / (1 + r);
}

function median(recent: Float64Array, count: number): number {
  return recent.slice(-count).sort()[count >> 1]!;
}

// 0 until the stream is twice as long as a shape.
function shapeDistance(recent: Float64Array, seen: number): number {
  if (seen < 2 * SHAPE) return 0;
  const newest = RECENT - SHAPE;
  let least = Number.POSITIVE_INFINITY;
  for (let start = Math.max(0, RECENT - seen); start <= newest - SHAPE; start++) {
    let sum = 0;
    for (let k = 0; k < SHAPE; k++) sum += (recent[start + k]! - recent[newest + k]!) ** 2;
    least = Math.min(least, sum);
  }
  return Math.sqrt(least);
}

function excess(sides: readonly number[], blocks: Float64Array): number {
  const tops = sides.map((_, side) => Math.max(...blocks.subarray(side * BLOCKS, (side + 1) * BLOCKS)));
  const floor = FLOOR.share * Math.max(Math.abs(tops[0]!), Math.abs(tops[VIEWS]!)) + FLOOR.least;
  let greatest = 0;
  for (let side = 0; side < JUDGED_SIDES; side++) {
    const range = tops[side]! + tops[(side + VIEWS) % SIDES]! + floor;
    greatest = Math.max(greatest, (sides[side]! - tops[side]!) / (range * TOLERANCES[side % VIEWS]!));
  }
  return greatest;
}

function remember(
  sides: readonly number[],
  blocks: Float64Array,
  { isFirst, beginsBlock }: { isFirst: boolean; beginsBlock: boolean },
): void {
  for (const [side, value] of sides.entries()) {
    const row = blocks.subarray(side * BLOCKS, (side + 1) * BLOCKS);
    if (isFirst) row.fill(value);
    else if (beginsBlock) row.copyWithin(0, 1);
    row[BLOCKS - 1] = beginsBlock ? value : Math.max(row[BLOCKS - 1]!, value);
  }
}
