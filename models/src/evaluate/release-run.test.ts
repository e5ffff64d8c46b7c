import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { type ReleaseManifest, releaseManifest } from '@skerry/proto/release';
import { expect, test } from 'vitest';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { int64 } from '../graph/tensor.ts';
import { feedOf, scoresOf } from './release-run.ts';

function release(rest: object): ReleaseManifest {
  return releaseManifest.parse({
    apiVersion: 'skerry/v1',
    kind: 'Release',
    name: 'sums',
    version: '1.0.0',
    window: { channels: [{ name: 'a' }, { name: 'b' }], rate: 'any', length: 2 },
    output: [{ name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1 }],
    variants: [{ name: 'fp32', file: 'm.onnx', precision: 'fp32' }],
    ...rest,
  });
}

// 300 windows: more than one batch.
const values = Float64Array.from({ length: 300 * 2 * 2 }, (_, i) => i);
const rows = { width: 2, values };
const sums = Array.from({ length: 300 }, (_, w) => 16 * w + 6);

test('a graph that takes time first scores each window by its own rows', async () => {
  const g = new GraphBuilder('sums');
  const x = g.input('x', 'float32', [2, 'batch', 2]);
  g.reduceSum(x, g.constant('axes', int64([2], [0, 2])), false, 'score');
  g.output('score', 'float32', ['batch']);
  const manifest = release({ input: { tensor: 'x', layout: ['time', 'batch', 'channel'] } });
  const session = await createOrtNodeBackend().create({ bytes: encodeModel(g.build()) });
  expect([...(await scoresOf(session, manifest, rows))]).toEqual(sums);
  expect(feedOf(manifest, rows, [0, 2]).x).toEqual({
    type: 'float32',
    dims: [2, 2, 2],
    data: Float32Array.of(0, 1, 4, 5, 2, 3, 6, 7),
  });
  await session.release();
});

test('a model that remembers goes on from batch to batch', async () => {
  const g = new GraphBuilder('running');
  const x = g.input('x', 'float32', ['batch', 4]);
  const before = g.input('before', 'float32', ['batch', 1]);
  const sum = g.reduceSum(x, g.constant('axes', int64([1], [1])), true);
  const score = g.node('Add', [sum, before], { output: 'score' });
  g.output(score, 'float32', ['batch', 1]);
  g.output(g.node('Identity', [score], { output: 'after' }), 'float32', ['batch', 1]);
  const manifest = release({
    input: [
      { tensor: 'x', layout: ['batch', 'feature'] },
      { tensor: 'before', state: 'after' },
    ],
    output: [
      { name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1 },
      { name: 'after', tensor: 'after', kind: 'state' },
    ],
  });
  const session = await createOrtNodeBackend().create({ bytes: encodeModel(g.build()) });
  let total = 0;
  expect([...(await scoresOf(session, manifest, rows))]).toEqual(sums.map((sum) => (total += sum)));
  await session.release();
});
