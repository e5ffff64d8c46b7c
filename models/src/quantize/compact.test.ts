import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../graph/builder.ts';
import { MINMAX } from './calibrate.ts';
import { compactModel } from './compact.ts';
import { staticQuantizer } from './static.ts';
import { convClassifier, feedOf } from './test-nets.ts';
import { answersTo } from './trial.ts';

const backend = createOrtNodeBackend();

describe('a compact model', () => {
  it("answers to the bit as before, is at 20,000 weights 3 times smaller than float32, and keeps its operators' names", async () => {
    const float = convClassifier(40);
    const options = {
      method: MINMAX,
      multiplier: 1,
      perChannel: true,
      activations: 'uint8',
      reduceRange: false,
    } as const;
    const int8 = (await staticQuantizer(backend, float, [feedOf(8, 3, 64)], options)).make(new Set());
    const compact = compactModel(int8);
    const batches = [{ feed: feedOf(8, 3, 64), windows: 8, recording: 0 }];
    expect(await answersTo(backend, compact, { output: 'classes' }, batches)).toEqual(
      await answersTo(backend, int8, { output: 'classes' }, batches),
    );
    const [before, long, short] = [float, int8, compact].map((m) => encodeModel(m).length);
    expect(short).toBeLessThan(long!);
    expect(before! / short!).toBeGreaterThan(3);
    expect(compact.graph.node.map((n) => n.name)).toContain('Conv:conv1');
    expect(compact.graph.input![0]!.name).toBe('x');
  });
});
