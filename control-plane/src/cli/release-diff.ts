import type { ReleaseDetails } from '../core/fleet/releases.ts';

export interface ReleaseDiff {
  files: { path: string; from: string | undefined; to: string | undefined }[];
  /** Leaves of the manifest, by path, as JSON. */
  manifest: { path: string; from: string | undefined; to: string | undefined }[];
}

/** What differs between two releases: files by digest, the manifest leaf by leaf. Equal parts are left out. */
export function diffReleases(from: ReleaseDetails, to: ReleaseDetails): ReleaseDiff {
  const digests = (release: ReleaseDetails): Map<string, string> =>
    new Map(release.files.map((f) => [f.path, f.digest]));
  return {
    files: compare(digests(from), digests(to)),
    manifest: compare(leaves(from.manifest), leaves(to.manifest)),
  };
}

function compare(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): ReleaseDiff['files'] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => a.get(path) !== b.get(path))
    .map((path) => ({ path, from: a.get(path), to: b.get(path) }));
}

// Lists of plain values stay whole: a mean per channel reads as one line, not as sixty.
function leaves(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  const isObject = typeof value === 'object' && value !== null;
  const isPlainList = Array.isArray(value) && value.every((v) => typeof v !== 'object' || v === null);
  if (!isObject || isPlainList) {
    into.set(path, JSON.stringify(value) ?? 'undefined');
    return into;
  }
  for (const [key, child] of Object.entries(value))
    leaves(child, Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key, into);
  return into;
}
