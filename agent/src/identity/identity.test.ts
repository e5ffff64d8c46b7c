import { fromBase64, toHex } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { importJWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { TestWorld } from '../sync/test-world.ts';
import { parseEnrolmentToken } from './enrolment-token.ts';
import { type IdentityOptions, openIdentity } from './identity.ts';

const URL = 'https://control.example.com';
const ROOT = 'ab'.repeat(32);
const json = (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(value), { status, headers });

function setUp() {
  const world = new TestWorld();
  const requests: { path: string; body: string; type: string | null }[] = [];
  const script: (() => Response | Promise<Response>)[] = [];
  const options: IdentityOptions = {
    ...world,
    crypto: nodeCrypto,
    http: {
      transport: async (request) => {
        const path = request.url.slice(URL.length);
        requests.push({ path, body: await request.text(), type: request.headers.get('content-type') });
        const step = script.shift();
        if (!step) throw new Error('no route');
        return step();
      },
      timers: world.timers,
      timeoutMs: 10_000,
    },
    url: URL,
    agentId: 'oslo-gw1',
  };
  return { world, requests, script, options, open: () => openIdentity(options) };
}

const granted =
  (token: string, expiresIn = 900) =>
  () =>
    json({ access_token: token, expires_in: expiresIn, token_type: 'Bearer' });
const approved = { status: 'approved', agent: 'oslo-gw1', instance: 'i1' };
const facts = { labels: { site: 'oslo' }, facts: { arch: 'x64' } };

describe('the device key', () => {
  test('is made at the first start and is the same ever after', async () => {
    const { open, world } = setUp();
    const first = await open();
    expect(toHex((await open()).publicKey)).toBe(toHex(first.publicKey));
    expect(world.entries.get('i/key')).toHaveLength(32);
  });

  test('of a wrong length is a plain error, never a new key', async () => {
    const { open, world } = setUp();
    world.damage('i/key', 'short');
    await expect(open()).rejects.toMatchObject({ code: 'corrupt' });
    expect(world.stored('i/key')).toBe('short');
  });
});

describe('enrolling', () => {
  test('sends the secret and the public key, and keeps the root that the token names', async () => {
    const { open, script, requests } = setUp();
    script.push(() => json(approved));
    const identity = await open();
    const outcome = await identity.enrol({ token: `s3cret.${ROOT}`, ...facts });
    expect(outcome).toEqual({ ...approved, rootDigest: `sha256:${ROOT}` });
    const body = JSON.parse(requests[0]!.body);
    expect(requests[0]!.path).toBe('/agent/v1/enroll');
    expect(body).toMatchObject({ agent: 'oslo-gw1', token: 's3cret', ...facts });
    expect(toHex(fromBase64(body.publicKey))).toBe(toHex(identity.publicKey));
    expect(requests[0]!.body).not.toContain(ROOT);
    expect((await open()).enrolment()).toEqual(outcome);
  });

  test("without a root in the token takes the server's on first use, and no other later", async () => {
    const { open, script } = setUp();
    script.push(() => json({ ...approved, rootDigest: `sha256:${ROOT}` }));
    const identity = await open();
    await identity.enrol(facts);
    script.push(() => json({ ...approved, rootDigest: `sha256:${'cd'.repeat(32)}` }));
    await expect(identity.enrol(facts)).rejects.toMatchObject({ code: 'untrusted' });
    expect(identity.enrolment()?.rootDigest).toBe(`sha256:${ROOT}`);
  });

  test('with a server that names another root than the token is refused', async () => {
    const { open, script } = setUp();
    script.push(() => json({ ...approved, rootDigest: `sha256:${'cd'.repeat(32)}` }));
    const identity = await open();
    await expect(identity.enrol({ token: `s.${ROOT}`, ...facts })).rejects.toThrow('another root of trust');
    expect(identity.enrolment()).toBeUndefined();
  });

  test.each([
    [401, 'unauthorized', 'refused the enrolment token'],
    [409, 'conflict', 'another key holds the agent id oslo-gw1'],
    [503, 'unavailable', 'answered 503'],
    [302, 'unavailable', 'answered 302'],
  ])('that is answered with %d fails as %s', async (status, code, message) => {
    const { open, script } = setUp();
    script.push(() => new Response(null, { status }));
    const failure = expect((await open()).enrol(facts)).rejects;
    await failure.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('behind a captive portal is tried again later', async () => {
    const { open, script } = setUp();
    script.push(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
    await expect((await open()).enrol(facts)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test.each(['', '.', 'a.b', `a.${ROOT}.c`, `.${ROOT}`])('with the token "%s" is refused unsent', (text) => {
    expect(() => parseEnrolmentToken(text)).toThrow('malformed');
  });
});

describe('access tokens', () => {
  test('are asked for by an assertion that jose verifies (RFC 7523)', async () => {
    const { open, script, requests, world } = setUp();
    script.push(granted('t1'));
    const identity = await open();
    expect(await identity.accessToken()).toBe('t1');
    const form = new URLSearchParams(requests[0]!.body);
    expect(requests[0]).toMatchObject({
      path: '/agent/v1/token',
      type: 'application/x-www-form-urlencoded',
    });
    expect(form.get('grant_type')).toBe('client_credentials');
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const x = Buffer.from(identity.publicKey).toString('base64url');
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA');
    const { payload } = await jwtVerify(form.get('client_assertion')!, key, {
      audience: `${URL}/agent/v1/token`,
      issuer: 'oslo-gw1',
      subject: 'oslo-gw1',
      currentDate: new Date(world.wallMs),
      maxTokenAge: 60,
    });
    expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(60);
    expect(payload.jti).toMatch(/^[0-9a-f]{32}$/);
  });

  test('are used until a minute before they end, and asked for once at a time', async () => {
    const { open, script, requests, world } = setUp();
    script.push(granted('t1'), granted('t2'));
    const identity = await open();
    expect(await Promise.all([identity.accessToken(), identity.accessToken()])).toEqual(['t1', 't1']);
    world.monoMs += 839_000;
    expect(await identity.accessToken()).toBe('t1');
    world.monoMs += 2_000;
    expect(await identity.accessToken()).toBe('t2');
    expect(requests).toHaveLength(2);
  });

  test('do not end by a jump of the wall clock', async () => {
    const { open, script, world } = setUp();
    script.push(granted('t1'));
    const identity = await open();
    await identity.accessToken();
    world.wallMs += 86_400_000;
    expect(await identity.accessToken()).toBe('t1');
  });

  test('that the server refused are forgotten', async () => {
    const { open, script } = setUp();
    script.push(granted('t1'), granted('t2'));
    const identity = await open();
    await identity.accessToken();
    identity.forgetToken();
    expect(await identity.accessToken()).toBe('t2');
  });

  test("come to a device without a clock: the server's Date sets the assertion right", async () => {
    const { open, script, requests, world } = setUp();
    world.wallMs = 0;
    const date = 'Fri, 20 Nov 2026 09:00:00 GMT';
    script.push(() => json({ error: 'invalid_client' }, 401, { date }), granted('t1'));
    expect(await (await open()).accessToken()).toBe('t1');
    const assertion = new URLSearchParams(requests[1]!.body).get('client_assertion')!;
    const payload = JSON.parse(Buffer.from(assertion.split('.')[1]!, 'base64url').toString());
    expect(payload.iat * 1000).toBe(Date.parse(date));
  });

  test('are not asked for again where the clock is right: the agent is not approved', async () => {
    const { open, script, requests, world } = setUp();
    const date = new Date(world.wallMs).toUTCString();
    script.push(() => json({ error: 'invalid_client' }, 401, { date }));
    await expect((await open()).accessToken()).rejects.toMatchObject({ code: 'unauthorized' });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['no network', () => Promise.reject(new Error('no route'))],
    ['a page', () => new Response('<html>')],
    ['an overloaded server', () => new Response(null, { status: 503 })],
    ['an endless answer', () => new Response('x'.repeat(70_000))],
  ])('with %s come later', async (_, step) => {
    const { open, script } = setUp();
    script.push(step);
    const failure = await (await open()).accessToken().catch((error) => error.code);
    expect(['unavailable', 'too-large']).toContain(failure);
  });

  test('with silence end after the timeout', async () => {
    const { open, script, world } = setUp();
    script.push(() => new Promise(() => undefined));
    const token = (await open()).accessToken();
    const failure = expect(token).rejects.toThrow('no answer within 10000 ms');
    await world.pass(10_000);
    await failure;
  });
});
