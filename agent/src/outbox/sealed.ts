/** Small records behind a checksum: four bytes CRC-32C, little endian, over the rest of the value. */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';

/** The bytes behind their checksum. */
export function seal(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + bytes.length);
  new DataView(out.buffer).setUint32(0, crc32c(bytes), true);
  out.set(bytes, 4);
  return out;
}

/** What was sealed, or undefined where the checksum doesn't hold. */
export function unseal(value: Uint8Array): Uint8Array | undefined {
  if (value.length < 4) return undefined;
  const bytes = value.subarray(4);
  const stored = new DataView(value.buffer, value.byteOffset).getUint32(0, true);
  return stored === crc32c(bytes) ? bytes : undefined;
}

/** A plain object as sealed JSON. */
export function sealJson(value: unknown): Uint8Array {
  return seal(utf8(JSON.stringify(value)));
}

/** The object that was sealed, or undefined where the checksum doesn't hold. */
export function unsealJson(value: Uint8Array): unknown {
  const bytes = unseal(value);
  return bytes === undefined ? undefined : JSON.parse(fromUtf8(bytes));
}
