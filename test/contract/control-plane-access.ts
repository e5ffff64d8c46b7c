import { brokenLine } from '@skerry/control-plane/cli/audit';
import { expect, test } from 'vitest';
import { call, type Operator } from './control-plane-world.ts';

/** Who may do what: tokens, roles, login, repeated requests, the audit log. */
export function accessContract(operatorOf: () => Operator): void {
  test('a request without a token, with an unknown one or of too low a role is refused as a problem document', async () => {
    const operator = operatorOf();
    const none = await call(operator.host, 'GET', '/api/v1/agents');
    expect(none.status).toBe(401);
    expect(none.headers.get('content-type')).toContain('application/problem+json');
    expect(none.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(none.json).toMatchObject({ status: 401, code: 'unauthorized', title: expect.any(String) });
    expect((await operator.api('GET', 'agents', { token: 'skt_unknown' })).status).toBe(401);
    const viewer = await operator.token('viewer');
    expect((await operator.api('GET', 'agents', { token: viewer.token })).status).toBe(200);
    const refused = await operator.api('POST', 'tokens', {
      token: viewer.token,
      body: { kind: 'operator', name: 'x', role: 'admin' },
    });
    expect(refused.status).toBe(403);
    expect(refused.json.detail).toMatch(/viewer.*admin/);
  });

  test('a token is good until it is revoked, and no list shows its secret', async () => {
    const operator = operatorOf();
    const { id, token } = await operator.token('operator');
    expect((await operator.api('GET', 'me', { token })).json).toMatchObject({ role: 'operator' });
    const list = await operator.ok('GET', 'tokens');
    expect(list.json.items.map((t: { id: string }) => t.id)).toContain(id);
    expect(new TextDecoder().decode(list.bytes)).not.toContain(token);
    expect((await operator.api('DELETE', `tokens/${id}`)).status).toBe(204);
    expect((await operator.api('GET', 'me', { token })).status).toBe(401);
  });

  test('a login code logs in once', async () => {
    const operator = operatorOf();
    const { code } = (await operator.ok('POST', 'login/codes')).json;
    const login = (): ReturnType<typeof call> =>
      call(operator.host, 'POST', '/api/v1/login', { body: { code } });
    const first = await login();
    expect(first.status).toBe(200);
    expect((await operator.api('GET', 'me', { token: first.json.token })).json.role).toBe('admin');
    expect((await login()).status).toBe(401);
  });

  test('a creation sent again under the same Idempotency-Key is made once, another one under it is refused', async () => {
    const operator = operatorOf();
    const policy = (name: string): string =>
      JSON.stringify({ apiVersion: 'skerry/v1', kind: 'DriftPolicy', name, release: 'nothing-like-it' });
    const post = (name: string): Promise<Awaited<ReturnType<typeof call>>> =>
      operator.api('POST', 'policies', { body: policy(name), headers: { 'idempotency-key': 'key-1' } });
    const [first, again, other] = [await post('twice'), await post('twice'), await post('other')];
    expect(first.status).toBe(201);
    expect(again.status).toBe(201);
    expect(again.json.generation).toBe(first.json.generation);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(other.status).toBe(409);
  });

  test('a wrong body is refused whole, naming what is wrong', async () => {
    const operator = operatorOf();
    const answer = await operator.api('POST', 'tokens', {
      body: { kind: 'operator', name: 'x', role: 'king' },
    });
    expect(answer.status).toBe(422);
    expect(answer.json.detail).toMatch(/role/);
    expect((await operator.api('POST', 'tokens', { body: '{"kind":' })).status).toBe(422);
    expect((await operator.api('GET', 'nowhere')).status).toBe(404);
  });

  test('every decision is a line of a hash chain that anyone can check', async () => {
    const operator = operatorOf();
    const lines = [];
    for (let cursor: string | undefined; ; ) {
      const page = (
        await operator.ok('GET', `audit?order=asc&limit=7${cursor === undefined ? '' : `&cursor=${cursor}`}`)
      ).json;
      lines.push(...page.items);
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(lines.length).toBeGreaterThan(7);
    expect(brokenLine(lines)).toBeUndefined();
    expect(brokenLine(lines.map((l, i) => (i === 2 ? { ...l, who: 'nobody' } : l)))).toBe(3);
    const { json } = await operator.ok('GET', 'audit/verify');
    expect(json).toEqual({ ok: true, checked: lines.length, head: lines.at(-1).hash });
  });

  test('the OpenAPI document names the endpoints', async () => {
    const { json } = await call(operatorOf().host, 'GET', '/api/v1/openapi.json');
    expect(json.openapi).toMatch(/^3\.1/);
    expect(Object.keys(json.paths)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/rollouts\/\{id\}\/revert$/),
        expect.stringMatching(/results$/),
      ]),
    );
  });

  test('health, readiness and metrics are open to everyone', async () => {
    const { host } = operatorOf();
    expect((await call(host, 'GET', '/healthz')).json).toEqual({ status: 'ok' });
    expect((await call(host, 'GET', '/readyz')).json).toMatchObject({ status: 'ready' });
    const metrics = new TextDecoder().decode((await call(host, 'GET', '/metrics')).bytes);
    expect(metrics).toMatch(/^skerry_control_results_ingested_total \d+$/m);
    expect(metrics).toMatch(/^skerry_control_agents\{state="online"\} \d+$/m);
  });
}
