import { SkerryError } from '@skerry/proto/errors';
import type { ReleaseManifest } from '@skerry/proto/release';
import { compareVersions } from '@skerry/proto/version';
import type { SqlValue } from '../../ports.ts';
import type { FleetContext } from './context.ts';

export interface ReleaseInfo {
  name: string;
  version: string;
  digest: string;
  sizeBytes: number;
  pushedMs: number;
  pushedBy: string;
  /** When trusted targets stopped listing it; null while they do. */
  yankedMs: number | null;
}

export interface ReleaseDetails extends ReleaseInfo {
  files: { path: string; digest: string; sizeBytes: number }[];
  manifest: ReleaseManifest;
}

/** Every release, by name, the newest version first. */
export function listReleases(context: FleetContext, name?: string): ReleaseInfo[] {
  const columns = 'name, version, digest, size_bytes, pushed_ms, pushed_by, yanked_ms';
  const rows =
    name === undefined
      ? context.sql.all<ReleaseRow>(`SELECT ${columns} FROM release ORDER BY name`)
      : context.sql.all<ReleaseRow>(`SELECT ${columns} FROM release WHERE name = ?`, name);
  return rows
    .map(toInfo)
    .sort((a, b) => (a.name === b.name ? compareVersions(b.version, a.version) : a.name < b.name ? -1 : 1));
}

/** One release with its manifest and files. Throws SkerryError not-found. */
export function getRelease(context: FleetContext, name: string, version: string): ReleaseDetails {
  const row = context.sql.all<ReleaseRow & { files: string; manifest: string }>(
    'SELECT * FROM release WHERE name = ? AND version = ?',
    name,
    version,
  )[0];
  if (!row) throw new SkerryError('not-found', `there is no release ${name}@${version}`);
  return {
    ...toInfo(row),
    files: JSON.parse(row.files) as ReleaseDetails['files'],
    manifest: JSON.parse(row.manifest) as ReleaseManifest,
  };
}

/** What the releases of a name take, by digest. */
export function releaseWindows(
  context: FleetContext,
  name: string,
): Record<string, ReleaseManifest['window']> {
  const rows = context.sql.all<{ digest: string; manifest: string }>(
    'SELECT digest, manifest FROM release WHERE name = ?',
    name,
  );
  return Object.fromEntries(
    rows.map(({ digest, manifest }) => [digest, (JSON.parse(manifest) as ReleaseManifest).window]),
  );
}

/** A release that trusted targets list now. Throws SkerryError not-found, or precondition where it was yanked. */
export function listedRelease(context: FleetContext, name: string, version: string): ReleaseInfo {
  const release = getRelease(context, name, version);
  if (release.yankedMs !== null)
    throw new SkerryError('precondition', `${name}@${version} was yanked: trusted targets don't list it`, {
      hint: 'push a new version',
    });
  return release;
}

interface ReleaseRow extends Record<string, SqlValue> {
  name: string;
  version: string;
  digest: string;
  size_bytes: number;
  pushed_ms: number;
  pushed_by: string;
  yanked_ms: number | null;
}

function toInfo(row: ReleaseRow): ReleaseInfo {
  return {
    name: row.name,
    version: row.version,
    digest: row.digest,
    sizeBytes: row.size_bytes,
    pushedMs: row.pushed_ms,
    pushedBy: row.pushed_by,
    yankedMs: row.yanked_ms,
  };
}
