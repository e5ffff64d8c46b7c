import { messageOf, SkerryError } from '@skerry/proto/errors';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import type { Clock } from '../ports.ts';
import { retryAfterMs } from './backoff.ts';
import { discard, endpoint, exchange, type Http, mediaType, readBounded } from './http.ts';

const PROTOBUF = 'application/x-protobuf';

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
  clock: Clock;
  identity: TokenHolder;
  url: string;
  maxResponseBytes: number;
}

/**
 * Sends one SyncRequest and reads its answer. Never rejects on anything that the network or the server does. A token
 * that is refused is replaced once.
 */
export async function attemptSync(deps: AttemptDeps, request: skerry.v1.ISyncRequest): Promise<Attempt> {
  const body = encode(v1.SyncRequest, request);
  const first = await once(deps, body);
  if (first.outcome !== 'unauthorized' || first.status !== 401) return first;
  deps.identity.forgetToken();
  return once(deps, body);
}

async function once(deps: AttemptDeps, body: Uint8Array): Promise<Attempt> {
  try {
    const token = await deps.identity.accessToken();
    const headers = { authorization: `Bearer ${token}`, 'content-type': PROTOBUF, accept: PROTOBUF };
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
    );
  } catch (error) {
    return { outcome: outcomeOf(error), detail: messageOf(error) };
  }
}

async function readResponse(deps: AttemptDeps, response: Response): Promise<Attempt> {
  const { status } = response;
  if (status >= 400) {
    discard(response);
    const outcome = status === 401 || status === 403 ? 'unauthorized' : 'refused';
    const wait = retryAfterMs(response.headers.get('retry-after'), deps.clock.wallMs());
    return { outcome, detail: `the control plane answered ${status}`, status, retryAfterMs: wait };
  }
  if (status !== 200 || mediaType(response) !== PROTOBUF) {
    discard(response);
    const detail = `no control plane answered: status ${status}, ${mediaType(response) || 'no media type'}`;
    return { outcome: 'malformed', detail };
  }
  const bytes = await readBounded(response, deps.maxResponseBytes, "the control plane's answer");
  const decoded = tryDecode(bytes);
  if (!decoded?.instance) return { outcome: 'malformed', detail: 'the answer is no SyncResponse' };
  return { outcome: 'ok', response: decoded };
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
