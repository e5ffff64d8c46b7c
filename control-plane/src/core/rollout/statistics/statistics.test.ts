import { normalSurvival } from '@skerry/proto/drift/special';
import { describe, expect, test } from 'vitest';
import { drawsOf } from './draws.ts';
import { permutationTest, signFlipTest } from './permutation.ts';
import { holm, information, lookLevel, pocock, stageShare } from './spending.ts';

const options = { level: 0.01, draw: drawsOf('test') };

function normal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

function welch(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = (x: readonly number[]): number =>
    x.reduce((sum, value) => sum + (value - mean(x)) ** 2, 0) / (x.length - 1);
  return (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);
}

describe('permutation of agents', () => {
  test('counts every arrangement where they are few; the floors are those of statistics by hand', () => {
    const worst = { stage: [9, 8, 7], control: Array.from({ length: 20 }, (_, i) => i / 10) };
    expect(permutationTest([worst], options)).toEqual({ p: 1 / 1_771, floor: 1 / 1_771, method: 'exact' });
    const mixed = permutationTest([{ stage: [2, 3], control: [1, 4] }], options);
    // Sums of two of {1, 2, 3, 4}: 3 4 5 5 6 7; four of six are at least 5.
    expect(mixed.p).toBeCloseTo(4 / 6, 12);
  });

  test('which arm is the smaller one changes nothing', () => {
    const stage = [5, 6, 7, 1, 2, 8];
    const control = [4, 3];
    const few = permutationTest([{ stage, control }], options);
    const turned = permutationTest(
      [{ stage: control.map((x) => -x), control: stage.map((x) => -x) }],
      options,
    );
    expect(few.p).toBeCloseTo(turned.p, 12);
  });

  test('agents are only exchanged within their stratum', () => {
    // Each stratum alone shows nothing, and their levels are far apart.
    const low = { stage: [1, 2], control: [1, 2] };
    const high = { stage: [100, 101, 102], control: [100, 101, 102] };
    expect(permutationTest([low, high], options).p).toBeGreaterThan(0.4);
    const pooled = { stage: [...low.stage, ...high.stage, 101], control: [...low.control, 100] };
    expect(permutationTest([pooled], options).p).toBeLessThan(0.4);
  });

  test('arrangements are counted where they are few, drawn where they are many; sums of many agents are normal', () => {
    const draw = drawsOf('agree');
    const values = (count: number, shift: number): number[] =>
      Array.from({ length: count }, () => normal(draw) + shift);
    const exact = permutationTest([{ stage: values(5, 0.9), control: values(15, 0) }], options);
    expect(exact.method).toBe('exact');
    const [stage, control] = [values(30, 0.4), values(30, 0)];
    const drawn = permutationTest([{ stage, control }], { level: 0.0001, draw });
    expect(drawn.method).toBe('drawn');
    const z = welch(stage, control);
    expect(drawn.p).toBeGreaterThan(normalSurvival(z) / 2);
    expect(drawn.p).toBeLessThan(normalSurvival(z) * 2);
    const many = permutationTest([{ stage: values(1_200, 0.1), control: values(3_000, 0) }], options);
    expect(many.method).toBe('normal');
    expect(many.p).toBeLessThan(0.05);
  });

  test('without a difference it rejects no more often than its level', () => {
    const draw = drawsOf('null');
    let rejected = 0;
    for (let run = 0; run < 1_000; run++) {
      const stage = Array.from({ length: 6 }, () => normal(draw) ** 3);
      const control = Array.from({ length: 40 }, () => normal(draw) ** 3);
      if (permutationTest([{ stage, control }], { level: 0.05, draw }).p <= 0.05) rejected++;
    }
    // Three standard deviations above 5 %.
    expect(rejected).toBeLessThanOrEqual(71);
    expect(rejected).toBeGreaterThan(20);
  });

  test('nobody to compare with shows nothing', () => {
    expect(permutationTest([{ stage: [1, 2, 3], control: [] }], options)).toMatchObject({ p: 1, floor: 1 });
  });
});

describe('sign flips of pairs', () => {
  test('seven pairs reach 2^-7, and no less', () => {
    expect(signFlipTest([1, 2, 3, 4, 5, 6, 7], options)).toEqual({
      p: 2 ** -7,
      floor: 2 ** -7,
      method: 'exact',
    });
    expect(signFlipTest([1, -1], options).p).toBe(0.75);
  });

  test('many pairs are drawn', () => {
    const draw = drawsOf('pairs');
    const up = Array.from({ length: 60 }, () => normal(draw) + 1);
    expect(signFlipTest(up, { level: 0.01, draw })).toMatchObject({ method: 'drawn', p: 1 / 1_000 });
  });
});

describe('spending', () => {
  test('the shares of all stages and looks together are alpha', () => {
    const stages = [1, 50, 500].map((members) => information(members, 1_000));
    const shares = stages.map((_, i) => stageShare(0.05, stages, i));
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(0.05, 12);
    const looks = Array.from({ length: 40 }, (_, look) => lookLevel(shares[1]!, look));
    expect(looks.reduce((a, b) => a + b)).toBeCloseTo(shares[1]!, 12);
    expect(pocock(0.05, 1)).toBeCloseTo(0.05, 12);
    expect(pocock(0.05, 0.25)).toBeCloseTo(0.05 * Math.log(1 + (Math.E - 1) / 4), 12);
  });

  test('Holm goes on to the next larger p only while it rejects', () => {
    expect(holm([0.04, 0.01, 0.02], 0.05)).toEqual([true, true, true]);
    expect(holm([0.04, 0.01, 0.03], 0.05)).toEqual([false, true, false]);
    expect(holm([0.03, 0.04], 0.05)).toEqual([false, false]);
  });
});
