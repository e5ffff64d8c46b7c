/** What agents call: enrolment, tokens, sync, blobs. */
import { fromBase64, fromUtf8, toHex, utf8 } from '@skerry/proto/bytes';
import { CONTENT_DIGEST, contentDigest, matchesDigest } from '@skerry/proto/content-digest';
import { SkerryError } from '@skerry/proto/errors';
import { NAME_PATTERN } from '@skerry/proto/ids';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { serveBlob } from './blobs.ts';
import { readBody, readText } from './body.ts';
import { type AppDeps, DEFAULT_LIMITS } from './deps.ts';
import { bearer, check } from './endpoint.ts';
import { InFlight } from './in-flight.ts';
import type { Metrics } from './metrics.ts';
import { problemResponse } from './problems.ts';
import { recordReversions } from './reversions.ts';
import { driveNow, shardFor } from './shards.ts';
import { createWebhooks } from './webhooks.ts';

const texts = z
  .record(z.string().max(64), z.string().max(1_024))
  .refine((record) => Object.keys(record).length <= 64, 'expected at most 64 entries')
  .default({});

const enrolRequest = z.object({
  agent: z.string().regex(NAME_PATTERN, 'expected 1 to 64 of A-Z a-z 0-9 . _ -'),
  token: z.string().max(500).optional(),
  /** base64url of the raw Ed25519 key. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 bytes as base64url'),
  labels: texts,
  facts: texts,
});

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const MAX_JTI_LENGTH = 256;
/** The exchange that an agent waits for, and one that it has given up and the network has not. */
const MAX_SYNCS_PER_AGENT = 2;
const SYNC_TYPE = 'application/x-protobuf';

export function agentApiRoutes(app: Hono, deps: AppDeps, metrics: Metrics): void {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  app.post('/agent/v1/enroll', async (c) => enrol(deps, c, limits.json));
  app.post('/agent/v1/token', async (c) => token(deps, c, limits.json));
  const { post } = deps;
  const webhooks = post && createWebhooks({ ...deps, post });
  const deliver = (): void => {
    if (webhooks) deps.later(webhooks.deliver);
  };
  // What waited when the host stopped.
  deliver();
  const inFlight = new InFlight({ maxBytes: limits.syncsInFlight, maxPerAgent: MAX_SYNCS_PER_AGENT });
  app.post('/agent/v1/sync', async (c) => {
    const startedMs = deps.now();
    const response = await sync(deps, c, limits.sync, inFlight, deliver);
    if (response.ok) metrics.syncTook((deps.now() - startedMs) / 1_000);
    return response;
  });
  app.get('/agent/v1/blobs/:digest', async (c) => {
    await authenticateAgent(deps, bearer(c.req.header('authorization')));
    return serveBlob(deps.blobs, c.req.raw, c.req.param('digest'), deps.deltas);
  });
}

/** One exchange. Whoever finds the shard busy is told when to come back, before its body is read. */
async function sync(
  deps: AppDeps,
  c: Context,
  maxBytes: number,
  inFlight: InFlight,
  deliver: () => void,
): Promise<Response> {
  const subject = await subjectOfToken(deps, bearer(c.req.header('authorization')));
  const agent = agentOf(subject);
  const shard = shardFor(deps, agent);
  const { publicKey, waitMs } = await shard.admit(agent);
  requireKey(deps, subject, publicKey);
  if (waitMs > 0) return busy(c, waitMs);
  if (!(c.req.header('content-type') ?? '').startsWith(SYNC_TYPE))
    throw new SkerryError('invalid', `a sync is ${SYNC_TYPE}`);
  const announced = Number(c.req.header('content-length') ?? maxBytes);
  return inFlight.run(agent, Math.min(announced, maxBytes), async () => {
    const body = await readBody(c.req.raw, maxBytes);
    if (!matchesDigest(deps.crypto, body, c.req.header(CONTENT_DIGEST)))
      throw new SkerryError(
        'invalid',
        'the body was damaged on its way: it is not what its Content-Digest says',
      );
    const answer = await shard.sync(agent, body);
    await recordReversions(deps, agent, answer.reversions);
    for (const topic of answer.topics) deps.notifier.changed(topic);
    if (answer.progress) deps.later(() => driveNow(deps));
    if (answer.webhooks) deliver();
    return new Response(answer.response as Uint8Array<ArrayBuffer>, {
      headers: {
        'content-type': SYNC_TYPE,
        'cache-control': 'no-store',
        [CONTENT_DIGEST]: contentDigest(deps.crypto, answer.response),
      },
    });
  });
}

function busy(c: Context, waitMs: number): Response {
  const seconds = Math.ceil(waitMs / 1_000);
  const error = new SkerryError('unavailable', `the control plane is busy: come back in ${seconds} s`);
  return problemResponse(error, c.req.path, seconds);
}

/**
 * The agent of an access token: approved, and still held by the key that the token was given to. Throws SkerryError
 * unauthorized.
 */
export async function authenticateAgent(deps: AppDeps, accessToken: string | undefined): Promise<string> {
  const subject = await subjectOfToken(deps, accessToken);
  const agent = agentOf(subject);
  requireKey(deps, subject, await shardFor(deps, agent).agentKey(agent));
  return agent;
}

async function subjectOfToken(deps: AppDeps, accessToken: string | undefined): Promise<string> {
  if (accessToken === undefined) throw new SkerryError('unauthorized', 'no access token was sent');
  return deps.tokens.verify(await deps.fleet.accessKey(), accessToken, deps.now());
}

function agentOf(subject: string): string {
  return subject.split(':')[0] ?? '';
}

function requireKey(deps: AppDeps, subject: string, publicKey: string): void {
  const agent = agentOf(subject);
  if (subject !== subjectOf(deps, agent, publicKey))
    throw new SkerryError('unauthorized', `agent ${agent} has another key by now`);
}

/** Who an access token is for: the agent, and the first 64 bits of its key's digest. */
function subjectOf(deps: AppDeps, agent: string, publicKey: string): string {
  return `${agent}:${toHex(deps.crypto.sha256(utf8(publicKey)).subarray(0, 8))}`;
}

async function enrol(deps: AppDeps, c: Context, maxBytes: number): Promise<Response> {
  const text = await readText(c.req.raw, maxBytes);
  const request = check(enrolRequest, parse(text), 'body');
  // The part behind the dot is for the agent: the digest of the first root.
  const secret = request.token?.split('.')[0] ?? '';
  const granted =
    secret === ''
      ? { name: '', labels: {}, autoApprove: false }
      : await deps.fleet.redeemEnrolToken(secret, request.agent, request.publicKey);
  const { status, changed } = await shardFor(deps, request.agent).enrol({
    agent: request.agent,
    publicKey: request.publicKey,
    labels: request.labels,
    facts: request.facts,
    tokenLabels: granted.labels,
    autoApprove: granted.autoApprove,
  });
  if (changed) {
    await deps.fleet.record(`agent:${request.agent}`, 'agent.enrol', request.agent, {
      status,
      publicKey: request.publicKey,
      ...(granted.name !== '' && { token: granted.name }),
    });
    deps.notifier.changed('agents');
  }
  const rootDigest = await deps.fleet.rootDigest();
  const instance = await deps.fleet.instance();
  return c.json(
    { status, agent: request.agent, instance, ...(rootDigest !== undefined && { rootDigest }) },
    status === 'approved' ? 200 : 202,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SkerryError('invalid', 'the body is no JSON', { cause });
  }
}

/** RFC 7523, section 2.2: an assertion signed by the agent's key against a bearer token. */
async function token(deps: AppDeps, c: Context, maxBytes: number): Promise<Response> {
  const form = new URLSearchParams(fromUtf8(await readBody(c.req.raw, maxBytes)));
  const assertion = form.get('client_assertion');
  if (
    form.get('grant_type') !== 'client_credentials' ||
    form.get('client_assertion_type') !== ASSERTION_TYPE ||
    assertion === null
  )
    throw new SkerryError('invalid', 'expected client_credentials with a jwt-bearer client_assertion');
  const agent = deps.tokens.subject(assertion);
  if (!NAME_PATTERN.test(agent)) throw new SkerryError('unauthorized', 'the assertion names no agent');
  const shard = shardFor(deps, agent);
  const publicKey = await shard.agentKey(agent);
  const { jti, expiresMs } = await deps.tokens.verifyAssertion(
    fromBase64(publicKey),
    assertion,
    audiences(c),
    deps.now(),
  );
  if (jti.length > MAX_JTI_LENGTH)
    throw new SkerryError('unauthorized', `the assertion's jti is longer than ${MAX_JTI_LENGTH} characters`);
  const waitMs = await shard.useAssertion(agent, jti, expiresMs);
  if (waitMs > 0) return busy(c, waitMs);
  const accessToken = await deps.tokens.issue(
    await deps.fleet.accessKey(),
    subjectOf(deps, agent, publicKey),
    deps.now(),
  );
  return c.json({ access_token: accessToken, token_type: 'Bearer', expires_in: 900 }, 200, {
    'cache-control': 'no-store',
  });
}

// Behind a proxy the scheme that the agent sees differs from ours, the host doesn't.
function audiences(c: Context): string[] {
  const url = new URL(c.req.url);
  return ['http:', 'https:'].map((scheme) => `${scheme}//${url.host}${url.pathname}`);
}
