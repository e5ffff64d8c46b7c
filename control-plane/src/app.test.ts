import { describe, expect, test } from 'vitest';
import { createTestApp, createWorld, json, pushTestReleases, testRow } from './node/testing.ts';

const ROLLOUT =
  '{"apiVersion":"skerry/v1","kind":"Rollout","release":"press@1.0.0","stages":[{"name":"all","agents":"100%"}]}';

describe('operators', () => {
  test('[AU5] a token is never stored in the clear', () => {
    const world = createWorld();
    const made = [
      world.fleet.createOperatorToken('t', { name: 'x', role: 'admin' }).secret,
      world.fleet.createEnrolToken('t', { name: 'e', labels: {}, uses: 1, autoApprove: true, expiresMs: 1 })
        .secret,
      world.fleet.createLoginCode('t', 'x', 'viewer').code,
    ];
    const sql = world.files.get('fleet')!;
    const tables = sql.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'");
    const dump = JSON.stringify(tables.map(({ name }) => sql.all(`SELECT * FROM ${name}`)));
    for (const secret of made) expect(dump).not.toContain(secret.slice(4));
  });

  test('[AU6] each role may do what it may, and a revoked token nothing', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const viewer = app.as('viewer');
    expect((await app.call('/api/v1/agents')).status).toBe(401);
    expect((await viewer('/api/v1/agents')).status).toBe(200);
    expect((await viewer('/api/v1/policies', { method: 'POST', body: '' })).status).toBe(403);
    expect((await app.as('operator')('/api/v1/tokens')).status).toBe(403);
    expect((await app.as('operator')('/api/v1/rollouts/x/approve', { method: 'POST' })).status).toBe(403);
    const { id, secret } = world.fleet.createOperatorToken('t', { name: 'x', role: 'viewer' });
    world.fleet.revokeToken('t', id);
    const revoked = await app.call('/api/v1/agents', { headers: { authorization: `Bearer ${secret}` } });
    expect(revoked.status).toBe(401);
    expect(revoked.headers.get('content-type')).toBe('application/problem+json');
    expect(await json(revoked)).toMatchObject({
      status: 401,
      code: 'unauthorized',
      instance: '/api/v1/agents',
    });
  });

  test('[AU7] a login code works once', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const { code } = world.fleet.createLoginCode('t', 'owner', 'approver');
    const login = (): Promise<Response> =>
      app.call('/api/v1/login', { method: 'POST', body: JSON.stringify({ code }) });
    const { token } = await json(await login());
    const me = await app.call('/api/v1/me', { headers: { authorization: `Bearer ${String(token)}` } });
    expect(await json(me)).toMatchObject({ name: 'owner', role: 'approver' });
    expect((await login()).status).toBe(401);
  });

  test('[AU7] what was logged in with a token ends with it', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const call = (token: string, path: string, init: RequestInit = {}): Promise<Response> =>
      app.call(path, { ...init, headers: { authorization: `Bearer ${token}` } });
    const login = async (token: string): Promise<{ token: string; expiresMs: number }> => {
      const made = await call(token, '/api/v1/login/codes', { method: 'POST' });
      const { code } = await json(made);
      const body = JSON.stringify({ code });
      return (await json(await app.call('/api/v1/login', { method: 'POST', body }))) as never;
    };
    const expiresMs = world.clock.nowMs + 3_600_000;
    const first = world.fleet.createOperatorToken('t', { name: 'x', role: 'viewer', expiresMs });
    const second = await login(first.secret);
    const third = await login(second.token);
    expect([second.expiresMs, third.expiresMs]).toEqual([expiresMs, expiresMs]);
    expect((await call(third.token, '/api/v1/me')).status).toBe(200);
    const { code } = await json(await call(third.token, '/api/v1/login/codes', { method: 'POST' }));
    world.fleet.revokeToken('t', first.id);
    expect((await call(third.token, '/api/v1/me')).status).toBe(401);
    const late = await app.call('/api/v1/login', { method: 'POST', body: JSON.stringify({ code }) });
    expect(late.status).toBe(401);
    expect((await json(late)).hint).toContain('skerry login --link');
  });

  test('[AU7] login codes that nobody uses are bounded, and ended tokens are forgotten', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const viewer = app.as('viewer');
    const ask = async (): Promise<number> => (await viewer('/api/v1/login/codes', { method: 'POST' })).status;
    for (let i = 0; i < 20; i++) expect(await ask()).toBe(201);
    expect(await ask()).toBe(507);
    const { id } = world.fleet.createOperatorToken('t', { name: 'old', role: 'viewer' });
    world.fleet.revokeToken('t', id);
    world.clock.nowMs += 31 * 86_400_000;
    world.fleet.createOperatorToken('t', { name: 'new', role: 'viewer' });
    expect(world.fleet.tokens().map((t) => t.name)).toEqual(['new', 'a-viewer']);
  });

  test('[AP1] the same Idempotency-Key creates once, and another request under it is refused', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const operator = createTestApp(world).as('operator');
    const create = (body: string): Promise<Response> =>
      operator('/api/v1/rollouts', { method: 'POST', headers: { 'idempotency-key': 'k' }, body });
    const text = ROLLOUT;
    const [first, second] = [await json(await create(text)), await json(await create(text))];
    expect(second).toEqual(first);
    expect(world.fleet.rollouts({ limit: 10 })).toHaveLength(1);
    expect((await create(`${text} `)).status).toBe(409);
  });

  test('[AP2] lists page by cursor, tags answer 304, and If-Match guards a change', async () => {
    const world = createWorld({ shards: 3 });
    for (let i = 0; i < 7; i++) world.agent(`a${i}`);
    const operator = createTestApp(world).as('operator');
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const page = await json(await operator(`/api/v1/agents?limit=3${cursor ? `&cursor=${cursor}` : ''}`));
      seen.push(...(page.items as { id: string }[]).map((a) => a.id));
      cursor = page.cursor;
    } while (cursor);
    expect(seen).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
    const etag = (await operator('/api/v1/agents/a0')).headers.get('etag')!;
    expect((await operator('/api/v1/agents/a0', { headers: { 'if-none-match': etag } })).status).toBe(304);
    const label = (tag: string): Promise<Response> =>
      operator('/api/v1/agents/a0', {
        method: 'PATCH',
        headers: { 'if-match': tag },
        body: '{"labels":{"line":"1"}}',
      });
    const answers = await Promise.all([label(`"other", ${etag}`), label(etag)]);
    expect(answers.map((a) => a.status).sort()).toEqual([200, 412]);
    expect((await label(etag)).status).toBe(412);
    expect((await operator('/api/v1/agents/a0', { headers: { 'if-none-match': `W/${etag}` } })).status).toBe(
      200,
    );
  });

  test('[AP2] rollouts, releases, policies and tokens page to the last one', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@1.1.0', 'pump@1.0.0']);
    for (let i = 0; i < 5; i++) {
      world.clock.nowMs += i % 2;
      world.fleet.createRollout('ola', ROLLOUT);
      world.fleet.applyPolicy('ola', `apiVersion: skerry/v1\nkind: DriftPolicy\nname: p${i}\nrelease: press`);
    }
    const admin = createTestApp(world).as('admin');
    const walk = async (list: string): Promise<string[]> => {
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const page = await json(
          await admin(`/api/v1/${list}?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`),
        );
        seen.push(...(page.items as unknown[]).map((item) => JSON.stringify(item)));
        if (page.cursor === undefined) return seen;
        cursor = String(page.cursor);
      }
    };
    for (const [list, n] of [
      ['rollouts', 5],
      ['releases', 3],
      ['policies', 5],
      ['tokens', 1],
    ] as const)
      expect(new Set(await walk(list)).size, list).toBe(n);
  });

  test('[AP3] every wrong member of a request is named', async () => {
    const admin = createTestApp(createWorld()).as('admin');
    const response = await admin('/api/v1/tokens', {
      method: 'POST',
      body: JSON.stringify({ kind: 'operator', name: 'a b', role: 'king' }),
    });
    expect(response.status).toBe(422);
    const { detail } = await json(response);
    expect(detail).toMatch(/name/);
    expect(detail).toMatch(/role/);
  });

  test('[AP4] the OpenAPI document names every endpoint with its schema', async () => {
    const document = await json(await createTestApp(createWorld()).call('/api/v1/openapi.json'));
    const paths = document.paths as Record<string, Record<string, { parameters: { name: string }[] }>>;
    for (const path of [
      'agents/{id}',
      'agents/{id}/approve',
      'devices',
      'releases/{name}/{version}',
      'blobs/{digest}',
      'rollouts/{id}/revert',
      'policies',
      'results',
      'drift',
      'alerts',
      'ledger',
      'audit',
      'tokens',
      'events',
    ])
      expect(paths).toHaveProperty([`/api/v1/${path}`]);
    expect(paths['/api/v1/results']?.get?.parameters.map((p) => p.name)).toContain('device');
  });

  test('[AP5] a body past its limit is refused', async () => {
    const world = createWorld();
    const operator = createTestApp(world).as('operator');
    const body = 'x'.repeat(1024 * 1024 + 1);
    expect((await operator('/api/v1/policies', { method: 'POST', body })).status).toBe(413);
  });
});

