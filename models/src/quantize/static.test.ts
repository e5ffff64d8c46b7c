import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createOrtWasmBackend } from '@skerry/agent/adapters/ort-web';
import { describe, expect, it } from 'vitest';
import { sqnrDb } from '../evaluate/metrics.ts';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import type { Model } from '../graph/reader.ts';
import { float32 } from '../graph/tensor.ts';
import { kernelsOf } from '../node/kernels.ts';
import { MINMAX, PERCENTILE } from './calibrate.ts';
import { type StaticOptions, staticQuantizer } from './static.ts';
import { autoencoder, convClassifier, feedOf, modelOf, NetBuilder, recurrentNet } from './test-nets.ts';
import { answersTo } from './trial.ts';

const backend = createOrtNodeBackend();
const OPTIONS: StaticOptions = {
  method: MINMAX,
  multiplier: 1,
  perChannel: true,
  activations: 'uint8',
  reduceRange: false,
};
const NOTHING = new Set<string>();

/** How far above the quantization noise the output is. */
async function signalDb(float: Model, int8: Model, output: string, feed: ReturnType<typeof feedOf>) {
  const batches = [{ feed, windows: 1, recording: 0 }];
  const [a, b] = [
    await answersTo(backend, float, { output }, batches),
    await answersTo(backend, int8, { output }, batches),
  ];
  return sqnrDb(a, b);
}

