import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import { initializersOf, type Model } from '../graph/reader.ts';
import { float32 } from '../graph/tensor.ts';
import { MINMAX, PERCENTILE } from './calibrate.ts';
import { type StaticOptions, staticQuantizer } from './static.ts';
import { modelOf } from './test-nets.ts';

/** Eighths, so that every product and sum is exact in float32 and ranges are the same on any processor. */
function eighths(count: number, factor: number, modulus: number, offset: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (((i * factor) % modulus) - offset) / 8);
}

function net(): Model {
  const g = new GraphBuilder('reference');
  const x = g.input('x', 'float32', ['batch', 2, 6]);
  const w1 = g.constant('w1', float32([3, 2, 3], eighths(18, 29, 17, 8)));
  const conv = g.node('Conv', [x, w1, g.constant('b1', float32([3], eighths(3, 5, 7, 3)))], {
    attributes: { pads: [1, 1] },
  });
  const flat = g.node('Flatten', [g.node('Relu', [conv], { output: 'h' })]);
  const w2 = g.constant('w2', float32([18, 2], eighths(36, 13, 19, 9)));
  g.output(g.gemm(flat, w2, g.constant('b2', float32([2], eighths(2, 3, 5, 1))), 'y'), 'float32', [
    'batch',
    2,
  ]);
  return modelOf(g);
}

async function parameters(options: Partial<StaticOptions>): Promise<(name: string) => number[]> {
  const feed = { x: float32([4, 2, 6], eighths(48, 37, 23, 11)) };
  const { make } = await staticQuantizer(createOrtNodeBackend(), net(), [feed], {
    method: MINMAX,
    multiplier: 1,
    perChannel: true,
    activations: 'uint8',
    reduceRange: false,
    ...options,
  });
  const constants = initializersOf(make(new Set()));
  return (name) => Array.from(constants.get(name)!.data as Float32Array);
}

// All numbers from onnxruntime 1.30.0: quantize_static(…, per_channel=True) of the same net on the same data.
describe('a whole net, quantized as quantize_static does, to the bit', () => {
  it('uint8 activations by their extremes', async () => {
    const of = await parameters({});
    expect([of('x_scale'), of('x_zero_point')]).toEqual([[0.010784314014017582], [128]]);
    expect([of('h_scale'), of('h_zero_point')]).toEqual([[0.008455882780253887], [0]]);
    expect(of('w1_scale')).toEqual(Array(3).fill(0.007874015718698502));
    expect(of('w1_q')).toEqual([
      -127, 64, -16, -95, 95, 16, -64, 127, 48, -32, -111, 79, 0, -79, 111, 32, -48, -127,
    ]);
    expect(of('w1_b1_q')).toEqual([-4416, 2944, 0]);
    expect(of('w1_b1_scale')).toEqual(Array(3).fill(8.491586049785838e-5));
    expect(of('w2_scale')).toEqual(Array(2).fill(0.008858268149197102));
    expect(of('w2_b2_q')).toEqual([-1669, 3338]);
    expect(of('w2_b2_scale')).toEqual(Array(2).fill(7.490447751479223e-5));
  });

  it('int8 activations by percentile, weights of reduced range', async () => {
    const method = { ...PERCENTILE, percentile: 90 };
    const of = await parameters({ method, activations: 'int8', reduceRange: true });
    expect([of('x_scale'), of('x_zero_point')]).toEqual([[0.010779048316180706], [0]]);
    expect([of('h_scale'), of('h_zero_point')]).toEqual([[0.005941413342952728], [-128]]);
    expect(of('w1_scale')).toEqual(Array(3).fill(0.015625));
    expect(of('w1_q')).toEqual([
      -64, 32, -8, -48, 48, 8, -32, 64, 24, -16, -56, 40, 0, -40, 56, 16, -24, -64,
    ]);
    expect(of('w1_b1_q')).toEqual([-2227, 1484, 0]);
    expect(of('w2_scale')).toEqual(Array(2).fill(0.017578125));
    expect(of('w2_b2_q')).toEqual([-1197, 2394]);
    expect(of('w2_b2_scale')).toEqual(Array(2).fill(0.00010443890641909093));
  });
});
