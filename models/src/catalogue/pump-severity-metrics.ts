/** How the severity net is measured: on pumps in spells of every severity, and on healthy ones, that it never saw. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { healthyRecording } from '@skerry/firmware-sim/machines/recording';
import { rocAuc, spearman } from '../evaluate/metrics.ts';
import { normalizeRows, type Scaling, windowStarts } from '../fit/scaling.ts';
import { countEpisodes, hoursBetweenFalseAlarms } from '../fit/threshold.ts';
import { type WindowShape, windowTensor } from '../fit/windows.ts';
import { HEALTHY, PUMP_RATE_HZ, pumpRows } from './pump-metrics.ts';
import { CAVITATION, CAVITATION_ALERT, severityWindows } from './pump-severity.ts';

const UNSEEN = { firstSeed: 6_001, pumps: 12, hours: 2 } as const;
const BINS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.4] as const;
const SUSTAIN = 3;
const BATCH = 256;

/** What was measured of `cavitation`, the int8 variant where nothing else is said. */
export interface SeverityMetrics {
  windows: number;
  cavitating: number;
  pumps: number;
  /** Healthy windows against those of any severity. */
  auc: { fp32: number; int8: number };
  spearman: number;
  /** Root of the mean squared error. */
  rmse: { fp32: number; int8: number };
  /** The least and the greatest of the pumps'. */
  rmseOfPumps: [least: number, greatest: number];
  bins: {
    from: number;
    to: number;
    windows: number;
    rmse: number;
    /** Healthy windows against these, by the anomaly score and by `cavitation`. */
    auc: { score: number; cavitation: number };
    /** Share past the alert's level. */
    past: number;
  }[];
  /** Of the rule, in healthy operation. */
  falseAlarms: { episodes: number; hours: number; atLeast: number };
}

/** Answers of one output to windows. */
async function answersTo(
  backend: InferenceBackend,
  bytes: Uint8Array,
  rows: Float32Array,
  starts: readonly number[],
  shape: WindowShape,
): Promise<{ score: number[]; cavitation: number[] }> {
  const session = await backend.create({ bytes });
  const all = { score: [] as number[], cavitation: [] as number[] };
  try {
    for (let at = 0; at < starts.length; at += BATCH) {
      const feed = { window: windowTensor(rows, starts.slice(at, at + BATCH), shape) };
      const got = await session.run(feed, ['score', CAVITATION]);
      all.score.push(...(got.score!.data as Float32Array));
      all.cavitation.push(...(got[CAVITATION]!.data as Float32Array));
    }
  } finally {
    await session.release();
  }
  return all;
}

/** Measures both variants. */
export async function measureSeverity(
  backend: InferenceBackend,
  graphs: { fp32: Uint8Array; int8: Uint8Array },
  scaling: Scaling,
  shape: WindowShape & { hop: number },
): Promise<SeverityMetrics> {
  const severities: number[] = [];
  const fp32: number[] = [];
  const int8: number[] = [];
  const scores: number[] = [];
  const ofPumps: number[] = [];
  for (let pump = 0; pump < UNSEEN.pumps; pump++) {
    const part = severityWindows(UNSEEN.firstSeed + pump, UNSEEN.hours, scaling, shape);
    const rows = Float32Array.from(part.windows.flatMap((window) => [...window]));
    const starts = part.windows.map((_, w) => w * shape.length);
    const answers = await answersTo(backend, graphs.int8, rows, starts, shape);
    fp32.push(...(await answersTo(backend, graphs.fp32, rows, starts, shape)).cavitation);
    int8.push(...answers.cavitation);
    scores.push(...answers.score);
    severities.push(...part.severities);
    ofPumps.push(rmse(answers.cavitation, part.severities));
  }
  const labels = severities.map((severity) => severity > 0);
  return {
    windows: labels.length,
    cavitating: labels.filter(Boolean).length,
    pumps: UNSEEN.pumps,
    auc: { fp32: rocAuc(fp32, labels), int8: rocAuc(int8, labels) },
    spearman: spearman(fp32, int8),
    rmse: { fp32: rmse(fp32, severities), int8: rmse(int8, severities) },
    rmseOfPumps: [Math.min(...ofPumps), Math.max(...ofPumps)],
    bins: BINS.map((from, b) => binOf({ severities, int8, scores }, from, BINS[b + 1] ?? 1)),
    falseAlarms: await falseAlarmsOf(backend, graphs.int8, scaling, shape),
  };
}

function rmse(guesses: readonly number[], severities: readonly number[]): number {
  return Math.sqrt(guesses.reduce((sum, g, i) => sum + (g - severities[i]!) ** 2, 0) / guesses.length);
}

function binOf(
  {
    severities,
    int8,
    scores,
  }: { severities: readonly number[]; int8: readonly number[]; scores: readonly number[] },
  from: number,
  to: number,
): SeverityMetrics['bins'][number] {
  const mine = [...severities.keys()].filter((i) => severities[i]! >= from && severities[i]! < to);
  const healthy = [...severities.keys()].filter((i) => severities[i] === 0);
  const both = [...mine, ...healthy];
  const labels = both.map((_, i) => i < mine.length);
  const of = (values: readonly number[], places: readonly number[]): number[] =>
    places.map((i) => values[i]!);
  return {
    from,
    to,
    windows: mine.length,
    rmse: rmse(of(int8, mine), of(severities, mine)),
    auc: { score: rocAuc(of(scores, both), labels), cavitation: rocAuc(of(int8, both), labels) },
    past: of(int8, mine).filter((value) => value > CAVITATION_ALERT).length / mine.length,
  };
}

async function falseAlarmsOf(
  backend: InferenceBackend,
  bytes: Uint8Array,
  scaling: Scaling,
  shape: WindowShape & { hop: number },
): Promise<SeverityMetrics['falseAlarms']> {
  let episodes = 0;
  for (const seed of HEALTHY.seeds) {
    const recording = healthyRecording('pump', { seed, hours: HEALTHY.hours, rateHz: PUMP_RATE_HZ });
    const rows = normalizeRows(pumpRows(recording), scaling);
    const starts = windowStarts(rows.length / shape.width, shape.length, shape.hop);
    const { cavitation } = await answersTo(backend, bytes, rows, starts, shape);
    episodes += countEpisodes(cavitation, CAVITATION_ALERT, SUSTAIN);
  }
  const hours = HEALTHY.seeds.length * HEALTHY.hours;
  return { episodes, hours, atLeast: hoursBetweenFalseAlarms(episodes, hours).atLeast };
}
