/** `univariate-anomaly` from 2.0.0 on: one channel, any sampling rate, a score from the first samples on, with a memory. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { createRandom } from '@skerry/firmware-sim/random';
import type { ReleaseManifest } from '@skerry/proto/release';
import { MEMORY_SIZE, streamScore } from '../fit/stream.ts';
import { streamGraph } from '../fit/stream-graph.ts';
import { buildGolden, type GoldenInput } from '../golden/golden.ts';
import { float32 } from '../graph/tensor.ts';
import { release } from '../pack/assemble.ts';
import { int8Bound } from './int8.ts';
import { univariateStreamCard } from './univariate-stream-card.ts';

export const STREAM_VERSION = '2.1.0';
/** One tolerance out: r = 1. */
export const STREAM_THRESHOLD = 0.5;
/** Samples after which golden vectors look: cold, warming up, warm, full, and blocks that begin and end. */
const LOOKS = [0, 1, 25, 99, 100, 127, 128, 500, 899, 1_300, 2_175, 2_176, 2_600];

/** Makes the release: its files by name, its manifest, and its card. */
export async function buildUnivariateStream(
  backend: InferenceBackend,
): Promise<{ manifest: ReleaseManifest; files: Map<string, Uint8Array>; card: string }> {
  const fp32 = streamGraph();
  const session = await backend.create({ bytes: fp32 });
  const golden = await buildGolden(session, goldenInputs()).finally(() => session.release());
  const built = release(
    {
      apiVersion: 'skerry/v1',
      kind: 'Release',
      name: 'univariate-anomaly',
      version: STREAM_VERSION,
      description:
        'Anomalies of any single sensor: spikes, shifts and shapes beyond what it has shown before',
      license: 'Apache-2.0',
      window: { channels: [{ name: 'value' }], rate: 'any', length: 1, hop: 1 },
      input: [
        { tensor: 'window', layout: ['batch', 'time', 'channel'] },
        { tensor: 'memory', state: 'memory' },
      ],
      output: [
        {
          name: 'score',
          tensor: 'score',
          kind: 'anomaly-score',
          threshold: STREAM_THRESHOLD,
          thresholdRange: [0.2, 0.95],
          sustain: 1,
        },
        { name: 'memory', tensor: 'memory_next', kind: 'state' },
      ],
      variants: [{ name: 'fp32', file: 'fp32.onnx', precision: 'fp32' }],
      golden: { file: 'golden.pb', rtol: 0.001, atol: 0.001, maxFlips: 0 },
      limits: { latencyP95: '50ms', memory: '64MiB', errorRate: '1%', crashLoop: '3/10m' },
      provenance: {
        dataset: 'none',
        code: 'models/src/catalogue/univariate-stream.ts',
        parent: 'univariate-anomaly@2.0.0',
        createdBy: 'skerry-model',
      },
    },
    [
      ['fp32.onnx', fp32],
      ['golden.pb', golden],
    ],
  );
  return { ...built, card: univariateStreamCard(STREAM_VERSION, int8Bound(fp32)) };
}

/** Samples of noise, waves, ramps and constants with the memory that they meet, as they are and with an event. */
function goldenInputs(): GoldenInput[] {
  const random = createRandom(23);
  const shapes: ((t: number) => number)[] = [
    () => random.normal(),
    () => 1e4 + 10 * random.normal(),
    (t) => Math.sin(t / 9) + 0.1 * random.normal(),
    (t) => -0.2 * t + random.normal(),
    () => 42,
  ];
  const inputs: GoldenInput[] = [];
  for (const [s, shape] of shapes.entries()) {
    const memory = new Float64Array(MEMORY_SIZE);
    for (let t = 0; t <= LOOKS.at(-1)!; t++) {
      const x = Math.fround(shape(t));
      const look = LOOKS.indexOf(t);
      if (look >= 0 && look % shapes.length === s)
        for (const event of [x, 1.5 * x + 30, -1_000 - x]) inputs.push(inputOf(event, memory));
      streamScore(memory, x);
    }
  }
  return inputs;
}

function inputOf(sample: number, memory: Float64Array): GoldenInput {
  return {
    feeds: { window: float32([1, 1, 1], [sample]), memory: float32([1, MEMORY_SIZE], memory) },
    outputs: ['score', 'memory_next'],
  };
}
