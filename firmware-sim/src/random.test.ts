import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';

function draw(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next);
}

describe('seeded randomness', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const first = draw(100, createRandom(42).u32);
    expect(draw(100, createRandom(42).u32)).toEqual(first);
    expect(draw(100, createRandom(43).u32)).not.toEqual(first);
  });

  it('forks by label alone, whatever was drawn before', () => {
    const fresh = createRandom(7);
    const used = createRandom(7);
    draw(1000, used.normal);
    expect(draw(20, used.fork('pump-1').u32)).toEqual(draw(20, fresh.fork('pump-1').u32));
    expect(draw(20, fresh.fork('pump-2').u32)).not.toEqual(draw(20, fresh.fork('pump-1').u32));
  });

  it('draws uniforms that fill [0, 1) evenly', () => {
    const bins = new Array<number>(10).fill(0);
    const { uniform } = createRandom(1);
    for (let i = 0; i < 100_000; i++) bins[Math.floor(uniform() * 10)]!++;
    // chi-squared with 9 degrees of freedom: 27.9 is passed once in a thousand
    const chi2 = bins.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    expect(chi2).toBeLessThan(27.9);
  });

  it('draws normals with mean 0, variance 1 and kurtosis 3', () => {
    const xs = draw(100_000, createRandom(2).normal);
    const moment = (k: number) => xs.reduce((sum, x) => sum + x ** k, 0) / xs.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.015);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
  });

  it('takes negative, huge and fractional seeds', () => {
    for (const seed of [-1, 2 ** 60, 0.5, 0]) {
      const x = createRandom(seed).uniform();
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThan(1);
    }
  });
});
