/** `bearing-life`: hours until a bearing fails, from two days of a vibration sensor's hourly readings. */

import type { InferenceBackend } from '@skerry/agent/ports';
import { healthyRecording } from '@skerry/firmware-sim/machines/recording';
import type { Crypto } from '@skerry/proto/crypto';
import type { ReleaseManifest } from '@skerry/proto/release';
import { fitRegression, type Regression, regressionGraph } from '../fit/regression.ts';
import { oneWindow } from '../fit/windows.ts';
import { buildGolden, type GoldenInput } from '../golden/golden.ts';
import { encodeModel } from '../graph/builder.ts';
import { readModel } from '../graph/reader.ts';
import { release, toleranceOf } from '../pack/assemble.ts';
import { buildReference } from '../profile/profile.ts';
import { compactModel } from '../quantize/compact.ts';
import { staticQuantizer } from '../quantize/static.ts';
import { digestOfRows } from './dataset.ts';
import { lifeCard } from './life-card.ts';
import { LIFE_CAP_H, LIFE_CHANNELS, LIFE_LENGTH, type LifeRun, lifeRun, lifeWindows } from './life-data.ts';
import { type LifeMetrics, measureLife } from './life-metrics.ts';

/** Everything that decides what the release becomes. 1.0.0 was a smaller net (128 and 32 units), no faster in int8. */
export const LIFE_RECIPE = {
  version: '1.1.0',
  parent: 'bearing-life@1.0.0',
  firstSeed: 8_001,
  runs: 480,
  /** Hours from one training window to the next. */
  hop: 4,
  hidden: [512, 64],
  // The sensors' own noise: below it growth isn't growth.
  floor: [0.1, 0.02],
  netSeed: 1,
  epochs: 9,
  unseenSeed: 8_501,
  unseenRuns: 60,
  goldenSeed: 8_701,
  profileSeed: 8_801,
} as const;

/** Hours left below which an alert opens. */
export const LIFE_ALERT_H = 48;
const SHAPE = { length: LIFE_LENGTH, width: LIFE_CHANNELS.length };

/** The runs from a seed on. */
export function lifeRuns(firstSeed: number, count: number): LifeRun[] {
  return Array.from({ length: count }, (_, i) => lifeRun(firstSeed + i));
}

/** Trains the net on runs. */
export function trainLife(
  runs: readonly LifeRun[],
  options: { epochs: number; onEpoch?: (epoch: number, loss: number) => void },
): Regression {
  const { hop, hidden, floor, netSeed } = LIFE_RECIPE;
  const parts = runs.map((run) => lifeWindows(run, hop));
  return fitRegression(
    parts.flatMap(({ windows }) => windows),
    parts.flatMap(({ left }) => left.map((hours) => Math.min(1, hours / LIFE_CAP_H))),
    { ...SHAPE, hidden, floor, seed: netSeed, ...options },
  );
}

/** The bytes of the float32 graph. */
export function lifeGraph(regression: Regression): Uint8Array {
  return regressionGraph(regression, {
    scaled: { name: 'hours_left', factor: LIFE_CAP_H },
    rest: { name: 'urgency' },
  });
}

/** Makes the release. `onEpoch` is told how training goes. */
export async function buildLifeRelease(
  backend: InferenceBackend,
  crypto: Crypto,
  onEpoch?: (epoch: number, loss: number) => void,
): Promise<{ manifest: ReleaseManifest; files: Map<string, Uint8Array>; card: string }> {
  const { firstSeed, runs: count, epochs, unseenSeed, unseenRuns } = LIFE_RECIPE;
  const runs = lifeRuns(firstSeed, count);
  const fp32 = lifeGraph(trainLife(runs, { epochs, ...(onEpoch && { onEpoch }) }));
  const int8 = await quantizeLife(backend, fp32, runs);
  const metrics = await measureLife(backend, { fp32, int8 }, runs, lifeRuns(unseenSeed, unseenRuns));
  const golden = await goldenOf(backend, fp32);
  const dataset = digestOfRows(
    crypto,
    runs.map(({ rows }) => ({ width: SHAPE.width, values: rows })),
  );
  const built = release(manifestOf(metrics, dataset, await toleranceOf(backend, int8, golden)), [
    ['int8.onnx', int8],
    ['fp32.onnx', fp32],
    ['golden.pb', golden],
    ['reference.pb', referenceOf()],
  ]);
  return {
    ...built,
    card: lifeCard(LIFE_RECIPE, metrics, { fp32: fp32.length, int8: int8.length }, dataset),
  };
}

