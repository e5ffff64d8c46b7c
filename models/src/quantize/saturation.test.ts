import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import type { InferenceBackend } from '@skerry/agent/ports';
import { describe, expect, it } from 'vitest';
import { initializersOf, readModel } from '../graph/reader.ts';
import { quantizeWeights } from './affine.ts';
import { saturates } from './saturation.ts';

/** A processor of which the tests' machine is none: pairs of uint8 · int8 are added in 16 bits and clipped. */
const vpmaddubsw: InferenceBackend = {
  name: 'native',
  async create(model) {
    const w = initializersOf(readModel('bytes' in model ? model.bytes : new Uint8Array())).get('w')!;
    const [depth = 0, width = 0] = w.dims;
    return {
      inputs: [],
      outputs: [],
      async run({ x }) {
        const product = (d: number, c: number): number => Number(x!.data[d]) * Number(w.data[d * width + c]);
        const sums = Int32Array.from({ length: width }, (_, c) => {
          let sum = 0;
          for (let d = 0; d < depth; d += 2) sum += Math.min(32_767, product(d, c) + product(d + 1, c));
          return sum;
        });
        return { y: { type: 'int32', dims: [1, width], data: sums } };
      },
      async release() {},
    };
  },
};

describe('whether a processor needs weights of reduced range', () => {
  it('is told by what it computes', async () => {
    expect(await saturates(vpmaddubsw)).toBe(true);
  });

  it('is decided on the backend that is there, alike every time', async () => {
    const backend = createOrtNodeBackend();
    expect(await saturates(backend)).toBe(await saturates(backend));
  });

  it('no longer arises with the range reduced: no two products leave 16 bits', () => {
    const { data } = quantizeWeights([3, -3, 1], [3], { axis: undefined, reduceRange: true });
    const largest = Math.max(...data.map(Math.abs));
    expect(2 * 255 * largest).toBeLessThanOrEqual(32_767);
  });
});
