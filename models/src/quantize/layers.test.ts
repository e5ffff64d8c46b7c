import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { sqnrDb } from '../evaluate/metrics.ts';
import { float32 } from '../graph/tensor.ts';
import { type Feed, MINMAX } from './calibrate.ts';
import { costsAlone, excludeCostliest, excludedLayers, valueSqnr } from './layers.ts';
import type { Quantizer } from './quantizer.ts';
import { staticQuantizer } from './static.ts';
import { modelOf, NetBuilder, normals } from './test-nets.ts';
import { answersTo } from './trial.ts';

const backend = createOrtNodeBackend();

describe('layers that had better stay float', () => {
  let quantizer: Quantizer;
  let costs: Map<string, number>;
  let feed: Feed;
  const answer = (model: Quantizer['float']): Promise<Float64Array> =>
    answersTo(backend, model, { output: 'y' }, [{ feed, windows: 1, recording: 0 }]);
  const measure = async (model: Quantizer['float']): Promise<number> =>
    sqnrDb(await answer(quantizer.float), await answer(model));

  beforeAll(async () => {
    // The second layer reads one value that dwarfs all others, which are what the third one looks at.
    const g = new NetBuilder('outlier');
    const x = g.input('x', 'float32', ['batch', 8]);
    const first = g.node('Relu', [g.dense(x, 8, 8)]);
    const spread = g.node('Mul', [first, g.constant('spread', float32([8], [900, 1, 1, 1, 1, 1, 1, 1]))]);
    const weights = float32(
      [8, 8],
      normals(64).map((w, i) => (i < 8 ? w / 1e4 : w)),
    );
    const second = g.node('Relu', [g.gemm(spread, g.constant('w', weights), undefined, 'outlier')]);
    g.output(g.node('Identity', [g.dense(second, 8, 3)], { output: 'y' }), 'float32', ['batch', 3]);
    feed = { x: float32([64, 8], normals(512)) };
    const options = {
      method: MINMAX,
      multiplier: 1,
      perChannel: true,
      activations: 'uint8',
      reduceRange: false,
    } as const;
    quantizer = await staticQuantizer(backend, modelOf(g), [feed], options);
    costs = await costsAlone(quantizer, answer, sqnrDb);
  });

  it('are known by what the output loses when they alone are in int8', () => {
    const worst = [...costs].sort((a, b) => a[1] - b[1])[0]!;
    expect(worst[0]).toBe('Gemm:outlier');
    expect(Math.min(...[...costs].filter(([name]) => name !== worst[0]).map(([, db]) => db))).toBeGreaterThan(
      worst[1] + 10,
    );
  });

  it('are taken out, the costliest first, until the result is accepted, and no further', async () => {
    const untouched = await excludeCostliest(quantizer, costs, new Set(), measure, () => true);
    expect([...untouched.excluded]).toEqual([]);
    const target = untouched.measured + 5;
    const improved = await excludeCostliest(quantizer, costs, new Set(), measure, (db) => db >= target);
    expect([...improved.excluded]).toEqual(['Gemm:outlier']);
    expect(improved.measured).toBeGreaterThanOrEqual(target);
  });

  it('never are all of them: the last one stays in int8 even where nothing is accepted', async () => {
    const { excluded } = await excludeCostliest(quantizer, costs, new Set(), measure, () => false);
    expect(excluded.size).toBe(quantizer.layers.length - 1);
  });

  it('can be named by the user, if they are there and not all', () => {
    expect([...excludedLayers(quantizer, ['Gemm:dense1'])]).toEqual(['Gemm:dense1']);
    expect(() => excludedLayers(quantizer, ['conv9'])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Gemm:dense1, Gemm:outlier') }),
    );
    const all = quantizer.layers.map((l) => l.name);
    expect(() => excludedLayers(quantizer, all)).toThrow(/every layer is excluded/);
  });

  it("show in the noise of their value, which float layers before all int8 don't have", async () => {
    const int8 = quantizer.make(new Set(['Gemm:dense1']));
    const values = quantizer.layers.map((l) => l.value);
    const noise = await valueSqnr(backend, { float: quantizer.float, int8 }, values, [feed]);
    expect(noise.get(values[0]!)).toBe(Number.POSITIVE_INFINITY);
    expect(noise.get(values[1]!)).toBeLessThan(30);
  });
});
