/**
 * The operator's side of trust. What is signed here starts from what the server hands out, so that is checked first: a
 * stolen server must not get a signature on a list that it wrote itself, nor one that a yanked release is still in.
 *
 *   root       walked from version 1 by the chain's own rules; the operator's key must be among its targets keys
 *   targets    signed under that root; never older than what this key last signed or saw (KEY.seen beside the key)
 */
import { readFile, writeFile } from 'node:fs/promises';
import { digestOf } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import type { SigningKey } from '@skerry/proto/tuf/keys';
import { parseMetadata, type TargetsSigned } from '@skerry/proto/tuf/metadata';
import { emptyTargets, signTargets } from '@skerry/proto/tuf/repository';
import { ed25519Check, verifyFirstRoot, verifyNextRoot, verifySignatures } from '@skerry/proto/tuf/verify';
import { z } from 'zod';
import type { Client } from './client.ts';

const check = ed25519Check(nodeCrypto);
const ROOTS_MAX = 1_000;

/** A metadata file, undefined where the server has none. */
async function fetchMetadata(client: Client, name: string): Promise<Uint8Array | undefined> {
  try {
    const response = await client.send('GET', `tuf/${name}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof SkerryError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** The first root, undefined before `key init`. */
export async function fetchRoot(client: Client): Promise<Uint8Array | undefined> {
  return fetchMetadata(client, '1.root.json');
}

/** Every root from the first to the newest, each verified by the one before. Throws SkerryError not-found, untrusted. */
export async function fetchRoots(client: Client): Promise<Uint8Array[]> {
  const first = await fetchRoot(client);
  if (!first)
    throw new SkerryError('not-found', `${client.url} has no root of trust yet`, {
      hint: 'make one: skerry key init --key FILE',
    });
  const roots = [first];
  let trusted = parseMetadata('root', first);
  verifyFirstRoot(check, trusted);
  while (roots.length < ROOTS_MAX) {
    const bytes = await fetchMetadata(client, `${trusted.signed.version + 1}.root.json`);
    if (!bytes) break;
    const next = parseMetadata('root', bytes);
    verifyNextRoot(check, trusted.signed, next);
    roots.push(bytes);
    trusted = next;
  }
  return roots;
}

/** Uploads signed metadata; `ifVersion` is the version that it builds on. */
export async function putMetadata(
  client: Client,
  role: 'root' | 'targets',
  bytes: Uint8Array,
  ifVersion?: number,
): Promise<unknown> {
  return client.json('PUT', `api/v1/tuf/${role}`, {
    body: bytes,
    headers: {
      'content-type': 'application/json',
      ...(ifVersion !== undefined && { 'if-match': `"${ifVersion}"` }),
    },
  });
}

/** The targets that the server holds, signatures verified under the walked root. Throws SkerryError untrusted. */
export async function fetchTargets(
  client: Client,
): Promise<{ targets: TargetsSigned; rootDigest: string; keyids: string[] }> {
  const roots = await fetchRoots(client);
  const root = parseMetadata('root', roots.at(-1)!).signed;
  const rootDigest = digestOf(nodeCrypto, roots[0]!);
  const { keyids } = root.roles.targets;
  const bytes = await fetchMetadata(client, 'targets.json');
  // An interrupted `key init` leaves a root without targets: version 1 is then still to be signed.
  if (!bytes) return { targets: emptyTargets(Date.now()), rootDigest, keyids };
  const targets = parseMetadata('targets', bytes);
  verifySignatures(check, root, targets);
  return { targets: targets.signed, rootDigest, keyids };
}

/**
 * Changes the signed list of releases: fetch, change, version + 1, sign here, upload on the condition that nobody else
 * did meanwhile; once more where somebody did. `change` returns undefined where there is nothing to do. Returns the
 * version that holds in the end, and whether it is new.
 */
export async function changeTargets(
  client: Client,
  signer: { key: SigningKey; keyFile: string },
  change: (targets: TargetsSigned) => TargetsSigned | undefined,
): Promise<{ version: number; changed: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const { targets, rootDigest, keyids } = await fetchTargets(client);
    if (!keyids.includes(signer.key.keyid))
      throw new SkerryError('untrusted', `${signer.keyFile} may not sign releases for ${client.url}`, {
        hint: "skerry key ls shows whose keys the root names; or is this another server's key?",
      });
    await checkSeen(signer.keyFile, { rootDigest, targetsVersion: targets.version });
    const next = change(targets);
    if (!next) return { version: targets.version, changed: false };
    const privateKeys = [signer.key.privateKey];
    const bytes = signTargets(nodeCrypto, next, { nowMs: Date.now(), privateKeys });
    try {
      await putMetadata(client, 'targets', bytes, targets.version);
    } catch (error) {
      const raced = error instanceof SkerryError && error.code === 'precondition';
      if (!raced || attempt === 2) throw error;
      continue;
    }
    await writeSeen(signer.keyFile, { rootDigest, targetsVersion: targets.version + 1 });
    return { version: targets.version + 1, changed: true };
  }
}

const seenSchema = z.object({ rootDigest: z.string(), targetsVersion: z.int() });

type Seen = z.output<typeof seenSchema>;

/** Refuses a list older than the last one seen under the same root, and remembers a newer one. */
async function checkSeen(keyFile: string, now: Seen): Promise<void> {
  const file = `${keyFile}.seen`;
  const seen = await readSeen(file);
  if (seen?.rootDigest === now.rootDigest && now.targetsVersion < seen.targetsVersion)
    throw new SkerryError(
      'untrusted',
      `the control plane shows release list ${now.targetsVersion}, and this key has seen ${seen.targetsVersion}`,
      {
        hint: `an old list may bring yanked releases back: find out why (a restored backup?), then remove ${file}`,
      },
    );
  if (seen?.rootDigest !== now.rootDigest || now.targetsVersion > seen.targetsVersion)
    await writeSeen(keyFile, now);
}

async function readSeen(file: string): Promise<Seen | undefined> {
  try {
    return seenSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SkerryError('corrupt', `${file} can't be read: ${messageOf(cause)}`, { cause });
  }
}

async function writeSeen(keyFile: string, seen: Seen): Promise<void> {
  const file = `${keyFile}.seen`;
  try {
    await writeFile(file, `${JSON.stringify(seen)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new SkerryError('failed', `${file} can't be written: ${messageOf(cause)}`, {
      hint: 'the key’s folder must be writable: what was seen there guards against old release lists',
      cause,
    });
  }
}
