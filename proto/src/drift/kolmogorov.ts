/**
 * The distribution of Kolmogorov's one-sample statistic D_n, two-sided, after Simard & L'Ecuyer, "Computing the
 * Two-Sided Kolmogorov-Smirnov Distribution", J. Statistical Software 39(11), 2011: each method where it is accurate.
 */
import { lnGamma } from './special.ts';

/** P(D_n > d): the chance that the empirical distribution of n samples strays further than d from the true one. */
export function kolmogorovSurvival(n: number, d: number): number {
  if (d >= 1) return 0;
  if (n * d <= 0.5) return 1;
  const scaled = n * d * d;
  // In the tail both one-sided events hardly ever happen together, so twice the one-sided chance is exact enough.
  if (d >= 0.5 || scaled > (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * oneSidedSurvival(n, d));
  const cdf = n <= 140 ? marsagliaTsangWang(n, d) : pelzGood(n, d);
  return Math.min(1, Math.max(0, 1 - cdf));
}

/**
 * P(D_n⁺ > d), exact: d Σ_j C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j), j = 0 … ⌊n(1 - d)⌋.
 * Birnbaum & Tingey, Ann. Math. Statist. 22 (1951). All terms are positive, so tails keep their digits.
 */
function oneSidedSurvival(n: number, d: number): number {
  const lnFactorialN = lnGamma(n + 1);
  let sum = 0;
  for (let j = 0; j <= Math.floor(n * (1 - d)); j++) {
    const rest = 1 - d - j / n;
    if (rest <= 0) continue;
    const lnChoose = lnFactorialN - lnGamma(j + 1) - lnGamma(n - j + 1);
    sum += Math.exp(lnChoose + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(rest));
  }
  return d * sum;
}

/** P(D_n < d) as the middle of (n! / nⁿ) Hⁿ. Marsaglia, Tsang & Wang, J. Statistical Software 8(18), 2003. */
function marsagliaTsangWang(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  let base = durbinMatrix(size, k - n * d);
  let power: Float64Array | undefined;
  for (let exponent = n; exponent > 0; exponent >>>= 1) {
    if (exponent & 1) power = power ? multiply(power, base, size) : base;
    if (exponent > 1) base = multiply(base, base, size);
  }
  // n <= 140 keeps the entries of Hⁿ within a double's range (at most about nⁿ / n!), so no scaling is needed.
  let p = power![(k - 1) * size + k - 1]!;
  for (let i = 1; i <= n; i++) p = (p * i) / n;
  return p;
}

function durbinMatrix(size: number, h: number): Float64Array {
  const matrix = new Float64Array(size * size);
  const inverseFactorial = [1];
  for (let i = 1; i <= size; i++) inverseFactorial.push(inverseFactorial[i - 1]! / i);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= Math.min(row + 1, size - 1); column++)
      matrix[row * size + column] = inverseFactorial[row - column + 1]!;
  for (let i = 0; i < size; i++) {
    const edge = h ** (i + 1) * inverseFactorial[i + 1]!;
    matrix[i * size] = matrix[i * size]! - edge;
    matrix[(size - 1) * size + size - 1 - i] = matrix[(size - 1) * size + size - 1 - i]! - edge;
  }
  if (h > 0.5) matrix[(size - 1) * size]! += (2 * h - 1) ** size * inverseFactorial[size]!;
  return matrix;
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) product[i * size + j]! += factor * b[k * size + j]!;
    }
  return product;
}

/**
 * P(D_n < d) to order n^(-3/2): K0(z) + K1(z) n^(-1/2) + K2(z) n^(-1) + K3(z) n^(-3/2), z = d √n.
 * Pelz & Good, J. Royal Statist. Soc. B 38 (1976), as given in Simard & L'Ecuyer, equation 10.
 */
function pelzGood(n: number, d: number): number {
  const z = d * Math.sqrt(n);
  const z2 = z * z;
  const pi2 = Math.PI * Math.PI;
  let [k0, k1, k2, k3, k2Whole, k3Whole] = [0, 0, 0, 0, 0, 0];
  const terms = Math.ceil((16 * z) / Math.PI) + 1;
  for (let k = 0; k <= terms; k++) {
    // The sums run over all integers and are even about -½, so half of each, doubled.
    const u = (k + 0.5) * (k + 0.5) * pi2;
    const weight = 2 * Math.exp(-u / (2 * z2));
    k0 += weight;
    k1 += (u - z2) * weight;
    k2 += (6 * z2 ** 3 + 2 * z2 ** 2 + (2 * z2 ** 2 - 5 * z2) * u + (1 - 2 * z2) * u * u) * weight;
    k3 +=
      ((5 - 30 * z2) * u ** 3 +
        (-60 * z2 + 212 * z2 ** 2) * u * u +
        (135 * z2 ** 2 - 96 * z2 ** 3) * u -
        (30 * z2 ** 3 + 90 * z2 ** 4)) *
      weight;
    const v = k * k * pi2;
    const wholeWeight = 2 * Math.exp(-v / (2 * z2));
    k2Whole += v * wholeWeight;
    k3Whole += (3 * v * z2 - v * v) * wholeWeight;
  }
  const root = Math.sqrt(Math.PI / 2);
  return (
    (root / z) * k0 +
    ((root / (6 * z2 * z2)) * k1) / Math.sqrt(n) +
    (root / (72 * z ** 7)) * (k2 / n) -
    (root / (36 * z ** 3)) * (k2Whole / n) +
    ((root / (6480 * z ** 10)) * k3 + (root / (216 * z ** 6)) * k3Whole) / n ** 1.5
  );
}
