/**
 * Where the alert threshold lies, and how often it will be crossed by nothing. It is set on rows that the model was not
 * fitted to: on its own rows a model with many components looks far better than it is.
 */

/**
 * For every window the level it and the `sustain - 1` before it all reach: an alert opens exactly where this exceeds
 * the threshold.
 */
export function sustainedLevels(scores: ArrayLike<number>, sustain: number): Float64Array {
  const levels = new Float64Array(Math.max(0, scores.length - sustain + 1));
  for (let i = 0; i < levels.length; i++) {
    let lowest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < sustain; j++) lowest = Math.min(lowest, scores[i + j]!);
    levels[i] = lowest;
  }
  return levels;
}

/** `margin` times the highest level that healthy held-out scores sustained, over all recordings. */
export function thresholdFrom(
  recordings: readonly ArrayLike<number>[],
  options: { sustain: number; margin: number },
): number {
  let highest = 0;
  for (const scores of recordings)
    for (const level of sustainedLevels(scores, options.sustain)) highest = Math.max(highest, level);
  return highest * options.margin;
}

/** How many alert episodes open: each begins after `sustain` windows past the threshold, and ends after `sustain` below. */
export function countEpisodes(scores: ArrayLike<number>, threshold: number, sustain: number): number {
  let episodes = 0;
  let open = false;
  let run = 0;
  for (let i = 0; i < scores.length; i++) {
    run = scores[i]! > threshold !== open ? run + 1 : 0;
    if (run < sustain) continue;
    open = !open;
    run = 0;
    if (open) episodes++;
  }
  return episodes;
}

/**
 * The hours between false alarms that `episodes` in `hours` of healthy operation support: the estimate, and the value
 * that it exceeds with 95 % confidence (exact Poisson bound; with no episode the "rule of three", hours / 3).
 */
export function hoursBetweenFalseAlarms(
  episodes: number,
  hours: number,
): { estimate: number | undefined; atLeast: number } {
  return { estimate: episodes > 0 ? hours / episodes : undefined, atLeast: hours / poissonUpper(episodes) };
}

/** The mean at which seeing `count` or fewer events has probability 0.05 (bisection). */
function poissonUpper(count: number): number {
  let [low, high] = [0, 10 + 3 * count];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (poissonCdf(count, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

function poissonCdf(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let i = 1; i <= count; i++) {
    term *= mean / i;
    sum += term;
  }
  return sum;
}
