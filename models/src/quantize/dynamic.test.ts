import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { describe, expect, it } from 'vitest';
import { sqnrDb } from '../evaluate/metrics.ts';
import { encodeModel } from '../graph/builder.ts';
import { initializersOf, type Model } from '../graph/reader.ts';
import { float32 } from '../graph/tensor.ts';
import { kernelsOf } from '../node/kernels.ts';
import { quantizeWeights, roundHalfEven } from './affine.ts';
import type { Feed } from './calibrate.ts';
import { compactModel } from './compact.ts';
import { dynamicQuantizer } from './dynamic.ts';
import {
  autoencoder,
  convClassifier,
  feedOf,
  modelOf,
  NetBuilder,
  normals,
  recurrentNet,
} from './test-nets.ts';
import { answersTo } from './trial.ts';

const backend = createOrtNodeBackend();
const OPTIONS = { perChannel: true, reduceRange: false };
const NOTHING = new Set<string>();

const answers = (model: Model, output: string, feed: Feed): Promise<Float64Array> =>
  answersTo(backend, model, { output }, [{ feed, windows: 1, recording: 0 }]);

describe('dynamic quantization', () => {
  it('multiplies exactly the integers that the definitions of its operators give', async () => {
    const g = new NetBuilder('one_product');
    const [rows, depth, columns] = [3, 7, 5];
    g.output(g.dense(g.input('x', 'float32', ['batch', depth]), depth, columns), 'float32', [
      'batch',
      columns,
    ]);
    const model = modelOf(g);
    const x = normals(rows * depth, 2).map(Math.fround);
    const [w, bias] = ['w1', 'b1'].map((name) => initializersOf(model).get(name)!.data as Float32Array);
    const weights = quantizeWeights(w!, [depth, columns], { axis: 1 });
    // DynamicQuantizeLinear of the ONNX specification, in float32.
    const [min, max] = [Math.min(0, ...x), Math.max(0, ...x)];
    const scale = Math.fround(Math.fround(max - min) / 255);
    const zero = roundHalfEven(Math.fround(-min / scale));
    const expected: number[] = [];
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let d = 0; d < depth; d++) {
          const q = Math.min(255, roundHalfEven(Math.fround(x[r * depth + d]! / scale)) + zero);
          sum += (q - zero) * weights.data[d * columns + c]!;
        }
        expected.push(sum * scale * weights.scales[c]! + bias![c]!);
      }
    const int8 = dynamicQuantizer(model, OPTIONS).make(NOTHING);
    const got = await answers(int8, 'dense1', { x: float32([rows, depth], x) });
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });

  it.each([
    ['LSTM', true, 'DynamicQuantizeLSTM'],
    ['LSTM', false, 'DynamicQuantizeLSTM'],
    ['GRU', true, 'GRU'],
    ['GRU', false, 'GRU'],
  ] as const)(
    'keeps the answers of a net with %s (scales per channel: %s), run by %s',
    async (op, perChannel, kernel) => {
      const model = recurrentNet(op);
      const feed = feedOf(12, 16, 8);
      const quantizer = dynamicQuantizer(model, { ...OPTIONS, perChannel });
      const int8 = compactModel(quantizer.make(NOTHING));
      expect(sqnrDb(await answers(model, 'y', feed), await answers(int8, 'y', feed))).toBeGreaterThan(30);
      expect(await kernelsOf(encodeModel(int8))).toMatchObject({ [kernel]: 1 });
      expect(encodeModel(model).length / encodeModel(int8).length).toBeGreaterThan(3);
    },
  );

  it('leaves excluded layers as they are', async () => {
    const { make } = dynamicQuantizer(autoencoder(), OPTIONS);
    const kernels = await kernelsOf(encodeModel(make(new Set(['Gemm:dense1']))));
    expect(kernels).toMatchObject({ FusedGemm: 1, DynamicQuantizeMatMul: 1 });
  });

  it('leaves convolutions in float, and refuses a net that has nothing else', () => {
    expect(dynamicQuantizer(convClassifier(), OPTIONS).layers.map((l) => l.op)).toEqual(['Gemm']);
    const g = new NetBuilder('conv_only');
    g.output(g.conv(g.input('x', 'float32', ['batch', 2, 8]), 2, 2), 'float32', ['batch', 2, 8]);
    expect(() => dynamicQuantizer(modelOf(g), OPTIONS)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('without --dynamic') }),
    );
  });
});
