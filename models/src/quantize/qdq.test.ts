import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createRandom } from '@skerry/firmware-sim/random';
import { describe, expect, it } from 'vitest';
import { sqnrDb } from '../evaluate/metrics.ts';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { type Model, readModel } from '../graph/reader.ts';
import { float32 } from '../graph/tensor.ts';
import { calibrate } from './calibrate.ts';
import { calibratedValues, planQuantization } from './plan.ts';
import { quantizeModel } from './qdq.ts';

const random = createRandom(4);
const normals = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal());
const backend = createOrtNodeBackend();

function denseNet(): Model {
  const g = new GraphBuilder('dense');
  const x = g.input('x', 'float32', ['batch', 16]);
  const w1 = g.constant('w1', float32([16, 12], normals(192)));
  const hidden = g.node('Relu', [g.gemm(x, w1, g.constant('b1', float32([12], normals(12))))], {
    output: 'h',
  });
  const rebuilt = g.gemm(hidden, g.constant('w2', float32([12, 16], normals(192))), undefined, 'rebuilt');
  g.node('Sub', [x, rebuilt], { output: 'residual' });
  g.output('residual', 'float32', ['batch', 16]);
  return readModel(encodeModel(g.build()));
}

function convNet(): Model {
  const g = new GraphBuilder('conv');
  const x = g.input('x', 'float32', ['batch', 2, 20]);
  const conv = g.node('Conv', [x, g.constant('w', float32([4, 2, 3], normals(24)))]);
  g.node('Relu', [conv], { output: 'y' });
  g.output('y', 'float32', ['batch', 4, 18]);
  return readModel(encodeModel(g.build()));
}

async function quantized(
  model: Model,
  dims: readonly number[],
  perChannel: boolean,
): Promise<{ int8: Model; db: number }> {
  const feed = { x: float32(dims, normals(dims.reduce((a, b) => a * b))) };
  const plan = planQuantization(model);
  const ranges = await calibrate(backend, model, calibratedValues(plan), [feed], 1);
  const int8 = quantizeModel(model, plan, ranges, { perChannel });
  const answers: Float32Array[] = [];
  for (const one of [model, int8]) {
    const session = await backend.create({ bytes: encodeModel(one) });
    answers.push(Object.values(await session.run(feed))[0]!.data as Float32Array);
    await session.release();
  }
  return { int8, db: sqnrDb(answers[0]!, answers[1]!) };
}

const readers = (model: Model, value: string): string[] =>
  model.graph.node.filter((n) => n.input?.includes(value)).map((n) => n.opType ?? '');

describe('static int8', () => {
  it.each([true, false])(
    'keeps a dense net close to its float32 answers (per channel: %s)',
    async (perChannel) => {
      const { db } = await quantized(denseNet(), [64, 16], perChannel);
      expect(db).toBeGreaterThan(30);
    },
  );

  it('keeps a convolution close, with its Relu inside', async () => {
    const { int8, db } = await quantized(convNet(), [8, 2, 20], true);
    expect(db).toBeGreaterThan(30);
    expect(readers(int8, 'y_float')).toEqual(['QuantizeLinear']);
  });

  it('leaves the float value to other readers of an input, and the last product in float', async () => {
    const { int8 } = await quantized(denseNet(), [64, 16], true);
    expect(readers(int8, 'x').sort()).toEqual(['QuantizeLinear', 'Sub']);
    expect(readers(int8, 'x_dq')).toEqual(['Gemm']);
    expect(readers(int8, 'rebuilt')).toEqual(['Sub']);
    expect(int8.graph.initializer?.map((t) => t.name)).not.toContain('w1');
  });

  it('plans only nodes that have int8 kernels: no scaled Gemm, no product of two computed values', () => {
    const g = new GraphBuilder('mixed');
    const x = g.input('x', 'float32', [4, 4]);
    const w = g.constant('w', float32([4, 4], normals(16)));
    g.node('Gemm', [x, w], { output: 'scaled', attributes: { alpha: { float: 0.5 } } });
    g.node('MatMul', ['scaled', x], { output: 'product' });
    g.node('MatMul', ['product', w], { output: 'y' });
    g.output('y', 'float32', [4, 4]);
    const plan = planQuantization(readModel(encodeModel(g.build())));
    expect(plan.map((p) => p.node.output?.[0])).toEqual(['y']);
  });

  it('widens ranges by the multiplier, and refuses values that are no numbers', async () => {
    const model = convNet();
    const feed = { x: float32([1, 2, 20], [...new Array(39).fill(0), 2]) };
    expect((await calibrate(backend, model, ['x'], [feed], 8)).get('x')).toEqual({ min: 0, max: 16 });
    const broken = { x: float32([1, 2, 20], [...new Array(39).fill(0), Number.NaN]) };
    await expect(calibrate(backend, model, ['x'], [broken], 8)).rejects.toThrow(/takes the value NaN/);
  });

  it('refuses models too old for scales along an axis', () => {
    const old = { ...denseNet(), opsetImport: [{ domain: '', version: 11 }] };
    expect(() => quantizeModel(old, [], new Map(), { perChannel: true })).toThrow(/opset 11 is too old/);
  });
});
