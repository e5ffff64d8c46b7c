/**
 * Which windows are unlike what a release has seen. A window is three numbers per channel: its mean, its spread, and the
 * mean of its second half less that of its first, in units of the channel's spread in the drift reference (without one:
 * its spread so far). They are compared with a few centres, which are learned on the way:
 *
 *     distance = root mean square of the differences to the nearest centre
 *     limit      the distance that a share `above` stays below, followed step by step:
 *                limit (1 + λ above) where it is exceeded, else limit (1 - λ (1 - above)); λ is 0.5 during the
 *                warm-up and then 0.05; the first limit is one spread
 *                (Yazidi & Hammer, "Multiplicative update methods for incremental quantile estimation", 2017)
 *     beyond 1.5 limits the window becomes a centre, of weight 1; full, in the place of the lightest, and all others
 *                lose a tenth
 *     otherwise  its centre gains 1, and moves by one over its weight (k-means: MacQueen 1967)
 *
 * Weights end at 100, so that centres follow. A window beyond the limit is new, once `warmUp` have been seen. What comes often is thus new once, and has a centre from then on.
 * One for all devices of a pipeline: what one of them does every day is no news of another. Nothing is stored: a
 * restart, another release and a policy that captures again begin anew. Memory: centres × channels × 24 B. A sensor
 * that stands still may be too small a change for it; that is told as drift.
 */
import type { ReleaseManifest } from '@skerry/proto/release';
import type { skerry } from '@skerry/proto/wire';
import type { WindowBatch } from '../pipeline/types.ts';

export interface NoveltyOptions {
  /** What is remembered of windows seen; 0: nothing is ever new. */
  centres: number;
  /** Share of windows, below 1, that a new one is farther off than. */
  above: number;
  /** Windows before any is new. */
  warmUp: number;
}

/** In spreads: however still it has been, less is no news. */
const LEAST_LIMIT = 0.01;
const FIRST_LIMIT = 1;
const STEP = 0.05;
const WARM_UP_STEP = 0.5;
const OPENS_BEYOND = 1.5;
const HEAVIEST = 100;
const LEFT = 0.9;
/** Mean, spread, second half less first. */
const PER_CHANNEL = 3;

interface Centre {
  at: Float64Array;
  weight: number;
}

/** Of a channel's values so far. */
interface Seen {
  n: number;
  mean: number;
  m2: number;
}

export class Novelty {
  readonly #o: NoveltyOptions;
  /** By channel; 0 where the reference says none. */
  readonly #reference: readonly number[];
  readonly #seen: Seen[];
  readonly #centres: Centre[] = [];
  #limit = FIRST_LIMIT;
  #count = 0;

  constructor(
    options: NoveltyOptions,
    { window: { channels } }: ReleaseManifest,
    reference: skerry.v1.IDriftReference | undefined,
  ) {
    this.#o = options;
    this.#reference = channels.map(({ name }) => spreadIn(reference, name));
    this.#seen = channels.map(() => ({ n: 0, mean: 0, m2: 0 }));
  }

  /** Whether a window is new; it isn't any more from then on. */
  isNew(windows: WindowBatch, index: number): boolean {
    if (this.#o.centres === 0) return false;
    const features = this.#featuresOf(windows, index);
    // NaN is no place to be near to.
    if (!features.every(Number.isFinite)) return false;
    this.#count++;
    const [nearest, distance] = this.#nearest(features);
    const isFar = distance > this.#limit;
    if (nearest && distance <= OPENS_BEYOND * this.#limit) this.#move(nearest, features);
    else this.#open(features);
    if (!nearest) return false;
    this.#follow(isFar);
    return isFar && this.#count > this.#o.warmUp;
  }

  #follow(isFar: boolean): void {
    const { above, warmUp } = this.#o;
    const step = this.#count <= warmUp ? WARM_UP_STEP : STEP;
    this.#limit = Math.max(LEAST_LIMIT, this.#limit * (isFar ? 1 + step * above : 1 - step * (1 - above)));
  }

  #nearest(features: Float64Array): [Centre | undefined, distance: number] {
    const spreads = this.#seen.map(({ n, m2 }, c) => this.#reference[c]! || Math.sqrt(m2 / n));
    let nearest: Centre | undefined;
    let least = Infinity;
    for (const centre of this.#centres) {
      const distance = distanceOf(features, centre.at, spreads);
      if (distance < least) [nearest, least] = [centre, distance];
    }
    return [nearest, least];
  }

  #move(centre: Centre, features: Float64Array): void {
    centre.weight = Math.min(HEAVIEST, centre.weight + 1);
    for (let i = 0; i < features.length; i++) centre.at[i]! += (features[i]! - centre.at[i]!) / centre.weight;
  }

  #open(features: Float64Array): void {
    if (this.#centres.length >= this.#o.centres) {
      const lightest = this.#centres.reduce((a, b) => (b.weight < a.weight ? b : a));
      this.#centres.splice(this.#centres.indexOf(lightest), 1);
      for (const centre of this.#centres) centre.weight *= LEFT;
    }
    this.#centres.push({ at: features, weight: 1 });
  }

  #featuresOf({ data, count }: WindowBatch, index: number): Float64Array {
    const width = this.#seen.length;
    const [begin, end] = [(index * data.length) / count, ((index + 1) * data.length) / count];
    const features = new Float64Array(PER_CHANNEL * width);
    const ticks = (end - begin) / width;
    const half = Math.ceil(ticks / 2);
    for (let c = 0; c < width; c++) {
      const first = data[begin + c]!;
      // Differences to the first value: squares of great values with a small spread would leave nothing of it.
      let [early, sum, squares] = [0, 0, 0];
      for (let tick = 0; tick < ticks; tick++) {
        const off = data[begin + c + tick * width]! - first;
        if (tick < half) early += off;
        sum += off;
        squares += off * off;
      }
      const m2 = Math.max(0, squares - (sum * sum) / ticks);
      const mean = first + sum / ticks;
      const rise = (sum - early) / Math.max(1, ticks - half) - early / half;
      features.set([mean, Math.sqrt(m2 / ticks), rise], PER_CHANNEL * c);
      if (Number.isFinite(m2)) merge(this.#seen[c]!, ticks, mean, m2);
    }
    return features;
  }
}

function spreadIn(reference: skerry.v1.IDriftReference | undefined, channel: string): number {
  const signal = reference?.signals?.find(({ name, isOutput }) => !isOutput && name === channel);
  const n = Number(signal?.n ?? 0);
  return n > 0 ? Math.sqrt((signal?.m2 ?? 0) / n) : 0;
}

// A channel that has never moved tells no two windows apart.
function distanceOf(a: Float64Array, b: Float64Array, spreads: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const spread = spreads[Math.floor(i / PER_CHANNEL)]!;
    if (spread > 0) sum += ((a[i]! - b[i]!) / spread) ** 2;
  }
  return Math.sqrt(sum / a.length);
}

// Chan, Golub & LeVeque 1979.
function merge(seen: Seen, n: number, mean: number, m2: number): void {
  const total = seen.n + n;
  const off = mean - seen.mean;
  seen.mean += (off * n) / total;
  seen.m2 += m2 + (off * off * seen.n * n) / total;
  seen.n = total;
}
