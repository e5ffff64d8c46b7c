/**
 * The Numenta Anomaly Benchmark: detectors over its streams, one setting for all of them. Thresholds are chosen on the
 * streams at hand, as the benchmark does; `leftOut` is what comes of choosing each stream's threshold on the others.
 */
import {
  bestNabThreshold,
  NAB_PROFILES,
  type NabProfile,
  nabCorpus,
  nabOutcome,
  normalizedNab,
  type ScoredStream,
} from '@skerry/agent/evaluation/nab';
import type { Recording } from '@skerry/proto/csv';
import type { ReleaseManifest } from '@skerry/proto/release';
import type { NabStream } from '../node/nab-corpus.ts';
import { CONTROLS } from './controls.ts';
import { type LiveModel, runLive } from './live.ts';
import { judgedOutput } from './release-run.ts';

export interface NabFigures {
  detector: string;
  /** Normalized, at the best threshold of each profile. */
  standard: number;
  lowFalsePositives: number;
  lowFalseNegatives: number;
  /** Of the standard profile. */
  threshold: number;
  detected: number;
  windows: number;
  falseAlarms: number;
  rows: number;
  /** Standard profile, thresholds chosen without the stream that they are used on. */
  leftOut: number;
  /** Standard profile, at the release's own threshold. */
  atOwnThreshold?: number;
}

/** A release and the controls. `onStream` is told of each stream that the release has been run on. */
export async function nabBenchmark(
  streams: readonly NabStream[],
  model: LiveModel,
  detector: string,
  onStream?: (name: string) => void,
): Promise<NabFigures[]> {
  const { threshold } = judgedOutput(model.manifest);
  const scored: ScoredStream[] = [];
  for (const { name, recording, windows } of streams) {
    scored.push({ scores: await scoresByRow(model, recording), windows });
    onStream?.(name);
  }
  // A release alarms past its threshold, the benchmark at it: the least number past it makes them agree.
  const past = threshold + 2 ** -40;
  const own = nabCorpus(scored, past, NAB_PROFILES.standard).normalized;
  const controls = Object.entries(CONTROLS).map(([name, control]) =>
    figuresOf(
      name,
      streams.map(({ recording, windows }) => ({
        scores: control(valuesOf(recording, model.manifest)),
        windows,
      })),
    ),
  );
  return [{ ...figuresOf(detector, scored), atOwnThreshold: own }, ...controls];
}

function figuresOf(detector: string, scored: readonly ScoredStream[]): NabFigures {
  const { standard, lowFalsePositives, lowFalseNegatives } = NAB_PROFILES;
  const best = (profile: NabProfile): number =>
    nabCorpus(scored, bestNabThreshold(scored, profile), profile).normalized;
  const threshold = bestNabThreshold(scored, standard);
  const { detected, windows, falseAlarms, rows } = nabCorpus(scored, threshold, standard);
  return {
    detector,
    standard: best(standard),
    lowFalsePositives: best(lowFalsePositives),
    lowFalseNegatives: best(lowFalseNegatives),
    threshold,
    detected,
    windows,
    falseAlarms,
    rows,
    leftOut: leftOutScore(scored, windows),
  };
}

function leftOutScore(scored: readonly ScoredStream[], windows: number): number {
  const { standard } = NAB_PROFILES;
  let sum = 0;
  for (const stream of scored) {
    const others = scored.filter((other) => other !== stream);
    sum += nabOutcome(stream, bestNabThreshold(others, standard), standard).score;
  }
  return normalizedNab(sum, windows, standard);
}

/** The release's score at every row of a recording: 0 where it gave none (it warms up, or a time stands twice). */
async function scoresByRow(model: LiveModel, recording: Recording): Promise<Float64Array> {
  const { name } = judgedOutput(model.manifest);
  const { results } = await runLive(model, recording);
  const byTime = new Map(results.map((row) => [row.toUs, Number(row.outputs[name])]));
  return Float64Array.from(recording.timesUs, (timeUs) => {
    const score = byTime.get(timeUs) ?? 0;
    byTime.delete(timeUs);
    return score;
  });
}

function valuesOf(recording: Recording, manifest: ReleaseManifest): Float64Array {
  const column = recording.columns.indexOf(manifest.window.channels[0]!.name);
  return Float64Array.from(
    recording.timesUs,
    (_, row) => recording.rows[row * recording.columns.length + column]!,
  );
}
