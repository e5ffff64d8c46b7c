/** Puts a fitted anomaly model together as a release: model.yaml and every file that it names, checked as an agent will. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { utf8 } from '@skerry/proto/bytes';
import { parseDocument } from '@skerry/proto/document';
import { MODEL_FILE } from '@skerry/proto/pack';
import { type ReleaseManifest, releaseManifest } from '@skerry/proto/release';
import type { FittedAnomaly } from '../fit/anomaly.ts';
import { normalizeRows, type Rows } from '../fit/scaling.ts';
import { answersOf, oneWindow } from '../fit/windows.ts';
import { goldenCases, subspaceProbes } from '../golden/cases.ts';
import { buildGolden, type GoldenInput, goldenDeviation } from '../golden/golden.ts';
import { buildReference } from '../profile/profile.ts';
import { toYaml, type YamlValue } from './yaml.ts';

/** What a release says about itself beyond what was fitted. */
export interface ReleaseNotes {
  name: string;
  version: string;
  description: string;
  license?: string;
  channels: readonly { name: string; unit?: string; range?: readonly [number, number] }[];
  /** As model.yaml writes them: `2Hz` or `any`, and durations. */
  window: { rate: string; maxGap?: string; lateness?: string };
  /** 0 where the recording has no regular rate. */
  samplesPerHour: number;
  /** Outputs beside the score and its attribution. */
  outputs?: readonly YamlValue[];
  /** Golden vectors that pin those. */
  golden?: readonly GoldenInput[];
  rules?: readonly YamlValue[];
  provenance: { readonly [key: string]: YamlValue | undefined };
}

/** The files of a release by name, model.yaml first, and its parsed manifest. `profileRows` is one healthy recording. */
export async function assembleAnomaly(
  backend: InferenceBackend,
  fitted: FittedAnomaly,
  profileRows: Rows,
  notes: ReleaseNotes,
): Promise<{ manifest: ReleaseManifest; files: Map<string, Uint8Array> }> {
  const normalized = normalizeRows(profileRows, fitted.scaling);
  const shape = { ...fitted.options, width: fitted.width };
  const { score } = await answersOf(backend, fitted.fp32, normalized, shape);
  const reference = buildReference(
    notes.channels.map((c) => c.name),
    profileRows,
    notes.samplesPerHour,
    [{ name: 'score', values: Float64Array.from(score), perHour: notes.samplesPerHour / shape.hop }],
  );
  const golden = await goldenOf(backend, fitted, normalized, notes.golden ?? []);
  return release(anomalyManifest(fitted, notes, await toleranceOf(backend, fitted.int8, golden)), [
    ['int8.onnx', fitted.int8],
    ['fp32.onnx', fitted.fp32],
    ['golden.pb', golden],
    ['reference.pb', reference],
  ]);
}

async function goldenOf(
  backend: InferenceBackend,
  fitted: FittedAnomaly,
  normalized: Float32Array,
  more: readonly GoldenInput[],
): Promise<Uint8Array> {
  const session = await backend.create({ bytes: fitted.fp32 });
  try {
    const shape = { length: fitted.options.length, width: fitted.width };
    const contract = {
      input: 'window',
      layout: (window: Float32Array) => oneWindow(window, shape),
      deviations: new Float64Array(shape.width).fill(1),
      score: 'score',
      threshold: 1,
      faulty: ['score', 'attribution'],
    };
    const probes = subspaceProbes(fitted.pca, fitted.reach);
    const cases = await goldenCases(session, normalized, shape, contract, probes);
    return await buildGolden(session, [...cases, ...more]);
  } finally {
    await session.release();
  }
}

/**
 * Twice what int8 deviates here, in whole hundredths (rtol and atol alike): another backend may round one quantization
 * step differently, and anything beyond is a wrong weight's doing.
 */
export async function toleranceOf(
  backend: InferenceBackend,
  int8: Uint8Array,
  golden: Uint8Array,
): Promise<number> {
  const session = await backend.create({ bytes: int8 });
  const worst = await goldenDeviation(session, golden).finally(() => session.release());
  return Math.max(1, Math.ceil(200 * worst)) / 100;
}

/** The files of a release from its manifest's document. Throws SkerryError invalid where an agent would refuse it. */
export function release(
  document: { readonly [key: string]: YamlValue | undefined },
  files: readonly (readonly [string, Uint8Array])[],
): { manifest: ReleaseManifest; files: Map<string, Uint8Array> } {
  const text = toYaml(document);
  const manifest = parseDocument(text, releaseManifest, { file: MODEL_FILE });
  return { manifest, files: new Map([[MODEL_FILE, utf8(text)], ...files]) };
}

function anomalyManifest(
  fitted: FittedAnomaly,
  notes: ReleaseNotes,
  tolerance: number,
): { readonly [key: string]: YamlValue | undefined } {
  const { length, hop, sustain } = fitted.options;
  return {
    apiVersion: 'skerry/v1',
    kind: 'Release',
    name: notes.name,
    version: notes.version,
    description: notes.description,
    license: notes.license,
    window: {
      channels: notes.channels as readonly YamlValue[],
      rate: notes.window.rate,
      length,
      hop,
      missing: 'interpolate',
      maxGap: notes.window.maxGap,
      lateness: notes.window.lateness,
    },
    input: {
      tensor: 'window',
      layout: ['batch', 'time', 'channel'],
      normalize: { mean: [...fitted.scaling.mean], std: [...fitted.scaling.std] },
    },
    output: [
      {
        name: 'score',
        tensor: 'score',
        kind: 'anomaly-score',
        threshold: 1,
        thresholdRange: [0.5, 10],
        sustain,
      },
      { name: 'attribution', tensor: 'attribution', kind: 'attribution' },
      ...(notes.outputs ?? []),
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
    rules: notes.rules,
    provenance: notes.provenance,
  };
}
