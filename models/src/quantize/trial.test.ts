import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { describe, expect, it } from 'vitest';
import { float32 } from '../graph/tensor.ts';
import { autoencoder, feedOf, modelOf, NetBuilder } from './test-nets.ts';
import { answersTo, type Batch, byRecording, sampled } from './trial.ts';

const backend = createOrtNodeBackend();

describe('what a model is tried on', () => {
  it('is answered batch after batch, or by how far off a reconstruction is', async () => {
    const g = new NetBuilder('off_by_one');
    const x = g.input('x', 'float32', ['batch', 3]);
    const off = g.constant('off', float32([3], [1, 2, 3]));
    g.output(g.node('Add', [x, off], { output: 'y' }), 'float32', ['batch', 3]);
    const batches = [
      { feed: { x: float32([1, 3], [1, 1, 1]) }, windows: 1, recording: 0 },
      { feed: { x: float32([2, 3], [0, 0, 0, 5, 5, 5]) }, windows: 2, recording: 1 },
    ];
    expect([...(await answersTo(backend, modelOf(g), { output: 'y' }, batches))]).toEqual([
      2, 3, 4, 1, 2, 3, 6, 7, 8,
    ]);
    const residuals = await answersTo(backend, modelOf(g), { output: 'y', rebuilds: 'x' }, batches);
    for (const residual of residuals) expect(residual).toBeCloseTo(14 / 3, 12);
    expect(residuals).toHaveLength(3);
  });

  it('cannot be a reconstruction of something else', async () => {
    const g = new NetBuilder('narrow');
    g.output(g.dense(g.input('x', 'float32', ['batch', 4]), 4, 2), 'float32', ['batch', 2]);
    const batches = [{ feed: feedOf(3, 4), windows: 3, recording: 0 }];
    const trial = { output: 'dense1', rebuilds: 'x' };
    await expect(answersTo(backend, modelOf(g), trial, batches)).rejects.toThrow(/it doesn't rebuild it/);
    await expect(answersTo(backend, autoencoder(), { output: 'nothing' }, batches)).rejects.toThrow(
      /nothing/,
    );
  });

  it('is kept apart by recording, and without its faulty windows where healthy ones are asked for', () => {
    const batch = (recording: number, labels: number[]): Batch => ({
      feed: {},
      windows: labels.length,
      recording,
      labels,
    });
    const batches = [batch(0, [0, 1]), batch(0, [0]), batch(2, [3, 0])];
    const scores = Float64Array.of(1, 2, 3, 4, 5);
    expect(byRecording(scores, batches, false)).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(byRecording(scores, batches, true)).toEqual([[1, 3], [5]]);
  });

  it('is sampled evenly from beginning to end', () => {
    const batches = Array.from({ length: 10 }, (_, i) => ({ feed: {}, windows: 1, recording: i }));
    expect(sampled(batches, 4).map((b) => b.recording)).toEqual([0, 2, 5, 7]);
    expect(sampled(batches, 20)).toHaveLength(10);
  });
});
