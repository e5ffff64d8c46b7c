import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import type { InferenceSession, Tensor } from '@skerry/agent/ports';
import { type ReleaseManifest, releaseManifest } from '@skerry/proto/release';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { float32 } from '../graph/tensor.ts';
import { buildGolden, checkGolden, goldenDeviation } from './golden.ts';

/** y = factor · x, named score. */
function scaling(factor: number): Uint8Array {
  const g = new GraphBuilder('scaling');
  const x = g.input('x', 'float32', ['batch']);
  g.node('Mul', [x, g.scalar('factor', factor)], { output: 'score' });
  g.output('score', 'float32', ['batch']);
  return encodeModel(g.build());
}

function manifest(tolerance: number): ReleaseManifest {
  return releaseManifest.parse({
    apiVersion: 'skerry/v1',
    kind: 'Release',
    name: 'scaling',
    version: '1.0.0',
    window: { channels: [{ name: 'x' }], rate: 'any', length: 1 },
    input: { tensor: 'x' },
    output: [{ name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1 }],
    variants: [{ name: 'fp32', file: 'fp32.onnx', precision: 'fp32' }],
    golden: { file: 'golden.pb', rtol: tolerance, atol: tolerance },
  });
}

describe('golden vectors', () => {
  const sessions = new Map<number, InferenceSession>();
  let golden: Uint8Array;
  const input = (x: number): { x: Tensor } => ({ x: float32([1], [x]) });
  beforeAll(async () => {
    for (const factor of [1, 1.04, 1.2])
      sessions.set(factor, await createOrtNodeBackend().create({ bytes: scaling(factor) }));
    golden = await buildGolden(
      sessions.get(1)!,
      [0, 0.9, 10].map((x) => ({ feeds: input(x), outputs: ['score'] })),
    );
  });
  afterAll(async () => {
    for (const session of sessions.values()) await session.release();
  });

  it('pass within the tolerance and fail beyond it', async () => {
    expect(await checkGolden(sessions.get(1.04)!, manifest(0.05), golden)).toEqual({
      cases: 3,
      refusals: [],
    });
    const { refusals } = await checkGolden(sessions.get(1.2)!, manifest(0.05), golden);
    expect(refusals).toEqual([
      expect.stringMatching(/^golden case 2/),
      expect.stringMatching(/^golden case 3/),
    ]);
  });

  it('fail a decision on the other side of the threshold, however wide the tolerance', async () => {
    const { refusals } = await checkGolden(sessions.get(1.2)!, manifest(1), golden);
    expect(refusals).toEqual([expect.stringContaining('other side of its threshold')]);
  });

  it('measure how much tolerance another variant needs', async () => {
    expect(await goldenDeviation(sessions.get(1)!, golden)).toBe(0);
    expect(await goldenDeviation(sessions.get(1.2)!, golden)).toBeCloseTo(2 / 11, 5);
  });
});
