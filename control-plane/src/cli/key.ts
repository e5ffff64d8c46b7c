/**
 * The operator's signing key. `key init` is where trust begins: it makes the key, signs the first root (which lets this
 * server's own key sign snapshot and timestamp, and nothing else) and an empty list of releases, and uploads both.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { digestOf } from '@skerry/proto/crypto';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { createKeyFile, readKeyFile } from '@skerry/proto/node/key-file';
import { type Command, print } from '@skerry/proto/node/program';
import { parseKeyFile, type SigningKey } from '@skerry/proto/tuf/keys';
import { parseMetadata, type TufKey } from '@skerry/proto/tuf/metadata';
import { createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { table, time } from './format.ts';
import { readPassphrase } from './passphrase.ts';
import { action, type Session } from './session.ts';
import { fetchRoot, fetchRoots, putMetadata, rememberTargets } from './trust.ts';

/** Adds `key init|ls`. */
export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('signing keys: who may say which releases run');
  key
    .command('init')
    .description("make an operator's key and this control plane's first root of trust")
    .requiredOption('--key <file>', 'where the key is written (an existing key file is used as it is)')
    .option('--no-passphrase', 'leave the key unencrypted: for demonstrations only')
    .addHelpText(
      'after',
      `
Keep the key file off the server, and a copy of it in a safe place. The passphrase is asked for, or comes from
SKERRY_KEY_PASSPHRASE.

Examples:
  skerry key init --key operator-key.json
  skerry key init --key demo-key.json --no-passphrase`,
    )
    .action(
      action<{ key: string; passphrase: boolean }>(async (session, _, options) => initKey(session, options)),
    );
  key
    .command('ls')
    .description("the keys that this control plane's root names, and what each may sign")
    .addHelpText('after', '\nExample:\n  skerry key ls')
    .action(action(async (session) => listKeys(session)));
}

async function initKey(session: Session, options: { key: string; passphrase: boolean }): Promise<void> {
  const { client } = session;
  if (await fetchRoot(client))
    throw new SkerryError('conflict', `${client.url} has a root of trust already`, {
      hint: 'skerry key ls shows whose keys it names; its holder signs releases',
    });
  const online = await client.json<{ keyid: string; key: TufKey }>('GET', 'api/v1/tuf/online-key');
  const key = existsSync(options.key)
    ? await loadKey(options.key)
    : await makeKey(options.key, options.passphrase);
  const nowMs = Date.now();
  const root = createRoot(nodeCrypto, { operatorKeys: [key.key], onlineKey: online.key, nowMs });
  const rootBytes = signMetadata(nodeCrypto, root, [key.privateKey]);
  await putMetadata(client, 'root', rootBytes);
  const privateKeys = [key.privateKey];
  await putMetadata(
    client,
    'targets',
    signTargets(nodeCrypto, emptyTargets(nowMs), { nowMs, privateKeys }),
    0,
  );
  const rootDigest = digestOf(nodeCrypto, rootBytes);
  await rememberTargets(options.key, { rootDigest, targetsVersion: 1 });
  session.show(
    { keyFile: options.key, keyid: key.keyid, rootDigest, rootVersion: 1, targetsVersion: 1 },
    () => {
      print(`The key is in ${options.key}; the root of trust is ${rootDigest}.`);
      print('Enrolment tokens made from now on carry it: skerry token create --enroll');
    },
  );
}

async function makeKey(file: string, withPassphrase: boolean): Promise<SigningKey> {
  const passphrase = withPassphrase ? await readPassphrase('Passphrase for the new key', true) : undefined;
  const { text, key } = createKeyFile(passphrase);
  await mkdir(dirname(file), { recursive: true });
  // `wx`: a key is never overwritten.
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  return key;
}

/** Reads a key file, asking for its passphrase where it is encrypted. Throws SkerryError not-found, unauthorized. */
export async function loadKey(file: string): Promise<SigningKey> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('not-found', `the key ${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'name it with --key; skerry key init makes one',
      cause,
    });
  }
  const isPlain = parseKeyFile(text).private.type === 'plain';
  return readKeyFile(text, isPlain ? undefined : await readPassphrase(`Passphrase of ${file}`, false));
}

async function listKeys(session: Session): Promise<void> {
  const roots = await fetchRoots(session.client);
  const { signed } = parseMetadata('root', roots.at(-1)!);
  const keys = Object.entries(signed.keys).map(([keyid, key]) => ({
    keyid,
    public: key.keyval.public,
    signs: (['root', 'targets', 'snapshot', 'timestamp'] as const).filter((role) =>
      signed.roles[role].keyids.includes(keyid),
    ),
  }));
  const rootDigest = digestOf(nodeCrypto, roots[0]!);
  const value = { rootDigest, rootVersion: signed.version, expires: signed.expires, keys };
  session.show(value, () => {
    table(
      ['key', 'signs', 'holder'],
      keys.map((k) => [
        k.keyid.slice(0, 16),
        k.signs.join(' '),
        k.signs.includes('root') || k.signs.includes('targets') ? 'operator' : 'this server',
      ]),
    );
    print(`root ${signed.version}, good until ${time(Date.parse(signed.expires))}; first root ${rootDigest}`);
  });
}
