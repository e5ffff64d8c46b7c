/**
 * The Skoltech Anomaly Benchmark: on every run a model is fitted to the first 400 rows and judged row by row on the rest,
 * as `skerry-model fit --rows 400` and the agent do it, with one setting for all runs. A row's score is that of the window
 * that ends with it.
 *
 * Half of the rows that are judged are faulty, so a detector that is always on scores F1 .70, and one that looks at no
 * sensor but is on after the first fifth .80: the AUC and the false alarm rate are what tells.
 */
import { rocAuc } from '@skerry/agent/evaluation/metrics';
import type { Clock, Crypto, InferenceBackend } from '@skerry/agent/ports';
import type { Recording } from '@skerry/proto/csv';
import { type FitRequest, type FittedRecording, fitRecording } from '../fit/from-recording.ts';
import { normalizeRows } from '../fit/scaling.ts';
import { thresholdFrom } from '../fit/threshold.ts';
import { assembleAnomaly } from '../pack/assemble.ts';
import { runLive } from './live.ts';
import { judgedOutput } from './release-run.ts';
import { RIVALS, windowsOf } from './rivals.ts';

export const SKAB_TRAIN_ROWS = 400;
const LABEL = 'anomaly';
const SECOND_LABEL = 'changepoint';

/** `fit`'s own defaults. */
const REQUEST: FitRequest = {
  channels: undefined,
  rows: SKAB_TRAIN_ROWS,
  rate: undefined,
  length: undefined,
  hop: undefined,
  explained: 0.85,
  sustain: 1,
  margin: 4 / 3,
};

/** What a detector says of the judged rows of one run: past the threshold is above 1. */
interface JudgedRun {
  scores: Float64Array;
  labels: boolean[];
}

export interface SkabFigures {
  detector: string;
  f1: number;
  falseAlarmRate: number;
  missRate: number;
  /** Mean of the runs'. */
  auc: number;
  /** Least and greatest F1 with one run left out: how much a single one decides. */
  f1LeftOut: [least: number, greatest: number];
  rows: number;
}

/** Every detector on the runs. `onRun` is told of each run done. */
export async function skabBenchmark(
  tools: { backend: InferenceBackend; crypto: Crypto; clock: Clock },
  runs: readonly { name: string; recording: Recording }[],
  onRun?: (name: string) => void,
): Promise<SkabFigures[]> {
  const judged = new Map<string, JudgedRun[]>();
  const add = (detector: string, run: JudgedRun): void => {
    judged.set(detector, [...(judged.get(detector) ?? []), run]);
  };
  for (const { name, recording } of runs) {
    const fit = await fitRecording(tools.backend, recording, {
      ...REQUEST,
      channels: recording.numericColumns.filter((column) => column !== LABEL && column !== SECOND_LABEL),
    });
    const labels = labelsOf(recording);
    for (const variant of ['int8', 'fp32'] as const)
      add(`window PCA, ${variant}, on the agent`, {
        scores: await byAgent(tools, fit, recording, variant),
        labels,
      });
    for (const [rival, scores] of byRivals(fit, recording)) add(rival, { scores, labels });
    add('always on', { scores: new Float64Array(labels.length).fill(2), labels });
    add('no sensor: on after the first fifth', {
      scores: Float64Array.from(labels, (_, i) => (i >= labels.length / 5 ? 2 : 0)),
      labels,
    });
    onRun?.(name);
  }
  return [...judged].map(([detector, list]) => figuresOf(detector, list));
}

function labelsOf(recording: Recording): boolean[] {
  const column = recording.columns.indexOf(LABEL);
  return Array.from(
    { length: recording.timesUs.length - SKAB_TRAIN_ROWS },
    (_, i) => recording.rows[(SKAB_TRAIN_ROWS + i) * recording.columns.length + column] !== 0,
  );
}

