import { describe, expect, test } from 'vitest';
import { ROLES } from './core/fleet/tokens.ts';
import { createTestApp, createWorld, json, signTestRoot } from './node/testing.ts';

/** Every operators' endpoint and the least role that may call it; `anyone` needs no token. */
const ENDPOINTS: Record<string, (typeof ROLES)[number] | 'anyone'> = {
  'POST login': 'anyone',
  'GET openapi.json': 'anyone',
  'POST login/codes': 'viewer',
  'GET me': 'viewer',
  'GET agents': 'viewer',
  'GET agents/{id}': 'viewer',
  'PATCH agents/{id}': 'operator',
  'POST agents/{id}/approve': 'operator',
  'POST agents/{id}/replace': 'operator',
  'POST agents/{id}/reject': 'operator',
  'POST agents/{id}/retire': 'operator',
  'GET devices': 'viewer',
  'GET releases': 'viewer',
  'GET releases/{name}/{version}': 'viewer',
  'GET releases/{name}/{version}/evidence': 'viewer',
  'GET releases/{name}/{version}/preflight': 'viewer',
  'PUT blobs/{digest}': 'operator',
  'GET blobs/{digest}': 'viewer',
  'GET tuf/online-key': 'viewer',
  'POST tuf/online-key': 'admin',
  'PUT tuf/root': 'admin',
  'PUT tuf/targets': 'operator',
  'GET rollouts': 'viewer',
  'POST rollouts': 'operator',
  'GET rollouts/{id}': 'viewer',
  'GET rollouts/{id}/evidence': 'viewer',
  'POST rollouts/{id}/start': 'operator',
  'POST rollouts/{id}/pause': 'operator',
  'POST rollouts/{id}/resume': 'operator',
  'POST rollouts/{id}/approve': 'approver',
  'POST rollouts/{id}/promote': 'operator',
  'POST rollouts/{id}/abort': 'operator',
  'POST rollouts/{id}/revert': 'operator',
  'GET policies': 'viewer',
  'POST policies': 'operator',
  'GET policies/{name}': 'viewer',
  'DELETE policies/{name}': 'operator',
  'GET results': 'viewer',
  'POST results/import': 'operator',
  'GET alerts': 'viewer',
  'POST alerts/{agent}/{episode}/ack': 'operator',
  'GET drift': 'viewer',
  'GET samples': 'viewer',
  'GET samples/counts': 'viewer',
  'GET samples/{agent}/{id}': 'viewer',
  'POST samples/{agent}/{id}/label': 'operator',
  'GET webhook-key': 'admin',
  'GET ledger': 'viewer',
  'GET ledger/verify': 'viewer',
  'GET audit': 'viewer',
  'GET audit/verify': 'viewer',
  'GET tokens': 'admin',
  'POST tokens': 'admin',
  'DELETE tokens/{id}': 'admin',
  'GET events': 'viewer',
};

describe('who may call what', () => {
  test('[AP4] the table above, the routes that answer and the OpenAPI document are the same endpoints', async () => {
    const app = createTestApp(createWorld());
    const document = await json(await app.call('/api/v1/openapi.json'));
    const paths = document.paths as Record<string, Record<string, Record<string, unknown>>>;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        `${method.toUpperCase()} ${path.slice('/api/v1/'.length)}`,
        operation['x-role'] ?? 'anyone',
      ]),
    );
    expect(Object.fromEntries(described)).toEqual(ENDPOINTS);
    const routed = app.routes
      .filter(({ path }) => path.startsWith('/api/v1/'))
      .map(({ method, path }) => `${method} ${path.slice('/api/v1/'.length).replace(/:(\w+)/g, '{$1}')}`);
    expect(routed.sort()).toEqual(Object.keys(ENDPOINTS).sort());
  });

  for (const [endpoint, least] of Object.entries(ENDPOINTS))
    test(`[AU6] ${endpoint}: ${least}`, async () => {
      const app = createTestApp(createWorld());
      const [method = '', path = ''] = endpoint.split(' ');
      const url = `/api/v1/${path.replace(/\{\w+\}/g, 'x')}`;
      const init = { method, ...(method !== 'GET' && { body: '{}' }) };
      const answers = new Map<string, number>([['nobody', (await app.call(url, init)).status]]);
      for (const role of ROLES) {
        const response = await app.as(role)(url, init);
        answers.set(role, response.status);
        await response.body?.cancel();
      }
      const mayCall = ROLES.filter(
        (role) => least === 'anyone' || ROLES.indexOf(role) >= ROLES.indexOf(least),
      );
      for (const role of ROLES)
        if (!mayCall.includes(role)) expect(answers.get(role), role).toBe(403);
        else expect([401, 403], role).not.toContain(answers.get(role));
      expect(answers.get('nobody') === 401).toBe(least !== 'anyone');
    });

  test('[AU6] an agent is no operator, and an operator is no agent', async () => {
    const world = createWorld();
    world.fleet.putRoot('ola', signTestRoot(world.fleet));
    const app = createTestApp(world);
    for (const path of ['/agent/v1/sync', '/agent/v1/blobs/sha256:0']) {
      const method = path.endsWith('sync') ? 'POST' : 'GET';
      expect((await app.call(path, { method })).status).toBe(401);
      expect((await app.as('admin')(path, { method })).status).toBe(401);
    }
    const { secret } = world.fleet.createEnrolToken('t', {
      name: 'e',
      labels: {},
      uses: null,
      autoApprove: true,
      expiresMs: world.clock.nowMs + 1_000,
    });
    const asOperator = await app.call('/api/v1/agents', { headers: { authorization: `Bearer ${secret}` } });
    expect(asOperator.status).toBe(401);
  });

  test('[AU6] paths that point elsewhere, or nowhere, are answered plainly', async () => {
    const app = createTestApp(createWorld());
    const admin = app.as('admin');
    for (const path of [
      '/api/v1/blobs/..%2f..%2ffleet.sqlite',
      '/api/v1/blobs/sha256:..%2f..%2f..%2ffleet.sqlite',
      '/api/v1/agents/%00',
      '/api/v1/agents/%E0%A4%A',
      '/tuf/..%2froot.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/assets/%00.js',
    ])
      expect((await admin(path)).status, path).toBe(404);
    expect(app.logged).toEqual([]);
  });
});
