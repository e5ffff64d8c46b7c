/** `pump-anomaly`: the releases of the catalogue for the simulated centrifugal pump. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { healthyRecording } from '@skerry/firmware-sim/machines/recording';
import type { Crypto } from '@skerry/proto/crypto';
import type { ReleaseManifest } from '@skerry/proto/release';
import { type FittedAnomaly, fitAnomaly } from '../fit/anomaly.ts';
import { pcaGraph } from '../fit/pca-graph.ts';
import type { Rows } from '../fit/scaling.ts';
import { assembleAnomaly, type ReleaseNotes } from '../pack/assemble.ts';
import type { YamlValue } from '../pack/yaml.ts';
import { digestOfRows } from './dataset.ts';
import { pumpCard } from './pump-card.ts';
import { measurePump, PUMP_CHANNELS, PUMP_RATE_HZ, type PumpMetrics, pumpRows } from './pump-metrics.ts';
import {
  addSeverity,
  CAVITATION,
  CAVITATION_ALERT,
  quantizeSeverity,
  type SeverityRecipe,
  type SeverityWindows,
  severityGolden,
  severityWindows,
  trainSeverity,
} from './pump-severity.ts';
import { measureSeverity, type SeverityMetrics } from './pump-severity-metrics.ts';

/** What one release is made from. Every seed is a pump of its own. */
export interface PumpRecipe {
  version: string;
  description: string;
  trainSeeds: readonly number[];
  heldOutSeeds: readonly number[];
  hoursPerPump: number;
  explained: number;
  /** The net that says how far a cavitation has come; none before 2.0.0. */
  severity?: SeverityRecipe;
  parent?: string;
}

/**
 * 1.1.0 really is another model than 1.0.0, fitted to more pumps and more hours, with fewer components. 2.0.0 has its score and
 * says how far a cavitation has come besides.
 */
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
  {
    version: '2.0.0',
    description: 'Says how far a cavitation has come, beside the anomaly score of 1.1.0',
    trainSeeds: [111, 112, 113],
    heldOutSeeds: [211, 212, 213],
    hoursPerPump: 24,
    explained: 0.91,
    severity: {
      firstSeed: 4_001,
      pumps: 24,
      hoursPerPump: 2,
      netSeed: 1,
      epochs: 8,
      calibrationSeed: 4_901,
      goldenSeed: 4_951,
    },
    parent: 'pump-anomaly@1.1.0',
  },
];

/** What a window is, and when an alert opens. */
export const PUMP_WINDOW = { length: 32, hop: 8, sustain: 3, margin: 4 / 3 } as const;

/** Makes one release: its files by name (CARD.md among them), its manifest, the model and the measurements. */
export async function buildPumpRelease(
  backend: InferenceBackend,
  crypto: Crypto,
  recipe: PumpRecipe,
  onEpoch?: (epoch: number, loss: number) => void,
): Promise<{
  manifest: ReleaseManifest;
  files: Map<string, Uint8Array>;
  card: string;
  fitted: FittedAnomaly;
  metrics: PumpMetrics;
}> {
  const { fitted: plain, train, heldOut } = await fitPump(backend, recipe);
  const whole = recipe.severity && (await withSeverity(backend, plain, recipe.severity, onEpoch));
  const fitted = whole?.fitted ?? plain;
  const metrics = await measurePump(backend, fitted);
  const severity = whole && (await measureSeverity(backend, fitted, fitted.scaling, shapeOf(fitted)));
  const dataset = digestOfRows(crypto, [...train, ...heldOut, ...(whole ? [rowsOf(whole.windows)] : [])]);
  const { manifest, files } = await assembleAnomaly(backend, fitted, heldOut[0]!, {
    name: 'pump-anomaly',
    version: recipe.version,
    description: recipe.description,
    license: 'Apache-2.0',
    channels: PUMP_CHANNELS.map(({ name, unit, range }) => ({ name, unit, range })),
    window: { rate: `${PUMP_RATE_HZ}Hz`, maxGap: '5s', lateness: '2s' },
    samplesPerHour: PUMP_RATE_HZ * 3600,
    ...whole?.notes,
    provenance: {
      dataset,
      source: whole
        ? 'simulated pumps, in healthy operation and cavitating'
        : 'simulated pump, healthy operation',
      trainSeeds: recipe.trainSeeds,
      heldOutSeeds: recipe.heldOutSeeds,
      hoursPerPump: recipe.hoursPerPump,
      ...(recipe.severity && { severityNet: { ...recipe.severity } }),
      code: 'models/src/catalogue/pump.ts',
      parent: recipe.parent,
      metrics: provenanceMetrics(metrics, severity),
      createdBy: 'skerry-model',
    },
  });
  return { manifest, files, card: pumpCard(recipe, fitted, metrics, dataset, severity), fitted, metrics };
}

