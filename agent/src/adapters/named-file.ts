import { readFile } from 'node:fs/promises';
import { messageOf, SkerryError } from '@skerry/proto/errors';

/** The text of a file that an option of agent.yaml names. Throws SkerryError `invalid` with the option's name. */
export async function readNamedFile(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('invalid', `${option}: ${messageOf(cause)}`, { cause });
  }
}
