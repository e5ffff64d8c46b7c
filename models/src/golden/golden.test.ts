import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import type { InferenceSession, Tensor } from '@skerry/agent/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { float32 } from '../graph/tensor.ts';
import { buildGolden, checkGolden } from './golden.ts';

/** y = factor · x, named score. */
function scaling(factor: number): Uint8Array {
  const g = new GraphBuilder('scaling');
  const x = g.input('x', 'float32', ['batch']);
  g.node('Mul', [x, g.scalar('factor', factor)], { output: 'score' });
  g.output('score', 'float32', ['batch']);
  return encodeModel(g.build());
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

  it('pass within the tolerance and fail beyond it, saying by how much', async () => {
    const tolerance = { rtol: 0.05, atol: 0 };
    expect(await checkGolden(sessions.get(1.04)!, golden, { rtol: 0.05, atol: 0.001 })).toMatchObject({
      failed: 0,
    });
    const far = await checkGolden(sessions.get(1.2)!, golden, { ...tolerance, atol: 0.001 });
    expect(far.failed).toBe(2);
    expect(far.worst).toBeCloseTo(4, 1);
  });

  it('count decisions that fall on the other side of the threshold, within the tolerance or not', async () => {
    const report = await checkGolden(
      sessions.get(1.2)!,
      golden,
      { rtol: 1, atol: 1 },
      { output: 'score', value: 1 },
    );
    expect(report).toMatchObject({ failed: 0, flips: 1 });
  });

  it('fail a model that does not answer what they pin', async () => {
    const g = new GraphBuilder('other');
    g.node('Identity', [g.input('x', 'float32', ['batch'])], { output: 'other' });
    g.output('other', 'float32', ['batch']);
    const session = await createOrtNodeBackend().create({ bytes: encodeModel(g.build()) });
    expect(await checkGolden(session, golden, { rtol: 1, atol: 1 })).toMatchObject({ failed: 3, cases: 3 });
    await session.release();
  });
});
