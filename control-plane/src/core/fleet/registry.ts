/**
 * The release registry and its TUF metadata. The operator's key signs root and targets; this server's own online key,
 * made with the database, signs snapshot and timestamp and can name no release. Releases are what trusted targets list:
 * path NAME/VERSION, hash = release digest (the packed manifest's).
 */

import { fromUtf8, sameBytes, toHex } from '@skerry/proto/bytes';
import { parseDocument } from '@skerry/proto/document';
import { SkerryError } from '@skerry/proto/errors';
import { readPackedRelease } from '@skerry/proto/pack';
import { type ReleaseManifest, releaseManifest } from '@skerry/proto/release';
import { type Metadata, parseMetadata, type RoleName, type TargetsSigned } from '@skerry/proto/tuf/metadata';
import { createSnapshot, createTimestamp, EXPIRY_MS, signMetadata } from '@skerry/proto/tuf/repository';
import {
  ed25519Check,
  verifyFirstRoot,
  verifyNextRoot,
  verifyNotExpired,
  verifySignatures,
} from '@skerry/proto/tuf/verify';
import { appendAudit } from './audit.ts';
import type { FleetContext } from './context.ts';
import { followRoot, onlinePrivateKey } from './online-key.ts';

/** A listed release's packed manifest and its model.yaml, as the route read them from the blobs. */
export interface OfferedRelease {
  manifestBytes: Uint8Array;
  modelYaml: Uint8Array;
}

/** A role's metadata file, undefined where there is none; without a version the newest. */
export function metadataFile(
  context: FleetContext,
  role: RoleName,
  version?: number,
): Uint8Array | undefined {
  const rows =
    version === undefined
      ? context.sql.all<{ bytes: Uint8Array }>(
          'SELECT bytes FROM tuf WHERE role = ? ORDER BY version DESC LIMIT 1',
          role,
        )
      : context.sql.all<{ bytes: Uint8Array }>(
          'SELECT bytes FROM tuf WHERE role = ? AND version = ?',
          role,
          version,
        );
  return rows[0]?.bytes;
}

/** `sha256:…` of the first root: what an enrolment token carries. */
export function rootDigest(context: FleetContext): string | undefined {
  const root = metadataFile(context, 'root', 1);
  return root && `sha256:${toHex(context.crypto.sha256(root))}`;
}

/**
 * Takes a root: the first from an admin, every later one only as the chain demands. Throws SkerryError untrusted, or
 * invalid where it doesn't name this server's online key.
 */
export function putRoot(context: FleetContext, by: string, bytes: Uint8Array): { version: number } {
  const check = ed25519Check(context.crypto);
  const offered = parseMetadata('root', bytes);
  const { version } = offered.signed;
  const held = newestOf(context, 'root');
  if (held && sameBytes(held.bytes, bytes)) return { version };
  if (held) verifyNextRoot(check, held.signed, offered);
  else {
    verifyFirstRoot(check, offered);
    if (version !== 1) throw new SkerryError('invalid', 'the first root is version 1');
  }
  verifyNotExpired('root', offered.signed, context.now());
  followRoot(context, offered.signed);
  store(context, 'root', version, bytes);
  appendAudit(context, by, 'tuf.root', `${version}`, { keys: offered.signed.roles.root.keyids });
  if (newestOf(context, 'targets')) renew(context);
  return { version };
}

/**
 * Takes signed targets and derives the releases from them. `expectedVersion` is the If-Match; `offered` holds, by
 * release digest, what isn't known yet. Returns the names that were added and taken away. Throws SkerryError untrusted,
 * precondition, conflict (a version with other bytes), invalid (blobs missing).
 */
export function putTargets(
  context: FleetContext,
  by: string,
  bytes: Uint8Array,
  expectedVersion: number | undefined,
  offered: ReadonlyMap<string, OfferedRelease>,
): { version: number; added: string[]; yanked: string[] } {
  const root = newestOf(context, 'root');
  if (!root)
    throw new SkerryError('precondition', 'there is no root yet', {
      hint: 'upload it first: skerry key init',
    });
  const targets = parseMetadata('targets', bytes);
  verifySignatures(ed25519Check(context.crypto), root.signed, targets);
  verifyNotExpired('targets', targets.signed, context.now());
  const held = newestOf(context, 'targets');
  if (held && sameBytes(held.bytes, bytes)) return { version: held.signed.version, added: [], yanked: [] };
  const heldVersion = held?.signed.version ?? 0;
  if (expectedVersion !== undefined && expectedVersion !== heldVersion)
    throw new SkerryError('precondition', `targets are at version ${heldVersion}, not ${expectedVersion}`, {
      hint: 'fetch them again, add your release, sign and upload',
    });
  if (targets.signed.version !== heldVersion + 1)
    throw new SkerryError(
      'precondition',
      `targets version ${targets.signed.version} offered, ${heldVersion + 1} is next`,
    );
  store(context, 'targets', targets.signed.version, bytes);
  const changed = derive(context, by, targets.signed, offered);
  appendAudit(context, by, 'tuf.targets', `${targets.signed.version}`, changed);
  renew(context);
  return { version: targets.signed.version, ...changed };
}

