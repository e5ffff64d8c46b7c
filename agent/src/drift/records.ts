/** Drift as the messages that the outbox keeps: sketches of windows, and alert records of episodes. */
import type { Level } from '@skerry/proto/drift/judge';
import { type skerry, v1 } from '@skerry/proto/wire';
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
  return {
    pipeline,
    device,
    releaseDigest,
    signal: signal.name,
    isOutput: signal.isOutput,
    fromUs,
    toUs,
    ...state,
    measures: Object.entries(judgement.measures).map(([name, value]) => ({ name, value })),
    level: wireLevel(judgement.level),
    policy,
  };
}

/** A change of an episode as an alert record of kind `drift`. */
export function alertRecord(
  source: DriftSource,
  signal: SignalDrift,
  change: EpisodeChange,
  wallMs: number,
): skerry.v1.IAlertRecord {
  const { pipeline, device, release, releaseDigest, policy } = source;
  const { state, episode, measure, value, threshold, window } = change;
  const words = { open: 'has drifted', update: 'still drifts', cleared: 'no longer drifts' }[state];
  return {
    episode,
    state: {
      open: v1.EpisodeState.EPISODE_STATE_OPEN,
      update: v1.EpisodeState.EPISODE_STATE_UPDATE,
      cleared: v1.EpisodeState.EPISODE_STATE_CLEARED,
    }[state],
    kind: 'drift',
    resultId: '',
    pipeline,
    device,
    release,
    releaseDigest,
    fromUs: window.fromUs,
    toUs: window.toUs,
    output: signal.name,
    value,
    threshold,
    attribution: [],
    policy,
    message: `${signal.name} of ${device} ${words}: ${measure} ${value.toPrecision(3)}, alert at ${threshold}`,
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
