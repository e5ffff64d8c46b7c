/**
 * A blob as its difference from another: Zstandard with that other as its dictionary (RFC 8878; the dictionary is raw
 * content). A control plane that makes them answers `GET …/blobs/{digest}?from={digest}` with one, whose type says so,
 * where it saves something, and else with the blob. Nobody trusts a delta: what comes of it has the blob's digest, or is
 * thrown away and the blob fetched whole.
 */

/** The media type of a delta. */
export const DELTA_TYPE = 'application/vnd.skerry.delta+zstd';

/** A dictionary that begins with this is no raw content to Zstandard: no delta is made from such a blob. */
const DICTIONARY_MAGIC = [0x37, 0xa4, 0x30, 0xec];

/** Whether a delta can be made from a blob. */
export function canBeBase(bytes: Uint8Array): boolean {
  return bytes.length > 0 && !DICTIONARY_MAGIC.every((byte, i) => bytes[i] === byte);
}

/** Makes the second of two blobs out of the first and a delta. Throws on a delta that doesn't fit. */
export type ApplyDelta = (base: Uint8Array, delta: Uint8Array, sizeBytes: number) => Promise<Uint8Array>;

/** Makes a delta. */
export type MakeDelta = (base: Uint8Array, target: Uint8Array) => Promise<Uint8Array>;
