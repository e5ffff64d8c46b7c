/** How the pump's releases are measured: on simulated pumps whose seeds no recipe fits or sets a threshold on. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { createMachine } from '@skerry/firmware-sim/machines/catalog';
import type { Channel } from '@skerry/firmware-sim/machines/machine';
import { healthyRecording, recordMachine } from '@skerry/firmware-sim/machines/recording';
import { rocAuc } from '../evaluate/metrics.ts';
import { compareVariants, type LabelledRows, type VariantReport } from '../evaluate/variants.ts';
import type { FittedAnomaly } from '../fit/anomaly.ts';
import { normalizeRows, type Rows, windowStarts } from '../fit/scaling.ts';
import { countEpisodes, hoursBetweenFalseAlarms } from '../fit/threshold.ts';
import { answersOf } from '../fit/windows.ts';

export const PUMP_RATE_HZ = 2;
export const PUMP_CHANNELS: readonly Channel[] = createMachine('pump', { seed: 0 }).channels;

/** Pumps in health that nothing was fitted to. */
export const HEALTHY = { seeds: [301, 302, 303, 304], hours: 48 } as const;
const FAULTY = { firstSeed: 501, hours: 2 };
const SEVERITIES = [0.1, 0.2, 0.3, 0.5, 1];

/** Windows of cavitation at one severity. */
export interface SeverityMetrics {
  severity: number;
  /** Of the int8 scores, healthy windows against cavitating ones. */
  auc: number;
  /** Share of the cavitating windows past the threshold. */
  past: number;
  /** The channel that most of those windows name first, and the share of them that do. */
  named: string;
  namedShare: number;
}

/** What was measured on pumps that neither the fit nor the threshold saw. */
export interface PumpMetrics {
  variants: VariantReport;
  /** Of the int8 variant in healthy operation. */
  falseAlarms: { episodes: number; hours: number; estimate: number | undefined; atLeast: number };
  bySeverity: SeverityMetrics[];
}

/** A pump's recording as rows. */
export function pumpRows(recording: { rows: Float64Array }): Rows {
  return { width: PUMP_CHANNELS.length, values: recording.rows };
}

/** Measures a fitted model: false alarms, detection by severity, and what int8 changed. */
export async function measurePump(backend: InferenceBackend, fitted: FittedAnomaly): Promise<PumpMetrics> {
  const shape = { ...fitted.options, width: fitted.width };
  let episodes = 0;
  for (const seed of HEALTHY.seeds) {
    const recording = healthyRecording('pump', { seed, hours: HEALTHY.hours, rateHz: PUMP_RATE_HZ });
    const rows = normalizeRows(pumpRows(recording), fitted.scaling);
    episodes += countEpisodes((await answersOf(backend, fitted.int8, rows, shape)).score, 1, shape.sustain);
  }
  const hours = HEALTHY.seeds.length * HEALTHY.hours;
  const mixed = mixedRecordings(fitted);
  const bySeverity: SeverityMetrics[] = [];
  for (const [i, severity] of SEVERITIES.entries())
    bySeverity.push({ severity, ...(await measureFault(backend, fitted, mixed[i]!)) });
  return {
    variants: await compareVariants(backend, fitted, mixed),
    falseAlarms: { episodes, hours, ...hoursBetweenFalseAlarms(episodes, hours) },
    bySeverity,
  };
}

/** A recording for each severity, its first half healthy, its second cavitating. */
export function mixedRecordings(fitted: FittedAnomaly, hours: number = FAULTY.hours): LabelledRows[] {
  return SEVERITIES.map((severity, i) => cavitatingRecording(fitted, FAULTY.firstSeed + i, severity, hours));
}

/** Healthy in its first half, cavitating in its second; a window is faulty if any of its rows is. */
function cavitatingRecording(
  fitted: FittedAnomaly,
  seed: number,
  severity: number,
  hours: number,
): LabelledRows {
  const onsetS = (hours * 3600) / 2;
  const recording = recordMachine('pump', { seed, hours, rateHz: PUMP_RATE_HZ }, (elapsedS) =>
    elapsedS >= onsetS ? { cavitation: severity } : {},
  );
  const { length, hop } = fitted.options;
  const starts = windowStarts(recording.timesUs.length, length, hop);
  return {
    rows: normalizeRows(pumpRows(recording), fitted.scaling),
    labels: starts.map((start) => start + length > onsetS * PUMP_RATE_HZ),
  };
}

async function measureFault(
  backend: InferenceBackend,
  fitted: FittedAnomaly,
  { rows, labels }: LabelledRows,
): Promise<Omit<SeverityMetrics, 'severity'>> {
  const width = fitted.width;
  const { score, attribution } = await answersOf(backend, fitted.int8, rows, { ...fitted.options, width });
  const past = [...score.keys()].filter((w) => labels[w] && score[w]! > 1);
  const firsts = new Uint32Array(width);
  for (const w of past) {
    const shares = attribution.subarray(w * width, (w + 1) * width);
    firsts[shares.indexOf(Math.max(...shares))]!++;
  }
  const named = firsts.indexOf(Math.max(...firsts));
  return {
    auc: rocAuc(score, labels),
    past: past.length / labels.filter(Boolean).length,
    named: past.length > 0 ? PUMP_CHANNELS[named]!.name : '',
    namedShare: past.length > 0 ? firsts[named]! / past.length : 0,
  };
}
