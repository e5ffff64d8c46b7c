/** How the files of a release come to be in Blobs, verified: from the control plane, or from a directory. */
import { fromUtf8 } from '@skerry/proto/bytes';
import { type Crypto, digestOf } from '@skerry/proto/crypto';
import { parseDocument } from '@skerry/proto/document';
import { SkerryError } from '@skerry/proto/errors';
import { MODEL_FILE, packRelease, readPackedRelease } from '@skerry/proto/pack';
import { type ReleaseManifest, releaseManifest, releaseRef } from '@skerry/proto/release';
import type { LoadableRelease } from '../inference/prepare.ts';
import type { Blobs } from '../ports.ts';
import type { TrustClient } from '../trust/client.ts';
import { verifyLocalRelease } from '../trust/local.ts';
import { type FetchReleaseOptions, fetchRelease } from './fetch.ts';
import type { ReleaseTarget } from './slots.ts';

/**
 * Fetches a release that trusted targets list under this very digest; they are refreshed where they don't yet. Throws
 * SkerryError `untrusted`, or what fetching throws.
 */
export async function obtainManaged(
  trust: Pick<TrustClient, 'refresh' | 'target'>,
  fetching: FetchReleaseOptions,
  target: ReleaseTarget,
): Promise<void> {
  const path = `${target.name}/${target.version}`;
  if (trust.target(path)?.digest !== target.digest) await trust.refresh();
  const listed = trust.target(path);
  const label = `${releaseRef(target)} (${target.digest})`;
  if (!listed)
    throw new SkerryError('untrusted', `${label} is not among the trusted targets`, {
      hint: 'the operator pushes it with skerry release push, which signs it',
    });
  if (listed.digest !== target.digest)
    throw new SkerryError('untrusted', `${label} is wished, and trusted targets list ${listed.digest}`);
  await fetchRelease(fetching, listed);
}

/** A release as it lies on disk, and what says that it may run. */
export interface LocalSource {
  manifest: ReleaseManifest;
  files: ReadonlyMap<string, Uint8Array>;
  /** `trust.root`, and the directory's targets.json. */
  rootBytes: Uint8Array | undefined;
  targetsBytes: Uint8Array | undefined;
  allowUnsigned: boolean;
  nowMs: number;
  /** Digests that are or were active on this device. */
  knownDigests: readonly string[];
}

/**
 * Verifies a release from a directory and puts it into Blobs. Returns what to wish for. Throws SkerryError `untrusted`,
 * or `invalid` where a file is missing.
 */
export async function obtainLocal(crypto: Crypto, blobs: Blobs, source: LocalSource): Promise<ReleaseTarget> {
  const { name, version } = source.manifest;
  const { release, blobs: packed } = packRelease(crypto, source.manifest, source.files);
  verifyLocalRelease(crypto, {
    rootBytes: source.rootBytes,
    targetsBytes: source.targetsBytes,
    name,
    version,
    manifestBytes: release.manifestBytes,
    nowMs: source.nowMs,
    allowUnsigned: source.allowUnsigned,
    activatedBefore: source.knownDigests.includes(release.digest),
  });
  for (const [digest, bytes] of packed)
    if ((await blobs.path(digest)) === undefined) await blobs.write(digest, bytes);
  return { name, version, digest: release.digest };
}

/**
 * A release whose files are in Blobs, ready to be loaded. Throws SkerryError `not-found` where the manifest or
 * model.yaml is missing, `untrusted` where their bytes aren't those of their digests or name another release.
 */
export async function readStoredRelease(
  crypto: Crypto,
  blobs: Blobs,
  target: ReleaseTarget,
): Promise<LoadableRelease> {
  const label = releaseRef(target);
  const packed = readPackedRelease(
    crypto,
    await storedBytes(crypto, blobs, target.digest, `the manifest of ${label}`),
  );
  const modelBytes = await storedBytes(
    crypto,
    blobs,
    packed.files.get(MODEL_FILE)!.digest,
    `${MODEL_FILE} of ${label}`,
  );
  const manifest = parseDocument(fromUtf8(modelBytes), releaseManifest, { file: `${label}/${MODEL_FILE}` });
  for (const named of [packed, manifest])
    if (named.name !== target.name || named.version !== target.version)
      throw new SkerryError('untrusted', `what is listed as ${label} calls itself ${releaseRef(named)}`);
  return { manifest, digest: target.digest, files: packed.files };
}

async function storedBytes(crypto: Crypto, blobs: Blobs, digest: string, label: string): Promise<Uint8Array> {
  const bytes = await blobs.read(digest);
  if (!bytes) throw new SkerryError('not-found', `${label} is not on this device`);
  if (digestOf(crypto, bytes) !== digest)
    throw new SkerryError('untrusted', `${label} has other bytes on disk than were signed`);
  return bytes;
}
