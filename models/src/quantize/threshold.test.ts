import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { describe, expect, it } from 'vitest';
import { autoencoder, feedOf } from './test-nets.ts';
import { scaleOutput, thresholdFactor } from './threshold.ts';
import { answersTo } from './trial.ts';

describe('the threshold of the int8 model', () => {
  const one = (...scores: number[]): number[][] => [scores];
  const at = (threshold: number, sustain = 1): { threshold: number; sustain: number } => ({
    threshold,
    sustain,
  });

  it('lies as far above its highest sustained healthy score as that of float32, where nothing is past it', () => {
    const scores = { fp32: [[0.2, 0.8, 0.7], [0.5]], int8: [[0.25, 1, 0.9], [0.5]] };
    expect(thresholdFactor(scores, scores, at(1))).toBeCloseTo(0.8, 6);
    // Sustained over two windows .7 and .9 count, not the peaks.
    expect(thresholdFactor(scores, scores, at(1, 2))).toBeCloseTo(0.7 / 0.9, 6);
  });

  it('is crossed as often as that of float32, where it is crossed', () => {
    const fp32 = Array.from({ length: 100 }, (_, i) => i / 50);
    const past = (scores: readonly number[], factor: number): number =>
      scores.filter((s) => Math.fround(s * factor) > 1).length;
    for (const distort of [(s: number) => s * 1.3, (s: number) => s * 0.6, (s: number) => s ** 2]) {
      const int8 = fp32.map(distort);
      const all = { fp32: [fp32], int8: [int8] };
      expect(past(int8, thresholdFactor(all, all, at(1)))).toBe(past(fp32, 1));
    }
  });

  it('is left alone where it already is crossed as often, and where healthy scores lie far below it', () => {
    const both = { fp32: one(0.2, 3), int8: one(0.1, 90) };
    expect(thresholdFactor(both, both, at(1))).toBe(1);
    const low = { fp32: one(0.001, 0.002), int8: one(0.004, 0.001) };
    expect(thresholdFactor(low, low, at(0.5))).toBe(1);
    expect(thresholdFactor({ fp32: one(0.5), int8: one(0.6) }, { fp32: [], int8: [] }, at(1, 3))).toBe(1);
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
