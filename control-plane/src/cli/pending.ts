/**
 * Metadata that waits for the signatures of further holders, as a file that goes from one to the next: what is signed is
 * the same bytes for all of them.
 *
 *   {"root":{"signed":{…},"signatures":[…]},"targets":{"signed":{…},"signatures":[…]}}
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { fromUtf8 } from '@skerry/proto/bytes';
import { canonicalBytes } from '@skerry/proto/canonical';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { z } from 'zod';

const schema = z.strictObject({ root: z.looseObject({}).optional(), targets: z.looseObject({}).optional() });

/** Metadata files as they are uploaded. */
export interface Pending {
  root?: Uint8Array;
  targets?: Uint8Array;
}

/** Writes it whole. */
export async function writePending(file: string, pending: Pending): Promise<void> {
  const parsed = Object.entries(pending).map(([role, bytes]) => [role, JSON.parse(fromUtf8(bytes))]);
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(Object.fromEntries(parsed), null, 2)}\n`);
  await rename(temporary, file);
}

/** Reads it. Throws SkerryError not-found or invalid. Nothing in it is verified. */
export async function readPending(file: string): Promise<Pending> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, { cause });
  }
  try {
    const { root, targets } = schema.parse(JSON.parse(text));
    return {
      ...(root && { root: canonicalBytes(root) }),
      ...(targets && { targets: canonicalBytes(targets) }),
    };
  } catch (cause) {
    throw new SkerryError('invalid', `${file} holds nothing to sign`, {
      hint: 'it is the file that --out of key rotate, release push or release yank wrote',
      cause,
    });
  }
}