describe('static quantization', () => {
  it('leaves no float kernel between the first product and the last of a conv net', async () => {
    const model = convClassifier();
    const { make } = await staticQuantizer(backend, model, [feedOf(16, 3, 64)], OPTIONS);
    const kernels = await kernelsOf(encodeModel(make(NOTHING)));
    expect(kernels).toMatchObject({
      QLinearConv: 6,
      QLinearAdd: 1,
      QLinearMul: 1,
      QGemm: 1,
      QuantizeLinear: 1,
    });
    expect(Object.keys(kernels).filter((op) => /^(Fused)?(Conv|Gemm|MatMul|Relu|Add)$/.test(op))).toEqual([]);
    expect(kernels.DequantizeLinear ?? 0).toBe(0);
  });

  it('keeps the answers, with or without reduced range, by extremes or by percentile', async () => {
    const model = convClassifier();
    const feed = feedOf(16, 3, 64);
    for (const options of [OPTIONS, { ...OPTIONS, reduceRange: true }, { ...OPTIONS, method: PERCENTILE }]) {
      const { make } = await staticQuantizer(backend, model, [feed], options);
      expect(await signalDb(model, make(NOTHING), 'classes', feed)).toBeGreaterThan(25);
    }
  });

  it('leaves excluded layers in float, and what stood between them and int8', async () => {
    const model = convClassifier();
    const { make, layers } = await staticQuantizer(backend, model, [feedOf(16, 3, 64)], OPTIONS);
    expect(layers.map((l) => l.name)).toContain('Conv:conv1');
    const kernels = await kernelsOf(encodeModel(make(new Set(['Conv:conv1', 'Gemm:dense7']))));
    expect(kernels).toMatchObject({ QLinearConv: 5, Gemm: 1 });
  });

  it('folds batch normalization, and multiplies matrices and adds in one kernel', async () => {
    const g = new NetBuilder('folding');
    const x = g.input('x', 'float32', ['batch', 3, 8]);
    const four = (name: string, values: number[]): string => g.constant(name, float32([4], values));
    const normalized = g.node('BatchNormalization', [
      g.conv(x, 3, 4, 3, false),
      four('gamma', [1, 2, 0.5, 1]),
      four('beta', [0, 1, -1, 0.5]),
      four('mean', [0.1, 0.2, 0.3, -0.4]),
      four('variance', [1, 4, 0.25, 2]),
    ]);
    const flat = g.node('Flatten', [g.node('Relu', [normalized])]);
    const product = g.node('MatMul', [flat, g.constant('m', float32([32, 4], Array(128).fill(0.1)))]);
    g.output(g.node('Add', [product, four('c', [1, 2, 3, 4])], { output: 'y' }), 'float32', ['batch', 4]);
    const model = modelOf(g);
    const feed = feedOf(16, 3, 8);
    const quantizer = await staticQuantizer(backend, model, [feed], OPTIONS);
    expect(quantizer.float.graph.node.map((n) => n.opType)).toEqual(['Conv', 'Relu', 'Flatten', 'Gemm']);
    expect(await signalDb(model, quantizer.float, 'y', feed)).toBeGreaterThan(120);
    expect(await kernelsOf(encodeModel(quantizer.make(NOTHING)))).toMatchObject({ QLinearConv: 1, QGemm: 1 });
  });

  it('takes factors of a Gemm into its constants', async () => {
    const g = new GraphBuilder('factors');
    const x = g.input('x', 'float32', ['batch', 4]);
    const w = g.constant('w', float32([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]));
    const b = g.constant('b', float32([2], [1, -1]));
    const attributes = { alpha: { float: 0.5 }, beta: { float: 2 } };
    g.output(g.node('Gemm', [x, w, b], { output: 'y', attributes }), 'float32', ['batch', 2]);
    const model = modelOf(g);
    const feed = feedOf(32, 4);
    const { make, float } = await staticQuantizer(backend, model, [feed], OPTIONS);
    expect(await signalDb(model, float, 'y', feed)).toBeGreaterThan(120);
    expect(await signalDb(model, make(NOTHING), 'y', feed)).toBeGreaterThan(30);
  });

  it('raises an old operator set where no node has changed since, and refuses where one has', async () => {
    const old = { ...autoencoder(), opsetImport: [{ domain: '', version: 9 }] };
    const { float } = await staticQuantizer(backend, old, [feedOf(8, 16)], OPTIONS);
    expect(float.opsetImport).toEqual([{ domain: '', version: 13 }]);
    const changed = { ...convClassifier(), opsetImport: [{ domain: '', version: 11 }] };
    await expect(staticQuantizer(backend, changed, [feedOf(1, 3, 64)], OPTIONS)).rejects.toThrow(
      /opset 11 is too old.*Resize.*Softmax|opset 11 is too old.*Softmax/,
    );
  });

  it('says what to do with a net that has nothing static to quantize', async () => {
    const g = new NetBuilder('lstm_only');
    const x = g.input('x', 'float32', ['time', 'batch', 4]);
    g.output(g.recurrent('LSTM', x, 4, 6), 'float32', ['time', 1, 'batch', 6]);
    await expect(staticQuantizer(backend, modelOf(g), [feedOf(3, 1, 4)], OPTIONS)).rejects.toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--dynamic') }),
    );
    const { make } = await staticQuantizer(backend, autoencoder(), [feedOf(8, 16)], OPTIONS);
    await expect(staticQuantizer(backend, make(NOTHING), [feedOf(8, 16)], OPTIONS)).rejects.toThrow(
      expect.objectContaining({ hint: expect.stringContaining('quantized already') }),
    );
  });

  it('takes the LSTM of a net along dynamically, and leaves a GRU, which int8 would slow down', async () => {
    const feed = feedOf(12, 4, 8);
    const model = recurrentNet('LSTM');
    const { make, layers } = await staticQuantizer(backend, model, [feed], OPTIONS);
    expect(layers.map((l) => l.op)).toEqual(['Gemm', 'LSTM']);
    expect(await kernelsOf(encodeModel(make(NOTHING)))).toMatchObject({ DynamicQuantizeLSTM: 1 });
    expect(await signalDb(model, make(NOTHING), 'y', feed)).toBeGreaterThan(25);
    expect(await kernelsOf(encodeModel(make(new Set(['LSTM:lstm1']))))).toMatchObject({ LSTM: 1 });
    const gru = await staticQuantizer(backend, recurrentNet('GRU'), [feed], OPTIONS);
    expect(gru.layers.map((l) => l.op)).toEqual(['Gemm']);
  });

  it('answers in WebAssembly as natively', async () => {
    const wasm = createOrtWasmBackend();
    const feed = feedOf(16, 3, 64);
    const { make } = await staticQuantizer(backend, convClassifier(), [feed], OPTIONS);
    const batches = [{ feed, windows: 16, recording: 0 }];
    const native = await answersTo(backend, make(NOTHING), { output: 'classes' }, batches);
    const other = await answersTo(wasm, make(NOTHING), { output: 'classes' }, batches);
    expect(sqnrDb(native, other)).toBeGreaterThan(100);
  });
});
