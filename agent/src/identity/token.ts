import { fromUtf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { randomId } from '@skerry/proto/ids';
import { z } from 'zod';
import type { Clock, Crypto, Log, Random } from '../ports.ts';
import { endpoint, exchange, type Http, readBounded, refuseBusy } from '../sync/http.ts';
import { signAssertion } from './jwt.ts';

const MAX_ANSWER_BYTES = 64 * 1024;
const MARGIN_MS = 60_000;
/** A difference of clocks below this doesn't explain a refused assertion. */
const SKEW_MS = 5_000;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const answerSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  token_type: z.string().regex(/^bearer$/i),
});

/** What a refusal says: an OAuth error (RFC 6749, 5.2) or a problem (RFC 9457). */
const refusalSchema = z.object({ error: z.string().optional(), detail: z.string().optional() });

export interface TokenOptions {
  crypto: Crypto;
  random: Random;
  clock: Clock;
  log: Log;
  http: Http;
  url: string;
  agentId: string;
}

/** Access tokens, cached until a minute (or a quarter of a short lifetime) before they end. */
export interface TokenSource {
  get(): Promise<string>;
  forget(): void;
}

type Answer =
  | { kind: 'granted'; token: string; lifetimeMs: number }
  | { kind: 'refused'; status: number; error: string; serverMs: number | undefined };

/**
 * Gets tokens by private_key_jwt: an assertion signed by the device key against a 15-minute bearer token (RFC 7523,
 * section 2.2). Age is counted on the monotonic clock. Where the server refuses and its Date header shows that our
 * wall clock is off, the difference is kept and the request is made once more: a device without a clock can come in.
 */
export function createTokenSource(options: TokenOptions, privateKey: Uint8Array): TokenSource {
  const { clock } = options;
  let cached: { token: string; untilMonoMs: number } | undefined;
  let offsetMs = 0;
  let pending: Promise<string> | undefined;

  async function obtain(): Promise<string> {
    const startedMonoMs = clock.monoMs();
    let answer = await request(options, privateKey, clock.wallMs() + offsetMs);
    const skewMs = answer.kind === 'refused' ? skewOf(answer, clock.wallMs() + offsetMs) : 0;
    if (skewMs !== 0) {
      offsetMs += skewMs;
      options.log('warn', 'identity', "the wall clock is off; taking the control plane's", { offsetMs });
      answer = await request(options, privateKey, clock.wallMs() + offsetMs);
    }
    if (answer.kind === 'refused') throw refused(answer, options.agentId);
    const marginMs = Math.min(MARGIN_MS, answer.lifetimeMs / 4);
    cached = { token: answer.token, untilMonoMs: startedMonoMs + answer.lifetimeMs - marginMs };
    return answer.token;
  }

  return {
    async get() {
      if (cached && clock.monoMs() < cached.untilMonoMs) return cached.token;
      pending ??= obtain().finally(() => {
        pending = undefined;
      });
      return pending;
    },
    forget() {
      cached = undefined;
    },
  };
}

async function request(options: TokenOptions, privateKey: Uint8Array, nowMs: number): Promise<Answer> {
  const url = endpoint(options.url, 'agent/v1/token');
  const assertion = signAssertion(options.crypto, privateKey, {
    agentId: options.agentId,
    audience: url.href,
    id: randomId(options.random),
    nowMs,
  });
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  return exchange(
    options.http,
    (signal) => new Request(url, { method: 'POST', headers, body, signal, redirect: 'manual' }),
    (response) => readAnswer(response, options.clock),
  );
}

async function readAnswer(response: Response, clock: Clock): Promise<Answer> {
  refuseBusy(response, 'the token request', clock.wallMs());
  const text = await readBounded(response, MAX_ANSWER_BYTES, 'the answer to the token request');
  const json = parseJson(text);
  if (response.status === 200) {
    const parsed = answerSchema.safeParse(json);
    if (!parsed.success)
      throw new SkerryError('unavailable', 'what answered to the token request is no control plane');
    const { access_token: token, expires_in: lifetimeS } = parsed.data;
    return { kind: 'granted', token, lifetimeMs: lifetimeS * 1000 };
  }
  if (![400, 401, 403].includes(response.status))
    throw new SkerryError(
      'unavailable',
      `the control plane answered ${response.status} to the token request`,
    );
  const said = refusalSchema.safeParse(json).data;
  const serverMs = Date.parse(response.headers.get('date') ?? '');
  return {
    kind: 'refused',
    status: response.status,
    error: said?.detail ?? said?.error ?? 'no reason given',
    serverMs: Number.isFinite(serverMs) ? serverMs : undefined,
  };
}

function skewOf(answer: Answer & { kind: 'refused' }, nowMs: number): number {
  if (answer.serverMs === undefined) return 0;
  const skewMs = answer.serverMs - nowMs;
  return Math.abs(skewMs) > SKEW_MS ? skewMs : 0;
}

function refused(answer: Answer & { kind: 'refused' }, agentId: string): SkerryError {
  return new SkerryError('unauthorized', `the control plane gives ${agentId} no token: ${answer.error}`, {
    hint: `is the agent approved? skerry agent show ${agentId}`,
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    // Not JSON: the schema refuses undefined, and the caller says so.
    return undefined;
  }
}
