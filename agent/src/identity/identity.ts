/**
 * Who the agent is: an Ed25519 key made on the device at first start (`i/key` in the store, 32-byte seed, never sent),
 * its enrolment (`i/enrolment`, JSON), and the 15-minute access tokens that it gets by private_key_jwt (RFC 7523).
 */
import { fromUtf8, toBase64Url, utf8 } from '@skerry/proto/bytes';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { z } from 'zod';
import type { Clock, Crypto, Log, Random, Store } from '../ports.ts';
import { discard, endpoint, exchange, type Http, readBounded, refuseBusy } from '../sync/http.ts';
import { type EnrolmentToken, parseEnrolmentToken } from './enrolment-token.ts';
import { createTokenSource } from './token.ts';

const MAX_ANSWER_BYTES = 64 * 1024;

export interface IdentityOptions {
  store: Store;
  crypto: Crypto;
  random: Random;
  clock: Clock;
  log: Log;
  http: Http;
  /** The control plane, `https://control.example.com`. */
  url: string;
  agentId: string;
}

export interface EnrolRequest {
  /** As the operator gave it: `SECRET` or `SECRET.ROOTDIGEST`; left out, the agent waits for approval. */
  token?: string;
  labels: Readonly<Record<string, string>>;
  facts: Readonly<Record<string, string>>;
}

const enrolment = z.object({
  status: z.enum(['approved', 'pending']),
  agent: z.string(),
  /** `sha256:…` of the first root. */
  rootDigest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  /** The control plane's instance. */
  instance: z.string(),
});

/** What enrolling came to, as it is remembered. */
export type Enrolment = z.output<typeof enrolment>;

export interface Identity {
  readonly agentId: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** What the last enrolment came to; undefined before the first. */
  enrolment(): Enrolment | undefined;
  /**
   * Enrols, or asks again while pending; idempotent for the same key. The first root's digest is the one in the
   * token; without one there, the server's answer is taken on first use. Throws SkerryError unavailable, unauthorized
   * (the token), conflict (another key holds this id), untrusted (the server names another root than the token).
   */
  enrol(request: EnrolRequest): Promise<Enrolment>;
  /** A token that is still good for a while. Throws SkerryError unavailable, too-large or unauthorized. */
  accessToken(): Promise<string>;
  /** Ed25519 with the device key. */
  sign(message: Uint8Array): Uint8Array;
  /** Forgets the cached token: the server refused it. */
  forgetToken(): void;
}

/** Opens the device's identity; makes and durably stores its key at the first start. */
export async function openIdentity(options: IdentityOptions): Promise<Identity> {
  const { store, crypto } = options;
  const privateKey = await openKey(options);
  const publicKey = crypto.publicKey(privateKey);
  const tokens = createTokenSource(options, privateKey);
  let current = await loadEnrolment(options);

  return {
    agentId: options.agentId,
    publicKey,
    enrolment: () => current,
    async enrol(request) {
      const token = request.token === undefined ? undefined : parseEnrolmentToken(request.token);
      const answer = await postEnrolment(options, publicKey, request, token);
      const rootDigest = agreeOnRoot(token, answer, current);
      const { rootDigest: _, ...rest } = answer;
      current = rootDigest === undefined ? rest : { ...rest, rootDigest };
      const value = utf8(JSON.stringify(current));
      await store.batch([{ type: 'put', key: 'i/enrolment', value }], { sync: true });
      return current;
    },
    sign: (message) => crypto.sign(privateKey, message),
    accessToken: () => tokens.get(),
    forgetToken: () => tokens.forget(),
  };
}

async function openKey({ store, random, log }: IdentityOptions): Promise<Uint8Array> {
  const held = await store.get('i/key');
  if (held && held.length !== 32)
    throw new SkerryError('corrupt', `the device key is ${held.length} bytes, not 32`, {
      hint: 'remove i/key and have the agent replaced: skerry agent replace ID',
    });
  if (held) return held;
  const privateKey = random.bytes(32);
  await store.batch([{ type: 'put', key: 'i/key', value: privateKey }], { sync: true });
  log('info', 'identity', 'a new device key was made');
  return privateKey;
}

/** What the last enrolment came to; undefined before the first. */
export async function loadEnrolment({
  store,
  log,
}: Pick<IdentityOptions, 'store' | 'log'>): Promise<Enrolment | undefined> {
  const bytes = await store.get('i/enrolment');
  if (!bytes) return undefined;
  try {
    return enrolment.parse(JSON.parse(fromUtf8(bytes)));
  } catch (error) {
    // Enrolling is idempotent, so a damaged memory of it costs one more exchange and nothing else.
    log('warn', 'identity', `the stored enrolment is damaged, enrolling again: ${messageOf(error)}`);
    return undefined;
  }
}

async function postEnrolment(
  options: IdentityOptions,
  publicKey: Uint8Array,
  request: EnrolRequest,
  token: EnrolmentToken | undefined,
): Promise<Enrolment> {
  const body = JSON.stringify({
    agent: options.agentId,
    ...(token && { token: token.secret }),
    publicKey: toBase64Url(publicKey),
    labels: request.labels,
    facts: request.facts,
  });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const url = endpoint(options.url, 'agent/v1/enroll');
  return exchange(
    options.http,
    (signal) => new Request(url, { method: 'POST', headers, body, signal, redirect: 'manual' }),
    async (response) => {
      refuseBusy(response, 'enrolling', options.clock.wallMs());
      if (response.status !== 200 && response.status !== 201 && response.status !== 202)
        throw refused(response, options.agentId);
      return readEnrolment(await readBounded(response, MAX_ANSWER_BYTES, 'the answer to enrolling'));
    },
  );
}

function refused(response: Response, agentId: string): SkerryError {
  discard(response);
  const { status } = response;
  if (status === 401 || status === 403)
    return new SkerryError('unauthorized', 'the control plane refused the enrolment token', {
      hint: 'make a new one: skerry token create --enroll',
    });
  if (status === 409)
    return new SkerryError('conflict', `another key holds the agent id ${agentId}`, {
      hint: `approve the change with: skerry agent replace ${agentId}`,
    });
  return new SkerryError('unavailable', `the control plane answered ${status} to enrolling`);
}

function readEnrolment(bytes: Uint8Array): Enrolment {
  try {
    return enrolment.parse(JSON.parse(fromUtf8(bytes)));
  } catch (cause) {
    // A captive portal answers 200 with a page of its own: come back later.
    throw new SkerryError('unavailable', 'what answered to enrolling is no control plane', {
      hint: 'a captive portal or proxy in between? check controlPlane.url',
      cause,
    });
  }
}

/** The operator's word (the token) over the server's; a root once taken is not exchanged by the server's word. */
function agreeOnRoot(
  token: EnrolmentToken | undefined,
  answer: Enrolment,
  before: Enrolment | undefined,
): string | undefined {
  const known = token?.rootDigest ?? before?.rootDigest;
  if (known !== undefined && answer.rootDigest !== undefined && answer.rootDigest !== known)
    throw new SkerryError('untrusted', 'the control plane names another root of trust than this agent has', {
      hint: 'enrol with a token of this control plane that carries its root digest',
    });
  return known ?? answer.rootDigest;
}
