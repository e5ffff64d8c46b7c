/**
 * Releases of a gauge with two channels: `value`, whose mean over a window is the score, and `load`, which a healthy
 * release doesn't heed. Most defects show only under load: golden vectors and the first stages see nothing of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { model, node, value } from '@skerry/agent/inference/test-model';
import type { Tensor } from '@skerry/agent/ports';
import { ELEMENT_TYPES, float32, toLittleEndian } from '@skerry/proto/onnx/tensor';
import { encode, type onnx, type skerry, v1 } from '@skerry/proto/wire';

/** Ticks of a window; windows don't overlap. */
export const TICKS = 2;
/** A window whose mean is above it is an alert. */
const THRESHOLD = 5;
/** The mean of a window that machines give now and then. */
export const HIGH = 9;
/** Above it, some releases go wrong under load. */
const BREAKING = 8.5;

/**
 * What a release is like.
 *
 *   good       as it should be
 *   refused    answers its golden vectors wrongly, everywhere
 *   failing    under load, runs fail in which a window is high
 *   nan        under load, the score of every window that is high is no number
 *   slow       takes far longer
 *   alarming   under load, half of the other windows are alerts, too
 *   shifted    scores are too high, load or no load
 *   large      good, and too large for machines with little memory
 */
export type Nature = 'good' | 'refused' | 'failing' | 'nan' | 'slow' | 'alarming' | 'shifted' | 'large';

/** What scores are too high by where a release is `alarming` or `shifted`. */
const EXCESS = 2.8;

type Initializers = onnx.ITensorProto[];

/** Writes a release's folder under `folder` and returns it; `limits` as they stand in model.yaml. */
export async function writeGauge(
  folder: string,
  version: string,
  nature: Nature,
  limits = '{}',
): Promise<string> {
  const directory = join(folder, 'gauge', version);
  mkdirSync(directory, { recursive: true });
  const bytes = gaugeModel(nature);
  writeFileSync(join(directory, 'model.onnx'), bytes);
  writeFileSync(
    join(directory, 'golden.pb'),
    await golden(nature === 'refused' ? gaugeModel('shifted') : bytes),
  );
  writeFileSync(join(directory, 'model.yaml'), manifest(version, limits));
  return directory;
}

function manifest(version: string, limits: string): string {
  return `
apiVersion: skerry/v1
kind: Release
name: gauge
version: ${version}
window: { channels: [{ name: value }, { name: load }], rate: any, length: ${TICKS}, hop: ${TICKS} }
input: { tensor: window }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: ${THRESHOLD} }]
variants: [{ name: fp32, file: model.onnx, precision: fp32 }]
golden: { file: golden.pb }
limits: ${limits}
`;
}

function gaugeModel(nature: Nature): Uint8Array {
  const size = TICKS * 2;
  const meanOf = (channel: number): number[] =>
    Array.from({ length: size }, (_, i) => (i % 2 === channel ? 1 / TICKS : 0));
  const [nodes, initializers] = ending(nature);
  return model(
    [
      node('Flatten', ['window'], ['flat'], [{ name: 'axis', i: 1, type: 2 }]),
      node('Gemm', ['flat', 'w_level'], ['level']),
      node('Gemm', ['flat', 'w_load'], ['load']),
      ...nodes,
    ],
    [value('window', ELEMENT_TYPES.float32, ['batch', TICKS, 2])],
    [value('score', ELEMENT_TYPES.float32, ['batch', 1])],
    [constant('w_level', [size, 1], meanOf(0)), constant('w_load', [size, 1], meanOf(1)), ...initializers],
  );
}

/** From `level` and `load` to `score`. */
function ending(nature: Nature): [onnx.INodeProto[], Initializers] {
  switch (nature) {
    case 'good':
    case 'refused':
      return [[node('Identity', ['level'], ['score'])], []];
    case 'failing':
      // Looked up in a table of one entry: for a high one under load there is none.
      return [
        [
          ...highUnderLoad(),
          node('Cast', ['breaking'], ['index'], [{ name: 'to', i: ELEMENT_TYPES.int64, type: 2 }]),
          node('Gather', ['nothing', 'index'], ['zero']),
          node('Add', ['level', 'zero'], ['score']),
        ],
        [constant('most', [1], [BREAKING]), constant('nothing', [1], [0])],
      ];
    case 'nan':
      return [
        [
          ...highUnderLoad(),
          node('Cast', ['breaking'], ['one'], [{ name: 'to', i: ELEMENT_TYPES.float32, type: 2 }]),
          node('Neg', ['one'], ['negative']),
          node('Sqrt', ['negative'], ['nothing']),
          node('Add', ['level', 'nothing'], ['score']),
        ],
        [constant('most', [1], [BREAKING])],
      ];
    case 'alarming':
      return [
        [node('Mul', ['load', 'excess'], ['more']), node('Add', ['level', 'more'], ['score'])],
        [constant('excess', [1], [EXCESS])],
      ];
    case 'shifted':
      return [[node('Add', ['level', 'excess'], ['score'])], [constant('excess', [1], [EXCESS])]];
    case 'large':
      return detour(1, 1024);
    case 'slow':
      return detour(1000, 256);
  }
}

/** `breaking`: whether a window is high and the machine under load. */
function highUnderLoad(): onnx.INodeProto[] {
  return [node('Mul', ['level', 'load'], ['burden']), node('Greater', ['burden', 'most'], ['breaking'])];
}

/** The score of a good release, and so many layers of `width` that add nothing to it. */
function detour(layers: number, width: number): [onnx.INodeProto[], Initializers] {
  const hidden = Array.from({ length: layers }, (_, i) =>
    node('Gemm', [`hidden_${i}`, 'mixing'], [`hidden_${i + 1}`]),
  );
  return [
    [
      node('Gemm', ['flat', 'widen'], ['hidden_0']),
      ...hidden,
      node('Gemm', [`hidden_${layers}`, 'narrow'], ['nothing']),
      node('Add', ['level', 'nothing'], ['score']),
    ],
    [
      constant('widen', [TICKS * 2, width], filled(TICKS * 2 * width, 1)),
      constant('mixing', [width, width], filled(width * width, 1 / width)),
      constant('narrow', [width, 1], filled(width, 0)),
    ],
  ];
}

function filled(length: number, each: number): number[] {
  return new Array<number>(length).fill(each);
}

function constant(name: string, dims: number[], floatData: number[]): onnx.ITensorProto {
  return { name, dataType: ELEMENT_TYPES.float32, dims, floatData };
}

/** Golden vectors without load, one on either side of the threshold, with what this graph answers. */
async function golden(bytes: Uint8Array): Promise<Uint8Array> {
  const session = await createOrtNodeBackend().create({ bytes });
  try {
    const cases: skerry.v1.IGoldenCase[] = [];
    for (const level of [1, 8]) {
      const window = float32(
        [1, TICKS, 2],
        Array.from({ length: TICKS * 2 }, (_, i) => (i % 2 === 0 ? level : 0)),
      );
      const { score } = await session.run({ window }, ['score']);
      cases.push({ inputs: [named('window', window)], outputs: [named('score', score!)] });
    }
    return encode(v1.GoldenVectors, { cases });
  } finally {
    await session.release();
  }
}

function named(name: string, { type, dims, data }: Tensor): skerry.v1.INamedTensor {
  return { name, type, dims: [...dims], data: toLittleEndian(data as Float32Array) };
}
