/** Signing what others have begun: a further signature on the same bytes, and the upload once there are enough. */
import { rm } from 'node:fs/promises';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Command, print } from '@skerry/proto/node/program';
import {
  type Metadata,
  parseMetadata,
  type RootSigned,
  type TargetsSigned,
} from '@skerry/proto/tuf/metadata';
import { addSignatures } from '@skerry/proto/tuf/repository';
import { countSignatures, ed25519Check } from '@skerry/proto/tuf/verify';
import type { Client } from './client.ts';
import { loadSigners } from './key-files.ts';
import { type Pending, readPending, writePending } from './pending.ts';
import { action, collect, type Session } from './session.ts';
import {
  checkMaySign,
  fetchTargets,
  type HeldTargets,
  putMetadata,
  rememberTargets,
  type Signer,
} from './trust.ts';

const check = ed25519Check(nodeCrypto);

/** Adds `key sign`. */
export function addSignCommand(key: Command): void {
  key
    .command('sign')
    .description('show what waits for signatures, sign it, and upload it once enough have')
    .argument('<file>', 'what --out of key rotate, release push or release yank wrote')
    .option('--key <file>', 'a key that signs; repeatable; without one it only shows', collect, [])
    .addHelpText(
      'after',
      '\nExamples:\n  skerry key sign rotation.json\n  skerry key sign rotation.json --key b.json',
    )
    .action(action<{ key: string[] }>((session, [file], { key }) => sign(session, file!, key)));
}

async function sign(session: Session, file: string, keyFiles: readonly string[]): Promise<void> {
  const { client } = session;
  const held = await fetchTargets(client);
  const before = held.root.signed;
  const pending = await readPending(file);
  const changes = describe(held, pending);
  if (!session.json) for (const line of changes) print(line);
  const signers = await loadSigners(keyFiles);
  const signed = await addTo(held, pending, signers, client.url);
  const missing = missingSignatures(before, signed);
  if (signers.length > 0) await writePending(file, signed);
  const uploads = missing.length === 0 && signers.length > 0;
  if (uploads) {
    await uploadSigned(client, signed, signers, held.rootDigest);
    await rm(file);
  }
  session.show({ file, changes, missing, uploaded: uploads }, () =>
    print(uploads ? 'Signed, and in force.' : `Missing: ${missing.join('; ') || 'nothing'}.`),
  );
}

async function addTo(
  held: HeldTargets,
  pending: Pending,
  signers: readonly Signer[],
  url: string,
): Promise<Pending> {
  const next = pending.root && parseMetadata('root', pending.root).signed;
  const authority = next ?? held.root.signed;
  const names = (root: RootSigned, { key }: Signer): boolean => root.roles.root.keyids.includes(key.keyid);
  for (const signer of signers) {
    if (names(held.root.signed, signer)) await checkMaySign(signer, held, url);
    else if (!names(authority, signer))
      throw new SkerryError('untrusted', `${signer.keyFile} has no part in this: no root names it`);
  }
  const seeds = (root?: RootSigned): Uint8Array[] =>
    signers.filter((s) => !root || names(root, s)).map(({ key }) => key.privateKey);
  const { root, targets } = pending;
  return {
    ...(root && { root: addSignatures(nodeCrypto, parseMetadata('root', root), seeds()) }),
    ...(targets && {
      targets: addSignatures(nodeCrypto, parseMetadata('targets', targets), seeds(authority)),
    }),
  };
}

/** What lacks how many signatures, under the root that is in force and the one that is to follow it. */
export function missingSignatures(before: RootSigned, pending: Pending): string[] {
  const missing: string[] = [];
  const need = (authority: RootSigned, metadata: Metadata, whose: string): void => {
    const { good, threshold } = countSignatures(check, authority, metadata);
    if (good < threshold) missing.push(`${metadata.role}: ${good} of ${threshold} by ${whose}`);
  };
  const next = pending.root && parseMetadata('root', pending.root);
  if (next) {
    need(before, next, 'the present keys');
    need(next.signed, next, 'the next keys');
  }
  if (pending.targets)
    need(next?.signed ?? before, parseMetadata('targets', pending.targets), 'keys that may sign releases');
  return missing;
}

/** Uploads it, the root first. Interrupted, it may be uploaded again. */
export async function uploadSigned(
  client: Client,
  pending: Pending,
  signers: readonly Signer[],
  rootDigest: string,
): Promise<void> {
  if (pending.root) await putMetadata(client, 'root', pending.root);
  if (!pending.targets) return;
  const targetsVersion = parseMetadata('targets', pending.targets).signed.version;
  await putMetadata(client, 'targets', pending.targets, targetsVersion - 1);
  for (const { keyFile } of signers) await rememberTargets(keyFile, { rootDigest, targetsVersion });
}

/** What would change, for whoever signs to read; refuses what doesn't follow what is held. */
function describe(held: HeldTargets, pending: Pending): string[] {
  const before = held.root.signed;
  const root = pending.root && parseMetadata('root', pending.root).signed;
  const targets = pending.targets && parseMetadata('targets', pending.targets).signed;
  if (root && root.version !== before.version + 1)
    throw new SkerryError('conflict', `it holds root ${root.version}, and ${before.version + 1} is next`);
  if (targets && targets.version !== held.targets.version + 1)
    throw new SkerryError(
      'conflict',
      `it holds list ${targets.version}, and ${held.targets.version + 1} is next`,
      {
        hint: 'somebody else pushed meanwhile: make it anew',
      },
    );
  return [...(root ? rootChanges(before, root) : []), ...(targets ? listChanges(held.targets, targets) : [])];
}

function rootChanges(before: RootSigned, next: RootSigned): string[] {
  const lines = [`root ${next.version}, good until ${next.expires}`];
  for (const role of ['root', 'targets', 'timestamp', 'snapshot'] as const) {
    const [a, b] = [before.roles[role], next.roles[role]];
    for (const id of b.keyids) if (!a.keyids.includes(id)) lines.push(`  + ${id} signs ${role}`);
    for (const id of a.keyids) if (!b.keyids.includes(id)) lines.push(`  - ${id} signs ${role} no more`);
    if (a.threshold !== b.threshold)
      lines.push(`  ${role} needs ${b.threshold} signatures, not ${a.threshold}`);
  }
  return lines;
}

function listChanges(before: TargetsSigned, next: TargetsSigned): string[] {
  const digest = (list: TargetsSigned, path: string): string | undefined => list.targets[path]?.hashes.sha256;
  const paths = [...new Set([...Object.keys(before.targets), ...Object.keys(next.targets)])].sort();
  const lines = [`release list ${next.version}, good until ${next.expires}`];
  for (const path of paths) {
    const [a, b] = [digest(before, path), digest(next, path)];
    if (a === b) continue;
    if (a !== undefined) lines.push(`  - ${path} sha256:${a}`);
    if (b !== undefined) lines.push(`  + ${path} sha256:${b}`);
  }
  return lines;
}
