import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import type { Client } from './client.ts';

/** Reads a file that a command names, `-` for stdin. Throws SkerryError not-found. */
async function readText(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'check the path given with -f',
      cause,
    });
  }
}

/** Posts a YAML document from a file, `-` for stdin; where the server refuses it, the error names that file. */
export async function postDocument<T>(client: Client, path: string, file: string): Promise<T> {
  const body = await readText(file);
  try {
    return await client.json<T>('POST', path, { body, headers: { 'content-type': 'application/yaml' } });
  } catch (error) {
    if (!(error instanceof SkerryError)) throw error;
    const message = error.message.replace(/^\S+\.yaml is refused:/, `${file} is refused:`);
    throw new SkerryError(error.code, message, {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    });
  }
}