describe('what agents sent', () => {
  test('[RS3] results are asked for over HTTP in pages, with their ids', async () => {
    const world = createWorld({ shards: 2 });
    for (const id of ['a', 'b', 'c']) {
      const agent = world.agent(id);
      agent.produce([testRow(0), testRow(4), testRow(8)]);
      agent.sync();
    }
    const viewer = createTestApp(world).as('viewer');
    const ids: unknown[] = [];
    let cursor: unknown;
    do {
      const page = await json(
        await viewer(
          `/api/v1/results?limit=2${cursor ? `&cursor=${encodeURIComponent(String(cursor))}` : ''}`,
        ),
      );
      ids.push(...(page.items as { id: string }[]).map((r) => r.id));
      cursor = page.cursor;
    } while (cursor);
    expect(ids).toHaveLength(9);
    expect(new Set(ids).size).toBe(9);
    const one = await json(await viewer('/api/v1/results?agent=b&from=2026-11-20T09:00:08Z'));
    expect(one.items).toMatchObject([{ agent: 'b', from: '2026-11-20T09:00:08.000Z', decision: 'normal' }]);
    const metrics = await (await viewer('/metrics')).text();
    expect(metrics).toContain('skerry_control_results_ingested_total 9');
    expect(metrics).toContain('skerry_control_agents{state="online"} 3');
  });

  test('[AP2] the ledger pages over agents and their epochs, and leaves none out', async () => {
    const world = createWorld({ shards: 2 });
    for (const id of ['a', 'b', 'c']) {
      const agent = world.agent(id);
      for (let i = 1; i <= 3; i++) {
        agent.epoch = new Uint8Array(16).fill(i);
        agent.ledger = { epoch: agent.epoch, results: { produced: i, delivered: i } };
        agent.sync();
      }
    }
    const viewer = createTestApp(world).as('viewer');
    const walk = async (path: string): Promise<string[]> => {
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const page = await json(await viewer(`${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`));
        seen.push(...(page.items as { agent: string; epoch: string }[]).map((l) => `${l.agent}/${l.epoch}`));
        if (page.cursor === undefined) return seen;
        cursor = String(page.cursor);
      }
    };
    const all = await walk('/api/v1/ledger?limit=2');
    expect(all).toHaveLength(9);
    expect(new Set(all).size).toBe(9);
    expect(await walk('/api/v1/ledger?limit=2&agent=b')).toHaveLength(3);
  });

  test('[EV1] a console is told what has changed', async () => {
    const world = createWorld();
    const app = createTestApp(world);
    const viewer = app.as('viewer');
    const stream = await viewer('/api/v1/events');
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('connected');
    await app.as('operator')('/api/v1/policies', {
      method: 'POST',
      body: 'apiVersion: skerry/v1\nkind: DriftPolicy\nname: p\nrelease: press',
    });
    expect((await reader.read()).value).toBe('event: changed\ndata: {"topics":["policies"]}\n\n');
    await reader.cancel();
  });
});

