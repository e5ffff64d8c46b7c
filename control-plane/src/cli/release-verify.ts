import { type Crypto, digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { readPackedRelease } from '@skerry/proto/pack';
import { targetPath } from '@skerry/proto/tuf/repository';
import { targetMatches } from '@skerry/proto/tuf/verify';
import type { Client } from './client.ts';
import { fetchTargets } from './trust.ts';

const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;

/**
 * Checks a release as an agent would: root and targets by their signatures, the packed manifest by the signed digest,
 * every file by the manifest's. The first root is the one that the server shows: its digest is in the answer, to be
 * compared with the one that agents carry. Throws SkerryError not-found or untrusted, naming what doesn't hold.
 */
export async function verifyRelease(
  crypto: Crypto,
  client: Client,
  name: string,
  version: string,
): Promise<{
  release: string;
  digest: string;
  rootDigest: string;
  targetsVersion: number;
  files: number;
  bytes: number;
}> {
  const { targets, rootDigest } = await fetchTargets(client);
  const path = targetPath(name, version);
  const target = Object.hasOwn(targets.targets, path) ? targets.targets[path] : undefined;
  if (!target) throw new SkerryError('not-found', `${name}@${version} is not on the signed list of releases`);
  const digest = `sha256:${target.hashes.sha256 ?? ''}`;
  const manifestBytes = await fetchBlob(client, digest);
  if (!targetMatches(crypto, manifestBytes, target))
    throw new SkerryError('untrusted', `${name}@${version}: the manifest has other bytes than were signed`);
  const packed = readPackedRelease(crypto, manifestBytes);
  let bytes = manifestBytes.length;
  const parts = [...packed.files, ['its configuration', packed.config] as const];
  for (const [file, ref] of parts) {
    const content = await fetchBlob(client, ref.digest);
    if (content.length !== ref.sizeBytes || digestOf(crypto, content) !== ref.digest)
      throw new SkerryError('untrusted', `${name}@${version}: ${file} has other bytes than were signed`);
    bytes += content.length;
  }
  return {
    release: `${name}@${version}`,
    digest,
    rootDigest,
    targetsVersion: targets.version,
    files: packed.files.size,
    bytes,
  };
}

async function fetchBlob(client: Client, digest: string): Promise<Uint8Array> {
  const response = await client.send('GET', `api/v1/blobs/${digest}`, { timeoutMs: DOWNLOAD_TIMEOUT_MS });
  return new Uint8Array(await response.arrayBuffer());
}
