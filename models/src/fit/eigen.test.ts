import { createRandom } from '@skerry/firmware-sim/random';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from './eigen.ts';

describe('symmetricEigen', () => {
  it('gives the known eigenvalues and vectors of a 2 × 2 matrix', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect([...values]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)]);
    expect(Math.abs(vectors[0]!)).toBeCloseTo(Math.SQRT1_2, 14);
    expect(vectors[0]).toBeCloseTo(vectors[1]!, 14);
    expect(vectors[2]).toBeCloseTo(-vectors[3]!, 14);
  });

  it('gives the closed-form eigenvalues of the second-difference matrix: 2 - 2 cos(kπ/(n+1))', () => {
    const n = 50;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = 2;
      if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
    }
    const { values } = symmetricEigen(matrix, n);
    for (let k = 1; k <= n; k++)
      expect(values[n - k]).toBeCloseTo(2 - 2 * Math.cos((k * Math.PI) / (n + 1)), 12);
  });

  it('handles a diagonal matrix, repeated eigenvalues and one dimension', () => {
    expect([...symmetricEigen(Float64Array.of(5), 1).values]).toEqual([5]);
    const identity = symmetricEigen(Float64Array.of(1, 0, 0, 0, 7, 0, 0, 0, 1), 3);
    expect([...identity.values]).toEqual([7, 1, 1]);
  });

  it('rebuilds a random 120 × 120 matrix from orthonormal vectors, the same each time', () => {
    const n = 120;
    const random = createRandom(3);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = random.normal();
    const { values, vectors } = symmetricEigen(matrix, n);
    let worst = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let rebuilt = 0;
        let dot = 0;
        for (let k = 0; k < n; k++) {
          rebuilt += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!;
          dot += vectors[i * n + k]! * vectors[j * n + k]!;
        }
        worst = Math.max(worst, Math.abs(rebuilt - matrix[i * n + j]!), Math.abs(dot - (i === j ? 1 : 0)));
      }
    expect(worst).toBeLessThan(1e-12 * n);
    expect(symmetricEigen(matrix, n).vectors).toEqual(vectors);
  });

  it('refuses what is no square matrix of numbers', () => {
    expect(() => symmetricEigen(Float64Array.of(1, 2, 3), 2)).toThrow(/no 2 × 2 matrix/);
    expect(() => symmetricEigen(Float64Array.of(Number.NaN), 1)).toThrow(/no numbers/);
  });
});