describe('metrics', () => {
  test('[MT1] the metrics that dashboards are built on have their names, types and labels', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agent = world.agent('a');
    agent.produce([testRow(0)]);
    agent.sync();
    const { id } = world.fleet.createRollout('ola', ROLLOUT);
    world.fleet.operateRollout('ola', id, 'start');
    await world.coordinator.drive();
    // Drafts by the hundred push no rollout in progress out of sight.
    for (let i = 0; i < 150; i++) {
      world.clock.nowMs++;
      world.fleet.createRollout('ola', ROLLOUT);
    }
    const text = await (await createTestApp(world).call('/metrics')).text();
    const types = Object.fromEntries(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
    );
    expect(types).toMatchObject({
      skerry_control_agents: 'gauge',
      skerry_control_results_ingested_total: 'counter',
      skerry_control_rollout_stage: 'gauge',
      skerry_control_gate: 'gauge',
      skerry_control_sync_duration_seconds: 'histogram',
    });
    for (const sample of [
      'skerry_control_agents{state="online"} 1',
      'skerry_control_results_ingested_total 1',
      `skerry_control_rollout_stage{rollout="${id}"} 1`,
      `skerry_control_gate{rollout="${id}",gate="activation"} 0`,
      'skerry_control_sync_duration_seconds_bucket{le="+Inf"} 0',
    ])
      expect(text.split('\n')).toContain(sample);
  });
});

