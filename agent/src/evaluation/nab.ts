/**
 * The score of the Numenta Anomaly Benchmark (Lavin and Ahmad, ICMLA 2015, arXiv:1510.03336, section III): early
 * detections inside labelled windows earn, detections outside cost, missed windows cost.
 *
 *   σ(y) = 2 / (1 + e^5y) - 1, and -1 beyond y = 3
 *   inside a window of width rows that ends at row `right`: y = -(right - i + 1) / width, and only the best row counts,
 *     σ(y) / σ(-1) · tp
 *   outside: y = (i - right) / (width - 1) behind the window before, -1 where there is none, σ(y) · fp
 *   a window without a detection: -fn
 *   normalized over a corpus of W windows: 100 · (sum + W · fn) / (W · (tp + fn)), 0 for a detector that never alarms
 *
 * The first 15 % of a stream, 750 rows at most, is probation: nothing there counts. One threshold serves the whole corpus.
 */

/** First and last row of a labelled window, both in it. */
export type RowWindow = readonly [first: number, last: number];

/** What hits, misses and false alarms weigh. */
export interface NabProfile {
  readonly tp: number;
  readonly fn: number;
  readonly fp: number;
}

/** The benchmark's profiles. */
export const NAB_PROFILES = {
  standard: { tp: 1, fn: 1, fp: 0.11 },
  lowFalsePositives: { tp: 1, fn: 1, fp: 0.22 },
  lowFalseNegatives: { tp: 1, fn: 2, fp: 0.11 },
} as const satisfies Record<string, NabProfile>;

/** A score per row, and the labelled windows in ascending order. */
export interface ScoredStream {
  scores: ArrayLike<number>;
  windows: readonly RowWindow[];
}

/** What one stream comes to at a threshold. */
export interface NabOutcome {
  /** The raw sum. */
  score: number;
  detected: number;
  windows: number;
  /** Rows past the threshold outside every window. */
  falseAlarms: number;
  /** Rows behind probation. */
  rows: number;
}

/** Rows at a stream's start that aren't scored. */
export function probationRows(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}

function sigmoid(y: number): number {
  return y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1;
}

const EARLIEST = sigmoid(-1);

/** What a detection at each row is worth, before the profile's weights, and the window that holds it (-1: none). */
function worthOfRows(
  rows: number,
  windows: readonly RowWindow[],
): { worth: Float64Array; window: Int32Array } {
  const worth = new Float64Array(rows).fill(-1);
  const window = new Int32Array(rows).fill(-1);
  for (const [w, [first, last]] of windows.entries()) {
    const width = last - first + 1;
    const until = windows[w + 1]?.[0] ?? rows;
    for (let i = first; i <= last; i++) {
      worth[i] = sigmoid(-(last - i + 1) / width) / EARLIEST;
      window[i] = w;
    }
    for (let i = last + 1; i < until; i++) worth[i] = sigmoid((i - last) / (width - 1));
  }
  return { worth, window };
}

/** One stream at a threshold: a detection is a score of at least it. */
export function nabOutcome(stream: ScoredStream, threshold: number, profile: NabProfile): NabOutcome {
  const { scores, windows } = stream;
  const { worth, window } = worthOfRows(scores.length, windows);
  const best = new Float64Array(windows.length).fill(Number.NEGATIVE_INFINITY);
  let [score, falseAlarms] = [0, 0];
  for (let i = probationRows(scores.length); i < scores.length; i++) {
    if (!(scores[i]! >= threshold)) continue;
    if (window[i]! >= 0) best[window[i]!] = Math.max(best[window[i]!]!, profile.tp * worth[i]!);
    else {
      score += profile.fp * worth[i]!;
      falseAlarms++;
    }
  }
  const detected = best.filter((b) => b > Number.NEGATIVE_INFINITY).length;
  for (const b of best) score += b > Number.NEGATIVE_INFINITY ? b : -profile.fn;
  const rows = scores.length - probationRows(scores.length);
  return { score, detected, windows: windows.length, falseAlarms, rows };
}

/** A corpus at a threshold: outcomes added up, and normalized. NaN without a window. */
export function nabCorpus(
  streams: readonly ScoredStream[],
  threshold: number,
  profile: NabProfile,
): NabOutcome & { normalized: number } {
  const sum: NabOutcome = { score: 0, detected: 0, windows: 0, falseAlarms: 0, rows: 0 };
  for (const stream of streams) {
    const outcome = nabOutcome(stream, threshold, profile);
    for (const key of Object.keys(sum) as (keyof NabOutcome)[]) sum[key] += outcome[key];
  }
  return { ...sum, normalized: normalizedNab(sum.score, sum.windows, profile) };
}

/** A raw sum over W windows on the scale where never alarming is 0 and the earliest detection of each window 100. */
export function normalizedNab(score: number, windows: number, { tp, fn }: NabProfile): number {
  return (100 * (score + windows * fn)) / (windows * (tp + fn));
}

/**
 * The threshold at which a corpus scores highest, over every score that occurs; the highest one where several do.
 * Scores of 0 and below never alarm. Infinity where alarming never pays.
 */
export function bestNabThreshold(streams: readonly ScoredStream[], profile: NabProfile): number {
  const rows = streams.flatMap(({ scores, windows }, stream) => {
    const { worth, window } = worthOfRows(scores.length, windows);
    const list: { score: number; stream: number; window: number; worth: number }[] = [];
    for (let i = probationRows(scores.length); i < scores.length; i++)
      if (scores[i]! > 0) list.push({ score: scores[i]!, stream, window: window[i]!, worth: worth[i]! });
    return list;
  });
  rows.sort((a, b) => b.score - a.score);
  const best = streams.map(({ windows }) => new Float64Array(windows.length).fill(-profile.fn));
  let [sum, highest, threshold] = [0, 0, Number.POSITIVE_INFINITY];
  for (const [k, { score, stream, window, worth }] of rows.entries()) {
    if (window < 0) sum += profile.fp * worth;
    else {
      const gained = Math.max(0, profile.tp * worth - best[stream]![window]!);
      sum += gained;
      best[stream]![window]! += gained;
    }
    if (rows[k + 1]?.score === score || sum <= highest) continue;
    [highest, threshold] = [sum, score];
  }
  return threshold;
}
