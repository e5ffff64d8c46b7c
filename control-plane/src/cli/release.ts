/** `skerry release`: the registry of signed releases. */

import { NAME_PATTERN } from '@skerry/proto/ids';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Command, print } from '@skerry/proto/node/program';
import { removeTarget, targetPath } from '@skerry/proto/tuf/repository';
import { formatBytes } from '@skerry/proto/units';
import { VERSION_PATTERN } from '@skerry/proto/version';
import type { ShownArm } from '../core/evidence-view.ts';
import type { ReleaseDetails, ReleaseInfo } from '../core/fleet/releases.ts';
import { showArms } from './evidence.ts';
import { fields, shortDigest, table, time } from './format.ts';
import { loadSigners } from './key-files.ts';
import { bundleRelease } from './release-bundle.ts';
import { diffReleases } from './release-diff.ts';
import { pushReleases } from './release-push.ts';
import { verifyRelease } from './release-verify.ts';
import { action, collect, type Session, usageError } from './session.ts';
import { changeTargets, type Signing } from './trust.ts';

/** Adds `release push|ls|show|evidence|diff|verify|bundle|yank`. */
export function addReleaseCommands(program: Command): void {
  const release = program
    .command('release')
    .description('releases: push, look at, compare, verify, take away');
  release
    .command('push')
    .description('sign releases with your key and upload what the server lacks')
    .argument('<dir...>', 'release folders: model.yaml and the files it names')
    .requiredOption('--key <file>', "the operator's key (skerry key init); repeatable", collect)
    .option('--out <file>', 'where the list goes if further keys must sign it: skerry key sign FILE')
    .addHelpText(
      'after',
      `
A version that was pushed once never changes: other bytes under it are refused.

Examples:
  skerry release push releases/press-vibration/1.3.0 --key operator-key.json
  skerry release push releases/*/* --key operator-key.json`,
    )
    .action(
      action<SigningOptions>(async (session, directories, options) => {
        const outcome = await pushReleases(session.client, directories, await signingOf(options));
        session.show(outcome, () => {
          table(
            ['release', 'digest', 'uploaded', ''],
            outcome.releases.map((r) => [
              r.release,
              shortDigest(r.digest),
              formatBytes(r.uploadedBytes),
              r.isNew ? 'new' : 'was listed already',
            ]),
          );
          print(
            outcome.pending
              ? `${options.out} waits for further signatures: skerry key sign ${options.out} --key …`
              : `The signed list of releases is at version ${outcome.targetsVersion}.`,
          );
        });
      }),
    );
  release
    .command('ls')
    .description('every release, newest version first')
    .argument('[name]', 'only this one')
    .addHelpText('after', '\nExample:\n  skerry release ls press-vibration')
    .action(action((session, [name]) => listReleases(session, name)));
  addLookingCommands(release);
  release
    .command('bundle')
    .description('write a release and what vouches for it to a file, for agents without a network')
    .argument('<release>', 'NAME@VERSION')
    .option('--out <file>', 'default: NAME-VERSION.skerry.tar')
    .addHelpText(
      'after',
      `
On the agent's machine: skerry-agent install FILE

Example:
  skerry release bundle press-vibration@1.3.0 --out /media/usb/press.tar`,
    )
    .action(action<{ out?: string }>((session, [ref], { out }) => bundle(session, ref!, out)));
  release
    .command('yank')
    .description(
      'take a release off the signed list: it is never newly activated again, rollouts of it revert',
    )
    .argument('<release>', 'NAME@VERSION')
    .requiredOption('--key <file>', "the operator's key; repeatable", collect)
    .option('--out <file>', 'where the list goes if further keys must sign it: skerry key sign FILE')
    .addHelpText('after', '\nExample:\n  skerry release yank press-vibration@1.3.0 --key operator-key.json')
    .action(action<SigningOptions>((session, [ref], options) => yank(session, ref!, options)));
}

function addLookingCommands(release: Command): void {
  release
    .command('show')
    .description('one release: files, contract, thresholds')
    .argument('<release>', 'NAME@VERSION')
    .addHelpText('after', '\nExample:\n  skerry release show press-vibration@1.3.0')
    .action(action((session, [ref]) => showRelease(session, ref!)));
  release
    .command('diff')
    .description('what differs between two releases')
    .argument('<from>', 'NAME@VERSION')
    .argument('<to>', 'NAME@VERSION')
    .addHelpText('after', '\nExample:\n  skerry release diff press-vibration@1.2.0 press-vibration@1.3.0')
    .action(action((session, [from, to]) => showDiff(session, from!, to!)));
  release
    .command('evidence')
    .description('what the agents that ran a release show of it, metric by metric')
    .argument('<release>', 'NAME@VERSION')
    .addHelpText('after', '\nExample:\n  skerry release evidence press-vibration@1.3.0')
    .action(action((session, [ref]) => showReleaseEvidence(session, ref!)));
  release
    .command('verify')
    .description('check a release as an agent would: signatures, then every byte')
    .argument('<release>', 'NAME@VERSION')
    .addHelpText('after', '\nExample:\n  skerry release verify press-vibration@1.3.0')
    .action(action((session, [ref]) => showVerified(session, ref!)));
}

async function listReleases(session: Session, name: string | undefined): Promise<void> {
  const releases = await session.client.list<ReleaseInfo>('api/v1/releases', { name }, 10_000);
  session.show(releases, () =>
    table(
      ['release', 'digest', 'size', 'pushed', 'by', ''],
      releases.map((r) => [
        `${r.name}@${r.version}`,
        shortDigest(r.digest),
        formatBytes(r.sizeBytes),
        time(r.pushedMs),
        r.pushedBy,
        r.yankedMs === null ? '' : `yanked ${time(r.yankedMs)}`,
      ]),
      'no release yet: skerry release push DIR --key FILE',
    ),
  );
}

