/** The drift reference of a release: what every channel and the score look like in healthy operation. */
import { buildSignalReference } from '@skerry/proto/drift/reference';
import { encode, v1 } from '@skerry/proto/wire';
import type { Rows } from '../fit/scaling.ts';

/** A column of rows. */
export function column(rows: Rows, index: number): Float64Array {
  return Float64Array.from(
    { length: rows.values.length / rows.width },
    (_, row) => rows.values[row * rows.width + index]!,
  );
}

/** An output's values in the order of their windows. */
export interface OutputProfile {
  name: string;
  values: Float64Array;
  /** Windows per hour; 0 where unknown. */
  perHour: number;
}

/**
 * The bytes of reference.pb: each channel in its own unit from `rows` (one recording, in order of time), and outputs.
 * `samplesPerHour` is 0 where unknown.
 */
export function buildReference(
  channels: readonly string[],
  rows: Rows,
  samplesPerHour: number,
  outputs: readonly OutputProfile[],
): Uint8Array {
  const signals = [
    ...channels.map((name, i) => buildSignalReference(name, false, column(rows, i), { samplesPerHour })),
    ...outputs.map((o) => buildSignalReference(o.name, true, o.values, { samplesPerHour: o.perHour })),
  ];
  return encode(v1.DriftReference, { signals });
}
