/** Pushing: pack, upload what is missing, then sign a list that names the releases. The key never leaves this program. */
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { packRelease } from '@skerry/proto/pack';
import { addTarget, targetPath } from '@skerry/proto/tuf/repository';
import type { Client } from './client.ts';
import { changeTargets, fetchTargets, type Signing } from './trust.ts';

export interface PushedRelease {
  /** NAME@VERSION. */
  release: string;
  digest: string;
  uploadedBytes: number;
  /** False where this very release was listed already. */
  isNew: boolean;
}

export interface PushOutcome {
  releases: PushedRelease[];
  targetsVersion: number;
  /** The list waits for other holders' signatures. */
  pending: boolean;
}

const UPLOAD_TIMEOUT_MS = 10 * 60_000;

/**
 * Pushes release folders. Nothing is signed before every blob is on the server. Throws SkerryError conflict where a
 * version exists with other bytes, or is named twice; and whatever reading, uploading or signing throws.
 */
export async function pushReleases(
  client: Client,
  directories: readonly string[],
  signing: Signing,
): Promise<PushOutcome> {
  const packs = [];
  for (const directory of directories) {
    const { manifest, files } = await readReleaseDirectory(directory);
    packs.push(packRelease(nodeCrypto, manifest, files));
  }
  const targets = packs.map(({ release }) => ({
    path: targetPath(release.name, release.version),
    digest: release.digest,
    lengthBytes: release.manifestBytes.length,
  }));
  const paths = targets.map((t) => t.path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined)
    throw new SkerryError('conflict', `${twice.replace('/', '@')} stands in two of the folders`, {
      hint: 'give each version a folder of its own',
    });
  // Before the long upload: a version that is taken, or a key that may not sign, is said at once.
  const before = (await fetchTargets(client)).targets;
  targets.reduce(addTarget, before);
  const uploaded: number[] = [];
  for (const { blobs } of packs) uploaded.push(await uploadMissing(client, blobs));
  const { version, pending } = await changeTargets(client, signing, (held) => {
    // It refuses other bytes under a listed path, so what is listed is listed with these.
    const next = targets.reduce(addTarget, held);
    return paths.every((path) => Object.hasOwn(held.targets, path)) ? undefined : next;
  });
  return {
    releases: packs.map(({ release }, i) => ({
      release: `${release.name}@${release.version}`,
      digest: release.digest,
      uploadedBytes: uploaded[i]!,
      isNew: !Object.hasOwn(before.targets, paths[i]!),
    })),
    targetsVersion: version,
    pending,
  };
}

async function uploadMissing(client: Client, blobs: ReadonlyMap<string, Uint8Array>): Promise<number> {
  let uploadedBytes = 0;
  for (const [digest, bytes] of blobs) {
    if (await hasBlob(client, digest)) continue;
    await client.send('PUT', `api/v1/blobs/${digest}`, {
      body: bytes,
      headers: { 'content-type': 'application/octet-stream' },
      timeoutMs: UPLOAD_TIMEOUT_MS,
    });
    uploadedBytes += bytes.length;
  }
  return uploadedBytes;
}

async function hasBlob(client: Client, digest: string): Promise<boolean> {
  try {
    await client.send('HEAD', `api/v1/blobs/${digest}`);
    return true;
  } catch (error) {
    if (error instanceof SkerryError && error.code === 'not-found') return false;
    throw error;
  }
}
