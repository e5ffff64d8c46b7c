/**
 * One blob of known length, window by window (RFC 9110, section 14), each an exchange of its own that fits what the
 * link carries: a slow link gets a large file in pieces, none of which outlasts its timeout. What arrived before a
 * window failed is kept, for one blob at a time and over restarts, and the next try goes on behind it.
 *
 *   bytes=0-262143 → 206   bytes=262144-786431 → 206   (broken off)   … later: bytes=786432-1048575 → 206
 *
 * A server or proxy that knows no ranges answers 200 with the whole, which is taken as that.
 */
import { concat } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { BlobParts, Clock } from '../ports.ts';
import type { ByteBudget } from '../sync/byte-budget.ts';
import { discard, exchange, type Http, readBounded, refusePage } from '../sync/http.ts';
import { RequestSize } from '../sync/request-size.ts';

const WINDOW = { minBytes: 16 * 1024, startBytes: 256 * 1024, maxBytes: 4 * 1024 * 1024, targetMs: 5_000 };

export interface DownloadSource {
  url: URL;
  /** Asked for each window: a download may take longer than a token is good for. */
  headers(): Promise<Readonly<Record<string, string>>>;
  digest: string;
  sizeBytes: number;
  /** Whether these are the bytes of the digest. */
  isRight(bytes: Uint8Array): boolean;
}

/** What has arrived of a blob. */
interface Partial {
  digest: string;
  parts: Uint8Array[];
  heldBytes: number;
  /** Some of it comes from disk, where a power cut may have hurt it. */
  isOld: boolean;
  isOnDisk: boolean;
}

export class Downloads {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #budget: ByteBudget | undefined;
  readonly #disk: BlobParts | undefined;
  readonly #size = new RequestSize(WINDOW);
  /** The latest that broke off, where there is no disk to keep it on. */
  #kept: Partial | undefined;

  /** `http.timeoutMs` is per window. */
  constructor(http: Http, clock: Clock, options: { budget?: ByteBudget; parts?: BlobParts } = {}) {
    this.#http = http;
    this.#clock = clock;
    this.#budget = options.budget;
    this.#disk = options.parts;
  }

  /**
   * Exactly `sizeBytes` bytes, to be verified. Throws SkerryError unavailable: then the next call goes on from there;
   * not-found, unauthorized, or untrusted where more comes than was asked for.
   */
  async fetch(source: DownloadSource): Promise<Uint8Array> {
    const { digest, sizeBytes } = source;
    const partial = this.#kept?.digest === digest ? this.#kept : await this.#fromDisk(source);
    while (partial.heldBytes < sizeBytes) {
      try {
        await this.#window(source, partial);
      } catch (error) {
        await this.#keepFor(partial);
        if (error instanceof SkerryError && error.code === 'unavailable') this.#size.failed();
        throw error;
      }
    }
    if (this.#kept === partial) this.#kept = undefined;
    const bytes = concat(partial.parts);
    if (partial.isOnDisk) await this.#disk?.clear();
    if (partial.isOld && !source.isRight(bytes))
      throw new SkerryError('unavailable', `what was kept of ${digest} was damaged: it is fetched anew`);
    return bytes;
  }

  /** For the next try: on disk, or in memory where there is none. */
  async #keepFor(partial: Partial): Promise<void> {
    if (!this.#disk) this.#kept = partial;
    else if (partial.heldBytes === 0 && partial.isOnDisk) await this.#disk.clear();
  }

  async #fromDisk({ digest, sizeBytes }: DownloadSource): Promise<Partial> {
    const bytes = (await this.#disk?.read(digest)) ?? new Uint8Array();
    const isUsable = bytes.length > 0 && bytes.length < sizeBytes;
    return isUsable
      ? { digest, parts: [bytes], heldBytes: bytes.length, isOld: true, isOnDisk: true }
      : { digest, parts: [], heldBytes: 0, isOld: false, isOnDisk: false };
  }

  /** Adds one window, or all of it. */
  async #window(source: DownloadSource, partial: Partial): Promise<void> {
    const { digest, sizeBytes, url } = source;
    const from = partial.heldBytes;
    const missing = sizeBytes - from;
    const allowed = this.#budget ? Math.max(WINDOW.minBytes, Math.floor(this.#budget.bulk)) : missing;
    const last = from + Math.min(missing, this.#size.bytes, allowed) - 1;
    const isPart = from > 0 || last < sizeBytes - 1;
    const headers = { ...(await source.headers()), ...(isPart && { range: `bytes=${from}-${last}` }) };
    const startedMonoMs = this.#clock.monoMs();
    const { bytes, isWhole } = await exchange(
      this.#http,
      (signal) => new Request(url, { headers, signal, redirect: 'manual' }),
      (response) => read(response, source, partial, last),
    );
    const expected = isWhole ? sizeBytes : last + 1 - from;
    // Behind the whole of a server without ranges nothing could be asked for.
    if (!isWhole || bytes.length === expected) keep(partial, bytes, isWhole);
    if (!isWhole && partial.heldBytes < sizeBytes) {
      await this.#disk?.append(digest, bytes);
      partial.isOnDisk = true;
    }
    if (bytes.length < expected)
      throw new SkerryError(
        'unavailable',
        `${digest} broke off after ${isWhole ? bytes.length : from + bytes.length} of ${sizeBytes} bytes`,
      );
    this.#size.answered(bytes.length, this.#clock.monoMs() - startedMonoMs);
  }
}

function keep(partial: Partial, bytes: Uint8Array, isWhole: boolean): void {
  if (isWhole) forget(partial);
  partial.parts.push(bytes);
  partial.heldBytes += bytes.length;
}

function forget(partial: Partial): void {
  partial.isOld = false;
  partial.parts = [];
  partial.heldBytes = 0;
}

async function read(
  response: Response,
  { digest, sizeBytes }: DownloadSource,
  partial: Partial,
  last: number,
): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const from = partial.heldBytes;
  if (response.status === 206 && contentRangeFrom(response) === from)
    return { bytes: await readExact(response, last - from + 1, digest), isWhole: false };
  // What is held may be why (416), or isn't what was asked for (206): the next try begins anew.
  if (response.status === 206 || response.status === 416) forget(partial);
  refuseBlob(response, digest);
  return { bytes: await readExact(response, sizeBytes, digest), isWhole: true };
}

/** Refuses whatever isn't 200 with a blob. Throws SkerryError unavailable, not-found or unauthorized. */
export function refuseBlob(response: Response, digest: string): void {
  refusePage(response, digest);
  const { status } = response;
  if (status === 200) return;
  discard(response);
  if (status === 404) throw new SkerryError('not-found', `the control plane has no blob ${digest}`);
  if (status === 401 || status === 403)
    throw new SkerryError('unauthorized', `the control plane refuses this agent the blob ${digest}`);
  throw new SkerryError('unavailable', `the control plane answered ${status} to ${digest}`);
}

/** Reads a body of at most `maxBytes`. Throws SkerryError untrusted where there is more, or unavailable. */
export async function readExact(response: Response, maxBytes: number, digest: string): Promise<Uint8Array> {
  try {
    return await readBounded(response, maxBytes, digest);
  } catch (error) {
    if (!(error instanceof SkerryError) || error.code !== 'too-large') throw error;
    throw new SkerryError('untrusted', `the control plane sent more than the ${maxBytes} bytes of ${digest}`);
  }
}

function contentRangeFrom(response: Response): number | undefined {
  const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return from === undefined ? undefined : Number(from);
}
