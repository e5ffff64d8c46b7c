/**
 * model.yaml: the contract of a release (interfaces.md of the project's docs: README, "A release"). One digest and one
 * signature cover everything named here: the manifest of the packed form lists every file with its digest.
 */
import { z } from 'zod';
import { MEASURES } from './policy.ts';
import { parseRule } from './rules.ts';
import { duration, name, percent, perDuration, rate, size } from './schema.ts';
import { VERSION_PATTERN } from './version.ts';

const channel = z.strictObject({
  name: z.string().min(1).max(64),
  /** UCUM or free text; shown, and compared by the pre-flight report. */
  unit: z.string().default(''),
  /** Closed interval; a value outside is rejected as `range`. */
  range: z.tuple([z.number(), z.number()]).optional(),
});

const window = z
  .strictObject({
    channels: z.array(channel).min(1).max(256),
    /** Ticks per second, or `any`: `length` consecutive samples, whatever their spacing. */
    rate: z.union([z.literal('any'), rate]),
    length: z.int().min(1).max(65_536),
    hop: z.int().min(1).optional(),
    missing: z.enum(['interpolate', 'previous']).default('interpolate'),
    maxGap: duration.default(5_000),
    lateness: duration.default(0),
  })
  .transform((w) => ({ ...w, hop: w.hop ?? w.length }));

const normalize = z.strictObject({ mean: z.array(z.number()), std: z.array(z.number().positive()) });

/** Where a model's input tensor comes from: the window in one of two layouts, or a state output of the last run. */
const tensorInput = z.strictObject({
  tensor: z.string().min(1),
  layout: z
    .union([
      z.tuple([z.literal('batch'), z.literal('time'), z.literal('channel')]),
      z.tuple([z.literal('batch'), z.literal('channel'), z.literal('time')]),
      z.tuple([z.literal('batch'), z.literal('feature')]),
    ])
    .default(['batch', 'time', 'channel']),
  normalize: normalize.optional(),
});

const output = z.strictObject({
  name: z.string().min(1).max(64),
  tensor: z.string().min(1),
  kind: z.enum(['anomaly-score', 'attribution', 'class', 'value', 'state']),
  /** Past it a window counts towards an alert (kind anomaly-score, or value). */
  threshold: z.number().optional(),
  /** The bounds within which a policy may move the threshold. */
  thresholdRange: z.tuple([z.number(), z.number()]).optional(),
  sustain: z.int().positive().default(1),
  labels: z.array(z.string()).optional(),
});

const variant = z.strictObject({
  name,
  file: z.string().min(1),
  precision: z.enum(['fp32', 'fp16', 'int8', 'uint8', 'int4', 'mixed']),
});

const thresholds = z.partialRecord(
  z.enum(MEASURES),
  z.strictObject({ warn: z.number().positive().optional(), alert: z.number().positive().optional() }),
);

const action = z.strictObject({ publish: z.string().min(1), payload: z.unknown().optional() });

export const ruleEntry = z.strictObject({
  when: z.string().transform((text, context) => {
    try {
      return parseRule(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  }),
  do: z.array(action).min(1),
});

export const releaseManifest = z
  .strictObject({
    apiVersion: z.literal('skerry/v1'),
    kind: z.literal('Release'),
    name,
    version: z.string().regex(VERSION_PATTERN, 'expected a semantic version, for example 1.2.0'),
    description: z.string().default(''),
    license: z.string().default(''),
    window,
    input: z.union([tensorInput, z.array(tensorInput).min(1)]),
    output: z.array(output).min(1),
    variants: z.array(variant).min(1),
    golden: z
      .strictObject({
        file: z.string().min(1),
        rtol: z.number().nonnegative().default(0.01),
        atol: z.number().nonnegative().default(0.001),
        maxFlips: z.int().nonnegative().default(0),
      })
      .optional(),
    drift: z
      .strictObject({
        reference: z.string().min(1),
        window: z
          .strictObject({
            duration: duration.default(3_600_000),
            minSamples: z.int().positive().default(500),
          })
          .prefault({}),
        input: thresholds.default({}),
        output: thresholds.default({}),
      })
      .optional(),
    limits: z
      .strictObject({
        latencyP95: duration.optional(),
        memory: size.optional(),
        errorRate: percent.optional(),
        crashLoop: perDuration.optional(),
      })
      .prefault({}),
    rules: z.array(ruleEntry).default([]),
    provenance: z.record(z.string(), z.unknown()).default({}),
  })
  .superRefine(checkTogether);

/** A release manifest as parsed: durations in milliseconds, rates in hertz, sizes in bytes, shares as fractions. */
export type ReleaseManifest = z.output<typeof releaseManifest>;
export type ReleaseOutput = ReleaseManifest['output'][number];
export type WindowSpec = ReleaseManifest['window'];

function checkTogether(
  manifest: z.output<z.ZodObject> & Record<string, unknown>,
  context: z.RefinementCtx,
): void {
  const m = manifest as unknown as ReleaseManifest;
  const issue = (path: (string | number)[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  const channels = m.window.channels.length;
  for (const [i, input] of inputsOf(m).entries())
    for (const key of ['mean', 'std'] as const)
      if (input.normalize && input.normalize[key].length !== channels)
        issue(
          Array.isArray(m.input) ? ['input', i, 'normalize', key] : ['input', 'normalize', key],
          `expected ${channels} numbers, one per channel`,
        );
  if (m.window.hop > m.window.length)
    issue(
      ['window', 'hop'],
      'expected at most the window length: samples between windows would be seen by none',
    );
  for (const [path, names] of [
    [['window', 'channels'], m.window.channels.map((c) => c.name)],
    [['output'], m.output.map((o) => o.name)],
    [['variants'], m.variants.map((v) => v.name)],
  ] as const)
    for (const twice of duplicates(names)) issue([...path], `"${twice}" stands twice`);
  for (const [i, c] of m.window.channels.entries())
    if (c.range && !(c.range[0] < c.range[1]))
      issue(['window', 'channels', i, 'range'], 'expected [low, high] with low below high');
  for (const file of releaseFiles(m))
    if (!/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(file) || file.split('/').includes('..'))
      issue([], `file "${file}" must be a plain relative path of letters, digits, ".", "_" and "-"`);
}

function duplicates(names: readonly string[]): string[] {
  return [...new Set(names.filter((n, i) => names.indexOf(n) !== i))];
}

/** The model's tensor inputs, always as a list. */
export function inputsOf(manifest: ReleaseManifest): z.output<typeof tensorInput>[] {
  return Array.isArray(manifest.input) ? manifest.input : [manifest.input];
}

/** Every file that a manifest names, each once, in a stable order. */
export function releaseFiles(manifest: ReleaseManifest): string[] {
  const files = [...manifest.variants.map((v) => v.file), manifest.golden?.file, manifest.drift?.reference];
  return [...new Set(files.filter((f) => f !== undefined))];
}

/** `NAME@VERSION`. */
export function releaseRef(manifest: { name: string; version: string }): string {
  return `${manifest.name}@${manifest.version}`;
}
