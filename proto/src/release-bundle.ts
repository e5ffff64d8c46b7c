/**
 * A release to be carried by hand: a tar archive that is an OCI image layout (any registry tool takes it) with the signed
 * metadata that vouches for it, in the order in which it is checked, so that nothing is stored before it is trusted:
 *
 *   oci-layout
 *   index.json                         names the packed manifest, and the release by NAME:VERSION
 *   tuf/1.root.json …                  every root from the first
 *   tuf/timestamp.json  tuf/N.snapshot.json  tuf/N.targets.json
 *   blobs/sha256/HEX                   the packed manifest, then every file that it names
 */
import { fromUtf8, utf8 } from './bytes.ts';
import { canonicalBytes } from './canonical.ts';
import { DIGEST_PATTERN } from './crypto.ts';
import { SkerryError } from './errors.ts';
import { NAME_PATTERN } from './ids.ts';
import { ARTIFACT_TYPE, type BlobRef, MANIFEST_MEDIA_TYPE } from './pack.ts';
import { VERSION_PATTERN } from './version.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';

/** Which release a bundle or layout holds. */
export interface BundledRelease {
  name: string;
  version: string;
  /** The packed manifest. */
  manifest: BlobRef;
}

/** The two files that make a folder or archive an OCI image layout. */
export function layoutFiles({
  name,
  version,
  manifest,
}: BundledRelease): [name: string, bytes: Uint8Array][] {
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: MANIFEST_MEDIA_TYPE,
        artifactType: ARTIFACT_TYPE,
        digest: manifest.digest,
        size: manifest.sizeBytes,
        annotations: { [REF_NAME]: `${name}:${version}` },
      },
    ],
  };
  return [
    ['oci-layout', utf8('{"imageLayoutVersion":"1.0.0"}')],
    ['index.json', canonicalBytes(index)],
  ];
}

/** Where a blob lies in it. */
export function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** The digest of a blob by where it lies; undefined for any other file. */
export function digestOfName(name: string): string | undefined {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
  return hex && `sha256:${hex}`;
}

/** Reads index.json. Throws SkerryError invalid on one that names no release. Nothing in it is trusted. */
export function readIndex(bytes: Uint8Array): BundledRelease {
  const bad = (why: string): SkerryError =>
    new SkerryError('invalid', `this is no bundle of a release: ${why}`, {
      hint: 'skerry release bundle NAME@VERSION makes one',
    });
  let index: OciIndex;
  try {
    index = JSON.parse(fromUtf8(bytes)) as OciIndex;
  } catch {
    throw bad('its index.json is no JSON');
  }
  const entry = index?.manifests?.[0];
  const [name = '', version = ''] = (entry?.annotations?.[REF_NAME] ?? '').split(':');
  if (!entry || !DIGEST_PATTERN.test(entry.digest) || !Number.isSafeInteger(entry.size))
    throw bad('its index.json names no manifest');
  if (!NAME_PATTERN.test(name) || !VERSION_PATTERN.test(version))
    throw bad('its index.json names no release');
  return { name, version, manifest: { digest: entry.digest, sizeBytes: entry.size } };
}

interface OciIndex {
  manifests?: { digest: string; size: number; annotations?: Record<string, string> }[];
}
