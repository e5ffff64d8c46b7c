/** How the bearing classifier is measured: on machines that it never saw, severity by severity, in both variants. */
import type { InferenceBackend, InferenceSession } from '@skerry/agent/ports';
import { rocAuc, spearman } from '../evaluate/metrics.ts';
import { type BearingReadings, bearingConditions, bearingReadings } from './bearing-data.ts';
import { windowOf } from './bearing-net.ts';

const SEVERITIES = [0.05, 0.1, 0.2, 0.3, 0.5, 1] as const;
const READINGS_EACH = 1_000;
const FIRST_SEED = 7_001;

/** What a session says of readings. */
export interface BearingAnswers {
  /** The likeliest condition. */
  named: number[];
  /** 1 - P(healthy). */
  fault: number[];
}

export interface BearingMetrics {
  bySeverity: {
    severity: number;
    /** confusion[is][named], int8. */
    confusion: number[][];
    correct: { fp32: number; int8: number };
    total: number;
    /** Of `fault`, healthy readings against damaged ones, int8. */
    auc: number;
  }[];
  /** Over all of them: AUC of each variant, rank correlation, and readings that they name alike. */
  auc: { fp32: number; int8: number };
  spearman: number;
  alike: number;
  total: number;
}

/** Runs a session over readings. */
export async function bearingAnswers(
  session: InferenceSession,
  { waves }: BearingReadings,
): Promise<BearingAnswers> {
  const answers: BearingAnswers = { named: [], fault: [] };
  for (const wave of waves) {
    const got = await session.run({ window: windowOf(wave) });
    const shares = Array.from(got.condition!.data, Number);
    answers.named.push(shares.indexOf(Math.max(...shares)));
    answers.fault.push(Number(got.fault!.data[0]));
  }
  return answers;
}

/** Measures both variants. */
export async function measureBearing(
  backend: InferenceBackend,
  graphs: { fp32: Uint8Array; int8: Uint8Array },
): Promise<BearingMetrics> {
  const sessions = {
    fp32: await backend.create({ bytes: graphs.fp32 }),
    int8: await backend.create({ bytes: graphs.int8 }),
  };
  try {
    return await measure(sessions);
  } finally {
    await sessions.fp32.release();
    await sessions.int8.release();
  }
}

async function measure(sessions: {
  fp32: InferenceSession;
  int8: InferenceSession;
}): Promise<BearingMetrics> {
  const bySeverity: BearingMetrics['bySeverity'] = [];
  const faulty: boolean[] = [];
  const all: { fp32: BearingAnswers; int8: BearingAnswers } = {
    fp32: { named: [], fault: [] },
    int8: { named: [], fault: [] },
  };
  for (const [i, severity] of SEVERITIES.entries()) {
    const readings = bearingReadings(FIRST_SEED + i, READINGS_EACH, severity);
    const { conditions } = readings;
    const labels = conditions.map((condition) => condition > 0);
    const [fp32, int8] = [
      await bearingAnswers(sessions.fp32, readings),
      await bearingAnswers(sessions.int8, readings),
    ];
    const correct = ({ named }: BearingAnswers): number => named.filter((n, r) => n === conditions[r]).length;
    bySeverity.push({
      severity,
      confusion: confusionOf(conditions, int8.named),
      correct: { fp32: correct(fp32), int8: correct(int8) },
      total: conditions.length,
      auc: rocAuc(int8.fault, labels),
    });
    faulty.push(...labels);
    for (const [sum, one] of [
      [all.fp32, fp32],
      [all.int8, int8],
    ] as const) {
      sum.named.push(...one.named);
      sum.fault.push(...one.fault);
    }
  }
  return {
    bySeverity,
    auc: { fp32: rocAuc(all.fp32.fault, faulty), int8: rocAuc(all.int8.fault, faulty) },
    spearman: spearman(all.fp32.fault, all.int8.fault),
    alike: all.fp32.named.filter((n, r) => n === all.int8.named[r]).length,
    total: faulty.length,
  };
}

function confusionOf(is: readonly number[], named: readonly number[]): number[][] {
  const counts = bearingConditions.map(() => bearingConditions.map(() => 0));
  for (const [r, condition] of is.entries()) counts[condition]![named[r]!]!++;
  return counts;
}
