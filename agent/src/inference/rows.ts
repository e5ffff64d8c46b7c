/** One window's part of a tensor, wherever the axis that counts the windows stands. */
import { elementCount, type NumericData, type NumericType, TENSOR_ARRAYS } from '@skerry/proto/onnx/tensor';

/** A tensor of `size` rows as [outer, size, inner]; a row has outer × inner elements. */
export interface RowShape {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

/** The shape of a tensor whose axis `axis` counts rows; without one (-1) the whole tensor is a single row. */
export function rowShape(dims: readonly number[], axis: number): RowShape {
  if (axis < 0) return { outer: 1, size: 1, inner: elementCount(dims) };
  return {
    outer: elementCount(dims.slice(0, axis)),
    size: dims[axis] ?? 1,
    inner: elementCount(dims.slice(axis + 1)),
  };
}

/** Puts a row, contiguous in `row` from `from` on, to its place `w`. */
export function putRow(
  target: NumericData,
  { outer, size, inner }: RowShape,
  w: number,
  row: NumericData,
  from = 0,
): void {
  for (let o = 0; o < outer; o++) {
    const part = row.subarray(from + o * inner, from + (o + 1) * inner);
    // Both are of one kind; TypeScript can't say that of two unions.
    (target as Float64Array).set(part as Float64Array, (o * size + w) * inner);
  }
}

/** The index of element `i` of row `w`. */
export function indexInRow({ size, inner }: RowShape, w: number, i: number): number {
  return (Math.floor(i / inner) * size + w) * inner + (i % inner);
}

/** Row `w` by value. */
export function getRow(type: NumericType, source: NumericData, shape: RowShape, w: number): NumericData {
  const row = new TENSOR_ARRAYS[type](shape.outer * shape.inner);
  for (let i = 0; i < row.length; i++) row[i] = source[indexInRow(shape, w, i)]!;
  return row;
}
