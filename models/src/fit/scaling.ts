/** Per-channel scaling to mean 0 and standard deviation 1: what `input.normalize` of a release holds. */

/** Rows of numbers, row-major: value c of row r is values[r * width + c]. */
export interface Rows {
  width: number;
  values: Float64Array;
}

export interface Scaling {
  mean: Float64Array;
  std: Float64Array;
}

/** The number of rows. */
export function rowCount(rows: Rows): number {
  return rows.values.length / rows.width;
}

/** Rows `from` up to but not including `to`, without copying. */
export function sliceRows(rows: Rows, from: number, to: number): Rows {
  return { width: rows.width, values: rows.values.subarray(from * rows.width, to * rows.width) };
}

/**
 * Mean and standard deviation (population) per channel. A constant channel gets a standard deviation of a thousandth
 * of its level (at least 1e-6): it stays finite, and any real movement of it shows.
 */
export function fitScaling(rows: Rows): Scaling {
  const { width, values } = rows;
  const count = rowCount(rows);
  const mean = new Float64Array(width);
  const std = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width]! += values[i]! / count;
  for (let i = 0; i < values.length; i++) std[i % width]! += (values[i]! - mean[i % width]!) ** 2 / count;
  for (let c = 0; c < width; c++) {
    const sd = Math.sqrt(std[c]!);
    const level = Math.abs(mean[c]!);
    std[c] = sd > 1e-9 * Math.max(1, level) ? sd : Math.max(1e-6, 1e-3 * level);
    const decimals = Math.min(100, Math.max(0, 4 - Math.floor(Math.log10(std[c]!))));
    mean[c] = Number(mean[c]!.toFixed(decimals));
    std[c] = Number(std[c]!.toPrecision(5));
  }
  return { mean, std };
}

/** Rows as the session is fed them: (x - mean) / std, rounded to float32. */
export function normalizeRows(rows: Rows, scaling: Scaling): Float32Array {
  const { width, values } = rows;
  return Float32Array.from(values, (x, i) => (x - scaling.mean[i % width]!) / scaling.std[i % width]!);
}

/** First rows of all windows of `length` rows that start every `hop` rows. */
export function windowStarts(rowsTotal: number, length: number, hop: number): number[] {
  const starts: number[] = [];
  for (let start = 0; start + length <= rowsTotal; start += hop) starts.push(start);
  return starts;
}
