import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import type { InferenceBackend } from '@skerry/agent/ports';
import { verifyLocalRelease } from '@skerry/agent/trust/local';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readKeyFile } from '@skerry/proto/node/key-file';
import { type Command, print, printJson } from '@skerry/proto/node/program';
import { packRelease } from '@skerry/proto/pack';
import { parseMetadata } from '@skerry/proto/tuf/metadata';
import { addTarget, emptyTargets, signTargets, targetPath } from '@skerry/proto/tuf/repository';
import { checkGolden } from '../golden/golden.ts';
import { writeFiles } from '../node/write-files.ts';
import { ociLayout } from '../pack/oci.ts';
import { tryVariants } from '../pack/try-variants.ts';
import { type OpenedRelease, openRelease, withVariant } from './shared.ts';

const TARGETS_FILE = 'targets.json';

/** `pack DIR --out LAYOUT`: the release as an OCI image layout, its models tried on the backend. */
export function addPack(program: Command, backend: InferenceBackend): void {
  program
    .command('pack <release>')
    .description('try every variant, write a release as an OCI image layout, and print its digest')
    .requiredOption('--out <directory>', 'where the layout is written')
    .option('--json', 'print the digest as JSON')
    .addHelpText('after', '\nExample:\n  skerry-model pack releases/press/1.0.0 --out press.oci')
    .action(async (directory: string, flags: { out: string; json?: boolean }) => {
      const { manifest, files, changes } = await openRelease(directory);
      await tryVariants(backend, manifest, files, { crypto: nodeCrypto, clock: systemClock });
      const { digest, layout } = ociLayout(nodeCrypto, manifest, files);
      await writeFiles(flags.out, layout);
      if (flags.json) printJson({ digest, directory: flags.out, changes });
      else
        print(
          [
            ...changes.map((change) => `rewritten: ${change}`),
            `${manifest.name}@${manifest.version} ${digest} in ${flags.out}`,
          ].join('\n'),
        );
    });
}

/** `sign DIR --key FILE`: lists the release in DIR/targets.json, signed. */
export function addSign(program: Command): void {
  program
    .command('sign <release>')
    .description(`sign a release with an operator's key: writes ${TARGETS_FILE} beside it`)
    .requiredOption(
      '--key <file>',
      'the key file of "skerry key init"; its passphrase in SKERRY_KEY_PASSPHRASE',
    )
    .addHelpText('after', '\nExample:\n  skerry-model sign releases/press/1.0.0 --key operator.json')
    .action(async (directory: string, flags: { key: string }) => {
      const { manifest, files } = await openRelease(directory);
      const keyText = await textFile(flags.key);
      const key = readKeyFile(keyText, process.env.SKERRY_KEY_PASSPHRASE);
      const { release } = packRelease(nodeCrypto, manifest, files);
      const file = join(directory, TARGETS_FILE);
      const held = await bytesIfThere(file);
      const nowMs = Date.now();
      const before = held ? parseMetadata('targets', held).signed : emptyTargets(nowMs);
      const listed = addTarget(before, {
        path: targetPath(manifest.name, manifest.version),
        digest: release.digest,
        lengthBytes: release.manifestBytes.length,
      });
      await writeFile(file, signTargets(nodeCrypto, listed, { nowMs, privateKeys: [key.privateKey] }));
      print(`${manifest.name}@${manifest.version} ${release.digest} signed in ${file}`);
    });
}

interface VerifyFlags {
  root?: string;
  json?: boolean;
}

/** `verify DIR [--root FILE]`: manifest, every variant against the golden vectors, and the signature. */
export function addVerify(program: Command, backend: InferenceBackend): void {
  program
    .command('verify <release>')
    .description(
      'check a release: manifest, golden vectors on every variant, and its signature against a root',
    )
    .option('--root <file>', 'root of the keys that may sign: CONTROL-PLANE/tuf/1.root.json')
    .option('--json', 'print the outcome as JSON')
    .addHelpText('after', '\nExample:\n  skerry-model verify releases/press/1.0.0 --root root.json')
    .action(async (directory: string, flags: VerifyFlags) => {
      const opened = await openRelease(directory);
      const { manifest, files } = opened;
      const { release } = packRelease(nodeCrypto, manifest, files);
      const golden = await checkVariants(backend, opened);
      if (flags.root !== undefined)
        verifyLocalRelease(nodeCrypto, {
          rootBytes: new TextEncoder().encode(await textFile(flags.root)),
          targetsBytes: await bytesIfThere(join(directory, TARGETS_FILE)),
          name: manifest.name,
          version: manifest.version,
          manifestBytes: release.manifestBytes,
          nowMs: Date.now(),
          allowUnsigned: false,
          activatedBefore: false,
        });
      const signature = flags.root === undefined ? 'not asked for (--root)' : 'good';
      if (flags.json) printJson({ digest: release.digest, golden, signed: flags.root !== undefined });
      else
        print(
          `${manifest.name}@${manifest.version} ${release.digest}: golden ${golden.map((g) => `${g.variant} ${g.cases} cases`).join(', ') || 'none'}; signature ${signature}`,
        );
    });
}

async function checkVariants(
  backend: InferenceBackend,
  opened: OpenedRelease,
): Promise<{ variant: string; cases: number }[]> {
  const { manifest, files } = opened;
  const golden = manifest.golden && files.get(manifest.golden.file);
  if (!golden) return [];
  const checked = [];
  for (const { name, file } of manifest.variants) {
    const { cases, refusals } = await withVariant(backend, opened, file, (session) =>
      checkGolden(session, manifest, golden),
    );
    if (refusals.length > 0)
      throw new SkerryError(
        'failed',
        `variant ${name} fails ${refusals.length} of ${cases} golden cases, first: ${refusals[0]}`,
        { hint: 'the model file is not the one that the golden vectors were made for' },
      );
    checked.push({ variant: name, cases });
  }
  return checked;
}

async function bytesIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SkerryError('failed', `${file} can't be read`, { cause });
  }
}

async function textFile(file: string): Promise<string> {
  const bytes = await bytesIfThere(file);
  if (!bytes) throw new SkerryError('not-found', `${file} is not there`, { hint: 'check the path' });
  return new TextDecoder().decode(bytes);
}
