/**
 * Downloads a release by digest: its packed manifest first, then every file that isn't here yet. Nothing reaches
 * Blobs whose length and SHA-256 aren't those asked for, so a file there is whole and right, and an interrupted
 * download goes on where it stopped, byte by byte. What a release on this device is near to comes as a delta.
 */
import { type Crypto, digestOf } from '@skerry/proto/crypto';
import type { ApplyDelta } from '@skerry/proto/delta';
import { SkerryError } from '@skerry/proto/errors';
import { type BlobRef, type PackedRelease, readPackedRelease } from '@skerry/proto/pack';
import type { Blobs, Log } from '../ports.ts';
import { exchange, type Http } from '../sync/http.ts';
import { openBlobSink } from './blob-sink.ts';
import { fetchByDelta } from './delta.ts';
import { authorization, blobUrl, type Downloads, readExact, refuseBlob } from './download.ts';

export interface FetchLimits {
  maxManifestBytes: number;
  /** All files of a release together. */
  maxReleaseBytes: number;
}

export const DEFAULT_FETCH_LIMITS: FetchLimits = {
  maxManifestBytes: 4 * 1024 * 1024,
  maxReleaseBytes: 1024 * 1024 * 1024,
};

export interface FetchReleaseOptions {
  /** `timeoutMs` is per window of a file. */
  http: Http;
  downloads: Downloads;
  crypto: Crypto;
  blobs: Blobs;
  /** The control plane's URL. */
  url: string;
  accessToken(): Promise<string>;
  limits?: FetchLimits;
  /** Left out where no deltas are taken. */
  applyDelta?: ApplyDelta | undefined;
  /** Releases on this device that may be near to the one that is fetched, the likeliest first. */
  bases?: readonly string[];
  log: Log;
}

/** What to fetch, as trusted targets list it. */
export interface ReleaseSource {
  digest: string;
  /** Of the packed manifest; without it the manifest is bounded by `maxManifestBytes` alone. */
  lengthBytes?: number;
  /** `NAME/VERSION`, which the release must then call itself. */
  path?: string;
}

/**
 * Fetches the release of this digest, as trusted targets name it. Throws SkerryError untrusted where bytes aren't the
 * ones asked for, too-large past the limits, not-found where the control plane has no such blob, unavailable where
 * it can't be reached: then asking again goes on from there.
 */
export async function fetchRelease(
  options: FetchReleaseOptions,
  target: ReleaseSource,
): Promise<PackedRelease> {
  const limits = options.limits ?? DEFAULT_FETCH_LIMITS;
  const { blobs, crypto } = options;
  const held = await blobs.read(target.digest);
  const manifestBytes = held ?? (await fetchManifest(options, target, limits.maxManifestBytes));
  const release = readPackedRelease(crypto, manifestBytes);
  if (target.path !== undefined && target.path !== `${release.name}/${release.version}`)
    throw new SkerryError(
      'untrusted',
      `${target.digest} calls itself ${release.name}@${release.version}, and is listed as ${target.path}`,
    );
  const files = uniqueFiles(release);
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (totalBytes > limits.maxReleaseBytes)
    throw new SkerryError(
      'too-large',
      `${release.name}@${release.version} is ${totalBytes} bytes, and ${limits.maxReleaseBytes} are allowed`,
      { hint: 'release it with fewer or smaller variants' },
    );
  const bases = await basesOf(options);
  for (const [path, file] of release.files) {
    if ((await blobs.path(file.digest)) !== undefined || (await blobs.read(file.digest))) continue;
    await fetchFile(options, file, bases.get(path));
  }
  // Last, so that a manifest here means that the whole release is.
  if (!held) await blobs.write(target.digest, manifestBytes);
  return release;
}

/** The packed manifest, which is small: in one piece. */
async function fetchManifest(
  options: FetchReleaseOptions,
  { digest, lengthBytes }: ReleaseSource,
  maxBytes: number,
): Promise<Uint8Array> {
  if (lengthBytes !== undefined && lengthBytes > maxBytes)
    throw new SkerryError('too-large', `the manifest ${digest} is ${lengthBytes} bytes`);
  const headers = await authorization(options);
  const bytes = await exchange(
    options.http,
    (signal) => new Request(blobUrl(options, digest), { headers, signal, redirect: 'manual' }),
    (response) => {
      refuseBlob(response, digest);
      return readExact(response, lengthBytes ?? maxBytes, digest);
    },
  );
  if (lengthBytes !== undefined && bytes.length < lengthBytes)
    throw new SkerryError('unavailable', `${digest} broke off after ${bytes.length} of ${lengthBytes} bytes`);
  if (digestOf(options.crypto, bytes) === digest) return bytes;
  throw new SkerryError('untrusted', `the control plane sent other bytes than ${digest}`, {
    hint: 'the release was altered on its way or at the control plane: skerry release verify',
  });
}

/** One file into Blobs: as a delta from what is here, where that helps, else whole. */
async function fetchFile(
  options: FetchReleaseOptions,
  file: BlobRef,
  base: BlobRef | undefined,
): Promise<void> {
  if (base && options.applyDelta && (await fetchByDelta(options, options.applyDelta, file, base))) return;
  const { blobs, crypto, downloads } = options;
  const sink =
    downloads.interrupted(file.digest) ??
    (await openBlobSink({ blobs, crypto, sender: 'the control plane' }, file));
  await downloads.fetch({ url: blobUrl(options, file.digest), headers: () => authorization(options) }, sink);
}

/** The files of releases on this device, by path. */
async function basesOf({
  bases = [],
  blobs,
  crypto,
  applyDelta,
}: FetchReleaseOptions): Promise<Map<string, BlobRef>> {
  const files = new Map<string, BlobRef>();
  if (!applyDelta) return files;
  for (const digest of bases) {
    const bytes = await blobs.read(digest);
    // A damaged one is nothing to build on; whoever loads it says so.
    if (!bytes || digestOf(crypto, bytes) !== digest) continue;
    for (const [path, ref] of readPackedRelease(crypto, bytes).files)
      if (!files.has(path)) files.set(path, ref);
  }
  return files;
}

function uniqueFiles(release: PackedRelease): BlobRef[] {
  return [...new Map([...release.files.values()].map((file) => [file.digest, file])).values()];
}
