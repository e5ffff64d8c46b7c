import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { messageOf, SkerryError } from '@skerry/proto/errors';

/** Reads a file that a command names, `-` for stdin. Throws SkerryError not-found. */
export async function readText(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('not-found', `${file} can't be read: ${messageOf(cause)}`, { cause });
  }
}
