import { CONTENT_DIGEST, contentDigest, matchesDigest } from '@skerry/proto/content-digest';
import type { Crypto } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import type { Clock } from '../ports.ts';
import { retryAfterMs } from './backoff.ts';
import { BusyError, discard, endpoint, exchange, type Http, mediaType, readBounded } from './http.ts';

const PROTOBUF = 'application/x-protobuf';
/** Network Authentication Required (RFC 6585, section 6): said by a captive portal, never by a control plane. */
const NETWORK_LOGIN = 511;
const MAX_SHOWN = 100;

/** What sync needs of the agent's identity. */
export interface TokenHolder {
  accessToken(): Promise<string>;
  forgetToken(): void;
}

/** How an exchange may fail, as `skerry_agent_sync_total{outcome}` counts it. */
export type FailedExchange =
  | 'unreachable' // nobody answered in time
  | 'refused' // the control plane answered with an error status
  | 'malformed' // what answered is no control plane, or no answer of one
  | 'unauthorized'; // it knows no such agent, or not this key

export type Attempt =
  | { outcome: 'ok'; response: skerry.v1.ISyncResponse }
  | { outcome: FailedExchange; detail: string; status?: number; retryAfterMs?: number | undefined };

export interface AttemptDeps {
  http: Http;
  crypto: Crypto;
  clock: Clock;
  identity: TokenHolder;
  url: string;
  maxResponseBytes: number;
}

/**
 * Sends one encoded SyncRequest and reads its answer. Never rejects on anything that the network or the server does. A token
 * that is refused is replaced once.
 */
export async function attemptSync(deps: AttemptDeps, body: Uint8Array): Promise<Attempt> {
  const first = await once(deps, body);
  if (first.outcome !== 'unauthorized' || first.status !== 401) return first;
  deps.identity.forgetToken();
  return once(deps, body);
}

async function once(deps: AttemptDeps, body: Uint8Array): Promise<Attempt> {
  try {
    const token = await deps.identity.accessToken();
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': PROTOBUF,
      accept: PROTOBUF,
      [CONTENT_DIGEST]: contentDigest(deps.crypto, body),
    };
    const url = endpoint(deps.url, 'agent/v1/sync');
    return await exchange(
      deps.http,
      // A redirect is never followed: what a captive portal redirects to must not see results.
      (signal) =>
        new Request(url, {
          method: 'POST',
          headers,
          body: body as Uint8Array<ArrayBuffer>,
          signal,
          redirect: 'manual',
        }),
      (response) => readResponse(deps, response),
      body.length,
    );
  } catch (error) {
    const wait = error instanceof BusyError ? error.retryAfterMs : undefined;
    return { outcome: outcomeOf(error), detail: messageOf(error), retryAfterMs: wait };
  }
}

async function readResponse(deps: AttemptDeps, response: Response): Promise<Attempt> {
  const { status } = response;
  if (status >= 400 && status !== NETWORK_LOGIN) {
    discard(response);
    const outcome = status === 401 || status === 403 ? 'unauthorized' : 'refused';
    const wait = retryAfterMs(response.headers, deps.clock.wallMs());
    return { outcome, detail: `the control plane answered ${status}`, status, retryAfterMs: wait };
  }
  if (status !== 200 || mediaType(response) !== PROTOBUF) {
    discard(response);
    return { outcome: 'malformed', detail: `no control plane answered, but ${strangerIn(response)}` };
  }
  const bytes = await readBounded(response, deps.maxResponseBytes, "the control plane's answer");
  if (!matchesDigest(deps.crypto, bytes, response.headers.get(CONTENT_DIGEST)))
    return { outcome: 'malformed', detail: 'the answer was damaged on its way' };
  const decoded = tryDecode(bytes);
  if (!decoded?.instance) return { outcome: 'malformed', detail: 'the answer is no SyncResponse' };
  return { outcome: 'ok', response: decoded };
}

function strangerIn(response: Response): string {
  const { status } = response;
  if (status === NETWORK_LOGIN) return 'a network that wants a login first (511)';
  const location = response.headers.get('location');
  if (status >= 300 && status < 400 && location !== null)
    return `a redirect (${status}) to ${location.slice(0, MAX_SHOWN)}, which is not followed: is controlPlane.url right?`;
  return `status ${status}, ${mediaType(response) || 'no media type'}: a captive portal or proxy?`;
}

function tryDecode(bytes: Uint8Array): skerry.v1.ISyncResponse | undefined {
  try {
    return decode(v1.SyncResponse, bytes);
  } catch {
    // Whatever protobuf says about foreign bytes, the attempt is malformed, and is counted as that.
    return undefined;
  }
}

function outcomeOf(error: unknown): FailedExchange {
  if (!(error instanceof SkerryError)) throw error;
  switch (error.code) {
    case 'unauthorized':
    case 'forbidden':
    case 'conflict':
      return 'unauthorized';
    case 'too-large':
    case 'invalid':
    case 'untrusted':
      return 'malformed';
    case 'unavailable':
      return 'unreachable';
    default:
      throw error;
  }
}
