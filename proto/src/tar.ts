/**
 * Tar archives (POSIX.1-1988 ustar) of regular files, piece by piece: each is a header of 512 bytes, its content, and
 * zeros up to the next 512; two blocks of zeros end the archive. Any tar program reads them.
 */
import { fromUtf8, utf8 } from './bytes.ts';
import { ChunkReader } from './chunks.ts';
import { SkerryError } from './errors.ts';

const BLOCK_BYTES = 512;
/** What eleven octal digits hold. */
const MAX_FILE_BYTES = 8 ** 11 - 1;
const CHECKSUM_AT = 148;

/** The end of an archive. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK_BYTES);

/** The header of a file. Throws SkerryError invalid where its name is longer than 100 bytes. */
export function tarHeader(name: string, sizeBytes: number): Uint8Array {
  if (utf8(name).length > 100 || sizeBytes > MAX_FILE_BYTES)
    throw new SkerryError('invalid', `${name} doesn't fit into a tar archive`);
  const header = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string): void => header.set(utf8(text), at);
  put(0, name);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${sizeBytes.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(CHECKSUM_AT, '        ');
  put(156, '0');
  put(257, 'ustar\x0000');
  put(CHECKSUM_AT, `${checksum(header).toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** The zeros that follow a file's content. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** A file in an archive. Its content is read in one of the two ways, or passed over by asking for the next file. */
export interface TarFile {
  name: string;
  sizeBytes: number;
  /** The content as it comes. */
  content: AsyncIterable<Uint8Array>;
  /** All of it. Throws SkerryError too-large. */
  read(maxBytes: number): Promise<Uint8Array>;
}

/** The regular files of an archive; `what` names it in errors. Throws SkerryError corrupt where it is damaged or cut off. */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<TarFile, void> {
  const reader = new ChunkReader(chunks, what);
  for (;;) {
    const header = await reader.take(BLOCK_BYTES, 'a file header');
    if (header.every((byte) => byte === 0)) return;
    const { name, sizeBytes, type } = parseHeader(header, what);
    let leftBytes = sizeBytes;
    const content = (async function* () {
      while (leftBytes > 0) {
        const piece = await reader.takeSome(leftBytes, name);
        leftBytes -= piece.length;
        yield piece;
      }
    })();
    const read = async (maxBytes: number): Promise<Uint8Array> => {
      if (sizeBytes > maxBytes)
        throw new SkerryError(
          'too-large',
          `${name} in ${what} is ${sizeBytes} bytes, at most ${maxBytes} are taken`,
        );
      leftBytes = 0;
      return reader.take(sizeBytes, name);
    };
    // Folders say nothing that their files' names don't.
    if (type === 'file') yield { name, sizeBytes, content, read };
    while (leftBytes > 0) leftBytes -= (await reader.takeSome(leftBytes, name)).length;
    await reader.take(tarPadding(sizeBytes).length, name);
  }
}

function parseHeader(
  header: Uint8Array,
  what: string,
): { name: string; sizeBytes: number; type: 'file' | 'folder' } {
  const bad = (why: string): SkerryError =>
    new SkerryError('corrupt', `${what} is no tar archive that can be read: ${why}`, {
      hint: 'copy it again, or make it anew',
    });
  if (octal(header, CHECKSUM_AT, 8) !== checksum(header)) throw bad('a header has another checksum');
  const name = text(header, 0, 100);
  const sizeBytes = octal(header, 124, 12);
  const flag = String.fromCharCode(header[156]!);
  if (sizeBytes === undefined || name === '') throw bad('a header is malformed');
  if (!['0', '\0', '5'].includes(flag)) throw bad(`${name} is no regular file`);
  return { name: name.replace(/^\.\//, ''), sizeBytes, type: flag === '5' ? 'folder' : 'file' };
}

/** The sum of all bytes, with the field that holds it counted as spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? 0x20 : byte), 0);
}

function octal(header: Uint8Array, at: number, length: number): number | undefined {
  const digits = text(header, at, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  try {
    return fromUtf8(end < 0 ? field : field.subarray(0, end));
  } catch {
    return ''; // no name, no number: refused by whoever reads it
  }
}
