/** Drift as the messages that the outbox keeps: sketches of windows, and alert records of episodes. */
import type { Level } from '@skerry/proto/drift/judge';
import type { SensorFault } from '@skerry/proto/drift/sensor';
import { PAGE_HINKLEY } from '@skerry/proto/drift/sequential';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { ShiftChange } from './shift.ts';
import type { EpisodeChange, JudgedWindow, SignalDrift } from './signal.ts';

/** Whose drift it is, and under which policy. */
export interface DriftSource {
  pipeline: string;
  device: string;
  /** NAME@VERSION. */
  release: string;
  releaseDigest: string;
  policy: number;
}

/** A judged window as a sketch; `seq` is the outbox's to give. */
export function sketchRecord(
  source: DriftSource,
  signal: SignalDrift,
  window: JudgedWindow,
): skerry.v1.IDriftSketch {
  const { pipeline, device, releaseDigest, policy } = source;
  const { fromUs, toUs, state, judgement } = window;
  const hours = judgement.hoursBetweenFalseAlarms;
  const sum = signal.shift?.sum;
  return {
    pipeline,
    device,
    releaseDigest,
    signal: signal.name,
    isOutput: signal.isOutput,
    fromUs,
    toUs,
    ...state,
    measures: [
      ...Object.entries(judgement.measures).map(([name, value]) => ({ name, value })),
      ...(sum === undefined ? [] : [{ name: PAGE_HINKLEY, value: sum }]),
    ],
    level: wireLevel(judgement.level),
    policy,
    falseAlarmHours: Number.isFinite(hours) ? hours : 0,
  };
}

/** A change of an episode as an alert record of kind `drift`. */
export function alertRecord(
  source: DriftSource,
  signal: SignalDrift,
  change: EpisodeChange,
  wallMs: number,
): skerry.v1.IAlertRecord {
  const { state, measure, value, threshold, window } = change;
  const fault = FAULT_WORDS[measure];
  const words = fault
    ? { open: `is ${fault}`, update: `is still ${fault}`, cleared: `is no longer ${fault}` }[state]
    : { open: 'has drifted', update: 'still drifts', cleared: 'no longer drifts' }[state];
  const how = fault
    ? `${Math.round(100 * value)} % of its values`
    : `${measure} ${value.toPrecision(3)}, alert at ${threshold}`;
  const message = `${signal.name} of ${source.device} ${words}: ${how}`;
  return { ...common(source, signal, change, wallMs), ...span(window), value, threshold, message };
}

/** A change of a sequential detector's episode as an alert record of kind `drift`. */
export function shiftRecord(
  source: DriftSource,
  signal: SignalDrift,
  change: ShiftChange,
  wallMs: number,
): skerry.v1.IAlertRecord {
  const { state, by, direction, sum: value, lambda: threshold } = change;
  const words = { open: `shifts ${direction}`, cleared: `no longer shifts ${direction}` }[state];
  const how = {
    pageHinkley: `Page-Hinkley ${value.toPrecision(3)}, alert at ${threshold.toPrecision(3)}`,
    adwin: 'abruptly, by ADWIN',
  }[by];
  const message = `${signal.name} of ${source.device} ${words}: ${how}`;
  return { ...common(source, signal, change, wallMs), ...span(change), value, threshold, message };
}

const FAULT_WORDS: Partial<Record<string, string>> = {
  missing: 'missing',
  stuck: 'stuck',
  'out-of-range': 'out of range',
} satisfies Record<SensorFault, string>;

function span({ fromUs, toUs }: { fromUs: number; toUs: number }): { fromUs: number; toUs: number } {
  return { fromUs, toUs };
}

function common(
  source: DriftSource,
  signal: SignalDrift,
  { state, episode }: Pick<EpisodeChange, 'state' | 'episode'>,
  wallMs: number,
): skerry.v1.IAlertRecord {
  return {
    ...source,
    episode,
    state: {
      open: v1.EpisodeState.EPISODE_STATE_OPEN,
      update: v1.EpisodeState.EPISODE_STATE_UPDATE,
      cleared: v1.EpisodeState.EPISODE_STATE_CLEARED,
    }[state],
    kind: 'drift',
    resultId: '',
    output: signal.name,
    attribution: [],
    wallMs,
  };
}

function wireLevel(level: Level): skerry.v1.DriftLevel {
  switch (level) {
    case 'ok':
      return v1.DriftLevel.DRIFT_LEVEL_OK;
    case 'warn':
      return v1.DriftLevel.DRIFT_LEVEL_WARN;
    case 'alert':
      return v1.DriftLevel.DRIFT_LEVEL_ALERT;
    case 'learning':
      return v1.DriftLevel.DRIFT_LEVEL_LEARNING;
  }
}
