import { concat } from '@skerry/proto/bytes';
import type { Crypto } from '@skerry/proto/crypto';
import { digestOf } from '@skerry/proto/crypto';
import type { Rows } from '../fit/scaling.ts';
import { toLittleEndian } from '../graph/tensor.ts';

/** The digest of a data set: SHA-256 over the rows of its recordings in order, float64 little-endian. */
export function digestOfRows(crypto: Crypto, recordings: readonly Rows[]): string {
  return digestOf(crypto, concat(recordings.map((rows) => toLittleEndian(rows.values))));
}