/** The release that `fit` makes, through the agent's pipeline over the whole run. */
async function byAgent(
  { backend, crypto, clock }: { backend: InferenceBackend; crypto: Crypto; clock: Clock },
  fit: FittedRecording,
  recording: Recording,
  variant: 'int8' | 'fp32',
): Promise<Float64Array> {
  const { manifest } = await assembleAnomaly(backend, fit.fitted, fit.train[0]!, {
    name: 'skab',
    version: '1.0.0',
    description: '',
    channels: fit.channels.map((name) => ({ name })),
    window: {
      rate: fit.sampling.rate,
      ...(fit.sampling.rateHz ? { maxGap: fit.maxGap, lateness: '0s' } : {}),
    },
    samplesPerHour: 0,
    provenance: {},
  });
  const session = await backend.create({ bytes: fit.fitted[variant] });
  try {
    const { results } = await runLive({ manifest, variant, session, crypto, clock }, recording);
    const { name } = judgedOutput(manifest);
    // A window of a rate ends a tick behind its last one.
    const tickUs = fit.sampling.rateHz ? 1e6 / fit.sampling.rateHz : 0;
    const scores = new Float64Array(recording.timesUs.length - SKAB_TRAIN_ROWS);
    let at = -1;
    for (let i = 0; i < scores.length; i++) {
      const timeUs = recording.timesUs[SKAB_TRAIN_ROWS + i]!;
      while (at + 1 < results.length && results[at + 1]!.toUs - tickUs <= timeUs) at++;
      scores[i] = at >= 0 ? Number(results[at]!.outputs[name]) : 0;
    }
    return scores;
  } finally {
    await session.release();
  }
}

/** The rivals on the same rows with the same windows, channels and rule for the threshold. */
function byRivals(fit: FittedRecording, recording: Recording): [string, Float64Array][] {
  const { fitted, channels } = fit;
  const shape = { ...fitted.options, width: channels.length };
  const columns = channels.map((name) => recording.columns.indexOf(name));
  const values = Float64Array.from(
    { length: recording.timesUs.length * columns.length },
    (_, i) =>
      recording.rows[
        Math.floor(i / columns.length) * recording.columns.length + columns[i % columns.length]!
      ]!,
  );
  const all = windowsOf(normalizeRows({ width: columns.length, values }, fitted.scaling), shape);
  const normalized = (rows: FittedRecording['train']): Float64Array[] =>
    rows.flatMap((part) => windowsOf(normalizeRows(part, fitted.scaling), shape));
  return Object.entries(RIVALS).map(([name, rival]) => {
    const score = rival(normalized(fit.train));
    const limit = thresholdFrom([normalized(fit.heldOut).map(score)], fitted.options);
    const first = SKAB_TRAIN_ROWS - (shape.length - 1);
    return [name, Float64Array.from(all.slice(first), (window) => score(window) / limit)];
  });
}

function figuresOf(detector: string, runs: readonly JudgedRun[]): SkabFigures {
  const rates = ratesOf(runs);
  const without = runs.map((run) => ratesOf(runs.filter((other) => other !== run)).f1);
  return {
    detector,
    ...rates,
    auc: runs.reduce((sum, { scores, labels }) => sum + rocAuc(scores, labels) / runs.length, 0),
    f1LeftOut: [Math.min(...without), Math.max(...without)],
    rows: runs.reduce((sum, { labels }) => sum + labels.length, 0),
  };
}

function ratesOf(runs: readonly JudgedRun[]): { f1: number; falseAlarmRate: number; missRate: number } {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (const { scores, labels } of runs)
    for (const [i, isFaulty] of labels.entries()) {
      const isPast = scores[i]! > 1;
      if (isFaulty && isPast) tp++;
      else if (isFaulty) fn++;
      else if (isPast) fp++;
      else tn++;
    }
  return { f1: (2 * tp) / (2 * tp + fp + fn), falseAlarmRate: fp / (fp + tn), missRate: fn / (fn + tp) };
}
