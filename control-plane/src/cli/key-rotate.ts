/**
 * The next root: other operators' keys, another number of them that must sign, another key of the server. Its holders
 * hand trust over themselves, so it bears the signatures that the present root asks for and those that it asks for
 * itself; the list of releases is signed anew under it, because a retired key's signature counts no more.
 */
import { rm } from 'node:fs/promises';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Command, print } from '@skerry/proto/node/program';
import { keyId, type RootSigned, type TufKey } from '@skerry/proto/tuf/metadata';
import { createRoot, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { loadPublicKey, loadSigners } from './key-files.ts';
import { missingSignatures, uploadSigned } from './key-sign.ts';
import { writePending } from './pending.ts';
import { action, collect, type Session, usageError, wholeNumber } from './session.ts';
import { checkMaySign, fetchTargets } from './trust.ts';

interface RotateOptions {
  key: string[];
  add: string[];
  remove: string[];
  threshold?: number;
  targetsThreshold?: number;
  online: boolean;
  out?: string;
}

/** Adds `key rotate`. */
export function addRotateCommand(key: Command): void {
  key
    .command('rotate')
    .description('hand trust over: add or remove keys, change how many must sign, replace the server’s key')
    .requiredOption('--key <file>', 'a key that signs, old or new; repeatable', collect)
    .option(
      '--add <file>',
      'a key that shall sign from now on (its file, or its .pub); repeatable',
      collect,
      [],
    )
    .option('--remove <key>', 'one that shall sign no more, by id or its beginning; repeatable', collect, [])
    .option('--threshold <count>', 'how many keys must sign a root', wholeNumber(1, 100))
    .option('--targets-threshold <count>', 'how many must sign releases', wholeNumber(1, 100))
    .option('--online', "give the server a new key of its own: the old one may be in others' hands", false)
    .option('--out <file>', 'where what lacks further signatures goes: skerry key sign FILE')
    .addHelpText(
      'after',
      `
Without --add, --remove, --threshold and --online the root is renewed as it is: it is good for a year.

Examples:
  skerry key new --key new.json && skerry key rotate --key old.json --key new.json --add new.json --remove 3f9a
  skerry key rotate --key a.json --add b.json.pub --threshold 2 --out rotation.json
  skerry key rotate --key operator-key.json --online`,
    )
    .action(action<RotateOptions>((session, _, options) => rotate(session, options)));
}

async function rotate(session: Session, options: RotateOptions): Promise<void> {
  const { client } = session;
  const signers = await loadSigners(options.key);
  const held = await fetchTargets(client);
  const before = held.root.signed;
  const isNamed = (keyid: string): boolean => before.roles.root.keyids.includes(keyid);
  for (const signer of signers) if (isNamed(signer.key.keyid)) await checkMaySign(signer, held, client.url);
  const added = await Promise.all(options.add.map(loadPublicKey));
  const operatorKeys = [...kept(before, options.remove), ...added];
  const ids = new Set(operatorKeys.map((key) => keyId(nodeCrypto, key)));
  for (const { key, keyFile } of signers)
    if (!isNamed(key.keyid) && !ids.has(key.keyid))
      throw new SkerryError('untrusted', `neither the present root nor the next one names ${keyFile}`, {
        hint: `add it: --add ${keyFile}`,
      });
  const nowMs = Date.now();
  const next = createRoot(nodeCrypto, {
    operatorKeys,
    onlineKey: await onlineKey(session, before, options.online),
    nowMs,
    version: before.version + 1,
    threshold: options.threshold ?? before.roles.root.threshold,
    targetsThreshold: options.targetsThreshold ?? options.threshold ?? before.roles.targets.threshold,
  });
  const root = signMetadata(
    nodeCrypto,
    next,
    signers.map(({ key }) => key.privateKey),
  );
  const mayList = signers.filter(({ key }) => ids.has(key.keyid));
  const privateKeys = mayList.map(({ key }) => key.privateKey);
  const targets = signTargets(nodeCrypto, held.targets, { nowMs, privateKeys });
  const pending = { root, targets };
  const missing = missingSignatures(before, pending);
  if (missing.length > 0 && options.out === undefined)
    throw new SkerryError('precondition', `signatures are missing: ${missing.join('; ')}`, {
      hint: 'give the other keys with --key, too, or --out FILE for their holders to sign: skerry key sign FILE',
    });
  // Kept until both are uploaded: the new root without its list would leave agents with nothing to activate.
  const file = options.out ?? `${options.key[0]}.rotation`;
  await writePending(file, pending);
  if (missing.length === 0) {
    await uploadSigned(client, pending, signers, held.rootDigest);
    await rm(file);
  }
  const value = { rootVersion: next.version, keyids: [...ids], missing, ...(missing.length > 0 && { file }) };
  session.show(value, () =>
    print(
      missing.length === 0
        ? `Root ${next.version} is in force; agents follow it by themselves.`
        : `${file} waits for signatures: ${missing.join('; ')}. Its holders run: skerry key sign ${file} --key …`,
    ),
  );
}

function kept(root: RootSigned, remove: readonly string[]): TufKey[] {
  const keyids = root.roles.root.keyids;
  const gone = remove.map((prefix) => {
    const found = keyids.filter((id) => id.startsWith(prefix.toLowerCase()));
    if (prefix.length < 4 || found.length !== 1)
      throw usageError(`--remove ${prefix} names no single operator's key: skerry key ls shows them`);
    return found[0];
  });
  return keyids.filter((id) => !gone.includes(id)).map((id) => root.keys[id]!);
}

async function onlineKey({ client }: Session, root: RootSigned, isNew: boolean): Promise<TufKey> {
  if (isNew) return (await client.json<{ key: TufKey }>('POST', 'api/v1/tuf/online-key')).key;
  const held = root.keys[root.roles.timestamp.keyids[0] ?? ''];
  if (!held) throw new SkerryError('corrupt', 'the root names no key for the timestamp');
  return held;
}
