/**
 * Eigenvalues and eigenvectors of a real symmetric matrix: Householder reduction to tridiagonal form, then QL with
 * implicit shifts (EISPACK tred2 and tql2; Martin, Reinsch and Wilkinson, Numerische Mathematik 11 (1968) 181-195;
 * Bowdler et al., ibid. 293-306). About 9 n³ operations: 0.1 s for 200 dimensions. The result depends on nothing but
 * the input.
 */

/** Eigenvalues descending; `vectors` row-major, row j the unit eigenvector of `values[j]`. */
export interface Eigen {
  values: Float64Array;
  vectors: Float64Array;
}

/**
 * Decomposes a symmetric n × n matrix (row-major; only symmetric input makes sense, the lower half is read). The sign
 * of each vector makes its entry of greatest magnitude positive. Throws RangeError on a wrong size or non-finite
 * entries.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  if (matrix.length !== n * n || n < 1)
    throw new RangeError(`${matrix.length} entries are no ${n} × ${n} matrix`);
  if (!matrix.every(Number.isFinite)) throw new RangeError('the matrix holds entries that are no numbers');
  const v = matrix.slice();
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  tridiagonalize(v, d, e, n);
  accumulate(v, d, e, n);
  diagonalize(v, d, e, n);
  return sorted(v, d, n);
}

/** Householder reduction: d becomes the diagonal, e the sub-diagonal, v keeps the reflections. */
function tridiagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  d.set(v.subarray((n - 1) * n, n * n));
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]!);
    if (scale === 0) {
      e[i] = d[i - 1]!;
      for (let j = 0; j < i; j++) {
        d[j] = v[(i - 1) * n + j]!;
        v[i * n + j] = 0;
        v[j * n + i] = 0;
      }
      d[i] = 0;
      continue;
    }
    d[i] = reflect(v, d, e, n, i, scale);
  }
}

/** One reflection of row i; returns h, half the squared length of the Householder vector. */
function reflect(
  v: Float64Array,
  d: Float64Array,
  e: Float64Array,
  n: number,
  i: number,
  scale: number,
): number {
  let h = 0;
  for (let k = 0; k < i; k++) {
    d[k]! /= scale;
    h += d[k]! * d[k]!;
  }
  const f = d[i - 1]!;
  const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
  e[i] = scale * g;
  h -= f * g;
  d[i - 1] = f - g;
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const fj = d[j]!;
    v[j * n + i] = fj;
    let gj = e[j]! + v[j * n + j]! * fj;
    for (let k = j + 1; k < i; k++) {
      gj += v[k * n + j]! * d[k]!;
      e[k]! += v[k * n + j]! * fj;
    }
    e[j] = gj;
  }
  let product = 0;
  for (let j = 0; j < i; j++) {
    e[j]! /= h;
    product += e[j]! * d[j]!;
  }
  const half = product / (h + h);
  for (let j = 0; j < i; j++) e[j]! -= half * d[j]!;
  for (let j = 0; j < i; j++) {
    const [fj, gj] = [d[j]!, e[j]!];
    for (let k = j; k < i; k++) v[k * n + j]! -= fj * e[k]! + gj * d[k]!;
    d[j] = v[(i - 1) * n + j]!;
    v[i * n + j] = 0;
  }
  return h;
}

/** Multiplies the reflections out, so that v holds the orthogonal matrix in its columns. */
function accumulate(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let i = 0; i < n - 1; i++) {
    v[(n - 1) * n + i] = v[i * n + i]!;
    v[i * n + i] = 1;
    const h = d[i + 1]!;
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[k * n + i + 1]! / h;
      for (let j = 0; j <= i; j++) {
        let g = 0;
        for (let k = 0; k <= i; k++) g += v[k * n + i + 1]! * v[k * n + j]!;
        for (let k = 0; k <= i; k++) v[k * n + j]! -= g * d[k]!;
      }
    }
    for (let k = 0; k <= i; k++) v[k * n + i + 1] = 0;
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[(n - 1) * n + j]!;
    v[(n - 1) * n + j] = 0;
  }
  v[n * n - 1] = 1;
  e[0] = 0;
}

/** QL with implicit shifts on the tridiagonal matrix; d becomes the eigenvalues, v's columns their vectors. */
function diagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  let shift = 0;
  let norm = 0;
  for (let l = 0; l < n; l++) {
    norm = Math.max(norm, Math.abs(d[l]!) + Math.abs(e[l]!));
    let m = l;
    while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * norm) m++;
    for (let round = 0; m > l && Math.abs(e[l]!) > Number.EPSILON * norm; round++) {
      if (round > 100) throw new RangeError('the eigenvalues did not converge');
      const by = formShift(d, e, n, l);
      shift += by;
      sweep(v, d, e, n, l, m);
    }
    d[l]! += shift;
    e[l] = 0;
  }
}

function formShift(d: Float64Array, e: Float64Array, n: number, l: number): number {
  const g = d[l]!;
  const p = (d[l + 1]! - g) / (2 * e[l]!);
  const r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
  d[l] = e[l]! / (p + r);
  d[l + 1] = e[l]! * (p + r);
  const h = g - d[l]!;
  for (let i = l + 2; i < n; i++) d[i]! -= h;
  return h;
}

function sweep(v: Float64Array, d: Float64Array, e: Float64Array, n: number, l: number, m: number): void {
  const el1 = e[l + 1]!;
  const dl1 = d[l + 1]!;
  let p = d[m]!;
  let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
  for (let i = m - 1; i >= l; i--) {
    c3 = c2;
    c2 = c;
    s2 = s;
    const g = c * e[i]!;
    const h = c * p;
    const r = Math.hypot(p, e[i]!);
    e[i + 1] = s * r;
    s = e[i]! / r;
    c = p / r;
    p = c * d[i]! - s * g;
    d[i + 1] = h + s * (c * g + s * d[i]!);
    for (let k = 0; k < n; k++) {
      const at = k * n + i;
      const hk = v[at + 1]!;
      v[at + 1] = s * v[at]! + c * hk;
      v[at] = c * v[at]! - s * hk;
    }
  }
  p = (-s * s2 * c3 * el1 * e[l]!) / dl1;
  e[l] = s * p;
  d[l] = c * p;
}

function sorted(v: Float64Array, d: Float64Array, n: number): Eigen {
  const order = [...d.keys()].sort((a, b) => d[b]! - d[a]! || a - b);
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  for (const [row, column] of order.entries()) {
    values[row] = d[column]!;
    let peak = 0;
    for (let k = 0; k < n; k++) if (Math.abs(v[k * n + column]!) > Math.abs(peak)) peak = v[k * n + column]!;
    const sign = peak < 0 ? -1 : 1;
    for (let k = 0; k < n; k++) vectors[row * n + k] = sign * v[k * n + column]!;
  }
  return { values, vectors };
}
