import { describe, expect, it } from 'vitest';
import { CONTROLS, upperTail } from './controls.ts';

const control = (name: string, values: readonly number[]): Float64Array => CONTROLS[name]!(values);

describe('controls', () => {
  it('know the tail of the normal distribution', () => {
    expect(upperTail(0)).toBeCloseTo(0.5, 6);
    expect(upperTail(1.959964)).toBeCloseTo(0.025, 6);
    expect(upperTail(5)).toBeCloseTo(2.8665e-7, 10);
  });

  it('never alarm, or at random, or where a value leaves the normal distribution of those before it', () => {
    const values = Array.from({ length: 300 }, (_, i) => Math.sin(i));
    values[200] = 50;
    expect(control('null', values).every((score) => score === 0)).toBe(true);
    expect(new Set(control('random', values)).size).toBe(300);
    const gaussian = control('windowed Gaussian', values);
    expect(gaussian.indexOf(Math.max(...gaussian.subarray(10)), 10)).toBe(200);
    expect(gaussian[0]).toBe(0);
  });

  it('gives the windowed Gaussian a new window every hundred values once it has 6,400', () => {
    const values = Array.from({ length: 13_200 }, (_, i) => (i < 6_400 ? 0 : 100) + Math.sin(i));
    const gaussian = control('windowed Gaussian', values);
    expect(gaussian[6_400]).toBeGreaterThan(0.999);
    expect(gaussian[13_100]).toBeLessThan(0.999);
  });
});
