/** The few special functions that drift statistics need, to about 1e-12 relative, tails included. */

/** ln Γ(x) for x > 0. Lanczos's approximation with g = 7 and nine terms (Lanczos 1964, Godfrey's coefficients). */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x - 1 + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/**
 * The regularized upper incomplete gamma function Q(a, x), a > 0, x >= 0. Series for P below a + 1 (DLMF 8.11.4),
 * Lentz's evaluation of Legendre's continued fraction above (DLMF 8.9.2), which keeps far tails accurate.
 */
export function gammaQ(a: number, x: number): number {
  if (!(x > 0)) return x === 0 ? 1 : Number.NaN;
  if (x === Infinity) return 0;
  const front = Math.exp(a * Math.log(x) - x - lnGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; term > sum * 1e-17; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 10_000; k++) {
    const an = -k * (k - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** P(X > x) of a chi-square variable with `df` degrees of freedom. */
export function chiSquareSurvival(x: number, df: number): number {
  return gammaQ(df / 2, Math.max(x, 0) / 2);
}

/**
 * The x that a chi-square variable with `df` degrees of freedom exceeds with probability `tail` (0 < tail < 1): Newton
 * on the logarithm of the survival function, which is nearly straight in the tail, kept within a bracket.
 */
export function chiSquareQuantile(tail: number, df: number): number {
  const lnScale = (df / 2) * Math.LN2 + lnGamma(df / 2);
  let [low, high, x] = [0, Infinity, df];
  for (let i = 0; i < 200; i++) {
    const survival = chiSquareSurvival(x, df);
    if (survival > tail) low = x;
    else high = x;
    const density = Math.exp((df / 2 - 1) * Math.log(x) - x / 2 - lnScale);
    const newton = x + (Math.log(survival / tail) * survival) / density;
    const next = newton > low && newton < high ? newton : high === Infinity ? 2 * x : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-13 * x) return next;
    x = next;
  }
  return x;
}

/** P(Z > z) of a standard normal variable. */
export function normalSurvival(z: number): number {
  const half = gammaQ(0.5, (z * z) / 2) / 2;
  return z >= 0 ? half : 1 - half;
}
