/** HTTP as the agent speaks it to the control plane: every body bounded, every exchange with an end. */
import { concat } from '@skerry/proto/bytes';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { Timers, Transport } from '../ports.ts';
import { retryAfterMs } from './backoff.ts';

/** How to reach the control plane, and how long one exchange may take, the answer's body included. */
export interface Http {
  transport: Transport;
  timers: Timers;
  timeoutMs: number;
  /** Each breaks off what is under way, and lets nothing begin; its reason is what the exchange rejects with. */
  signals?: readonly AbortSignal[];
}

/** The slowest link that is waited for (GPRS carries twice as much): a body that goes up gets its time on top. */
const SLOWEST_BYTES_PER_SECOND = 2_048;

/** The control plane, or what stands before it, asks to be left alone for a while. */
export class BusyError extends SkerryError {
  /** What Retry-After says, from now. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super('unavailable', message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The URL of an endpoint (`agent/v1/sync`) below the control plane's own, which may have a path. */
export function endpoint(url: string, path: string): URL {
  return new URL(path, url.endsWith('/') ? url : `${url}/`);
}

/**
 * One request and everything done with its response, within `timeoutMs` and the time that `sentBytes` take on the
 * slowest link; past it the request is aborted and what still comes is dropped. Throws SkerryError unavailable where
 * nobody answered in time.
 */
export async function exchange<T>(
  http: Http,
  request: (signal: AbortSignal) => Request,
  use: (response: Response) => Promise<T>,
  sentBytes = 0,
): Promise<T> {
  const { signals = [] } = http;
  const limitMs = Math.ceil(http.timeoutMs + (1000 * sentBytes) / SLOWEST_BYTES_PER_SECOND);
  const abort = new AbortController();
  let cleanUp = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (why: unknown): void => {
      reject(why);
      abort.abort();
    };
    const cancel = http.timers.after(limitMs, () =>
      end(new SkerryError('unavailable', `no answer within ${limitMs} ms`)),
    );
    const giveUp = (): void => end(signals.find(({ aborted }) => aborted)?.reason);
    for (const signal of signals) signal.addEventListener('abort', giveUp, { once: true });
    if (signals.some(({ aborted }) => aborted)) giveUp();
    cleanUp = () => {
      cancel();
      for (const signal of signals) signal.removeEventListener('abort', giveUp);
    };
  });
  try {
    // The race, and not the signal alone: a transport that ignores signals can't hold the agent either.
    return await Promise.race([perform(http.transport, request(abort.signal), use), ended]);
  } finally {
    cleanUp();
  }
}

/**
 * Refuses an answer of 429 or 5xx: it is for later. Throws BusyError where it says when, else SkerryError unavailable.
 */
export function refuseBusy(response: Response, to: string, nowWallMs: number): void {
  const { status } = response;
  if (status !== 429 && status < 500) return;
  discard(response);
  const message = `the control plane answered ${status} to ${to}`;
  const waitMs = retryAfterMs(response.headers, nowWallMs);
  throw waitMs === undefined ? new SkerryError('unavailable', message) : new BusyError(message, waitMs);
}

/**
 * Reads a body of at most `maxBytes`, and stops reading as soon as there is more. Throws SkerryError too-large, or
 * unavailable where the connection breaks off.
 */
export async function readBounded(response: Response, maxBytes: number, what: string): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array();
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await nextChunk(reader, what);
    if (done) return concat(parts);
    length += value.length;
    if (length > maxBytes) {
      // The rest is unwanted; a failure to say so changes nothing.
      reader.cancel().catch(() => undefined);
      throw new SkerryError('too-large', `${what} is longer than ${maxBytes} bytes`);
    }
    parts.push(value);
  }
}

/** Lets go of a body that nobody will read, so that its connection is free again. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

/** The media type of a response without its parameters, in lower case. */
export function mediaType(response: Response): string {
  return (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
}

/**
 * Refuses a page where a file was asked for: captive portals and login proxies answer everything with 200 and HTML.
 * Throws SkerryError unavailable.
 */
export function refusePage(response: Response, what: string): void {
  if (response.status !== 200 || mediaType(response) !== 'text/html') return;
  discard(response);
  throw new SkerryError('unavailable', `a web page came instead of ${what}`, {
    hint: 'a captive portal or proxy in between? check controlPlane.url',
  });
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  what: string,
): Promise<{ done: true; value?: undefined } | { done: false; value: Uint8Array }> {
  try {
    const { done, value } = await reader.read();
    return done ? { done } : { done, value };
  } catch (error) {
    throw new SkerryError('unavailable', `${what} broke off: ${messageOf(error)}`, { cause: error });
  }
}

async function perform<T>(
  transport: Transport,
  request: Request,
  use: (response: Response) => Promise<T>,
): Promise<T> {
  let response: Response;
  try {
    response = await transport(request);
  } catch (error) {
    const { origin } = new URL(request.url);
    throw new SkerryError('unavailable', `${origin} can't be reached: ${messageOf(error)}`, { cause: error });
  }
  return use(response);
}
