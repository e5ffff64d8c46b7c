/**
 * ADWIN: a window of the latest values that grows while they are alike and drops its old end where they aren't. Bifet &
 * Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing", SIAM Data Mining 2007, figure 2, with the
 * variance bound of theorem 3.2; every boundary between buckets is tried, the youngest ones included.
 *
 * Its bound holds for independent values, so a sensor's are given as means of runs long enough (see sequential.ts).
 *
 *     buckets, oldest first   [8 8] [4 4 4] [2] [1 1]     up to five of a size, and then the two oldest become one
 *                               ^ cut?  ^     ^    ^
 *
 * Memory: about log2(width / 5) rows of five buckets; beyond `maxRows` the oldest bucket is let go.
 */
export interface AdwinOptions {
  /** Chance of a false cut, per look. Default 0.002. */
  delta?: number;
  /** Looks for a cut at every so many values. Default 32. */
  clock?: number;
  /** Fewest values on either side of a cut. Default 5. */
  minSide?: number;
  /** Rows of buckets, each of twice the size of the one before. Default 24. */
  maxRows?: number;
}

/** Sum of a bucket's values, and of their squared deviations from its mean. */
interface Bucket {
  sum: number;
  m2: number;
}

interface Part extends Bucket {
  n: number;
}

const PER_ROW = 5;
/** Below so many values nothing is said. */
const GRACE = 10;

export class Adwin {
  readonly #delta: number;
  readonly #clock: number;
  readonly #minSide: number;
  readonly #maxRows: number;
  /** Row r holds buckets of 2^r values, oldest first; the last row is the oldest. */
  #rows: Bucket[][] = [[]];
  #all: Part = { n: 0, sum: 0, m2: 0 };
  #ticks = 0;

  constructor(options: AdwinOptions = {}) {
    this.#delta = options.delta ?? 0.002;
    this.#clock = options.clock ?? 32;
    this.#minSide = options.minSide ?? 5;
    this.#maxRows = options.maxRows ?? 24;
  }

  /** Values in the window. */
  get width(): number {
    return this.#all.n;
  }

  /** Mean of the window; NaN while it is empty. */
  get mean(): number {
    return this.#all.sum / this.#all.n;
  }

  /** Takes a finite value. True where the window's old end was found to differ from the rest, and was dropped. */
  add(value: number): boolean {
    this.#all = joined(this.#all, { n: 1, sum: value, m2: 0 });
    this.#rows[0]!.push({ sum: value, m2: 0 });
    this.#compress();
    this.#ticks++;
    if (this.#ticks % this.#clock !== 0 || this.width <= GRACE) return false;
    let changed = false;
    while (this.#hasCut()) {
      this.#dropOldest();
      changed = true;
    }
    return changed;
  }

  #compress(): void {
    for (let r = 0; r < this.#rows.length; r++) {
      const row = this.#rows[r]!;
      if (row.length <= PER_ROW) break;
      const [a, b] = row.splice(0, 2);
      const n = 2 ** r;
      const { sum, m2 } = joined({ n, ...a! }, { n, ...b! });
      if (r + 1 === this.#rows.length) this.#rows.push([]);
      this.#rows[r + 1]!.push({ sum, m2 });
    }
    if (this.#rows.length > this.#maxRows) this.#dropOldest();
  }

  #hasCut(): boolean {
    const variance = this.#all.m2 / this.width;
    // ln(2 ln(W) / δ): the chance is shared by the boundaries that are tried.
    const confidence = Math.log((2 * Math.log(this.width)) / this.#delta);
    let [n, sum] = [0, 0];
    for (let r = this.#rows.length - 1; r >= 0; r--)
      for (const bucket of this.#rows[r]!) {
        n += 2 ** r;
        sum += bucket.sum;
        const rest = this.width - n;
        if (n < this.#minSide || rest < this.#minSide) continue;
        const sizes = 1 / (n - this.#minSide + 1) + 1 / (rest - this.#minSide + 1);
        const bound = Math.sqrt(2 * sizes * variance * confidence) + (2 / 3) * confidence * sizes;
        if (Math.abs(sum / n - (this.#all.sum - sum) / rest) > bound) return true;
      }
    return false;
  }

  #dropOldest(): void {
    const last = this.#rows.length - 1;
    const dropped = { n: 2 ** last, ...this.#rows[last]!.shift()! };
    this.#all = without(this.#all, dropped);
    while (this.#rows.length > 1 && this.#rows.at(-1)!.length === 0) this.#rows.pop();
  }
}

/** Sums of two parts together. Chan, Golub & LeVeque (1979). */
function joined(a: Part, b: Part): Part {
  return { n: a.n + b.n, sum: a.sum + b.sum, m2: a.m2 + b.m2 + between(a, b) };
}

/** The whole less one of its parts. */
function without(whole: Part, part: Part): Part {
  const rest = { n: whole.n - part.n, sum: whole.sum - part.sum, m2: 0 };
  return { ...rest, m2: Math.max(0, whole.m2 - part.m2 - between(rest, part)) };
}

function between(a: Part, b: Part): number {
  if (a.n === 0 || b.n === 0) return 0;
  const apart = a.sum / a.n - b.sum / b.n;
  return (apart * apart * a.n * b.n) / (a.n + b.n);
}
