import { toBase64Url, utf8 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { decode, v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import {
  createTestApp,
  createWorld,
  json,
  packTestRelease,
  signTestRoot,
  type World,
} from './node/testing.ts';

const SEED = new Uint8Array(32).fill(5);
const PUBLIC_KEY = toBase64Url(nodeCrypto.publicKey(SEED));

function assertion(world: World, claims: Record<string, unknown> = {}, seed = SEED): string {
  const nowS = Math.floor(world.clock.nowMs / 1000);
  const payload = {
    iss: 'gw1',
    sub: 'gw1',
    aud: 'http://cp.test/agent/v1/token',
    jti: 'j1',
    iat: nowS,
    exp: nowS + 55,
    ...claims,
  };
  const input = [{ alg: 'EdDSA', typ: 'JWT' }, payload]
    .map((part) => toBase64Url(utf8(JSON.stringify(part))))
    .join('.');
  return `${input}.${toBase64Url(nodeCrypto.sign(seed, utf8(input)))}`;
}

function tokenRequest(text: string): RequestInit {
  return {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: text,
    }),
  };
}

function enrolment(token: string | undefined, publicKey = PUBLIC_KEY): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify({ agent: 'gw1', ...(token && { token }), publicKey, labels: {}, facts: {} }),
  };
}

