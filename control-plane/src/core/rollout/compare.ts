/**
 * A look at a stage: each gate that compares, judged on one number per agent. Three verdicts, each its own hypothesis:
 *
 *   breach  harm is shown (no difference is rejected, Holm over the gates) and the estimate is past the gate's bound
 *   pass    it is shown to be no worse than the bound allows (non-inferiority)
 *   hold    neither; absence of harm is never shown by absence of proof
 *
 * A gate whose smallest possible p is above its level can't compare: its stage is a smoke stage for it, and says so.
 */
import { type Metric, SCALES } from './metrics.ts';
import { type GateVerdict, neededReached, type Rollout } from './rollout.ts';
import { countOf, numbersOf, type Sample, type Values } from './samples.ts';
import type { RolloutSpec } from './spec.ts';
import { stageSize } from './stages.ts';
import { drawsOf } from './statistics/draws.ts';
import { permutationTest, type Stratum, signFlipTest, type TestResult } from './statistics/permutation.ts';
import { holm, information, lookLevel, stageShare } from './statistics/spending.ts';

/** What a look comes to. `isReady`: enough is known to look; otherwise the look is kept for later. */
export interface Look {
  isReady: boolean;
  verdicts: GateVerdict[];
}

interface ComparedGate {
  metric: Metric;
  /** On the metric's scale. */
  margin: number;
  /** Whether passing must be shown; silence only ever breaches. */
  mustPass: boolean;
}

/** Which gates of the rollout compare the agents of this stage with others, or with themselves. */
export function comparedGates(spec: RolloutSpec, stage: number): ComparedGate[] {
  const { gates, stages } = spec;
  const shadow = stages[stage]!.mode === 'shadow';
  const ratio = (metric: 'errorRate' | 'latencyP95' | 'alertRate'): ComparedGate[] => {
    const max = gates[metric]?.maxRatio;
    return max === undefined ? [] : [{ metric, margin: Math.log(max), mustPass: true }];
  };
  const found = [...ratio('errorRate'), ...ratio('latencyP95'), ...ratio('alertRate')];
  if (shadow) {
    if (gates.disagreement)
      found.push({ metric: 'disagreement', margin: gates.disagreement.max, mustPass: true });
    return found;
  }
  if (gates.outputDrift) found.push({ metric: 'outputDrift', margin: gates.outputDrift.psi, mustPass: true });
  found.push({ metric: 'silence', margin: gates.silence.max, mustPass: false });
  return found;
}

/** Windows that an agent must have before it counts in a metric. */
export function minWindowsOf({ gates }: RolloutSpec, metric: Metric): number {
  return metric === 'silence' || metric === 'outputDrift' ? 0 : (gates[metric]?.minWindows ?? 10);
}

/** Judges every comparing gate of a stage. `look` counts the looks of this stage from 0. Pure: draws are seeded. */
export function compareStage(
  rollout: Rollout,
  stage: number,
  look: number,
  samples: readonly Sample[],
): Look {
  const gates = comparedGates(rollout.spec, stage);
  const shares = informations(rollout);
  const share = stageShare(1 - rollout.spec.confidence, shares, stage);
  const level = lookLevel(share, look);
  const members = rollout.frozen.find((f) => f.stage === stage)?.members ?? 0;
  const context = {
    harmLevel: level / gates.length,
    firstLevel: lookLevel(share, 0) / gates.length,
    needed: neededReached(rollout, members),
    isShadow: rollout.spec.stages[stage]!.mode === 'shadow',
    seed: `${rollout.salt}/${stage}/${look}`,
  };
  const prepared = gates.map((gate) => prepare(gate, samples, context));
  const isReady = prepared.every((p) => !p.isMissing);
  const looked = prepared.map((p) => (isReady && p.why === undefined ? { ...p, ...test(p, context) } : p));
  const tested = looked.filter((l) => l.harm !== undefined);
  const harmful = holm(
    tested.map((l) => l.harm!.p),
    level,
  );
  const verdicts = looked.map((l) => conclude(l, level, harmful[tested.indexOf(l)] === true));
  return { isReady, verdicts };
}

