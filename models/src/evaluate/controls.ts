/** Detectors that anything worth shipping must beat, run through the same harness as it. */
import { createRandom } from '@skerry/firmware-sim/random';

/** A score per row from the rows up to it. */
export type Control = (values: ArrayLike<number>) => Float64Array;

/** Never alarms. */
const nothing: Control = (values) => new Float64Array(values.length);

/** Knows nothing: uniform noise. */
const random: Control = (values) => {
  const draws = createRandom(1).fork('control');
  return Float64Array.from({ length: values.length }, () => draws.uniform());
};

// As in the benchmark's own detector (nab/detectors/gaussian).
const GAUSSIAN = { window: 6_400, step: 100, leastDeviation: 1e-6 } as const;

/**
 * NAB's windowed Gaussian: 1 - P(X > |distance|) of a normal distribution fitted to up to 6,400 values, refitted with
 * each value until there are so many, and then every 100.
 */
const windowedGaussian: Control = (values) => {
  const scores = new Float64Array(values.length);
  let [from, to] = [0, 0];
  let fitted = { mean: 0, deviation: 1 };
  for (let i = 0; i < values.length; i++) {
    if (i > 0) scores[i] = 1 - upperTail(Math.abs(values[i]! - fitted.mean) / fitted.deviation);
    if (i < GAUSSIAN.window) to = i + 1;
    else if ((i + 1 - to) % GAUSSIAN.step === 0) [from, to] = [from + GAUSSIAN.step, i + 1];
    else continue;
    fitted = momentsOf(values, from, to);
  }
  return scores;
};

/** By name. */
export const CONTROLS: Readonly<Record<string, Control>> = {
  null: nothing,
  random,
  'windowed Gaussian': windowedGaussian,
};

function momentsOf(values: ArrayLike<number>, from: number, to: number): { mean: number; deviation: number } {
  // Divided last, so that the mean of a constant is it and its deviation nothing.
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  const mean = sum / (to - from);
  let variance = 0;
  for (let i = from; i < to; i++) variance += (values[i]! - mean) ** 2 / (to - from);
  const deviation = Math.sqrt(variance);
  return { mean, deviation: deviation === 0 ? GAUSSIAN.leastDeviation : deviation };
}

/** P(X > z) of the standard normal distribution, z >= 0 (Numerical Recipes, 3rd edition, section 6.2.2: 1.2e-7). */
export function upperTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 2 / (2 + x);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ].reduceRight((sum, c) => c + t * sum, 0);
  return 0.5 * t * Math.exp(-x * x + series);
}
