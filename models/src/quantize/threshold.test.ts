import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { describe, expect, it } from 'vitest';
import { autoencoder, feedOf } from './test-nets.ts';
import { scaleOutput, thresholdFactor } from './threshold.ts';
import { answersTo } from './trial.ts';

describe('the threshold of the int8 model', () => {
  it('lies as far above its highest sustained healthy score as that of float32 above its own', () => {
    const fp32 = [[0.2, 0.8, 0.7], [0.5]];
    const int8 = [[0.25, 1, 0.9], [0.5]];
    expect(thresholdFactor({ fp32, int8 }, 1)).toBeCloseTo(0.8, 6);
    // Sustained over two windows .7 and .9 count, not the peaks.
    expect(thresholdFactor({ fp32, int8 }, 2)).toBeCloseTo(0.7 / 0.9, 6);
  });

  it('is left alone where healthy scores tell nothing', () => {
    expect(thresholdFactor({ fp32: [[0, 0]], int8: [[0, 0]] }, 1)).toBe(1);
    expect(thresholdFactor({ fp32: [[0.5]], int8: [[0.6]] }, 3)).toBe(1);
  });

  it('is kept by scaling the score, under its name', async () => {
    const backend = createOrtNodeBackend();
    const model = autoencoder();
    const batches = [{ feed: feedOf(4, 16), windows: 4, recording: 0 }];
    const plain = await answersTo(backend, model, { output: 'rebuilt' }, batches);
    const scaled = await answersTo(
      backend,
      scaleOutput(model, 'rebuilt', 0.5),
      { output: 'rebuilt' },
      batches,
    );
    expect([...scaled]).toEqual([...plain].map((x) => x / 2));
  });
});
