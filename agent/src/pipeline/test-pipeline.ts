/** Small pipelines for tests: a release and a configuration with the given differences, and a model of one line. */
import { type ReleaseManifest, releaseManifest } from '@skerry/proto/release';
import { agentConfig, type PipelineConfig } from '../config.ts';
import type { Crypto } from '../ports.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';
import { SampleColumns } from './samples.ts';
import type { Concluded, Inferred, SampleBatch, WindowBatch } from './types.ts';

export const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** A release of one-channel windows: 1Hz, 4 ticks, no overlap; `window` and `rest` replace parts of it. */
export function testRelease(window: object = {}, rest: object = {}): ReleaseManifest {
  return releaseManifest.parse({
    apiVersion: 'skerry/v1',
    kind: 'Release',
    name: 'test',
    version: '1.0.0',
    window: { channels: [{ name: 'a' }], rate: '1Hz', length: 4, maxGap: '2s', ...window },
    input: { tensor: 'window' },
    output: [{ name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1 }],
    variants: [{ name: 'fp32', file: 'fp32.onnx', precision: 'fp32' }],
    ...rest,
  });
}

/** A pipeline `p` of JSON messages on plant/DEVICE with channels named like their fields. */
export function testConfig(source: object = {}, rest: object = {}): PipelineConfig {
  return agentConfig.parse({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: { id: 'agent-1' },
    mqtt: { listen: {} },
    pipelines: [
      {
        name: 'p',
        release: 'file:releases/test',
        source: {
          topics: ['plant/+'],
          time: { field: 'ts', unit: 's' },
          channels: { a: 'a' },
          ...source,
        },
        ...rest,
      },
    ],
  }).pipelines[0]!;
}

export function testPipeline(
  crypto: Crypto,
  config: PipelineConfig = testConfig(),
  options: Partial<Omit<PipelineOptions, 'limits'>> & { limits?: Partial<PipelineOptions['limits']> } = {},
): Pipeline {
  const limits = { maxDevices: 100, maxOpenSamples: 1000, maxBatch: 512, ...options.limits };
  return createPipeline(config, { agent: 'agent-1', crypto, ...options, limits });
}

/** Rows of `[device, seconds, ...values]` as a batch; NaN stands for an absent channel. */
export function rowsOf(rows: readonly (readonly [string, number, ...number[]])[]): SampleBatch {
  const columns = new SampleColumns('p', (rows[0]?.length ?? 3) - 2);
  for (const [device, seconds, ...values] of rows) columns.push(device, Math.round(seconds * 1e6), values);
  return columns.take()!;
}

/** The model of the tests: its score is the mean of the window; attribution is each channel's sum of magnitudes. */
export function meanModel(manifest: ReleaseManifest, windows: WindowBatch): Inferred {
  const { length, channels } = manifest.window;
  const width = channels.length;
  const score = new Float32Array(windows.count);
  const attribution = new Float32Array(windows.count * width);
  for (let i = 0; i < windows.count * length * width; i++) {
    const w = Math.floor(i / (length * width));
    score[w]! += windows.data[i]! / (length * width);
    attribution[w * width + (i % width)]! += Math.abs(windows.data[i]!);
  }
  return {
    outputs: { score: { width: 1, values: score }, attribution: { width, values: attribution } },
    inputDigests: new Uint8Array(16 * windows.count).fill(7),
    variant: 'fp32',
    backend: 'native',
    inferUs: 12.4,
  };
}

/** Takes and concludes everything that is ready. */
export function drain(pipeline: Pipeline, max = 512): Concluded {
  const all: Concluded = { rows: [], alerts: [], actions: [] };
  for (let windows = pipeline.takeReady(max); windows; windows = pipeline.takeReady(max)) {
    const concluded = pipeline.conclude(windows, meanModel(pipeline.manifest!, windows), { producedMs: 5 });
    all.rows.push(...concluded.rows);
    all.alerts.push(...concluded.alerts);
    all.actions.push(...concluded.actions);
  }
  return all;
}

/** A seeded source of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