describe('live notices', () => {
  test('[EV2] a stream that its reader leaves takes no place, and past the most there is no other', async () => {
    const app = createTestApp(createWorld());
    const viewer = app.as('viewer');
    const gone = new AbortController();
    for (let i = 0; i < 5; i++) await viewer('/api/v1/events', { method: 'HEAD' });
    expect(app.listeners()).toBe(0);
    await viewer('/api/v1/events', { signal: gone.signal });
    const left = await viewer('/api/v1/events');
    expect(app.listeners()).toBe(2);
    gone.abort();
    await left.body?.cancel();
    expect(app.listeners()).toBe(0);
    for (let i = 0; i < 1_000; i++) await viewer('/api/v1/events', { signal: gone.signal });
    expect(app.listeners()).toBe(0);
    for (let i = 0; i < 1_000; i++) expect((await viewer('/api/v1/events')).status).toBe(200);
    expect((await viewer('/api/v1/events')).status).toBe(503);
  });
});

describe('audit', () => {
  test('[AD1] an altered audit line breaks the chain where it stands', async () => {
    const world = createWorld();
    for (let i = 0; i < 5; i++) world.fleet.record('ola', 'test', `${i}`, { i });
    const viewer = createTestApp(world).as('viewer');
    expect(await json(await viewer('/api/v1/audit/verify'))).toMatchObject({ ok: true, checked: 6 });
    world.files.get('fleet')!.run('UPDATE audit SET details = \'{"i":9}\' WHERE seq = 3');
    expect(await json(await viewer('/api/v1/audit/verify'))).toMatchObject({ ok: false, brokenAt: 3 });
    world.files.get('fleet')!.run('DELETE FROM audit WHERE seq = 3');
    expect(await json(await viewer('/api/v1/audit/verify'))).toMatchObject({ ok: false, brokenAt: 3 });
  });
});
