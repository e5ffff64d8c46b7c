/**
 * Downloads a release by digest: its packed manifest first, then every file that isn't here yet. Nothing reaches
 * Blobs whose length and SHA-256 aren't those asked for, so a file there is whole and right, and an interrupted
 * download goes on where it stopped, byte by byte.
 */
import { type Crypto, digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { type BlobRef, type PackedRelease, readPackedRelease } from '@skerry/proto/pack';
import type { Blobs } from '../ports.ts';
import { endpoint, exchange, type Http } from '../sync/http.ts';
import { type Downloads, readExact, refuseBlob } from './download.ts';

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
  /** Keeps what an interrupted download has brought. */
  downloads: Downloads;
  crypto: Crypto;
  blobs: Blobs;
  /** The control plane's URL. */
  url: string;
  accessToken(): Promise<string>;
  limits?: FetchLimits;
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
  for (const file of files) {
    if ((await blobs.path(file.digest)) !== undefined || (await blobs.read(file.digest))) continue;
    await blobs.write(file.digest, await fetchBlob(options, file));
  }
  // Last, so that a manifest here means that the whole release is.
  if (!held) await blobs.write(target.digest, manifestBytes);
  return release;
}

function fetchManifest(
  options: FetchReleaseOptions,
  target: ReleaseSource,
  maxBytes: number,
): Promise<Uint8Array> {
  if (target.lengthBytes === undefined) return fetchWhole(options, target.digest, maxBytes);
  if (target.lengthBytes > maxBytes)
    throw new SkerryError('too-large', `the manifest ${target.digest} is ${target.lengthBytes} bytes`);
  return fetchBlob(options, { digest: target.digest, sizeBytes: target.lengthBytes });
}

async function fetchBlob(options: FetchReleaseOptions, { digest, sizeBytes }: BlobRef): Promise<Uint8Array> {
  const bytes = await options.downloads.fetch({
    url: blobUrl(options, digest),
    headers: () => authorization(options),
    digest,
    sizeBytes,
    isRight: (bytes) => digestOf(options.crypto, bytes) === digest,
  });
  return verified(options, digest, bytes);
}

/** A manifest of unknown length, which is small: in one piece. */
async function fetchWhole(
  options: FetchReleaseOptions,
  digest: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const headers = await authorization(options);
  const bytes = await exchange(
    options.http,
    (signal) => new Request(blobUrl(options, digest), { headers, signal, redirect: 'manual' }),
    (response) => {
      refuseBlob(response, digest);
      return readExact(response, maxBytes, digest);
    },
  );
  return verified(options, digest, bytes);
}

function blobUrl({ url }: FetchReleaseOptions, digest: string): URL {
  return endpoint(url, `agent/v1/blobs/${digest}`);
}

async function authorization(options: FetchReleaseOptions): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await options.accessToken()}` };
}

function verified(options: FetchReleaseOptions, digest: string, bytes: Uint8Array): Uint8Array {
  if (digestOf(options.crypto, bytes) === digest) return bytes;
  throw new SkerryError('untrusted', `the control plane sent other bytes than ${digest}`, {
    hint: 'the release was altered on its way or at the control plane: skerry release verify',
  });
}

function uniqueFiles(release: PackedRelease): BlobRef[] {
  return [...new Map([...release.files.values()].map((file) => [file.digest, file])).values()];
}
