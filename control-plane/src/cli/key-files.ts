/** Key files as commands name them. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { createKeyFile, readKeyFile } from '@skerry/proto/node/key-file';
import { formatPublicKey, parseKeyFile, parsePublicKey, type SigningKey } from '@skerry/proto/tuf/keys';
import type { TufKey } from '@skerry/proto/tuf/metadata';
import { readPassphrase } from './passphrase.ts';
import type { Signer } from './trust.ts';

/** Makes a key and writes it, and its public half beside it as FILE.pub. A file that is there is never overwritten. */
export async function makeKey(file: string, withPassphrase: boolean): Promise<SigningKey> {
  const passphrase = withPassphrase
    ? await readPassphrase(`Passphrase for the new key ${file}`, true)
    : undefined;
  const { text, key } = createKeyFile(passphrase);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  await writeFile(`${file}.pub`, formatPublicKey(key.key));
  return key;
}

/** Reads a key file, asking for its passphrase where it is encrypted. Throws SkerryError not-found, unauthorized. */
export async function loadKey(file: string): Promise<SigningKey> {
  const text = await readNamed(file);
  const isPlain = parseKeyFile(text).private.type === 'plain';
  return readKeyFile(text, isPlain ? undefined : await readPassphrase(`Passphrase of ${file}`, false));
}

/** The signers of key files. Throws SkerryError not-found, unauthorized, or invalid where one stands twice. */
export async function loadSigners(files: readonly string[]): Promise<Signer[]> {
  const signers: Signer[] = [];
  for (const keyFile of files) {
    const key = await loadKey(keyFile);
    if (signers.some((other) => other.key.keyid === key.keyid))
      throw new SkerryError('invalid', `${keyFile} is a key that was given already`);
    signers.push({ key, keyFile });
  }
  return signers;
}

/** The same, making those that aren't there yet. */
export async function loadOrMakeSigners(
  files: readonly string[],
  withPassphrase: boolean,
): Promise<Signer[]> {
  for (const file of files) if (!existsSync(file)) await makeKey(file, withPassphrase);
  return loadSigners(files);
}

/** The public half that a key file or its .pub holds; no passphrase is needed. */
export async function loadPublicKey(file: string): Promise<TufKey> {
  return parsePublicKey(await readNamed(file));
}

async function readNamed(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('not-found', `the key ${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'name it with --key; skerry key init makes one',
      cause,
    });
  }
}