/** Fetches a release. Wrong usage where the reference names no version. */
export async function fetchRelease(session: Session, ref: string): Promise<ReleaseDetails> {
  const { name, version } = readRef(ref);
  return session.client.json<ReleaseDetails>(
    'GET',
    `api/v1/releases/${encodeURIComponent(name)}/${encodeURIComponent(version)}`,
  );
}

async function showReleaseEvidence(session: Session, ref: string): Promise<void> {
  const { name, version } = readRef(ref);
  const path = `api/v1/releases/${encodeURIComponent(name)}/${encodeURIComponent(version)}/evidence`;
  const { arms } = await session.client.json<{ arms: ShownArm[] }>('GET', path);
  session.show(arms, () => showArms(arms));
}

function readRef(ref: string): { name: string; version: string } {
  const [name = '', version = '', ...rest] = ref.split('@');
  if (!NAME_PATTERN.test(name) || !VERSION_PATTERN.test(version) || rest.length > 0)
    throw usageError(`"${ref}" names no release: write NAME@VERSION`);
  return { name, version };
}

async function showRelease(session: Session, ref: string): Promise<void> {
  const release = await fetchRelease(session, ref);
  const { manifest } = release;
  const { window } = manifest;
  session.show(release, () => {
    fields([
      ['release', `${release.name}@${release.version}`],
      ['digest', release.digest],
      ['description', manifest.description || undefined],
      ['pushed', `${time(release.pushedMs)} by ${release.pushedBy}`],
      ['yanked', release.yankedMs === null ? undefined : time(release.yankedMs)],
      [
        'window',
        `${window.length} samples every ${window.hop}, ${window.rate === 'any' ? 'any rate' : `${window.rate} Hz`}`,
      ],
      ['channels', window.channels.map((c) => (c.unit ? `${c.name} (${c.unit})` : c.name)).join(', ')],
      [
        'outputs',
        manifest.output
          .map((o) => `${o.name} (${o.kind}${o.threshold === undefined ? '' : `, threshold ${o.threshold}`})`)
          .join(', '),
      ],
      ['variants', manifest.variants.map((v) => `${v.name} (${v.precision})`).join(', ')],
    ]);
    const provenance = Object.entries(manifest.provenance);
    if (provenance.length > 0) {
      print('\nprovenance');
      fields(provenance.map(([key, value]) => [key, provenanceText(value)]));
    }
    print('');
    table(
      ['file', 'size', 'digest'],
      release.files.map((f) => [f.path, formatBytes(f.sizeBytes), shortDigest(f.digest)]),
    );
  });
}

/** Text as it is; a record as `name value, …`; whatever is deeper as JSON. */
function provenanceText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${typeof inner === 'string' ? inner : JSON.stringify(inner)}`)
    .join(', ');
}

async function showDiff(session: Session, from: string, to: string): Promise<void> {
  const [a, b] = [await fetchRelease(session, from), await fetchRelease(session, to)];
  const diff = diffReleases(a, b);
  session.show({ from, to, ...diff }, () => {
    table(
      ['', from, to],
      [
        ...diff.files.map((f) => [
          f.path,
          f.from ? shortDigest(f.from) : '–',
          f.to ? shortDigest(f.to) : '–',
        ]),
        ...diff.manifest.map((m) => [m.path, m.from ?? '–', m.to ?? '–']),
      ],
      'the same in every file and in the manifest',
    );
  });
}

async function showVerified(session: Session, ref: string): Promise<void> {
  const { name, version } = readRef(ref);
  const verified = await verifyRelease(nodeCrypto, session.client, name, version);
  session.show(verified, () =>
    print(
      `${ref} is good: listed in signed targets ${verified.targetsVersion}, ${verified.files} files, ${formatBytes(verified.bytes)}, every digest as signed, under root ${verified.rootDigest}.`,
    ),
  );
}

async function bundle(session: Session, ref: string, out: string | undefined): Promise<void> {
  const { name, version } = readRef(ref);
  const file = out ?? `${name}-${version}.skerry.tar`;
  const bundled = await bundleRelease(session.client, name, version, file, (text) => {
    // One line that keeps changing, where a person looks on.
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
  });
  session.show(bundled, () => {
    print(`${ref} is in ${file}: ${bundled.files} files, ${formatBytes(bundled.sizeBytes)}.`);
    print(`Agents take it until ${time(Date.parse(bundled.goodUntil))}: skerry-agent install ${file}`);
  });
}

async function yank(session: Session, ref: string, options: SigningOptions): Promise<void> {
  const { name, version } = readRef(ref);
  const path = targetPath(name, version);
  const { version: targetsVersion, pending } = await changeTargets(
    session.client,
    await signingOf(options),
    (targets) => removeTarget(targets, path),
  );
  session.show({ yanked: ref, targetsVersion, pending }, () =>
    print(
      pending
        ? `${options.out} waits for further signatures: skerry key sign ${options.out} --key …`
        : `${ref} is off the signed list (now version ${targetsVersion}); agents that run it are taken back.`,
    ),
  );
}

interface SigningOptions {
  key: string[];
  out?: string;
}

async function signingOf({ key, out }: SigningOptions): Promise<Signing> {
  return { signers: await loadSigners(key), ...(out !== undefined && { pendingFile: out }) };
}