/** The information that each stage adds, with the sizes that are known by now. */
export function informations(rollout: Rollout): number[] {
  const eligible = rollout.frozen.at(-1)?.eligible ?? 0;
  return rollout.spec.stages.map(({ mode }, i) => {
    const frozen = rollout.frozen.find((f) => f.stage === i);
    const members = frozen?.members ?? stageSize(rollout.spec, i, eligible);
    // Pairs need no control group.
    return mode === 'shadow' ? members : information(members, frozen?.eligible ?? eligible);
  });
}

interface LookContext {
  /** The harm level of the stage's first look: what can't compare at that is a smoke stage. */
  firstLevel: number;
  harmLevel: number;
  needed: number;
  isShadow: boolean;
  seed: string;
}

interface Looked {
  gate: ComparedGate;
  stage: readonly Sample[];
  control: readonly Sample[];
  /** Too little is known to look. */
  isMissing: boolean;
  /** Why it can't compare, or what is missing. */
  why?: string;
  harm?: TestResult;
  worse?: TestResult;
  estimate?: number;
  counts: string;
  harmLevel: number;
}

/** Whether the gate can compare, and whether enough is known for it. */
function prepare(gate: ComparedGate, samples: readonly Sample[], context: LookContext): Looked {
  const own = samples.filter((s) => s.metric === gate.metric);
  const [stage, control] = [own.filter((s) => s.arm === 'stage'), own.filter((s) => s.arm === 'control')];
  const judged = sumOf(stage, (s) => s.judged);
  const known = context.isShadow ? judged : sumOf(control, (s) => s.judged);
  const all = context.isShadow ? sumOf(stage, total) : sumOf(control, total);
  const counts = context.isShadow ? `${judged} agents, paired` : `${judged} v ${known} agents`;
  const looked: Looked = { gate, stage, control, isMissing: false, counts, harmLevel: context.harmLevel };
  if (all === 0) return { ...looked, why: 'not comparable (nobody is left to compare with)' };
  const possible = floorOf(stage, control, total, context.isShadow);
  if (possible > context.firstLevel)
    return { ...looked, why: `not comparable (floor ${short(possible)} > ${short(context.firstLevel)})` };
  // What could compare at first and didn't show enough is no smoke stage later: a person decides.
  if (possible > context.harmLevel && gate.mustPass)
    return { ...looked, isMissing: true, why: `no further look can show it (floor ${short(possible)})` };
  if (judged < context.needed && gate.mustPass)
    return { ...looked, isMissing: true, why: `${judged} agents are known, ${context.needed} needed` };
  if (floorOf(stage, control, (s) => s.judged, context.isShadow) > context.harmLevel)
    return { ...looked, isMissing: gate.mustPass, why: `too few are known to compare (${counts})` };
  return looked;
}

/** The smallest p that as many agents allow: 1/ΠC(m + c, m), or 2^-m for pairs. */
function floorOf(
  stage: readonly Sample[],
  control: readonly Sample[],
  count: (sample: Sample) => number,
  isShadow: boolean,
): number {
  if (isShadow) return 2 ** -sumOf(stage, count);
  const log = sumOf(stage, (s) => {
    const [m, c] = [
      count(s),
      sumOf(
        control.filter((other) => other.stratum === s.stratum),
        count,
      ),
    ];
    let sum = 0;
    for (let i = 1; i <= Math.min(m, c) && sum < 700; i++) sum += Math.log((Math.max(m, c) + i) / i);
    return sum;
  });
  return Math.exp(-log);
}

