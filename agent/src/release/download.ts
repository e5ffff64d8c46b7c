/**
 * One blob of known length, window by window (RFC 9110, section 14), each an exchange of its own that fits what the
 * link carries: a slow link gets a large file in pieces, none of which outlasts its timeout. What arrived before a
 * window failed is kept, for one blob at a time and over restarts, and the next try goes on behind it.
 *
 *   bytes=0-262143 → 206   bytes=262144-786431 → 206   (broken off)   … later: bytes=786432-1048575 → 206
 *
 * A server or proxy that knows no ranges answers 200 with the whole, which is taken as that.
 */
import { SkerryError } from '@skerry/proto/errors';
import type { Clock } from '../ports.ts';
import type { ByteBudget } from '../sync/byte-budget.ts';
import { discard, endpoint, exchange, type Http, readBounded, refusePage } from '../sync/http.ts';
import { RequestSize } from '../sync/request-size.ts';
import type { Sink } from './blob-sink.ts';

const WINDOW = { minBytes: 16 * 1024, startBytes: 256 * 1024, maxBytes: 4 * 1024 * 1024, targetMs: 5_000 };

export interface DownloadSource {
  url: URL;
  /** Asked for each window: a download may take longer than a token is good for. */
  headers(): Promise<Readonly<Record<string, string>>>;
}

export class Downloads {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #budget: ByteBudget | undefined;
  readonly #size = new RequestSize(WINDOW);
  /** The latest that broke off, where it is kept nowhere else. */
  #kept: Sink | undefined;

  /** `http.timeoutMs` is per window. */
  constructor(http: Http, clock: Clock, options: { budget?: ByteBudget } = {}) {
    this.#http = http;
    this.#clock = clock;
    this.#budget = options.budget;
  }

  /** Where a download broke off that nothing keeps but memory; undefined where there is none of this digest. */
  interrupted(digest: string): Sink | undefined {
    return this.#kept?.digest === digest ? this.#kept : undefined;
  }

  /**
   * Fills the sink from where it stands, and finishes it. Throws SkerryError unavailable: then the next call goes on from
   * there; not-found, unauthorized, or untrusted where other bytes come than were asked for.
   */
  async fetch(source: DownloadSource, sink: Sink): Promise<void> {
    this.#kept = undefined;
    while (sink.heldBytes < sink.sizeBytes) {
      try {
        await this.#window(source, sink);
      } catch (error) {
        if (!sink.isKept) this.#kept = sink;
        if (error instanceof SkerryError && error.code === 'unavailable') this.#size.failed();
        throw error;
      }
    }
    await sink.finish();
  }

  /** Adds one window, or all of it. */
  async #window(source: DownloadSource, sink: Sink): Promise<void> {
    const { digest, sizeBytes, heldBytes: from } = sink;
    const missing = sizeBytes - from;
    const allowed = this.#budget ? Math.max(WINDOW.minBytes, Math.floor(this.#budget.bulk)) : missing;
    const last = from + Math.min(missing, this.#size.bytes, allowed) - 1;
    const isPart = from > 0 || last < sizeBytes - 1;
    const headers = {
      ...(await source.headers()),
      ...(isPart && { range: `bytes=${from}-${last}`, 'if-range': `"${digest}"` }),
    };
    const startedMonoMs = this.#clock.monoMs();
    const { bytes, isWhole } = await exchange(
      this.#http,
      (signal) => new Request(source.url, { headers, signal, redirect: 'manual' }),
      (response) => read(response, sink, last),
    );
    const expected = isWhole ? sizeBytes : last + 1 - from;
    if (isWhole && from > 0) await sink.restart();
    // Behind the whole of a server without ranges nothing could be asked for, so half of it is no use.
    if (!isWhole || bytes.length === expected) await sink.append(bytes);
    if (bytes.length < expected)
      throw new SkerryError(
        'unavailable',
        `${digest} broke off after ${isWhole ? bytes.length : from + bytes.length} of ${sizeBytes} bytes`,
      );
    this.#size.answered(bytes.length, this.#clock.monoMs() - startedMonoMs);
  }
}

async function read(
  response: Response,
  sink: Sink,
  last: number,
): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const { digest, sizeBytes, heldBytes: from } = sink;
  if (response.status === 206 && contentRangeFrom(response) === from)
    return { bytes: await readExact(response, last - from + 1, digest), isWhole: false };
  // What is held may be why (416), or isn't what was asked for (206): the next try begins anew.
  if (response.status === 206 || response.status === 416) await sink.restart();
  refuseBlob(response, digest);
  return { bytes: await readExact(response, sizeBytes, digest), isWhole: true };
}

/** Where a blob is fetched from. */
export function blobUrl({ url }: { url: string }, digest: string): URL {
  return endpoint(url, `agent/v1/blobs/${digest}`);
}

/** What a request for one has to carry. */
export async function authorization(options: {
  accessToken(): Promise<string>;
}): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await options.accessToken()}` };
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
