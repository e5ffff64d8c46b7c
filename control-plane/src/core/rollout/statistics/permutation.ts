/**
 * Permutation tests with the agent as the unit: under the hypothesis it doesn't matter which agents of a stratum were
 * in the stage, so the observed arrangement is compared with all others, or with drawn ones. Readings of one agent are
 * not independent, which is why no test here ever sees more than one number of an agent.
 */
import { normalSurvival } from '@skerry/proto/drift/special';

/** The values of one stratum's agents, one per agent. */
export interface Stratum {
  stage: readonly number[];
  control: readonly number[];
}

export interface TestResult {
  p: number;
  /** The smallest p that could have come out with these counts of agents. */
  floor: number;
  /** exact: every arrangement was counted · drawn: a seeded sample of them · normal: their mean and variance. */
  method: 'exact' | 'drawn' | 'normal';
}

export interface TestOptions {
  /** The p that decides; more arrangements are drawn the smaller it is. */
  level: number;
  /** Uniform in [0, 1). */
  draw: () => number;
}

/** Up to so many arrangements are counted one by one. */
const MAX_EXACT = 20_000;
/** Beyond so many agents in the smaller arm, sums of them are as good as normal. */
const MAX_DRAWN_ARM = 1_000;
/** Drawing ends after so many arrangements as extreme as the observed one (Besag and Clifford, 1991). */
const ENOUGH_EXTREME = 20;

/**
 * One-sided test that the stage's values are greater. Within a stratum the difference of means is an increasing linear
 * function of the stage's sum, so the statistic is the sum over all strata, which weighs each by its information
 * (m·c/(m + c)). Without a stage or a control group p and floor are 1.
 */
export function permutationTest(strata: readonly Stratum[], options: TestOptions): TestResult {
  const usable = strata.filter((s) => s.stage.length > 0 && s.control.length > 0).map(smallerArm);
  const observed = usable.reduce((total, s) => total + s.observed, 0);
  const arrangements = usable.reduce((product, s) => product * choose(s.values.length, s.take), 1);
  if (arrangements <= MAX_EXACT) return countAll(usable, observed, arrangements);
  const drawnAgents = usable.reduce((total, s) => total + s.take, 0);
  if (drawnAgents > MAX_DRAWN_ARM) return approximate(usable, observed);
  const maxDraws = drawsFor(options.level);
  const extreme = (): boolean =>
    isExtreme(
      usable.reduce((total, s) => total + drawSum(s, options.draw), 0),
      observed,
    );
  return drawMany(extreme, maxDraws, 1 / arrangements);
}

/**
 * One-sided test that the mean of paired differences is greater than 0: under the hypothesis every sign is as likely
 * as its opposite. Floor 2^-n.
 */
export function signFlipTest(differences: readonly number[], options: TestOptions): TestResult {
  const observed = differences.reduce((a, b) => a + b, 0);
  const arrangements = 2 ** differences.length;
  if (arrangements <= MAX_EXACT) {
    let extreme = 0;
    for (let signs = 0; signs < arrangements; signs++) {
      const sum = differences.reduce((total, d, i) => total + ((signs >> i) & 1 ? -d : d), 0);
      if (isExtreme(sum, observed)) extreme++;
    }
    return { p: extreme / arrangements, floor: 1 / arrangements, method: 'exact' };
  }
  const isDrawnExtreme = (): boolean =>
    isExtreme(
      differences.reduce((total, d) => total + (options.draw() < 0.5 ? -d : d), 0),
      observed,
    );
  return drawMany(isDrawnExtreme, drawsFor(options.level), 1 / arrangements);
}

/** A stratum as it is drawn from: sums of `take` of the values, the smaller arm's count; signs make greater extreme. */
interface Pool {
  values: Float64Array;
  take: number;
  observed: number;
}

// Where the control group is the smaller arm, its sum being small is what is extreme: the values change sign.
function smallerArm({ stage, control }: Stratum): Pool {
  const isStage = stage.length <= control.length;
  const sign = isStage ? 1 : -1;
  const values = Float64Array.from([...stage, ...control], (value) => sign * value);
  const arm = isStage ? stage : control;
  return { values, take: arm.length, observed: sign * arm.reduce((a, b) => a + b, 0) };
}

function countAll(pools: readonly Pool[], observed: number, arrangements: number): TestResult {
  let sums = [0];
  for (const pool of pools) {
    const own = subsetSums(pool.values, pool.take);
    sums = sums.flatMap((sum) => own.map((other) => sum + other));
  }
  const extreme = sums.filter((sum) => isExtreme(sum, observed)).length;
  return { p: extreme / arrangements, floor: 1 / arrangements, method: 'exact' };
}

function subsetSums(values: Float64Array, take: number): number[] {
  const sums: number[] = [];
  const walk = (from: number, left: number, sum: number): void => {
    if (left === 0) sums.push(sum);
    else for (let i = from; i <= values.length - left; i++) walk(i + 1, left - 1, sum + values[i]!);
  };
  walk(0, take, 0);
  return sums;
}

// A partial shuffle (Fisher and Yates): what it leaves behind is as good a start for the next.
function drawSum({ values, take }: Pool, draw: () => number): number {
  let sum = 0;
  for (let i = 0; i < take; i++) {
    const j = i + Math.floor(draw() * (values.length - i));
    const picked = values[j]!;
    values[j] = values[i]!;
    values[i] = picked;
    sum += picked;
  }
  return sum;
}

function drawMany(isExtremeDraw: () => boolean, maxDraws: number, exactFloor: number): TestResult {
  const floor = Math.max(exactFloor, 1 / (maxDraws + 1));
  let extreme = 0;
  for (let drawn = 1; drawn <= maxDraws; drawn++) {
    if (!isExtremeDraw()) continue;
    extreme++;
    if (extreme === ENOUGH_EXTREME) return { p: extreme / drawn, floor, method: 'drawn' };
  }
  return { p: (extreme + 1) / (maxDraws + 1), floor, method: 'drawn' };
}

function drawsFor(level: number): number {
  return Math.min(99_999, Math.max(999, Math.ceil(4 / level)));
}

function approximate(pools: readonly Pool[], observed: number): TestResult {
  let [mean, variance] = [0, 0];
  for (const { values, take } of pools) {
    const n = values.length;
    const average = values.reduce((a, b) => a + b, 0) / n;
    const squares = values.reduce((total, value) => total + (value - average) ** 2, 0);
    mean += take * average;
    variance += (take * (n - take) * squares) / (n * (n - 1));
  }
  const p = variance === 0 ? 1 : normalSurvival((observed - mean) / Math.sqrt(variance));
  return { p, floor: 0, method: 'normal' };
}

// Sums of the same values in another order differ in their last bits.
function isExtreme(sum: number, observed: number): boolean {
  return sum >= observed - 1e-9 * (1 + Math.abs(observed));
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return Math.round(product);
}
