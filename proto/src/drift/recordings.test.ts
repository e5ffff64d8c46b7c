import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Histogram } from './histogram.ts';
import { type Judgement, judge } from './judge.ts';
import { buildSignalReference } from './reference.ts';

const data = process.env.SKERRY_DATA ?? '';
const PSI = { psi: { warn: 0.1, alert: 0.2 } };

test("without SKERRY_DATA no recording is judged, and that's said", ({ skip }) => {
  if (!data) skip('SKERRY_DATA is not set: drift was not judged on real recordings');
});

/** Judges `current` by `reference`, one of `tests` signals of a device. */
function judged(name: string, reference: Float64Array, current: Float64Array, tests: number): Judgement {
  const profile = buildSignalReference(name, false, reference, { samplesPerHour: 3600 });
  const histogram = new Histogram(profile.edges ?? []);
  histogram.addAll(current);
  return judge(profile, histogram, PSI, { minSamples: 50, tests });
}

describe.skipIf(!data)('a pump without a fault (SKAB, 8 channels, 9405 s)', () => {
  const read = (): { names: string[]; rows: number[][] } => {
    const file = join(data, 'skab/data/anomaly-free/anomaly-free.csv');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const [header, ...rest] = lines.map((line) => line.trim().split(';').slice(1));
    return { names: header!, rows: rest.map((row) => row.map(Number)) };
  };

  test('raises no alarm in channels that stay in the range seen, though plain psi would in most windows', () => {
    const { names, rows } = read();
    let [plainAlarms, windows] = [0, 0];
    const alerts: Record<string, number> = {};
    names.forEach((name, c) => {
      const values = Float64Array.from(rows, (row) => row[c]!);
      for (let from = 5000; from + 500 <= values.length; from += 500) {
        const judgement = judged(name, values.subarray(0, 5000), values.subarray(from, from + 500), 8);
        if (judgement.measures.psi! > 0.2) plainAlarms++;
        windows++;
        if (judgement.level === 'alert') alerts[name] = (alerts[name] ?? 0) + 1;
      }
    });
    expect(plainAlarms / windows).toBeGreaterThan(0.5);
    // The rig warms all the while, so the thermocouple is never again where it was; a single window of the
    // accelerometer lies beyond its range too, and a single window opens no episode.
    expect(alerts).toEqual({ Accelerometer1RMS: 1, Thermocouple: 8 });
  });
});

describe.skipIf(!data)('gas sensors that age (UCI, 128 features)', () => {
  const read = (batch: number): number[][] =>
    gunzipSync(readFileSync(join(data, `gas_sensor_drift/batch${batch}.csv.gz`)))
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split(',').slice(2).map(Number));

  const column = (rows: number[][], c: number): Float64Array => Float64Array.from(rows, (row) => row[c]!);
  const features = Array.from({ length: 128 }, (_, c) => c);

  /** How many features alert in these rows against the reference rows. */
  const alerting = (reference: number[][], current: number[][]): number =>
    features.filter((c) => judged(`f${c}`, column(reference, c), column(current, c), 128).level === 'alert')
      .length;

  interface Truth {
    batches: Record<string, { rf_accuracy: number; logreg_accuracy: number }>;
  }

  test('alert in each later batch in which a model fitted on the first one fails', () => {
    const truth = JSON.parse(readFileSync(join(data, 'gas_sensor_drift/drift_truth.json'), 'utf8')) as Truth;
    const failing = Object.entries(truth.batches)
      .filter(([, { rf_accuracy, logreg_accuracy }]) => Math.min(rf_accuracy, logreg_accuracy) < 0.6)
      .map(([batch]) => Number(batch));
    expect(failing.length).toBeGreaterThan(0);
    const first = read(1);
    for (const batch of failing) expect(alerting(first, read(batch))).toBeGreaterThan(64);
    expect(alerting(first, read(2))).toBeGreaterThan(64);
  });

  test('alert in no window of the first batch, nor in the whole of it', () => {
    const first = read(1);
    expect(alerting(first, first)).toBe(0);
    for (let from = 0; from + 50 <= first.length; from += 25)
      expect([from, alerting(first, first.slice(from, from + 50))]).toEqual([from, 0]);
  });
});
