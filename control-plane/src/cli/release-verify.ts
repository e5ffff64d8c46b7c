import type { Crypto } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { type PackedRelease, readPackedRelease } from '@skerry/proto/pack';
import { targetPath } from '@skerry/proto/tuf/repository';
import { targetMatches } from '@skerry/proto/tuf/verify';
import { downloadBlob } from './blob-download.ts';
import type { Client } from './client.ts';
import { fetchTargets } from './trust.ts';

const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;

/** A release as the signed list has it, with its packed manifest. */
export interface ListedRelease {
  roots: Uint8Array[];
  rootDigest: string;
  targetsVersion: number;
  target: { digest: string; lengthBytes: number };
  packed: PackedRelease;
}

/**
 * A release by the signatures of root and targets and by the signed digest. Throws SkerryError not-found or untrusted,
 * naming what doesn't hold.
 */
export async function listedRelease(
  crypto: Crypto,
  client: Client,
  name: string,
  version: string,
): Promise<ListedRelease> {
  const { targets, roots, rootDigest } = await fetchTargets(client);
  const path = targetPath(name, version);
  const target = Object.hasOwn(targets.targets, path) ? targets.targets[path] : undefined;
  if (!target) throw new SkerryError('not-found', `${name}@${version} is not on the signed list of releases`);
  const digest = `sha256:${target.hashes.sha256 ?? ''}`;
  if (target.length > MANIFEST_BYTES_MAX)
    throw new SkerryError('too-large', `the manifest of ${name}@${version} is ${target.length} bytes`);
  const pieces: Uint8Array[] = [];
  const what = `${name}@${version}: the manifest`;
  for await (const piece of downloadBlob(client, { digest, sizeBytes: target.length }, what))
    pieces.push(piece);
  const manifestBytes = new Uint8Array(Buffer.concat(pieces));
  if (!targetMatches(crypto, manifestBytes, target))
    throw new SkerryError('untrusted', `${what} has other bytes than were signed`);
  const packed = readPackedRelease(crypto, manifestBytes);
  return {
    roots,
    rootDigest,
    targetsVersion: targets.version,
    target: { digest, lengthBytes: target.length },
    packed,
  };
}

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
  const { packed, target, rootDigest, targetsVersion } = await listedRelease(crypto, client, name, version);
  let bytes = packed.manifestBytes.length;
  const parts = [...packed.files, ['its configuration', packed.config] as const];
  for (const [file, ref] of parts)
    for await (const piece of downloadBlob(client, ref, `${name}@${version}: ${file}`)) bytes += piece.length;
  return {
    release: `${name}@${version}`,
    digest: target.digest,
    rootDigest,
    targetsVersion,
    files: packed.files.size,
    bytes,
  };
}