function shapeOf({ options, width }: FittedAnomaly): { length: number; hop: number; width: number } {
  return { length: options.length, hop: options.hop, width };
}

/** Windows one behind the other. */
function rowsOf({ windows }: SeverityWindows): Rows {
  const width = PUMP_CHANNELS.length;
  return { width, values: Float64Array.from(windows.flatMap((window) => [...window])) };
}

/** The model with its severity net, and what the release says of that. */
async function withSeverity(
  backend: InferenceBackend,
  fitted: FittedAnomaly,
  recipe: SeverityRecipe,
  onEpoch?: (epoch: number, loss: number) => void,
): Promise<{
  fitted: FittedAnomaly;
  windows: SeverityWindows;
  notes: Pick<ReleaseNotes, 'outputs' | 'golden' | 'rules'>;
}> {
  const shape = shapeOf(fitted);
  const windowsFrom = (seed: number, pumps: number): SeverityWindows => {
    const parts = Array.from({ length: pumps }, (_, i) =>
      severityWindows(seed + i, recipe.hoursPerPump, fitted.scaling, shape),
    );
    return {
      windows: parts.flatMap((part) => part.windows),
      severities: parts.flatMap((part) => part.severities),
    };
  };
  const everyOf = (seed: number, pumps: number, step: number): Float64Array[] =>
    windowsFrom(seed, pumps).windows.filter((_, i) => i % step === 0);
  const windows = windowsFrom(recipe.firstSeed, recipe.pumps);
  const { netSeed: seed, epochs } = recipe;
  const net = trainSeverity(windows, { seed, epochs, ...(onEpoch && { onEpoch }) });
  const fp32 = pcaGraph(fitted.pca, fitted.limits.fp32, (g, x) => addSeverity(g, net, x));
  const int8 = await quantizeSeverity(backend, fp32, everyOf(recipe.calibrationSeed, 2, 4), shape);
  const session = await backend.create({ bytes: fp32 });
  const golden = await severityGolden(session, everyOf(recipe.goldenSeed, 1, 48), shape).finally(() =>
    session.release(),
  );
  return {
    fitted: { ...fitted, fp32, int8, limits: { fp32: fitted.limits.fp32, int8: fitted.limits.fp32 } },
    windows,
    notes: {
      outputs: [{ name: CAVITATION, tensor: CAVITATION, kind: 'value' }],
      golden,
      rules: [
        {
          when: `${CAVITATION} > ${CAVITATION_ALERT} for 3 windows`,
          do: [{ publish: 'maintenance/{device}/strainer' }],
        },
      ],
    },
  };
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

function provenanceMetrics(
  { variants, falseAlarms, bySeverity }: PumpMetrics,
  severity: SeverityMetrics | undefined,
): YamlValue {
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
    ...(severity && {
      cavitation: {
        set: 'other simulated pumps, windows healthy and cavitating at severities .01 to 1',
        auc: rounded(severity.auc.int8),
        aucFp32: rounded(severity.auc.fp32),
        rmse: rounded(severity.rmse.int8),
        rmseFp32: rounded(severity.rmse.fp32),
        spearmanInt8: rounded(severity.spearman),
      },
    }),
  };
}

function rounded(x: number): number {
  return Number(x.toFixed(4));
}
