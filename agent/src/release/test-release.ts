/** A small real release for tests: two channels, two ticks, `score = window · weights`. */
import { utf8 } from '@skerry/proto/bytes';
import type { Crypto } from '@skerry/proto/crypto';
import { parseDocument } from '@skerry/proto/document';
import { type PackedRelease, packRelease } from '@skerry/proto/pack';
import { type ReleaseManifest, releaseManifest } from '@skerry/proto/release';
import { encode, v1 } from '@skerry/proto/wire';
import { gemmModel } from '../inference/test-model.ts';
import type { WindowBatch } from '../pipeline/types.ts';
import type { Blobs } from '../ports.ts';
import type { ReleaseTarget } from './slots.ts';

export interface TestRelease {
  manifest: ReleaseManifest;
  files: Map<string, Uint8Array>;
  packed: PackedRelease;
  blobs: Map<string, Uint8Array>;
  target: ReleaseTarget;
}

/** `weights` are those of the model, `golden` those that the golden vectors were made with. */
export interface TestReleaseOptions {
  version?: string;
  weights?: number[];
  golden?: number[];
  channels?: [string, string];
  maxFlips?: number;
  sustain?: number;
  length?: number;
  variants?: { name: string; weights: number[] }[];
}

/** Makes releases with this cryptography. */
export function testReleases(crypto: Crypto): (options?: TestReleaseOptions) => TestRelease {
  return (options = {}) => build(crypto, options);
}

function build(crypto: Crypto, options: TestReleaseOptions): TestRelease {
  const weights = options.weights ?? [1, 1, 1, 1];
  const variants = options.variants ?? [{ name: 'fp32', weights }];
  const [a, b] = options.channels ?? ['vibration', 'temperature'];
  const text = `
apiVersion: skerry/v1
kind: Release
name: press
version: ${options.version ?? '1.0.0'}
window: { channels: [{ name: ${a}, range: [0, 10] }, { name: ${b} }], rate: 1Hz, length: ${options.length ?? 2}, hop: 1 }
input: { tensor: window, normalize: { mean: [1, 2], std: [2, 4] } }
output: [{ name: anomaly, tensor: score, kind: anomaly-score, threshold: 0.5, sustain: ${options.sustain ?? 1} }]
variants: [${variants.map((v) => `{ name: ${v.name}, file: ${v.name}.onnx, precision: fp32 }`).join(', ')}]
golden: { file: golden.pb, rtol: 0.01, atol: 0.01, maxFlips: ${options.maxFlips ?? 0} }
`;
  const files = new Map([
    ['model.yaml', utf8(text)],
    ['golden.pb', goldenVectors(options.golden ?? weights)],
  ]);
  for (const v of variants)
    files.set(`${v.name}.onnx`, gemmModel({ time: 2, channels: 2, weights: v.weights, bias: 0 }));
  const manifest = parseDocument(text, releaseManifest, { file: 'model.yaml' });
  const { release: packed, blobs } = packRelease(crypto, manifest, files);
  const { name, version, digest } = packed;
  return { manifest, files, packed, blobs, target: { name, version, digest } };
}

/** Puts every blob of a release where a download would. */
export async function store(blobs: Blobs, release: TestRelease): Promise<void> {
  for (const [digest, bytes] of release.blobs) await blobs.write(digest, bytes);
}

/** `count` windows, all of these four values. */
export function windowsOf(count: number, values: readonly number[]): WindowBatch {
  return {
    count,
    data: Float32Array.from({ length: count * 4 }, (_, i) => values[i % 4]!),
    devices: new Array<string>(count).fill('d'),
    fromUs: new Float64Array(count),
    toUs: new Float64Array(count),
    interpolated: new Uint32Array(count),
    missing: new Uint32Array(count),
    late: new Uint32Array(count),
  };
}

function goldenVectors(weights: readonly number[]): Uint8Array {
  const inputs = [
    [1, 0, 0, 0],
    [0, 0, 1, 0.25],
    [0.1, 0.1, 0.1, 0.1],
  ];
  const named = (name: string, dims: number[], values: readonly number[]) => ({
    name,
    type: 'float32',
    dims,
    data: new Uint8Array(Float32Array.from(values).buffer),
  });
  return encode(v1.GoldenVectors, {
    cases: inputs.map((x) => ({
      inputs: [named('window', [1, 2, 2], x)],
      outputs: [named('score', [1, 1], [x.reduce((sum, value, i) => sum + value * weights[i]!, 0)])],
    })),
  });
}