function test(
  { gate, stage, control }: Looked,
  context: LookContext,
): Pick<Looked, 'harm' | 'worse' | 'estimate' | 'counts'> {
  const options = { level: context.harmLevel, draw: drawsOf(`${context.seed}/${gate.metric}`) };
  if (context.isShadow) {
    const which = gate.metric === 'disagreement' ? 'own' : 'change';
    const pairs = stage.flatMap((s) => numbersOf(gate.metric, s[which], false));
    const beyond = pairs.map((d) => d - gate.margin);
    return {
      harm: signFlipTest(gate.metric === 'disagreement' ? beyond : pairs, options),
      worse: signFlipTest(
        beyond.map((d) => -d),
        options,
      ),
      estimate: mean(pairs),
      counts: `${pairs.length} agents, paired`,
    };
  }
  const change = hasBefore(stage) && hasBefore(control);
  const strata = strataOf(gate.metric, stage, control, change ? 'change' : 'own');
  const shifted = strata.map((s) => ({
    stage: s.stage.map((x) => gate.margin - x),
    control: s.control.map((x) => -x),
  }));
  const [m, c] = [sumOf(strata, (s) => s.stage.length), sumOf(strata, (s) => s.control.length)];
  return {
    harm: permutationTest(strata, options),
    worse: permutationTest(shifted, options),
    estimate: difference(strata),
    counts: `${m} v ${c} agents${change ? ', each against its own past' : ''}`,
  };
}

/** Agents are compared against their own past where three quarters of them have one. */
function hasBefore(samples: readonly Sample[]): boolean {
  const judged = sumOf(samples, (s) => s.judged);
  return judged > 0 && sumOf(samples, (s) => countOf(s.change)) >= 0.75 * judged;
}

function strataOf(
  metric: Metric,
  stage: readonly Sample[],
  control: readonly Sample[],
  which: 'own' | 'change',
): Stratum[] {
  const binned = [...stage, ...control].some((s) => s[which].bins !== undefined);
  const numbers = (values: Values): number[] => numbersOf(metric, values, binned);
  return stage.map((s) => ({
    stage: numbers(s[which]),
    control: control.filter((other) => other.stratum === s.stratum).flatMap((other) => numbers(other[which])),
  }));
}

/** The difference of means, weighed over strata by information as the test weighs them. */
function difference(strata: readonly Stratum[]): number {
  let [sum, weights] = [0, 0];
  for (const { stage, control } of strata) {
    if (stage.length === 0 || control.length === 0) continue;
    const weight = information(stage.length, stage.length + control.length);
    sum += weight * (mean(stage) - mean(control));
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

function conclude(looked: Looked, level: number, isHarmful: boolean): GateVerdict {
  const { gate, harm, worse, estimate, why } = looked;
  const { kind, epsilon } = SCALES[gate.metric];
  const shown = (x: number): number => (kind === 'ratio' ? Math.exp(x) : x);
  const common = { gate: gate.metric, bound: shown(gate.margin) };
  if (!harm || !worse || estimate === undefined) {
    if (why === undefined)
      return { ...common, verdict: 'hold', value: null, text: 'waits until enough is known for every gate' };
    if (looked.isMissing) return { ...common, verdict: 'hold', value: null, text: why };
    return { ...common, verdict: 'pass', smoke: true, value: null, text: why };
  }
  const isBreach = isHarmful && estimate > gate.margin;
  const isPass = !gate.mustPass || worse.p <= level;
  const against = kind === 'ratio' ? `times the others' (ε ${epsilon})` : 'above the others';
  return {
    ...common,
    verdict: isBreach ? 'breach' : isPass ? 'pass' : 'hold',
    value: shown(estimate),
    test: {
      harmP: harm.p,
      harmLevel: looked.harmLevel,
      worseP: worse.p,
      level,
      floor: harm.floor,
      method: harm.method,
    },
    text:
      `${short(shown(estimate))} ${against}, at most ${short(shown(gate.margin))}; harm p ${short(harm.p)}` +
      `${gate.mustPass ? `, beyond the bound p ${short(worse.p)} against ${short(level)}` : ` against ${short(level)}`}` +
      ` (${looked.counts}, ${harm.method})`,
  };
}

function total(sample: Sample): number {
  return sample.judged + sample.unknown;
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function mean(values: readonly number[]): number {
  return sumOf(values, (x) => x) / values.length;
}

function short(x: number): string {
  return x === 0 || Math.abs(x) >= 0.001 ? String(Number(x.toPrecision(3))) : x.toExponential(1);
}
