import type { DriftThresholds } from '@skerry/proto/policy';

/** Drift settings as a release's manifest states them, and as a policy overrides them. */
export interface DriftSettings {
  windowMs: number;
  minSamples: number;
  /** For channels. */
  input: DriftThresholds;
  /** For outputs. */
  output: DriftThresholds;
  /** Expected time between two false alarms of the sequential detectors, per output. */
  falseAlarmMs?: number | 'off';
}

/** A month. */
const FALSE_ALARM_MS = 30 * 86_400_000;

/** The settings in force, and what follows from them. */
export interface DriftRules extends Required<DriftSettings> {
  /** Generation of the policy, 0 for the release's own settings. */
  policy: number;
  /** Signals × measures judged per device: they share its chance of a false alarm. */
  tests: number;
}

/**
 * The release's settings with a policy over them: the policy's window, and its thresholds for every measure that it
 * names; a measure that it leaves out keeps the release's.
 */
export function driftRules(
  release: DriftSettings,
  policy: DriftSettings | undefined,
  generation: number,
  signals: { inputs: number; outputs: number },
): DriftRules {
  const { windowMs, minSamples } = policy ?? release;
  const input = { ...release.input, ...policy?.input };
  const output = { ...release.output, ...policy?.output };
  const tests = signals.inputs * Object.keys(input).length + signals.outputs * Object.keys(output).length;
  const falseAlarmMs = policy?.falseAlarmMs ?? release.falseAlarmMs ?? FALSE_ALARM_MS;
  return { windowMs, minSamples, input, output, falseAlarmMs, policy: policy ? generation : 0, tests };
}
