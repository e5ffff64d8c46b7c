/** `pump-anomaly`: the releases of the catalogue for the simulated centrifugal pump. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { healthyRecording } from '@skerry/firmware-sim/machines/recording';
import type { Crypto } from '@skerry/proto/crypto';
import type { ReleaseManifest } from '@skerry/proto/release';
import { type FittedAnomaly, fitAnomaly } from '../fit/anomaly.ts';
import type { Rows } from '../fit/scaling.ts';
import { assembleAnomaly } from '../pack/assemble.ts';
import type { YamlValue } from '../pack/yaml.ts';
import { digestOfRows } from './dataset.ts';
import { pumpCard } from './pump-card.ts';
import { measurePump, PUMP_CHANNELS, PUMP_RATE_HZ, type PumpMetrics, pumpRows } from './pump-metrics.ts';

/** What one release is made from. Every seed is a pump of its own. */
export interface PumpRecipe {
  version: string;
  description: string;
  trainSeeds: readonly number[];
  heldOutSeeds: readonly number[];
  hoursPerPump: number;
  explained: number;
}

/** Both versions: the second really is another model, fitted to more pumps and more hours, with fewer components. */
export const PUMP_RECIPES: readonly PumpRecipe[] = [
  {
    version: '1.0.0',
    description: 'Anomalies of a centrifugal pump from flow, pressures, current and vibration',
    trainSeeds: [101],
    heldOutSeeds: [201],
    hoursPerPump: 12,
    explained: 0.95,
  },
  {
    version: '1.1.0',
    description: 'Refitted to three pumps and 72 hours; notices a clogging strainer before it cavitates',
    trainSeeds: [111, 112, 113],
    heldOutSeeds: [211, 212, 213],
    hoursPerPump: 24,
    explained: 0.91,
  },
];

/** What a window is, and when an alert opens. */
export const PUMP_WINDOW = { length: 32, hop: 8, sustain: 3, margin: 4 / 3 } as const;

/** Makes one release: its files by name (CARD.md among them), its manifest, the model and the measurements. */
export async function buildPumpRelease(
  backend: InferenceBackend,
  crypto: Crypto,
  recipe: PumpRecipe,
): Promise<{
  manifest: ReleaseManifest;
  files: Map<string, Uint8Array>;
  card: string;
  fitted: FittedAnomaly;
  metrics: PumpMetrics;
}> {
  const { fitted, train, heldOut } = await fitPump(backend, recipe);
  const metrics = await measurePump(backend, fitted);
  const dataset = digestOfRows(crypto, [...train, ...heldOut]);
  const { manifest, files } = await assembleAnomaly(backend, fitted, heldOut[0]!, {
    name: 'pump-anomaly',
    version: recipe.version,
    description: recipe.description,
    license: 'Apache-2.0',
    channels: PUMP_CHANNELS.map(({ name, unit, range }) => ({ name, unit, range })),
    window: { rate: `${PUMP_RATE_HZ}Hz`, maxGap: '5s', lateness: '2s' },
    samplesPerHour: PUMP_RATE_HZ * 3600,
    provenance: {
      dataset,
      source: 'simulated pump, healthy operation',
      trainSeeds: recipe.trainSeeds,
      heldOutSeeds: recipe.heldOutSeeds,
      hoursPerPump: recipe.hoursPerPump,
      code: 'models/src/catalogue/pump.ts',
      metrics: provenanceMetrics(metrics),
      createdBy: 'skerry-model',
    },
  });
  return { manifest, files, card: pumpCard(recipe, fitted, metrics, dataset), fitted, metrics };
}

/** Fits a recipe's model alone, without measuring it. */
export async function fitPump(
  backend: InferenceBackend,
  recipe: PumpRecipe,
): Promise<{ fitted: FittedAnomaly; train: Rows[]; heldOut: Rows[] }> {
  const healthy = (seed: number): Rows =>
    pumpRows(healthyRecording('pump', { seed, hours: recipe.hoursPerPump, rateHz: PUMP_RATE_HZ }));
  const train = recipe.trainSeeds.map(healthy);
  const heldOut = recipe.heldOutSeeds.map(healthy);
  const fitted = await fitAnomaly(backend, train, heldOut, { ...PUMP_WINDOW, explained: recipe.explained });
  return { fitted, train, heldOut };
}

function provenanceMetrics({ variants, falseAlarms, bySeverity }: PumpMetrics): YamlValue {
  return {
    set: 'held-out simulated pumps, windows healthy and cavitating at severities .1 to 1',
    auc: rounded(variants.auc.int8),
    aucFp32: rounded(variants.auc.fp32),
    averagePrecision: rounded(variants.averagePrecision.int8),
    spearmanInt8: rounded(variants.spearman),
    falseAlarms: falseAlarms.episodes,
    healthyHours: falseAlarms.hours,
    hoursBetweenFalseAlarmsAtLeast: Math.floor(falseAlarms.atLeast),
    aucBySeverity: Object.fromEntries(bySeverity.map((s) => [String(s.severity), rounded(s.auc)])),
  };
}

function rounded(x: number): number {
  return Number(x.toFixed(4));
}