describe('agents come in', () => {
  test('[AU1] enrolment token, key, assertion, access token, sync', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const admin = app.as('admin');
    world.fleet.putRoot('ola', signTestRoot(world.fleet));
    const made = await json(
      await admin('/api/v1/tokens', { method: 'POST', body: JSON.stringify({ kind: 'enrol' }) }),
    );
    const text = String(made.token);
    expect(text.split('.')[1]).toBe(world.fleet.rootDigest()?.slice('sha256:'.length));
    const enrolled = await app.call('/agent/v1/enroll', enrolment(text));
    expect(await json(enrolled)).toEqual({
      status: 'approved',
      agent: 'gw1',
      instance: world.fleet.instance(),
      rootDigest: world.fleet.rootDigest(),
    });
    const granted = await json(await app.call('/agent/v1/token', tokenRequest(assertion(world))));
    expect(granted).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    await world.coordinator.drive();
    const agent = world.agent('gw1-sim');
    const sync = await app.call('/agent/v1/sync', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        authorization: `Bearer ${String(granted.access_token)}`,
      },
      body: agent.request() as Uint8Array<ArrayBuffer>,
    });
    expect(sync.status).toBe(200);
    const answer = decode(v1.SyncResponse, new Uint8Array(await sync.arrayBuffer()));
    expect(answer.instance).toBe(world.fleet.instance());
    expect(app.tasks.length).toBe(1);
  });

  test('[AU2] an assertion is used once, within its minute, for this server, by the key that holds the id', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const { secret } = world.fleet.createEnrolToken('t', {
      name: 'e',
      labels: {},
      uses: 1,
      autoApprove: true,
      expiresMs: world.clock.nowMs + 1000,
    });
    await app.call('/agent/v1/enroll', enrolment(secret));
    const ask = async (text: string): Promise<number> =>
      (await app.call('/agent/v1/token', tokenRequest(text))).status;
    expect(await ask(assertion(world))).toBe(200);
    expect(await ask(assertion(world))).toBe(401);
    expect(await ask(assertion(world, { jti: 'j2', aud: 'http://other.test/agent/v1/token' }))).toBe(401);
    expect(await ask(assertion(world, { jti: 'j3' }, new Uint8Array(32).fill(6)))).toBe(401);
    expect(await ask(assertion(world, { jti: 'j4', iss: 'gw2', sub: 'gw2' }))).toBe(401);
    const old = assertion(world, { jti: 'j5' });
    world.clock.nowMs += 10 * 60_000;
    expect(await ask(old)).toBe(401);
  });

  test('[AU3] an enrolment token that is used up lets nobody else in, and its holder in again', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const { secret } = world.fleet.createEnrolToken('t', {
      name: 'e',
      labels: { site: 'oslo' },
      uses: 1,
      autoApprove: true,
      expiresMs: world.clock.nowMs + 1000,
    });
    expect((await app.call('/agent/v1/enroll', enrolment(secret))).status).toBe(200);
    expect((await app.call('/agent/v1/enroll', enrolment(secret))).status).toBe(200);
    const other = await app.call('/agent/v1/enroll', {
      method: 'POST',
      body: JSON.stringify({ agent: 'gw2', token: secret, publicKey: PUBLIC_KEY }),
    });
    expect(other.status).toBe(401);
    expect(world.shardFor('gw1').agent('gw1').labels).toEqual({ site: 'oslo' });
  });

  test('[AU4] a second key under an id waits for approval, whatever token it brings', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const second = toBase64Url(nodeCrypto.publicKey(new Uint8Array(32).fill(8)));
    expect((await app.call('/agent/v1/enroll', enrolment(undefined))).status).toBe(202);
    const operator = app.as('operator');
    await operator('/api/v1/agents/gw1/approve', { method: 'POST' });
    expect((await app.call('/agent/v1/enroll', enrolment(undefined))).status).toBe(200);
    const { secret } = world.fleet.createEnrolToken('t', {
      name: 'e',
      labels: {},
      uses: 5,
      autoApprove: true,
      expiresMs: world.clock.nowMs + 1000,
    });
    expect((await app.call('/agent/v1/enroll', enrolment(secret, second))).status).toBe(202);
    expect(world.shardFor('gw1').agentKey('gw1')).toBe(PUBLIC_KEY);
    expect(await json(await operator('/api/v1/agents/gw1'))).toMatchObject({ replacementWaits: true });
    await operator('/api/v1/agents/gw1/approve', { method: 'POST' });
    expect(world.shardFor('gw1').agentKey('gw1')).toBe(second);
  });

  test('[AU4] the key that waits is the one that is approved: none takes its place', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const keyOf = (n: number): string => toBase64Url(nodeCrypto.publicKey(new Uint8Array(32).fill(n)));
    const enroll = async (key: string): Promise<number> =>
      (await app.call('/agent/v1/enroll', enrolment(undefined, key))).status;
    expect(await enroll(keyOf(1))).toBe(202);
    expect(await enroll(keyOf(2))).toBe(409);
    world.shardFor('gw1').approveAgent('gw1');
    expect(world.shardFor('gw1').agentKey('gw1')).toBe(keyOf(1));
    expect(await enroll(keyOf(2))).toBe(202);
    const lines = world.fleet.audit({ limit: 100, order: 'asc' }).length;
    for (let n = 3; n < 10; n++) expect(await enroll(keyOf(n))).toBe(409);
    expect(world.fleet.audit({ limit: 100, order: 'asc' })).toHaveLength(lines);
    world.shardFor('gw1').approveAgent('gw1');
    expect(world.shardFor('gw1').agentKey('gw1')).toBe(keyOf(2));
  });

  test('[AU4] an access token is good while its key holds the id, and no longer', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const { secret } = world.fleet.createEnrolToken('t', {
      name: 'e',
      labels: {},
      uses: 5,
      autoApprove: true,
      expiresMs: world.clock.nowMs + 1000,
    });
    await app.call('/agent/v1/enroll', enrolment(secret));
    const granted = await json(await app.call('/agent/v1/token', tokenRequest(assertion(world))));
    const { release, blobs } = packTestRelease('press', '1.0.0');
    for (const [digest, bytes] of blobs) app.blobs.set(digest, bytes);
    const request = world.agent('other').request() as Uint8Array<ArrayBuffer>;
    const ask = async (): Promise<number[]> => {
      const headers = {
        authorization: `Bearer ${String(granted.access_token)}`,
        'content-type': 'application/x-protobuf',
      };
      const blob = await app.call(`/agent/v1/blobs/${release.digest}`, { headers });
      const sync = await app.call('/agent/v1/sync', { method: 'POST', headers, body: request });
      return [blob.status, sync.status];
    };
    expect(await ask()).toEqual([200, 200]);
    world.shardFor('gw1').retireAgent('gw1');
    expect(await ask()).toEqual([401, 401]);
    world.shardFor('gw1').approveAgent('gw1');
    expect(await ask()).toEqual([200, 200]);
    const second = toBase64Url(nodeCrypto.publicKey(new Uint8Array(32).fill(8)));
    await app.call('/agent/v1/enroll', enrolment(secret, second));
    expect(await ask()).toEqual([200, 200]);
    world.shardFor('gw1').approveAgent('gw1');
    expect(await ask()).toEqual([401, 401]);
  });
});
