import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createRandom, type Random } from '@skerry/firmware-sim/random';
import { describe, expect, it } from 'vitest';
import { fitPca, scoreWindow } from './pca.ts';
import { pcaGraph, pcaGraphForInt8 } from './pca-graph.ts';
import { answersOf } from './windows.ts';

const SENSORS = 8;
const FACTORS = 3;

/** Rows of eight sensors that three common factors move, each with a little noise of its own. */
function correlatedRows(random: Random, rows: number, noise: number): Float32Array {
  const mixing = createRandom(5);
  const loadings = Float64Array.from({ length: SENSORS * FACTORS }, () => mixing.normal());
  const values = new Float32Array(rows * SENSORS);
  for (let row = 0; row < rows; row++) {
    const factors = Array.from({ length: FACTORS }, () => random.normal());
    for (let s = 0; s < SENSORS; s++) {
      const common = factors.reduce((sum, f, j) => sum + f * loadings[s * FACTORS + j]!, 0);
      values[row * SENSORS + s] = common / Math.sqrt(FACTORS) + noise * random.normal();
    }
  }
  return values;
}

const fit = (rows: Float32Array, explained: number, length = 1): ReturnType<typeof fitPca> =>
  fitPca([rows], { width: SENSORS, length, hop: 1, explained });

describe('window PCA', () => {
  it('keeps as many components as there are factors', () => {
    const model = fit(correlatedRows(createRandom(1), 2_000, 0.05), 0.98);
    expect(model.variances.length).toBe(FACTORS);
    expect(model.explained).toBeGreaterThan(0.98);
  });

  it('names a single faulty sensor first, however small the fault, where there is no noise', () => {
    const model = fit(correlatedRows(createRandom(1), 500, 0), 0.9999);
    const healthy = correlatedRows(createRandom(2), SENSORS, 0);
    for (const size of [0.01, 1, 100])
      for (let sensor = 0; sensor < SENSORS; sensor++) {
        const window = Float64Array.from(healthy.subarray(sensor * SENSORS, (sensor + 1) * SENSORS));
        window[sensor]! += size;
        const { attribution } = scoreWindow(model, window);
        expect(attribution.indexOf(Math.max(...attribution))).toBe(sensor);
      }
  });

  it.each([
    [6, 900],
    [12, 980],
  ])(
    'names the faulty sensor through noise: %d standard deviations of it, at least %d of 1000',
    (size, least) => {
      const noise = 0.3;
      const model = fit(correlatedRows(createRandom(1), 4_000, noise), 0.85);
      const random = createRandom(3);
      let right = 0;
      for (let trial = 0; trial < 1_000; trial++) {
        const window = correlatedRows(random, 1, noise);
        const sensor = trial % SENSORS;
        window[sensor]! += size * noise;
        const { attribution } = scoreWindow(model, window);
        if (attribution.indexOf(Math.max(...attribution)) === sensor) right++;
      }
      expect(right).toBeGreaterThanOrEqual(least);
    },
  );

  it('gives shares that sum to 1, and a score of 0 for the mean window', () => {
    const rows = correlatedRows(createRandom(1), 500, 0.3);
    const model = fit(rows, 0.8, 4);
    const { attribution } = scoreWindow(model, rows.subarray(0, 4 * SENSORS));
    expect(attribution.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(scoreWindow(model, model.mean)).toEqual({ spe: 0, attribution: new Float64Array(SENSORS) });
  });

  it('refuses too few windows', () => {
    expect(() => fit(correlatedRows(createRandom(1), 12, 0.3), 0.8, 4)).toThrow(
      /9 windows of 4 rows are too few/,
    );
  });

  it.each([
    ['the float32 graph', pcaGraph],
    [
      'the graph that int8 is made from',
      (m: ReturnType<typeof fit>, limit: number) => pcaGraphForInt8(m, limit, 0.3),
    ],
  ])('%s computes in ONNX Runtime what the formula says', async (_, graph) => {
    const rows = correlatedRows(createRandom(1), 200, 0.3);
    const model = fit(rows, 0.9, 4);
    const shape = { width: SENSORS, length: 4, hop: 4 };
    const { score, attribution } = await answersOf(createOrtNodeBackend(), graph(model, 2.5), rows, shape);
    expect(score.length).toBe(50);
    for (let w = 0; w < score.length; w++) {
      const expected = scoreWindow(model, rows.subarray(w * 4 * SENSORS, (w + 1) * 4 * SENSORS));
      expect(score[w]! / (expected.spe / 2.5)).toBeCloseTo(1, 4);
      for (let s = 0; s < SENSORS; s++)
        expect(attribution[w * SENSORS + s]).toBeCloseTo(expected.attribution[s]!, 4);
    }
  });
});
