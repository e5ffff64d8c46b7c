/** The release that runs in the simulation: a model of eight numbers in JSON, and the backend that understands it. */
import type { InferenceBackend, InferenceSession } from '@skerry/agent/ports';
import { machineModels } from '@skerry/firmware-sim/machines/catalog';
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { parseDocument } from '@skerry/proto/document';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type PackedRelease, packRelease } from '@skerry/proto/pack';
import { type ReleaseManifest, releaseManifest } from '@skerry/proto/release';

/**
 * Longer than a device is ever without its agent, so that what a window holds depends on its samples alone; shorter
 * than the steps of clocks, so that they would show.
 */
const NEVER = '3h';
/** In readings: more than any is held back, so that none is late. What is late depends on when the release came. */
const LATENESS = 15;
const WINDOW = { length: 8, hop: 4 };
/** The channels of `pumps` that the release looks at. */
export const CHANNELS: readonly string[] = machineModels.pump.channels.map((channel) => channel.name);

export interface SimulatedRelease {
  packed: PackedRelease;
  manifest: ReleaseManifest;
  /** Its one variant. */
  model: Uint8Array;
  blobs: ReadonlyMap<string, Uint8Array>;
  modelYaml: Uint8Array;
}

/** What every agent serves at first. */
export const GOOD = { version: '1.0.0', ref: 'pumps@1.0.0' };
/** Newer ones: one that no backend can load, and one that computes the very same. */
export const CANDIDATES = {
  fails: { version: '1.1.0', ref: 'pumps@1.1.0' },
  works: { version: '1.2.0', ref: 'pumps@1.2.0' },
};
export type Candidate = keyof typeof CANDIDATES;

const RELEASES = new Map<string, SimulatedRelease>();

/** Pumps for the devices of a fleet, packed once for all histories. */
export function simulatedRelease(
  { periodMs, threshold }: { periodMs: number; threshold: number },
  { version } = GOOD,
): SimulatedRelease {
  const key = `${version} ${periodMs} ${threshold}`;
  const release = RELEASES.get(key) ?? packPumps(periodMs, threshold, version);
  RELEASES.set(key, release);
  return release;
}

function packPumps(periodMs: number, threshold: number, version: string): SimulatedRelease {
  const modelYaml = utf8(`
apiVersion: skerry/v1
kind: Release
name: pumps
version: ${version}
window:
  channels: [${CHANNELS.map((name) => `{ name: ${name} }`).join(', ')}]
  rate: 1/${periodMs}ms
  length: ${WINDOW.length}
  hop: ${WINDOW.hop}
  maxGap: ${NEVER}
  lateness: ${LATENESS * periodMs}ms
input: { tensor: window }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: ${threshold}, sustain: 2 }]
variants: [{ name: fp32, file: model.json, precision: fp32 }]
`);
  const manifest = parseDocument(fromUtf8(modelYaml), releaseManifest, { file: 'model.yaml' });
  const weights = version === CANDIDATES.fails.version ? [] : CHANNELS.map((_, i) => 1 / (3 + 2 * i));
  const model = utf8(JSON.stringify({ weights }));
  const files = new Map([
    ['model.yaml', modelYaml],
    ['model.json', model],
  ]);
  const { release, blobs } = packRelease(nodeCrypto, manifest, files);
  return { packed: release, manifest, model, blobs, modelYaml };
}

/** Scores each window by a smooth, busy function of all its values: any value that differs shows. */
export const simulatedBackend: InferenceBackend = {
  name: 'native',
  async create(model) {
    if (!('bytes' in model)) throw new SkerryError('unsupported', 'the simulated backend has no files');
    const { weights } = JSON.parse(fromUtf8(model.bytes)) as { weights: number[] };
    if (weights.length !== CHANNELS.length)
      throw new SkerryError(
        'invalid',
        `the model has ${weights.length} weights for ${CHANNELS.length} channels`,
      );
    return session(weights);
  },
};

function session(weights: readonly number[]): InferenceSession {
  const width = WINDOW.length * weights.length;
  return {
    inputs: [{ name: 'window', type: 'float32', dims: ['batch', WINDOW.length, weights.length] }],
    outputs: [{ name: 'score', type: 'float32', dims: ['batch', 1] }],
    async run({ window }) {
      const values = window!.data as Float32Array;
      const scores = Float32Array.from({ length: values.length / width }, (_, w) => {
        let sum = 0;
        for (let i = 0; i < width; i++) sum += values[w * width + i]! * weights[i % weights.length]!;
        return 0.5 + 0.5 * Math.sin(sum);
      });
      return { score: { type: 'float32', dims: [scores.length, 1], data: scores } };
    },
    release: async () => undefined,
  };
}
