/**
 * Page-Hinkley: sums of how far values lie above, and below, what is expected of them, less an allowance, never below
 * zero; a slow shift of the mean makes one of them grow without end. Page, "Continuous Inspection Schemes", Biometrika
 * 41 (1954); Hinkley, Biometrika 58 (1971).
 *
 *     up   = max(0, α up   + (x - mean) - δ)          mean: given, or of the values since the last reset
 *     down = max(0, α down - (x - mean) - δ)
 *     alarm where the larger is above λ
 *
 * λ and δ are in the unit of x, so x is best standardized: δ = ½ then watches for shifts of one standard deviation.
 */
export interface PageHinkleyOptions {
  /** What a value may stray without adding to the sum (δ). */
  delta: number;
  /** The sum beyond which there is an alarm (λ). */
  lambda: number;
  /** How much of the sum is kept at each value (α). Default 1. */
  keep?: number;
  /** Values after a reset before there can be an alarm. Default 1. */
  minValues?: number;
  /** What is expected; left out: the mean of the values since the last reset. */
  mean?: number;
  /** Which way a shift counts. Default both. */
  side?: 'both' | 'up' | 'down';
}

export class PageHinkley {
  readonly #options: PageHinkleyOptions;
  readonly #keep: number;
  // One typed array, because a double kept in an object's field may be boxed anew at each write.
  readonly #state = new Float64Array(4);

  constructor(options: PageHinkleyOptions) {
    this.#options = options;
    this.#keep = options.keep ?? 1;
  }

  /** The larger of the sums watched. */
  get sum(): number {
    const { side } = this.#options;
    if (side === 'up') return this.#state[UP]!;
    if (side === 'down') return this.#state[DOWN]!;
    return Math.max(this.#state[UP]!, this.#state[DOWN]!);
  }

  /** Which way the values have shifted more. */
  get direction(): 'up' | 'down' {
    return this.#state[UP]! >= this.#state[DOWN]! ? 'up' : 'down';
  }

  /** Takes a finite value; true where the sum is above λ. It allocates nothing, and resets nothing. */
  add(x: number): boolean {
    const s = this.#state;
    const { delta, lambda, mean, minValues } = this.#options;
    const n = s[N]! + 1;
    s[N] = n;
    s[MEAN]! += (x - s[MEAN]!) / n;
    const apart = x - (mean ?? s[MEAN]!);
    s[UP] = Math.max(0, this.#keep * s[UP]! + apart - delta);
    s[DOWN] = Math.max(0, this.#keep * s[DOWN]! - apart - delta);
    return n >= (minValues ?? 1) && this.sum > lambda;
  }

  /** Holds both sums at `limit` at most, so that what has long been over is soon forgotten. */
  cap(limit: number): void {
    this.#state[UP] = Math.min(this.#state[UP]!, limit);
    this.#state[DOWN] = Math.min(this.#state[DOWN]!, limit);
  }

  /** Begins anew. */
  reset(): void {
    this.#state.fill(0);
  }
}

const [N, MEAN, UP, DOWN] = [0, 1, 2, 3] as const;
