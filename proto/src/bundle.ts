/**
 * Results carried by hand: the file that an agent exports, and the acknowledgement that goes back. Both are parts
 * (skerry/v1/bundle.proto) in a row, so that neither end holds more than one of them in memory:
 *
 *   0   "SKERRYB1"
 *   8   u32 length of the first part, u32 CRC-32C over it (both little endian), the part: a SignedPart
 *   …   the next; the last one says that it is the last
 *
 * 1. Every part is signed by itself: an agent's by its device key, a control plane's by its online key, each over the
 *    purpose's name before the content, so that neither signature stands for anything else.
 * 2. All parts of a file are of one agent and one export, numbered from 0.
 * 3. A file that was cut off, lengthened or damaged is refused by name.
 */
import { concat, sameBytes, utf8 } from './bytes.ts';
import { ChunkReader } from './chunks.ts';
import { crc32c } from './crc32c.ts';
import { messageOf, SkerryError } from './errors.ts';
import { decode, encode, type skerry, v1 } from './wire.ts';

/** The largest part that is read or written, in bytes: as much as a control plane takes in one exchange. */
export const MAX_PART_BYTES: number = 4 * 1024 * 1024;

/** What a file begins with. */
export const BUNDLE_MAGIC: Uint8Array = utf8('SKERRYB1');

/** What a part is signed for. */
export type Purpose = 'results' | 'acknowledgement';

const FRAME_BYTES = 8;

/** A part, signed. `sign` makes the Ed25519 signature of a message. */
export function sealPart(
  purpose: Purpose,
  part: skerry.v1.IBundlePart,
  sign: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  const content = encode(v1.BundlePart, part);
  return encode(v1.SignedPart, { content, signature: sign(signedBytes(purpose, content)) });
}

/** A part without its frame. Throws SkerryError invalid on bytes that are none. The signature is not looked at. */
export function openPart(bytes: Uint8Array): skerry.v1.BundlePart {
  try {
    return decode(v1.BundlePart, decode(v1.SignedPart, bytes).content);
  } catch (cause) {
    throw new SkerryError('invalid', `what came is no part of such a file: ${messageOf(cause)}`, { cause });
  }
}

/** Whether a part is signed for this purpose by whoever `verify` stands for. */
export function isSigned(
  purpose: Purpose,
  bytes: Uint8Array,
  verify: (message: Uint8Array, signature: Uint8Array) => boolean,
): boolean {
  const { content, signature } = decode(v1.SignedPart, bytes);
  return verify(signedBytes(purpose, content), signature);
}

function signedBytes(purpose: Purpose, content: Uint8Array): Uint8Array {
  return concat([utf8(`skerry ${purpose} v1\n`), content]);
}

/** A part as it lies in a file, behind the magic or the part before. */
export function framePart(bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_BYTES);
  const view = new DataView(frame.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(4, crc32c(bytes), true);
  return concat([frame, bytes]);
}

/** A part as it was read: its content, and the bytes that are signed. */
export interface ReadPart {
  part: skerry.v1.BundlePart;
  bytes: Uint8Array;
  /** Bytes of the file up to its end. */
  endBytes: number;
}

/**
 * The parts of a file, one after another. `what` names the file in errors. Throws SkerryError corrupt where it is no
 * such file, cut off, damaged, or put together from several; parts before that have been given out by then.
 */
export async function* readParts(
  chunks: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<ReadPart, void> {
  const reader = new ChunkReader(chunks, what);
  const magic = await reader.take(BUNDLE_MAGIC.length, 'its beginning');
  if (!sameBytes(magic, BUNDLE_MAGIC))
    throw new SkerryError('corrupt', `${what} is no file of exported results or of acknowledgements`);
  let first: skerry.v1.BundlePart | undefined;
  for (let index = 0; ; index++) {
    const name = `part ${index + 1}`;
    const header = await reader.take(FRAME_BYTES, name);
    const view = new DataView(header.buffer, header.byteOffset, FRAME_BYTES);
    const lengthBytes = view.getUint32(0, true);
    if (lengthBytes > MAX_PART_BYTES) throw damaged(what, name, `${lengthBytes} bytes long`);
    const bytes = await reader.take(lengthBytes, name);
    if (crc32c(bytes) !== view.getUint32(4, true)) throw damaged(what, name, 'wrong checksum');
    const part = openPart(bytes);
    first ??= part;
    if (part.index !== index || part.agent !== first.agent || !sameBytes(part.bundle, first.bundle))
      throw damaged(what, name, 'not the part that belongs there');
    yield { part, bytes, endBytes: reader.takenBytes };
    if (part.last) break;
  }
  if (await reader.hasMore()) throw damaged(what, 'its end', 'more follows behind the last part');
}

function damaged(what: string, where: string, why: string): SkerryError {
  return new SkerryError('corrupt', `${what} is damaged at ${where}: ${why}`, {
    hint: 'copy it again, or export anew',
  });
}
