/** `bearing-fault`: which part of a rolling-element bearing is damaged, from a waveform of its vibration. */
import type { InferenceBackend } from '@skerry/agent/ports';
import type { Crypto } from '@skerry/proto/crypto';
import type { ReleaseManifest } from '@skerry/proto/release';
import { buildGolden, type GoldenInput } from '../golden/golden.ts';
import { release, toleranceOf } from '../pack/assemble.ts';
import { buildReference } from '../profile/profile.ts';
import { bearingCard } from './bearing-card.ts';
import {
  asRows,
  BEARING_HZ,
  BEARING_LENGTH,
  type BearingReadings,
  bearingConditions,
  bearingReadings,
} from './bearing-data.ts';
import { type BearingMetrics, bearingAnswers, measureBearing } from './bearing-metrics.ts';
import { BEARING_SCALE, bearingGraph, quantizeBearing, trainBearing, windowOf } from './bearing-net.ts';
import { digestOfRows } from './dataset.ts';

/** Everything that decides what the release becomes. */
export const BEARING_RECIPE = {
  version: '1.0.0',
  trainSeed: 6_001,
  trainReadings: 4_000,
  netSeed: 1,
  epochs: 12,
  calibrationSeed: 6_101,
  goldenSeed: 6_201,
  profileSeed: 6_301,
} as const;

export const BEARING_THRESHOLD = 0.5;
/** A sensor that sends one reading a minute: what hours between false alarms are reckoned with. */
const READINGS_PER_HOUR = 60;

/** Makes the release: trains, quantizes, measures. `onEpoch` is told how training goes. */
export async function buildBearingRelease(
  backend: InferenceBackend,
  crypto: Crypto,
  onEpoch?: (epoch: number, loss: number) => void,
): Promise<{ manifest: ReleaseManifest; files: Map<string, Uint8Array>; card: string }> {
  const { trainSeed, trainReadings, netSeed, epochs, calibrationSeed } = BEARING_RECIPE;
  const readings = bearingReadings(trainSeed, trainReadings);
  const net = trainBearing(readings, { seed: netSeed, epochs, ...(onEpoch && { onEpoch }) });
  const fp32 = bearingGraph(net);
  const int8 = await quantizeBearing(backend, fp32, bearingReadings(calibrationSeed, 400));
  const metrics = await measureBearing(backend, { fp32, int8 });
  const dataset = digestOfRows(crypto, [asRows(readings.waves)]);
  const golden = await goldenOf(backend, fp32);
  const reference = await referenceOf(backend, fp32);
  const tolerance = await toleranceOf(backend, int8, golden);
  const built = release(manifestOf(metrics, dataset, tolerance), [
    ['int8.onnx', int8],
    ['fp32.onnx', fp32],
    ['golden.pb', golden],
    ['reference.pb', reference],
  ]);
  const sizes = { fp32: fp32.length, int8: int8.length };
  return { ...built, card: bearingCard(BEARING_RECIPE, metrics, sizes, dataset) };
}

async function withSession<T>(
  backend: InferenceBackend,
  bytes: Uint8Array,
  use: (session: Awaited<ReturnType<InferenceBackend['create']>>) => Promise<T>,
): Promise<T> {
  const session = await backend.create({ bytes });
  return use(session).finally(() => session.release());
}

/** Readings of each condition on which the net is sure: in between a rounding step may decide. */
function goldenOf(backend: InferenceBackend, fp32: Uint8Array): Promise<Uint8Array> {
  return withSession(backend, fp32, async (session) => {
    const readings = bearingReadings(BEARING_RECIPE.goldenSeed, 64);
    const { fault } = await bearingAnswers(session, readings);
    const inputs: GoldenInput[] = readings.waves
      .filter((_, r) => Math.abs(fault[r]! - BEARING_THRESHOLD) > 0.4)
      .slice(0, 24)
      .map((wave) => ({ feeds: { window: windowOf(wave) }, outputs: ['condition', 'fault'] }));
    return buildGolden(session, inputs);
  });
}

function referenceOf(backend: InferenceBackend, fp32: Uint8Array): Promise<Uint8Array> {
  return withSession(backend, fp32, async (session) => {
    const healthy = healthyOf(bearingReadings(BEARING_RECIPE.profileSeed, 2_000));
    const { fault } = await bearingAnswers(session, healthy);
    return buildReference(
      ['acceleration'],
      asRows(healthy.waves.slice(0, 40)),
      READINGS_PER_HOUR * BEARING_LENGTH,
      [{ name: 'fault', values: Float64Array.from(fault), perHour: READINGS_PER_HOUR }],
    );
  });
}

function healthyOf({ waves, conditions }: BearingReadings): BearingReadings {
  const kept = waves.filter((_, r) => conditions[r] === 0);
  return { waves: kept, conditions: kept.map(() => 0) };
}

function manifestOf(
  metrics: BearingMetrics,
  dataset: string,
  tolerance: number,
): Parameters<typeof release>[0] {
  const rounded = (x: number): number => Number(x.toFixed(4));
  return {
    apiVersion: 'skerry/v1',
    kind: 'Release',
    name: 'bearing-fault',
    version: BEARING_RECIPE.version,
    description: 'Which part of a rolling-element bearing (6205) is damaged, from 125 ms of its vibration',
    license: 'Apache-2.0',
    window: {
      channels: [{ name: 'acceleration', unit: 'm/s2', range: [-500, 500] }],
      rate: 'any',
      length: BEARING_LENGTH,
      hop: BEARING_LENGTH,
    },
    input: {
      tensor: 'window',
      layout: ['batch', 'channel', 'time'],
      normalize: { mean: [0], std: [BEARING_SCALE] },
    },
    output: [
      {
        name: 'fault',
        tensor: 'fault',
        kind: 'anomaly-score',
        threshold: BEARING_THRESHOLD,
        thresholdRange: [0.1, 0.99],
        sustain: 3,
      },
      { name: 'condition', tensor: 'condition', kind: 'class', labels: [...bearingConditions] },
    ],
    variants: [
      { name: 'int8', file: 'int8.onnx', precision: 'int8' },
      { name: 'fp32', file: 'fp32.onnx', precision: 'fp32' },
    ],
    golden: { file: 'golden.pb', rtol: tolerance, atol: tolerance, maxFlips: 0 },
    drift: {
      reference: 'reference.pb',
      input: { psi: { warn: 0.1, alert: 0.2 } },
      output: { psi: { warn: 0.1, alert: 0.2 } },
    },
    limits: { latencyP95: '50ms', memory: '64MiB', errorRate: '1%', crashLoop: '3/10m' },
    rules: [{ when: 'fault > threshold for 3 windows', do: [{ publish: 'maintenance/{device}/bearing' }] }],
    provenance: {
      dataset,
      source: `simulated accelerometer at ${BEARING_HZ} Hz, readings of bearings in health and with three flaws`,
      trainSeed: BEARING_RECIPE.trainSeed,
      trainReadings: BEARING_RECIPE.trainReadings,
      epochs: BEARING_RECIPE.epochs,
      code: 'models/src/catalogue/bearing.ts',
      metrics: {
        set: 'simulated machines of other seeds, severities .05 to 1',
        auc: rounded(metrics.auc.int8),
        aucFp32: rounded(metrics.auc.fp32),
        spearmanInt8: rounded(metrics.spearman),
        accuracyBySeverity: Object.fromEntries(
          metrics.bySeverity.map((s) => [String(s.severity), rounded(s.correct.int8 / s.total)]),
        ),
      },
      createdBy: 'skerry-model',
    },
  };
}
