/**
 * The operator's side of trust. What is signed here starts from what the server hands out, so that is checked first: a
 * stolen server must not get a signature on a list that it wrote itself, nor one that a yanked release is still in.
 *
 *   root       walked from version 1 by the chain's own rules; the one that this key signed for before
 *   targets    signed under that root; never older than what this key last signed or saw
 *
 * Both are remembered beside the key, in KEY.seen: {"rootDigest":"sha256:…","targetsVersion":7}
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fromHex } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import type { SigningKey } from '@skerry/proto/tuf/keys';
import { type Metadata, parseMetadata, type TargetsSigned } from '@skerry/proto/tuf/metadata';
import { emptyTargets, signTargets } from '@skerry/proto/tuf/repository';
import {
  countSignatures,
  ed25519Check,
  verifyFirstRoot,
  verifyNextRoot,
  verifySignatures,
} from '@skerry/proto/tuf/verify';
import { z } from 'zod';
import type { Client } from './client.ts';
import { writePending } from './pending.ts';

const check = ed25519Check(nodeCrypto);
const ROOTS_MAX = 1_000;

/** A metadata file, undefined where the server has none. */
export async function fetchMetadata(client: Client, name: string): Promise<Uint8Array | undefined> {
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

/** A key, and the file it came from. */
export interface Signer {
  key: SigningKey;
  keyFile: string;
}

export interface HeldTargets {
  /** The newest root. */
  root: Metadata<'root'>;
  /** Every root from the first to the newest. */
  roots: Uint8Array[];
  /** `sha256:…` of the first. */
  rootDigest: string;
  targets: TargetsSigned;
}

/** The targets that the server holds, signatures verified under the walked root. Throws SkerryError untrusted. */
export async function fetchTargets(client: Client): Promise<HeldTargets> {
  const roots = await fetchRoots(client);
  const root = parseMetadata('root', roots.at(-1)!);
  const rootDigest = digestOf(nodeCrypto, roots[0]!);
  const bytes = await fetchMetadata(client, 'targets.json');
  // An interrupted `key init` leaves a root without targets: version 1 is then still to be signed.
  if (!bytes) return { root, roots, rootDigest, targets: emptyTargets(Date.now()) };
  const targets = parseMetadata('targets', bytes);
  verifySignatures(check, root.signed, targets);
  return { root, roots, rootDigest, targets: targets.signed };
}

/** Who signs, and where what still lacks others' signatures goes. */
export interface Signing {
  /** The keys at hand; as many as the root asks for, or fewer and `pendingFile`. */
  signers: readonly Signer[];
  /** Gets a list that lacks signatures, for the other holders to sign (`key sign`). */
  pendingFile?: string;
}

/** The version that holds in the end, whether it is new, and whether it waits for further signatures. */
export interface ChangedTargets {
  version: number;
  changed: boolean;
  pending: boolean;
}

/**
 * Changes the signed list of releases: fetch, change, version + 1, sign here, upload on the condition that nobody else
 * did meanwhile; once more where somebody did. `change` returns undefined where there is nothing to do. Throws
 * SkerryError untrusted where a key may not sign, precondition where more must sign and there is no `pendingFile`.
 */
export async function changeTargets(
  client: Client,
  signing: Signing,
  change: (targets: TargetsSigned) => TargetsSigned | undefined,
): Promise<ChangedTargets> {
  const { signers, pendingFile } = signing;
  for (let attempt = 1; ; attempt++) {
    const held = await fetchTargets(client);
    const { targets, rootDigest } = held;
    for (const signer of signers) await checkMaySign(signer, held, client.url);
    const next = change(targets);
    if (!next) return { version: targets.version, changed: false, pending: false };
    const privateKeys = signers.map(({ key }) => key.privateKey);
    const bytes = signTargets(nodeCrypto, next, { nowMs: Date.now(), privateKeys });
    const version = targets.version + 1;
    const { good, threshold } = countSignatures(check, held.root.signed, parseMetadata('targets', bytes));
    if (good < threshold) {
      if (pendingFile === undefined)
        throw new SkerryError('precondition', `${threshold} keys must sign, and ${good} did`, {
          hint: 'give the others with --key, too, or --out FILE for their holders to sign: skerry key sign FILE',
        });
      await writePending(pendingFile, { targets: bytes });
      return { version, changed: true, pending: true };
    }
    try {
      await putMetadata(client, 'targets', bytes, targets.version);
    } catch (error) {
      const raced = error instanceof SkerryError && error.code === 'precondition';
      if (!raced || attempt === 2) throw error;
      continue;
    }
    for (const { keyFile } of signers)
      await rememberTargets(keyFile, { rootDigest, targetsVersion: version });
    return { version, changed: true, pending: false };
  }
}

const seenSchema = z.object({ rootDigest: z.string(), targetsVersion: z.int() });

type Seen = z.output<typeof seenSchema>;

/**
 * Whether this key may sign what the server shows: under the root that it signed for before (at first, a root that bears
 * its own signature: anyone can write a root that merely names it), and no list older than one it has seen.
 */
export async function checkMaySign(signer: Signer, held: HeldTargets, url: string): Promise<void> {
  const { key, keyFile } = signer;
  const file = `${keyFile}.seen`;
  const refused = (message: string, hint: string): SkerryError =>
    new SkerryError('untrusted', message, { hint });
  if (!held.root.signed.roles.targets.keyids.includes(key.keyid))
    throw refused(
      `${keyFile} may not sign releases for ${url}`,
      "skerry key ls shows whose keys the root names; or is this another server's key?",
    );
  const seen = await readSeen(file);
  if (seen ? seen.rootDigest !== held.rootDigest : !isSignedBy(held.root, key))
    throw refused(
      `${url} shows another root of trust than the one that ${keyFile} signs for`,
      `a server that was taken over would do so; if another holder told you its digest: skerry key pin --key ${keyFile} --root sha256:…`,
    );
  const { version } = held.targets;
  if (seen && version < seen.targetsVersion)
    throw refused(
      `the control plane shows release list ${version}, and this key has seen ${seen.targetsVersion}`,
      `an old list may bring yanked releases back: find out why (a restored backup?), then remove ${file}`,
    );
  if (!seen || version > seen.targetsVersion)
    await rememberTargets(keyFile, { rootDigest: held.rootDigest, targetsVersion: version });
}

function isSignedBy(root: Metadata<'root'>, { keyid, key }: SigningKey): boolean {
  return root.signatures.some((s) => s.keyid === keyid && check(key, root.signedBytes, fromHex(s.sig)));
}

async function readSeen(file: string): Promise<Seen | undefined> {
  try {
    return seenSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SkerryError('corrupt', `${file} can't be read: ${reasonOf(cause)}`, { cause });
  }
}

/** Remembers, beside the key, under which root it signs and the newest list that it has seen. */
export async function rememberTargets(keyFile: string, seen: Seen): Promise<void> {
  const file = `${keyFile}.seen`;
  try {
    await writeFile(file, `${JSON.stringify(seen)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new SkerryError('failed', `${file} can't be written: ${reasonOf(cause)}`, {
      hint: 'the key’s folder must be writable: what was seen there guards against old release lists',
      cause,
    });
  }
}
