/**
 * model.yaml: the contract of a release (interfaces.md of the project's docs: README, "A release"). One digest and one
 * signature cover everything named here: the manifest of the packed form lists every file with its digest.
 */
import { z } from 'zod';
import { MEASURES, sequentialSetting } from './policy.ts';
import { parseRule } from './rules.ts';
import { duration, name, percent, perDuration, rate, size } from './schema.ts';
import { parseReleaseRef, VERSION_PATTERN } from './version.ts';

const channel = z.strictObject({
  name: z.string().min(1).max(64),
  /** UCUM or free text; shown, and compared by the pre-flight report. */
  unit: z.string().default(''),
  /** Closed interval; a value outside is rejected as `range`. */
  range: z.tuple([z.number(), z.number()]).optional(),
  /** Its values never leave the device with captured windows. */
  private: z.boolean().optional(),
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

/** What an axis of a tensor runs over; 1 stands for an axis of that size. */
const axis = z.union([z.enum(['batch', 'time', 'channel', 'feature']), z.literal(1)]);

const scalar = z.union([z.number(), z.boolean(), z.string()]);

/**
 * What a model's input is given. By default the window, laid out as the graph wants it; `state`: what the output of that
 * name gave for the device's previous window; `from: device`: the device's id; `value` alone: always the same.
 */
const tensorInput = z.strictObject({
  tensor: z.string().min(1),
  /** Of a window. `feature` is time and channel in one, a tick's channels side by side. */
  layout: z.array(axis).min(1).max(8).default(['batch', 'time', 'channel']),
  /** Of a window: which channels, in this order; unset: all. */
  channels: z.array(z.string()).min(1).optional(),
  normalize: normalize.optional(),
  state: z.string().optional(),
  from: z.enum(['window', 'device']).optional(),
  /** With `state`: what a device begins with (0). */
  value: z.union([scalar, z.array(scalar).min(1)]).optional(),
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
  /** Which axis of the tensor counts the windows. */
  batchAxis: z.int().min(0).max(7).default(0),
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

/** Where a release comes from, for whoever approves it; members of one's own may stand beside these. */
const provenance = z.looseObject({
  /** Of what it was trained or fitted on: `sha256:…`, or a word such as `none`. */
  dataset: z.string().optional(),
  /** What made it: a repository and commit, or a file. */
  code: z.string().optional(),
  /** The release that it was made from: `NAME@VERSION`. */
  parent: z
    .string()
    .refine((ref) => isReleaseRef(ref), 'expected NAME@VERSION')
    .optional(),
  /** How it was measured. */
  metrics: z.record(z.string(), z.unknown()).optional(),
  createdBy: z.string().optional(),
});

function isReleaseRef(ref: string): boolean {
  try {
    return parseReleaseRef(ref).version !== undefined;
  } catch {
    return false;
  }
}

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
        sequential: sequentialSetting.prefault({}),
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
    /** What it can't run without. */
    requires: z
      .strictObject({
        /** The oldest agent program that runs it. */
        agent: z.string().regex(VERSION_PATTERN, 'expected a semantic version, for example 0.2.0').optional(),
      })
      .optional(),
    rules: z.array(ruleEntry).default([]),
    provenance: provenance.default({}),
  })
  .superRefine(checkTogether);

/** A release manifest as parsed: durations in milliseconds, rates in hertz, sizes in bytes, shares as fractions. */
export type ReleaseManifest = z.output<typeof releaseManifest>;
export type ReleaseInput = z.output<typeof tensorInput>;
export type ReleaseOutput = ReleaseManifest['output'][number];
export type WindowSpec = ReleaseManifest['window'];

function checkTogether(
  manifest: z.output<z.ZodObject> & Record<string, unknown>,
  context: z.RefinementCtx,
): void {
  const m = manifest as unknown as ReleaseManifest;
  const issue: Issue = (path, message) => {
    context.addIssue({ code: 'custom', path, message });
  };
  checkInputs(m, issue);
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

type Issue = (path: (string | number)[], message: string) => void;

function checkInputs(m: ReleaseManifest, issue: Issue): void {
  const inputs = inputsOf(m);
  const states = m.output.filter((o) => o.kind === 'state').map((o) => o.name);
  for (const [i, input] of inputs.entries()) {
    const at = (...path: string[]): (string | number)[] =>
      Array.isArray(m.input) ? ['input', i, ...path] : ['input', ...path];
    if (input.state !== undefined && !states.includes(input.state))
      issue(at('state'), `expected an output of kind state: ${states.join(', ') || 'there is none'}`);
    if (input.state !== undefined && input.from !== undefined)
      issue(at('from'), 'a state comes from an output and from nowhere else');
    if (input.value !== undefined && input.from !== undefined)
      issue(at('value'), 'expected either a value or where it comes from');
    if (sourceOf(input) === 'window') checkWindowInput(m, input, (path, text) => issue(at(...path), text));
    else if (input.normalize || input.channels)
      issue(at(input.normalize ? 'normalize' : 'channels'), 'goes with an input that takes the window');
  }
  if (!inputs.some((input) => sourceOf(input) === 'window'))
    issue(['input'], 'expected at least one input that takes the window');
  for (const twice of duplicates(inputs.map((input) => input.tensor)))
    issue(['input'], `"${twice}" stands twice`);
  for (const [i, { kind, name }] of m.output.entries())
    if (kind === 'state' && inputs.filter((input) => input.state === name).length !== 1)
      issue(['output', i], `expected one input with state: ${name}, which gets it with the next window`);
}

function checkWindowInput(
  m: ReleaseManifest,
  input: ReleaseInput,
  issue: (path: string[], message: string) => void,
): void {
  const known = m.window.channels.map((c) => c.name);
  for (const name of input.channels ?? [])
    if (!known.includes(name)) issue(['channels'], `"${name}" is no channel of the window`);
  const channels = channelsOf(m, input).length;
  for (const key of ['mean', 'std'] as const)
    if (input.normalize && input.normalize[key].length !== channels)
      issue(['normalize', key], `expected ${channels} numbers, one per channel`);
  const { layout } = input;
  const has = (name: ReleaseInput['layout'][number]): boolean => layout.includes(name);
  for (const twice of duplicates(layout.filter((a) => a !== 1))) issue(['layout'], `"${twice}" stands twice`);
  if (has('feature') && (has('time') || has('channel')))
    issue(['layout'], 'feature is time and channel in one: expected it, or those');
  if (has('feature')) return;
  if (!has('time') && m.window.length > 1) issue(['layout'], 'without time, expected windows of length 1');
  if (!has('channel') && channels > 1) issue(['layout'], 'without channel, expected a single channel');
}

function duplicates<T>(names: readonly T[]): T[] {
  return [...new Set(names.filter((n, i) => names.indexOf(n) !== i))];
}

/** The model's tensor inputs, always as a list. */
export function inputsOf(manifest: ReleaseManifest): ReleaseInput[] {
  return Array.isArray(manifest.input) ? manifest.input : [manifest.input];
}

/** What an input is given. */
export function sourceOf(input: ReleaseInput): 'window' | 'state' | 'device' | 'value' {
  if (input.state !== undefined) return 'state';
  if (input.value !== undefined) return 'value';
  return input.from ?? 'window';
}

/** The places of an input's channels among the window's. */
export function channelsOf(manifest: ReleaseManifest, input: ReleaseInput): number[] {
  const names = manifest.window.channels.map((c) => c.name);
  return input.channels?.map((name) => names.indexOf(name)) ?? names.map((_, i) => i);
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

/** Whether two releases cut the same windows of the same samples. Units and ranges may differ. */
export function cutAlike(a: ReleaseManifest['window'], b: ReleaseManifest['window']): boolean {
  const cut = ({ channels, rate, length, hop, missing, maxGap, lateness }: ReleaseManifest['window']) =>
    JSON.stringify([channels.map(({ name }) => name), rate, length, hop, missing, maxGap, lateness]);
  return cut(a) === cut(b);
}
