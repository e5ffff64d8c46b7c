/** A file as its difference from one on this device (proto/src/delta.ts): asked for, applied, verified; or given up. */
import { DIGEST_PATTERN, digestOf } from '@skerry/proto/crypto';
import { type ApplyDelta, canBeBase, DELTA_TYPE } from '@skerry/proto/delta';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { BlobRef } from '@skerry/proto/pack';
import { discard, exchange, mediaType } from '../sync/http.ts';
import { MemorySink } from './blob-sink.ts';
import { authorization, blobUrl } from './download.ts';
import type { FetchReleaseOptions } from './fetch.ts';

/** Base, delta and file are in memory together: larger ones come whole. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Below this nothing is saved: the question alone takes as much. */
const MIN_BYTES = 1024;

/**
 * Brings a file into Blobs by way of a delta. False where that isn't possible or doesn't pay, and then the file comes
 * whole. Throws SkerryError unavailable where the link broke off: the next call goes on from there.
 */
export async function fetchByDelta(
  options: FetchReleaseOptions,
  apply: ApplyDelta,
  file: BlobRef,
  base: BlobRef,
): Promise<boolean> {
  if (base.digest === file.digest || file.sizeBytes < MIN_BYTES) return false;
  if (Math.max(file.sizeBytes, base.sizeBytes) > MAX_BYTES) return false;
  const { blobs, crypto, downloads, log } = options;
  const baseBytes = await blobs.read(base.digest);
  if (!baseBytes || !canBeBase(baseBytes) || digestOf(crypto, baseBytes) !== base.digest) return false;
  const url = blobUrl(options, file.digest);
  url.searchParams.set('from', base.digest);
  const delta = await offeredDelta(options, url, file.sizeBytes);
  if (!delta) return false;
  const kept = downloads.interrupted(delta.digest);
  const sink = kept instanceof MemorySink ? kept : new MemorySink(delta);
  await downloads.fetch({ url, headers: () => authorization(options) }, sink);
  const fields = {
    digest: file.digest,
    from: base.digest,
    deltaBytes: delta.sizeBytes,
    sizeBytes: file.sizeBytes,
  };
  try {
    const bytes = await apply(baseBytes, sink.bytes, file.sizeBytes);
    if (digestOf(crypto, bytes) === file.digest) {
      await blobs.write(file.digest, bytes);
      log('info', 'release', 'a file came as a delta', fields);
      return true;
    }
    log('warn', 'release', 'a delta gave other bytes than were signed: the file comes whole', fields);
  } catch (error) {
    if (error instanceof SkerryError) throw error; // the disk, not the delta
    log('warn', 'release', `a delta can't be applied: the file comes whole: ${messageOf(error)}`, fields);
  }
  return false;
}

/** What the control plane would send: digest and length of a delta; undefined where it has none that is smaller. */
async function offeredDelta(
  options: FetchReleaseOptions,
  url: URL,
  sizeBytes: number,
): Promise<BlobRef | undefined> {
  const headers = await authorization(options);
  return exchange(
    options.http,
    (signal) => new Request(url, { method: 'HEAD', headers, signal, redirect: 'manual' }),
    async (response) => {
      discard(response);
      const digest = /^"(.*)"$/.exec(response.headers.get('etag') ?? '')?.[1] ?? '';
      const deltaBytes = Number(response.headers.get('content-length') ?? Number.NaN);
      const isDelta = response.status === 200 && mediaType(response) === DELTA_TYPE;
      return isDelta && DIGEST_PATTERN.test(digest) && deltaBytes > 0 && deltaBytes < sizeBytes
        ? { digest, sizeBytes: deltaBytes }
        : undefined;
    },
  );
}
