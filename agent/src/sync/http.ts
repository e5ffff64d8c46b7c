/** HTTP as the agent speaks it to the control plane: every body bounded, every exchange with an end. */
import { concat } from '@skerry/proto/bytes';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { Timers, Transport } from '../ports.ts';

/** How to reach the control plane, and how long one exchange may take, body included. */
export interface Http {
  transport: Transport;
  timers: Timers;
  timeoutMs: number;
}

/** The URL of an endpoint (`agent/v1/sync`) below the control plane's own, which may have a path. */
export function endpoint(url: string, path: string): URL {
  return new URL(path, url.endsWith('/') ? url : `${url}/`);
}

/**
 * One request and everything done with its response, within `timeoutMs`; past it the request is aborted and what
 * still comes is dropped. Throws SkerryError unavailable where nobody answered in time.
 */
export async function exchange<T>(
  http: Http,
  request: (signal: AbortSignal) => Request,
  use: (response: Response) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let cancel = (): void => undefined;
  const expired = new Promise<never>((_, reject) => {
    cancel = http.timers.after(http.timeoutMs, () => {
      reject(new SkerryError('unavailable', `no answer within ${http.timeoutMs} ms`));
      abort.abort();
    });
  });
  try {
    // The race, and not the signal alone: a transport that ignores signals can't hold the agent either.
    return await Promise.race([perform(http.transport, request(abort.signal), use), expired]);
  } finally {
    cancel();
  }
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
