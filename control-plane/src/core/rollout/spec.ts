/** rollout.yaml: which release goes where, in which stages, past which gates. */
import { SkerryError } from '@skerry/proto/errors';
import { duration, name, percent } from '@skerry/proto/schema';
import { timeOfDay } from '@skerry/proto/time-of-day';
import { parseReleaseRef } from '@skerry/proto/version';
import { z } from 'zod';
import { parseSelector } from '../selector.ts';

const agents = z.union([
  z
    .int()
    .positive()
    .transform((count) => ({ count })),
  percent.transform((share) => ({ share })),
]);

const stage = z.strictObject({
  name,
  /** shadow: beside the release that serves, on the same windows, within a budget, publishing nothing. */
  mode: z.enum(['active', 'shadow']).default('active'),
  /** A number of agents, or a share of the eligible ones. */
  agents,
  /** How long enough of its agents must serve the release before the stage is judged. */
  soak: duration.default(0),
  /** A person lets the rollout past this stage. */
  approval: z.literal('required').optional(),
});

/** `agents` are given the release in the first interval of `every`, `growth` times as many in each further one. */
const pace = z.strictObject({
  agents: z.int().positive(),
  every: duration.default(60_000),
  growth: z.number().min(1).max(10).default(1.5),
});
export type PaceSpec = z.output<typeof pace>;

/** Time of day, at the site, in which agents are given the release; `zoneLabel` names a label like Europe/Oslo. */
const window = z.strictObject({ from: timeOfDay, to: timeOfDay, zoneLabel: name.default('timezone') });
/** Minutes since midnight. */
export type WindowSpec = z.output<typeof window>;

const minWindows = z.int().positive().default(10);
const maxRatio = z.number().gt(1).max(100);

/** What a stage is judged by. `max`: a bound on the mean over agents; `maxRatio`: times the control group's. */
const gates = z.strictObject({
  errorRate: z
    .strictObject({
      max: percent.optional(),
      maxRatio: maxRatio.optional(),
      /** Windows before an agent's error rate counts. */
      minWindows,
    })
    .optional(),
  latencyP95: z
    .strictObject({ max: duration.optional(), maxRatio: maxRatio.optional(), minWindows })
    .optional(),
  /** Share of windows that are decided as alerts. */
  alertRate: z
    .strictObject({ max: percent.optional(), maxRatio: maxRatio.optional(), minWindows })
    .optional(),
  /** Excess PSI of outputs, beyond the control group's. */
  outputDrift: z.strictObject({ psi: z.number().positive() }).optional(),
  /** Share of windows that the shadow decides otherwise. */
  disagreement: z.strictObject({ max: percent, minWindows }).optional(),
  /** Share of agents that fall silent, beyond the control group's. */
  silence: z.strictObject({ max: percent.default(0.1) }).prefault({}),
  /**
   * Agents that refuse the release, give it back by themselves or answer with NaN, before the rollout breaches: 1 in a
   * stage of up to 10 agents, else max(2, 2 %), unless a number or share says otherwise.
   */
  failures: z.strictObject({ agents }).optional(),
});

export const rolloutSpec = z.strictObject({
  apiVersion: z.literal('skerry/v1'),
  kind: z.literal('Rollout'),
  /** NAME@VERSION. */
  release: z.string().min(1),
  selector: z.string().default(''),
  /** Share of the eligible agents kept out until the last stage. */
  control: percent.default(0),
  /** A person approves the start. */
  approval: z.literal('required').optional(),
  stages: z.array(stage).min(1).max(20),
  gates: gates.prefault({}),
  /** The rollout doesn't start, unless forced, where the release would fail on a greater share of its agents. */
  preflight: z.strictObject({ maxFailing: percent.default(0.1) }).prefault({}),
  minReached: z.int().positive().default(5),
  /** 1 − the chance that a good release is reverted by a comparison. */
  confidence: z.number().min(0.5).lt(1).default(0.95),
  /** Labels whose values part agents into strata; only agents of one stratum are compared. */
  stratify: z.array(name).max(4).default([]),
  /** So that a fleet doesn't download at once; left out: all of a stage at once. */
  pace: pace.optional(),
  /** When agents are given the release; left out: at any time. A revert waits for no window. */
  window: window.optional(),
  stallAfter: duration.default(86_400_000),
  onBreach: z.enum(['revert', 'pause']).default('revert'),
});

/** A rollout as written: durations in milliseconds, shares as fractions. */
export type RolloutSpec = z.output<typeof rolloutSpec>;
export type StageSpec = RolloutSpec['stages'][number];

/**
 * What the schema alone can't say. Throws SkerryError invalid on a contradiction: nothing that an operator asks for is
 * silently left out.
 */
export function checkRolloutSpec(spec: RolloutSpec): void {
  const { version } = parseReleaseRef(spec.release);
  if (version === undefined)
    throw new SkerryError('invalid', `release "${spec.release}" names no version`, {
      hint: 'write NAME@VERSION',
    });
  parseSelector(spec.selector);
  const names = spec.stages.map((s) => s.name);
  const twice = names.find((n, i) => names.indexOf(n) !== i);
  if (twice !== undefined) throw new SkerryError('invalid', `stage "${twice}" stands twice`);
  for (const mode of ['shadow', 'active'] as const) checkGrowing(spec.stages.filter((s) => s.mode === mode));
  checkShadow(spec);
  checkBounds(spec);
}

// Stages of one mode: agents that only shadow a release don't have it.
function checkGrowing(stages: readonly StageSpec[]): void {
  let [share, count] = [0, 0];
  for (const { name: stageName, agents: size } of stages) {
    const shrinks = 'share' in size ? size.share < share : size.count < count;
    if (shrinks)
      throw new SkerryError('invalid', `stage "${stageName}" is smaller than one before it`, {
        hint: 'a rollout only grows; order the stages by size',
      });
    if ('share' in size) share = size.share;
    else count = size.count;
  }
}

function checkShadow({ stages, gates }: RolloutSpec): void {
  const last = stages.at(-1)!;
  if (last.mode === 'shadow')
    throw new SkerryError('invalid', `stage "${last.name}" is the last one and a shadow stage`, {
      hint: 'a rollout that completes gives the release to every agent: end with an active stage',
    });
  if (gates.disagreement && stages.every((s) => s.mode !== 'shadow'))
    throw new SkerryError('invalid', 'gate "disagreement" judges shadow stages, and there is none', {
      hint: 'add a stage with mode: shadow, or leave the gate out',
    });
}

function checkBounds(spec: RolloutSpec): void {
  for (const gate of ['errorRate', 'latencyP95', 'alertRate'] as const) {
    const held = spec.gates[gate];
    if (held && held.max === undefined && held.maxRatio === undefined)
      throw new SkerryError('invalid', `gate "${gate}" has no bound`, { hint: 'give it max or maxRatio' });
  }
}
