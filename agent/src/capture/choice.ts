/**
 * Which windows are worth a person's look: those whose utility is among the highest lately, in a share of all that stays
 * near what is wanted, and beside them some at random. Balanced Incremental Quantile Filter: Kottke, Krempl &
 * Spiliopoulou, "Probabilistic Active Learning in Datastreams", IDA 2015.
 *
 *     θ        the (1 - b)-quantile of the last w utilities
 *     θ' = θ - range (b seen - taken) / tolerance        lower where too few were taken so far, higher where too many
 *
 * The random ones carry the chance with which they were taken, so that rates of the whole can be told from them without
 * bias (Horvitz-Thompson: weigh each by one over its chance); those of the filter can't.
 */
export interface ChoiceOptions {
  /** Share of windows that the filter takes (b). Default 0.1. */
  share?: number;
  /** Utilities remembered (w). Default 100. */
  remembered?: number;
  /** Default 50. */
  tolerance?: number;
  /** Chance with which any window is taken at random. */
  random: number;
  /** Uniform in [0, 1). */
  unit: () => number;
}

export type Choice = 'utility' | 'random';

export class CaptureChoice {
  readonly #o: Required<ChoiceOptions>;
  readonly #utilities: number[] = [];
  #seen = 0;
  #taken = 0;

  constructor(options: ChoiceOptions) {
    this.#o = { share: 0.1, remembered: 100, tolerance: 50, ...options };
  }

  /** Why a window of this utility is taken; undefined where it isn't. */
  choose(utility: number): Choice | undefined {
    const { random, unit } = this.#o;
    // Drawn first and of every window alike, or its chance would depend on the utility.
    if (unit() < random) return 'random';
    return this.isWorth(utility) ? 'utility' : undefined;
  }

  /** Whether the filter takes a window of this utility, whatever the lot says; never one that is worth nothing. */
  isWorth(utility: number): boolean {
    const { share, remembered, tolerance } = this.#o;
    this.#utilities.push(utility);
    if (this.#utilities.length > remembered) this.#utilities.shift();
    this.#seen++;
    const sorted = this.#utilities.toSorted((a, b) => a - b);
    const range = sorted.at(-1)! - sorted[0]!;
    // Where all are alike none is worth more than another, and chance takes its share of them.
    if (range === 0) return false;
    const quantile = sorted[Math.min(sorted.length - 1, Math.floor((1 - share) * sorted.length))]!;
    const take =
      utility > 0 && utility >= quantile - (range * (share * this.#seen - this.#taken)) / tolerance;
    if (take) this.#taken++;
    return take;
  }
}
