/**
 * The operators' signing keys. `key init` is where trust begins: it makes the keys, signs the first root (which lets
 * this server's own key sign snapshot and timestamp, and nothing else) and an empty list of releases, and uploads both.
 */
import { DIGEST_PATTERN, digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Command, print } from '@skerry/proto/node/program';
import { keyId, parseMetadata, type TufKey } from '@skerry/proto/tuf/metadata';
import { createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { table, time } from './format.ts';
import { loadOrMakeSigners, loadPublicKey, makeKey } from './key-files.ts';
import { addRotateCommand } from './key-rotate.ts';
import { addSignCommand } from './key-sign.ts';
import { action, collect, type Session, usageError, wholeNumber } from './session.ts';
import { fetchRoot, fetchRoots, putMetadata, rememberTargets } from './trust.ts';

interface InitOptions {
  key: string[];
  add: string[];
  passphrase: boolean;
  threshold: number;
}

/** Adds `key init|new|pin|ls|rotate|sign`. */
export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('signing keys: who may say which releases run');
  key
    .command('init')
    .description("make the operators' keys and this control plane's first root of trust")
    .requiredOption(
      '--key <file>',
      'where a key is written (an existing key file is used as it is); repeatable',
      collect,
    )
    .option('--add <file>', "the public half of somebody else's key (key new); repeatable", collect, [])
    .option('--threshold <count>', 'how many keys must sign together', wholeNumber(1, 100), 1)
    .option('--no-passphrase', 'leave the keys unencrypted: for demonstrations only')
    .addHelpText(
      'after',
      `
Keep the key files off the server, and a copy of each in a safe place. A passphrase is asked for, or comes from
SKERRY_KEY_PASSPHRASE.

Examples:
  skerry key init --key operator-key.json
  skerry key init --key a.json --key b.json --add carla.json.pub --threshold 2
  skerry key init --key demo-key.json --no-passphrase`,
    )
    .action(action<InitOptions>(async (session, _, options) => initKey(session, options)));
  key
    .command('new')
    .description('make a key that is yet to be named by a root; asks no server')
    .requiredOption('--key <file>', 'where it is written; its public half goes to FILE.pub')
    .option('--no-passphrase', 'leave the key unencrypted: for demonstrations only')
    .addHelpText('after', '\nExample:\n  skerry key new --key carla.json')
    .action(
      action<{ key: string; passphrase: boolean }>(async (session, _, options) => {
        const { keyid } = await makeKey(options.key, options.passphrase);
        session.show({ keyFile: options.key, keyid }, () =>
          print(`The key ${keyid.slice(0, 16)} is in ${options.key}, its public half in ${options.key}.pub.`),
        );
      }),
    );
  key
    .command('pin')
    .description('tell a key that others added which root it signs for, as they told you')
    .requiredOption('--key <file>', 'the key')
    .requiredOption(
      '--root <digest>',
      'sha256:… of the first root (skerry key ls, where you trust it)',
      digest,
    )
    .addHelpText('after', '\nExample:\n  skerry key pin --key carla.json --root sha256:9f86d081884c…')
    .action(
      action<{ key: string; root: string }>(async (session, _, { key: keyFile, root: rootDigest }) => {
        await rememberTargets(keyFile, { rootDigest, targetsVersion: 0 });
        session.show({ keyFile, rootDigest }, () => print(`${keyFile} signs for ${rootDigest}.`));
      }),
    );
  key
    .command('ls')
    .description("the keys that this control plane's root names, and what each may sign")
    .addHelpText('after', '\nExample:\n  skerry key ls')
    .action(action(async (session) => listKeys(session)));
  addRotateCommand(key);
  addSignCommand(key);
}

function digest(text: string): string {
  if (!DIGEST_PATTERN.test(text)) throw usageError('expected sha256: and 64 hexadecimal digits');
  return text;
}

async function initKey(session: Session, options: InitOptions): Promise<void> {
  const { client } = session;
  const { threshold } = options;
  if (await fetchRoot(client))
    throw new SkerryError('conflict', `${client.url} has a root of trust already`, {
      hint: 'skerry key ls shows whose keys it names; its holder signs releases',
    });
  const others = await Promise.all(options.add.map(loadPublicKey));
  if (options.key.length < threshold)
    throw new SkerryError('invalid', `the first root needs ${threshold} signatures: give as many --key`, {
      hint: 'or begin with fewer, and raise it afterwards: skerry key rotate --threshold',
    });
  const online = await client.json<{ key: TufKey }>('GET', 'api/v1/tuf/online-key');
  const signers = await loadOrMakeSigners(options.key, options.passphrase);
  const nowMs = Date.now();
  const operatorKeys = [...signers.map(({ key }) => key.key), ...others];
  const root = createRoot(nodeCrypto, { operatorKeys, onlineKey: online.key, nowMs, threshold });
  const privateKeys = signers.map(({ key }) => key.privateKey);
  const rootBytes = signMetadata(nodeCrypto, root, privateKeys);
  await putMetadata(client, 'root', rootBytes);
  const targets = signTargets(nodeCrypto, emptyTargets(nowMs), { nowMs, privateKeys });
  await putMetadata(client, 'targets', targets, 0);
  const rootDigest = digestOf(nodeCrypto, rootBytes);
  for (const { keyFile } of signers) await rememberTargets(keyFile, { rootDigest, targetsVersion: 1 });
  const [{ key, keyFile }] = signers as [(typeof signers)[number]];
  const keyids = operatorKeys.map((operator) => keyId(nodeCrypto, operator));
  session.show(
    { keyFile, keyid: key.keyid, keyids, threshold, rootDigest, rootVersion: 1, targetsVersion: 1 },
    () => {
      print(`The key is in ${options.key.join(', ')}; the root of trust is ${rootDigest}.`);
      if (threshold > 1) print(`${threshold} of ${operatorKeys.length} keys must sign together.`);
      print('Enrolment tokens made from now on carry it: skerry token create --enroll');
    },
  );
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
  const { threshold } = signed.roles.root;
  const targetsThreshold = signed.roles.targets.threshold;
  const { version: rootVersion, expires } = signed;
  session.show({ rootDigest, rootVersion, expires, threshold, targetsThreshold, keys }, () => {
    table(
      ['key', 'signs', 'holder'],
      keys.map((k) => [
        k.keyid.slice(0, 16),
        k.signs.join(' '),
        k.signs.includes('root') || k.signs.includes('targets') ? 'operator' : 'this server',
      ]),
    );
    print(`root ${rootVersion}, good until ${time(Date.parse(expires))}; first root ${rootDigest}`);
    print(`signatures needed: ${threshold} for a root, ${targetsThreshold} for releases`);
  });
}
