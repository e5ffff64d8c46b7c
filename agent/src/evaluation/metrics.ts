/** How well scores separate and agree: what backtests, evaluations and the quantizer measure by. */

/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative, ties counting half
 * (Mann-Whitney U / (n₊ n₋)). NaN where one class is empty.
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): number {
  const ranks = averageRanks(scores);
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < scores.length; i++) {
    if (!labels[i]) continue;
    positives++;
    rankSum += ranks[i]!;
  }
  const negatives = scores.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Average precision: Σ (R_i - R_{i-1}) P_i down the ranking, equal scores entering together (as scikit-learn computes
 * it). NaN without positives.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): number {
  const order = [...Array(scores.length).keys()].sort((a, b) => scores[b]! - scores[a]!);
  const total = order.reduce((sum, i) => sum + (labels[i] ? 1 : 0), 0);
  let hits = 0;
  let area = 0;
  for (let i = 0; i < order.length; ) {
    const before = hits;
    const tie = scores[order[i]!]!;
    for (; i < order.length && scores[order[i]!] === tie; i++) if (labels[order[i]!]) hits++;
    area += ((hits - before) / total) * (hits / i);
  }
  return total > 0 ? area : Number.NaN;
}

/** Spearman's rank correlation, ties sharing their average rank. NaN where one side is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(averageRanks(a), averageRanks(b));
}

function pearson(a: Float64Array, b: Float64Array): number {
  const mean = (x: Float64Array): number => x.reduce((sum, v) => sum + v, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - ma, b[i]! - mb];
    aa += da * da;
    bb += db * db;
    ab += da * db;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Ranks from 1, equal values sharing the average of theirs. */
function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = [...Array(values.length).keys()].sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++;
    for (let j = i; j < end; j++) ranks[order[j]!] = (i + 1 + end) / 2;
    i = end;
  }
  return ranks;
}

/** Signal to quantization noise ratio in decibels: 10 log10(Σ ref² / Σ (ref - got)²); Infinity where they are equal. */
export function sqnrDb(reference: ArrayLike<number>, got: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    signal += reference[i]! ** 2;
    noise += (reference[i]! - got[i]!) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}
