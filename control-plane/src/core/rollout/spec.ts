/** rollout.yaml: which release goes where, in which stages, past which gates. */
import { SkerryError } from '@skerry/proto/errors';
import { duration, name, percent } from '@skerry/proto/schema';
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
  mode: z.enum(['active', 'shadow']).default('active'),
  /** A number of agents, or a share of the eligible ones. */
  agents,
  /** How long enough of its agents must serve the release before the stage is judged. */
  soak: duration.default(0),
  /** A person lets the rollout past this stage. */
  approval: z.literal('required').optional(),
});

const bound = z.record(z.string(), z.unknown());

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
  gates: z
    .strictObject({
      errorRate: z
        .strictObject({
          max: percent.optional(),
          maxRatio: z.number().positive().optional(),
          /** Windows before an agent's error rate counts. */
          minWindows: z.int().positive().default(10),
        })
        .optional(),
      latencyP95: bound.optional(),
      alertRate: bound.optional(),
      outputDrift: bound.optional(),
      disagreement: bound.optional(),
    })
    .prefault({}),
  minReached: z.int().positive().default(5),
  confidence: z.number().min(0.5).lt(1).default(0.95),
  stallAfter: duration.default(86_400_000),
  onBreach: z.enum(['revert', 'pause']).default('revert'),
});

/** A rollout as written: durations in milliseconds, shares as fractions. */
export type RolloutSpec = z.output<typeof rolloutSpec>;
export type StageSpec = RolloutSpec['stages'][number];

/**
 * What the schema alone can't say. Throws SkerryError invalid on a contradiction, and unsupported on what this version
 * understands but can't judge yet: nothing that an operator asks for is silently left out.
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
  checkGrowing(spec.stages);
  checkSupported(spec);
}

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

function checkSupported(spec: RolloutSpec): void {
  const shadow = spec.stages.find((s) => s.mode === 'shadow');
  if (shadow)
    throw new SkerryError('unsupported', `stage "${shadow.name}" is a shadow stage, which can't be run yet`, {
      hint: 'leave the stage out',
    });
  const { errorRate, ...others } = spec.gates;
  const gate = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
  if (gate !== undefined)
    throw new SkerryError('unsupported', `gate "${gate}" can't be judged yet`, {
      hint: 'the gate that can is errorRate: { max: 1% }; leave the others out',
    });
  if (errorRate?.maxRatio !== undefined)
    throw new SkerryError('unsupported', 'gate "errorRate.maxRatio" can\'t be judged yet', {
      hint: 'use the fixed bound errorRate: { max: 1% }',
    });
}
