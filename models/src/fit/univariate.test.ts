import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createRandom } from '@skerry/firmware-sim/random';
import { describe, expect, it } from 'vitest';
import { univariateGraph, univariateScore } from './univariate.ts';
import { answersOf } from './windows.ts';

const LENGTH = 32;

function noise(count: number): Float32Array {
  const random = createRandom(9);
  return Float32Array.from({ length: count }, () => 50 + random.normal());
}

describe('the univariate score', () => {
  it('is the same in ONNX Runtime and by the formula, sample after sample', async () => {
    const rows = noise(500);
    rows[300] = 90;
    const graph = univariateGraph(LENGTH);
    const { score } = await answersOf(createOrtNodeBackend(), graph, rows, {
      length: LENGTH,
      width: 1,
      hop: 1,
    });
    expect(score.length).toBe(500 - LENGTH + 1);
    for (const [i, got] of score.entries())
      expect(got).toBeCloseTo(univariateScore(rows.subarray(i, i + LENGTH)), 4);
  });

  it('is 1/2 for a sample exactly as extreme as the window before it', () => {
    expect(univariateScore([0, 1, 0, -1, 0, 1])).toBe(0.5);
  });

  it('reports an event once, although the next samples are still unusual', () => {
    const rows = noise(200);
    for (let i = 100; i < 110; i++) rows[i]! += 30;
    const past: number[] = [];
    for (let end = LENGTH; end <= rows.length; end++)
      if (univariateScore(rows.subarray(end - LENGTH, end)) > 0.75) past.push(end - 1);
    expect(past).toEqual([100]);
  });

  it('leaves a constant signal alone, and small movements of it', () => {
    const constant = new Array<number>(LENGTH).fill(1000);
    expect(univariateScore(constant)).toBeCloseTo(0, 9);
    expect(univariateScore([...constant.slice(1), 1000.5])).toBeLessThan(0.5);
    expect(univariateScore([...constant.slice(1), 1010])).toBeGreaterThan(0.9);
  });
});