async function quantizeLife(
  backend: InferenceBackend,
  fp32: Uint8Array,
  runs: readonly LifeRun[],
): Promise<Uint8Array> {
  const windows = runs.slice(0, 40).flatMap((run) => lifeWindows(run, 8).windows);
  const quantizer = await staticQuantizer(
    backend,
    readModel(fp32),
    windows.map((window) => ({ window: oneWindow(window, SHAPE) })),
    { method: { name: 'minmax' }, multiplier: 1, perChannel: true, activations: 'int8', reduceRange: false },
  );
  return encodeModel(compactModel(quantizer.make(new Set())));
}

/** Windows of one life, from sound to failing, but for those near the alert. */
async function goldenOf(backend: InferenceBackend, fp32: Uint8Array): Promise<Uint8Array> {
  const { windows, left } = lifeWindows(lifeRun(LIFE_RECIPE.goldenSeed), 1);
  const chosen = windows.filter((_, i) => left[i]! < 20 || (left[i]! > 100 && i % 10 === 0)).slice(-40);
  const session = await backend.create({ bytes: fp32 });
  const inputs: GoldenInput[] = chosen.map((window) => ({
    feeds: { window: oneWindow(window, SHAPE) },
    // The same number as hours_left, on a scale that one tolerance fits.
    outputs: ['urgency'],
  }));
  return buildGolden(session, inputs).finally(() => session.release());
}

function referenceOf(): Uint8Array {
  const options = { seed: LIFE_RECIPE.profileSeed, hours: 1_000, rateHz: 1 / 3_600 };
  const { channels, rows } = healthyRecording('motor', options);
  const columns = LIFE_CHANNELS.map(({ name }) => channels.findIndex((c) => c.name === name));
  const values = Float64Array.from(
    { length: options.hours * columns.length },
    (_, i) => rows[Math.floor(i / columns.length) * channels.length + columns[i % columns.length]!]!,
  );
  return buildReference(
    LIFE_CHANNELS.map(({ name }) => name),
    { width: columns.length, values },
    1,
    [],
  );
}

function manifestOf(metrics: LifeMetrics, dataset: string, tolerance: number): Parameters<typeof release>[0] {
  return {
    apiVersion: 'skerry/v1',
    kind: 'Release',
    name: 'bearing-life',
    version: LIFE_RECIPE.version,
    description: "Hours until a motor's bearing fails, from two days of hourly vibration readings",
    license: 'Apache-2.0',
    window: {
      channels: LIFE_CHANNELS.map(({ name, unit, range }) => ({ name, unit, range })),
      rate: '1/1h',
      length: LIFE_LENGTH,
      hop: 1,
      missing: 'interpolate',
      maxGap: '3h',
    },
    input: { tensor: 'window', layout: ['batch', 'time', 'channel'] },
    output: [
      {
        name: 'urgency',
        tensor: 'urgency',
        kind: 'anomaly-score',
        threshold: 1 - LIFE_ALERT_H / LIFE_CAP_H,
        thresholdRange: [0.5, 0.98],
        sustain: 2,
      },
      { name: 'hours_left', tensor: 'hours_left', kind: 'value' },
    ],
    variants: [
      { name: 'int8', file: 'int8.onnx', precision: 'int8' },
      { name: 'fp32', file: 'fp32.onnx', precision: 'fp32' },
    ],
    golden: { file: 'golden.pb', rtol: tolerance, atol: tolerance, maxFlips: 0 },
    drift: {
      reference: 'reference.pb',
      window: { duration: '7d', minSamples: 100 },
      input: { psi: { warn: 0.1, alert: 0.2 } },
    },
    limits: { latencyP95: '50ms', memory: '64MiB', errorRate: '1%', crashLoop: '3/10m' },
    rules: [
      {
        when: `hours_left < ${LIFE_ALERT_H} for 2 windows`,
        do: [{ publish: 'maintenance/{device}/bearing' }],
      },
    ],
    provenance: {
      dataset,
      source: 'simulated motors from the day they are watched to the failure of their bearing',
      firstSeed: LIFE_RECIPE.firstSeed,
      runs: LIFE_RECIPE.runs,
      epochs: LIFE_RECIPE.epochs,
      code: 'models/src/catalogue/life.ts',
      parent: LIFE_RECIPE.parent,
      metrics: {
        set: 'simulated motors of other seeds',
        rmseHours: Number(metrics.rmse.int8.toFixed(2)),
        rmseHoursFp32: Number(metrics.rmse.fp32.toFixed(2)),
        rmseHoursByLevelAlone: Number(metrics.rmse.level.toFixed(2)),
        spearmanInt8: Number(metrics.spearman.toFixed(4)),
      },
      createdBy: 'skerry-model',
    },
  };
}