function derive(
  context: FleetContext,
  by: string,
  targets: TargetsSigned,
  offered: ReadonlyMap<string, OfferedRelease>,
): { added: string[]; yanked: string[] } {
  const added: string[] = [];
  const missing: string[] = [];
  for (const [path, target] of Object.entries(targets.targets)) {
    const digest = `sha256:${target.hashes.sha256 ?? ''}`;
    const [name = '', version = ''] = path.split('/');
    const known = context.sql.all<{ digest: string; yanked_ms: number | null }>(
      'SELECT digest, yanked_ms FROM release WHERE name = ? AND version = ?',
      name,
      version,
    )[0];
    if (known && known.digest !== digest)
      throw new SkerryError('conflict', `${name}@${version} was pushed before with other bytes`, {
        hint: 'a pushed version never changes: push a new version',
      });
    if (known?.yanked_ms === null) continue;
    added.push(`${name}@${version}`);
    if (known)
      context.sql.run('UPDATE release SET yanked_ms = NULL WHERE name = ? AND version = ?', name, version);
    else {
      const release = offered.get(digest);
      if (release) insertRelease(context, by, name, version, digest, release);
      else missing.push(`${path} (${digest})`);
    }
  }
  if (missing.length > 0)
    throw new SkerryError('invalid', `targets name releases whose blobs aren't here: ${missing.join(', ')}`, {
      hint: 'upload the blobs first',
    });
  return { added, yanked: yankUnlisted(context, targets) };
}

function insertRelease(
  context: FleetContext,
  by: string,
  name: string,
  version: string,
  digest: string,
  offered: OfferedRelease,
): void {
  const packed = readPackedRelease(context.crypto, offered.manifestBytes);
  const manifest: ReleaseManifest = parseDocument(fromUtf8(offered.modelYaml), releaseManifest, {
    file: `${name}/${version}/model.yaml`,
  });
  for (const [what, named] of [
    ['packed manifest', packed],
    ['model.yaml', manifest],
  ] as const)
    if (named.name !== name || named.version !== version)
      throw new SkerryError(
        'invalid',
        `targets list ${name}@${version}, its ${what} says ${named.name}@${named.version}`,
      );
  if (packed.digest !== digest)
    throw new SkerryError('untrusted', `${name}@${version} has other bytes than listed`);
  const files = [...packed.files].map(([path, ref]) => ({ path, ...ref }));
  context.sql.run(
    `INSERT INTO release (name, version, digest, size_bytes, files, manifest, pushed_ms, pushed_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    name,
    version,
    digest,
    files.reduce((sum, file) => sum + file.sizeBytes, offered.manifestBytes.length),
    JSON.stringify(files),
    JSON.stringify(manifest),
    context.now(),
    by,
  );
}

function yankUnlisted(context: FleetContext, targets: TargetsSigned): string[] {
  const gone = context.sql
    .all<{ name: string; version: string }>('SELECT name, version FROM release WHERE yanked_ms IS NULL')
    .filter(({ name, version }) => !Object.hasOwn(targets.targets, `${name}/${version}`));
  for (const { name, version } of gone)
    context.sql.run(
      'UPDATE release SET yanked_ms = ? WHERE name = ? AND version = ?',
      context.now(),
      name,
      version,
    );
  return gone.map(({ name, version }) => `${name}@${version}`);
}

/** When the timestamp or the snapshot has lived half its life; undefined before the first. */
export function nextRenewal(context: FleetContext): number | undefined {
  const [timestamp, snapshot] = [newestOf(context, 'timestamp'), newestOf(context, 'snapshot')];
  if (!timestamp || !snapshot) return undefined;
  return Math.min(
    Date.parse(timestamp.signed.expires) - EXPIRY_MS.timestamp / 2,
    Date.parse(snapshot.signed.expires) - EXPIRY_MS.snapshot / 2,
  );
}

/** Signs a new snapshot and timestamp where that is due. */
export function renewIfDue(context: FleetContext): void {
  const dueMs = nextRenewal(context);
  if (dueMs !== undefined && context.now() >= dueMs) renew(context);
}

function renew(context: FleetContext): void {
  const targets = newestOf(context, 'targets')!;
  const nowMs = context.now();
  const keys = [onlinePrivateKey(context)];
  const snapshotVersion = (newestOf(context, 'snapshot')?.signed.version ?? 0) + 1;
  const snapshotBytes = signMetadata(
    context.crypto,
    createSnapshot(context.crypto, {
      targetsBytes: targets.bytes,
      targetsVersion: targets.signed.version,
      version: snapshotVersion,
      nowMs,
    }),
    keys,
  );
  store(context, 'snapshot', snapshotVersion, snapshotBytes);
  const version = (newestOf(context, 'timestamp')?.signed.version ?? 0) + 1;
  const timestamp = createTimestamp(context.crypto, { snapshotBytes, snapshotVersion, version, nowMs });
  store(context, 'timestamp', version, signMetadata(context.crypto, timestamp, keys));
}

function store(context: FleetContext, role: RoleName, version: number, bytes: Uint8Array): void {
  context.sql.run('INSERT INTO tuf (role, version, bytes) VALUES (?, ?, ?)', role, version, bytes);
  // Roots are kept for ever: a client walks them one by one. Of the others a client may be in the midst of the last.
  if (role !== 'root') context.sql.run('DELETE FROM tuf WHERE role = ? AND version <= ?', role, version - 10);
}

function newestOf<R extends RoleName>(context: FleetContext, role: R): Metadata<R> | undefined {
  const bytes = metadataFile(context, role);
  return bytes && parseMetadata(role, bytes);
}
