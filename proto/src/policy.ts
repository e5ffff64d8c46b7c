/** policy.yaml: drift thresholds and alert thresholds that are pushed without a new release. */
import { z } from 'zod';
import { canonicalJson } from './canonical.ts';
import { SkerryError } from './errors.ts';
import { duration, name, size } from './schema.ts';

/** The drift measures that thresholds may be set on. */
export const MEASURES = ['psi', 'kl', 'js', 'hellinger', 'ks', 'wasserstein'] as const;
export type MeasureName = (typeof MEASURES)[number];

const level = z.strictObject({
  warn: z.number().positive().optional(),
  alert: z.number().positive().optional(),
});

/** Thresholds per measure; a measure left out is not judged. */
export const driftThresholds = z.partialRecord(z.enum(MEASURES), level);
export type DriftThresholds = z.output<typeof driftThresholds>;

/** Sequential detectors on outputs: the time between two false alarms that is wanted of each, or none of them. */
export const sequentialSetting = z.union([
  z.literal('off'),
  z.strictObject({ falseAlarmEvery: duration.default(30 * 86_400_000) }),
]);
export type SequentialSetting = z.output<typeof sequentialSetting>;

const CAPTURE_BYTES_PER_DAY = 1024 ** 2;

const webhook = z.strictObject({ webhook: z.url({ protocol: /^https?$/ }) });

/** What a webhook is for where nothing has a threshold: to begin training anew. */
const WEBHOOK_INPUT: DriftThresholds = { psi: { alert: 0.2 }, kl: { alert: 0.15 } };

export const driftPolicy = z.strictObject({
  apiVersion: z.literal('skerry/v1'),
  kind: z.literal('DriftPolicy'),
  name,
  /** NAME (any version), NAME@VERSION. */
  release: z.string().min(1),
  selector: z.string().optional(),
  /** Names of the agents' pipelines that it is for; all that run the release where left out. */
  pipelines: z.array(name).min(1).optional(),
  window: z
    .strictObject({ duration: duration.default(3_600_000), minSamples: z.int().positive().default(500) })
    .prefault({}),
  input: driftThresholds.default({}),
  output: driftThresholds.default({}),
  sequential: sequentialSetting.optional(),
  thresholds: z
    .strictObject({ score: z.number().optional(), sustain: z.int().positive().optional() })
    .optional(),
  /** What `onAlert: capture` may take, per pipeline and agent. */
  capture: z.strictObject({ bytesPerDay: size.default(CAPTURE_BYTES_PER_DAY) }).optional(),
  onAlert: z.array(z.union([z.enum(['notify', 'capture', 'fallback']), webhook])).default(['notify']),
});

/** A policy as parsed: durations in milliseconds. */
export type DriftPolicy = z.output<typeof driftPolicy>;

/** What one pipeline of one agent is to do: every matching policy merged, later applied ones over earlier ones. */
const effectivePolicy = z.strictObject({
  windowMs: z.number().positive(),
  minSamples: z.int().positive(),
  input: driftThresholds,
  output: driftThresholds,
  /** In milliseconds. */
  sequential: z
    .union([z.literal('off'), z.strictObject({ falseAlarmEvery: z.number().positive() })])
    .optional(),
  capture: z.strictObject({ bytesPerDay: z.number().nonnegative() }).optional(),
  thresholds: z.strictObject({ score: z.number().optional(), sustain: z.int().positive().optional() }),
  onAlert: z.array(z.union([z.enum(['notify', 'capture', 'fallback']), webhook])),
});
export type EffectivePolicy = z.output<typeof effectivePolicy>;

/** Merges policies in order of application into what the agent receives as DesiredPipeline.policy. */
export function mergePolicies(policies: readonly DriftPolicy[]): EffectivePolicy | undefined {
  const last = policies.at(-1);
  if (!last) return undefined;
  const merged: EffectivePolicy = {
    windowMs: last.window.duration,
    minSamples: last.window.minSamples,
    input: {},
    output: {},
    thresholds: {},
    onAlert: last.onAlert,
  };
  for (const policy of policies) {
    Object.assign(merged.input, policy.input);
    Object.assign(merged.output, policy.output);
    Object.assign(merged.thresholds, policy.thresholds ?? {});
    if (policy.sequential) merged.sequential = policy.sequential;
  }
  const { bytesPerDay = CAPTURE_BYTES_PER_DAY } = policies.findLast(({ capture }) => capture)?.capture ?? {};
  if (merged.onAlert.includes('capture')) merged.capture = { bytesPerDay };
  const judges = [merged.input, merged.output].some((side) => Object.keys(side).length > 0);
  const hasWebhook = merged.onAlert.some((action) => typeof action !== 'string');
  if (hasWebhook && !judges) merged.input = WEBHOOK_INPUT;
  return merged;
}

/** The form in which an effective policy travels. */
export function encodePolicy(policy: EffectivePolicy): string {
  return canonicalJson(policy);
}

/** Reads the form in which an effective policy travels. Throws SkerryError invalid on anything else. */
export function decodePolicy(text: string): EffectivePolicy {
  try {
    return effectivePolicy.parse(JSON.parse(text));
  } catch (cause) {
    throw new SkerryError('invalid', "the policy can't be read by this version", { cause });
  }
}
