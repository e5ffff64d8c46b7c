import { expect, test } from 'vitest';
import { HttpAgent, type Operator } from './control-plane-world.ts';

/** How agents come in: enrolment, approval, keys, access tokens. */
export function agentsContract(operatorOf: () => Operator): void {
  test('an agent with an enrolment token is let in, told the root, and gets its labels', async () => {
    const operator = operatorOf();
    const token = await operator.enrolToken({ labels: { site: 'oslo' } });
    const rootDigest = `sha256:${token.split('.')[1]}`;
    const agent = new HttpAgent(operator.host, 'en-1', { line: 'press-3' });
    const enrolled = await agent.enrol(token);
    expect(enrolled.status).toBe(200);
    expect(enrolled.json).toMatchObject({ status: 'approved', agent: 'en-1', rootDigest });
    expect((await agent.enrol(token)).json).toEqual(enrolled.json);
    const answer = await agent.askToken();
    expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    agent.accessToken = answer.json.access_token;
    await agent.sync();
    const { json } = await operator.ok('GET', 'agents/en-1');
    expect(json).toMatchObject({
      state: 'approved',
      labels: { site: 'oslo', line: 'press-3' },
      facts: { arch: 'x64' },
      pipelines: [{ name: 'p', wants: 'press' }],
    });
    expect(json.lastSeenMs).toBeGreaterThan(0);
  });

  test('a one-time enrolment token lets one agent in, however often that one asks', async () => {
    const operator = operatorOf();
    const token = await operator.enrolToken({ uses: 1 });
    const [first, second] = [new HttpAgent(operator.host, 'once-1'), new HttpAgent(operator.host, 'once-2')];
    expect((await first.enrol(token)).status).toBe(200);
    expect((await first.enrol(token)).status).toBe(200);
    expect((await second.enrol(token)).status).toBe(401);
    expect((await operator.api('GET', 'agents/once-2')).status).toBe(404);
  });

  test('an agent without a token waits until a person approves it', async () => {
    const operator = operatorOf();
    const agent = new HttpAgent(operator.host, 'waits-1');
    expect((await agent.enrol()).json.status).toBe('pending');
    expect((await agent.askToken()).status).toBe(401);
    const waiting = (await operator.ok('GET', 'agents?state=pending')).json.items;
    expect(waiting.map((a: { id: string }) => a.id)).toContain('waits-1');
    await operator.ok('POST', 'agents/waits-1/approve');
    expect((await agent.enrol()).json.status).toBe('approved');
    expect((await agent.askToken()).status).toBe(200);
  });

  test('a second key under a known id changes nothing until it is approved, then replaces the first', async () => {
    const operator = operatorOf();
    const token = await operator.enrolToken();
    const first = await new HttpAgent(operator.host, 'two-keys').comeIn(token);
    const second = new HttpAgent(operator.host, 'two-keys');
    expect((await second.enrol(token)).json.status).toBe('pending');
    expect((await second.askToken()).status).toBe(401);
    expect((await first.askToken()).status).toBe(200);
    expect((await operator.ok('GET', 'agents/two-keys')).json.replacementWaits).toBe(true);
    await operator.ok('POST', 'agents/two-keys/approve');
    expect((await second.askToken()).status).toBe(200);
    expect((await first.askToken()).status).toBe(401);
  });

  test('an assertion is good once, for this endpoint, for a minute, by the key that enrolled', async () => {
    const operator = operatorOf();
    const agent = await new HttpAgent(operator.host, 'asserts-1').comeIn(await operator.enrolToken());
    const assertion = agent.assertion();
    expect((await agent.askToken(assertion)).status).toBe(200);
    expect((await agent.askToken(assertion)).status).toBe(401);
    expect((await agent.askToken(agent.assertion({ audience: 'https://elsewhere.example' }))).status).toBe(
      401,
    );
    expect((await agent.askToken(agent.assertion({ nowMs: Date.now() - 600_000 }))).status).toBe(401);
    const thief = new HttpAgent(operator.host, 'asserts-1');
    expect((await agent.askToken(thief.assertion())).status).toBe(401);
    expect((await agent.askToken('no.jwt.atall')).status).toBe(401);
  });

  test('a retired agent comes in no more', async () => {
    const operator = operatorOf();
    const token = await operator.enrolToken();
    const agent = await new HttpAgent(operator.host, 'retires-1').comeIn(token);
    await operator.ok('POST', 'agents/retires-1/retire');
    expect((await agent.post(agent.sim.request())).status).toBe(401);
    expect((await agent.askToken()).status).toBe(401);
    expect((await agent.enrol(token)).status).toBe(403);
  });

  test('agents are listed in order, page by page, over all shards, by selector', async () => {
    const operator = operatorOf();
    const token = await operator.enrolToken({ labels: { group: 'paged' } });
    const ids = ['pg-a', 'pg-b', 'pg-c', 'pg-d', 'pg-e'];
    for (const id of ids) await new HttpAgent(operator.host, id).comeIn(token);
    await operator.ok('PATCH', 'agents/pg-c', { body: { labels: { line: 'three' } } });
    const found: string[] = [];
    for (let cursor = ''; ; ) {
      const page = (await operator.ok('GET', `agents?limit=2&selector=group==paged${cursor}`)).json;
      found.push(...page.items.map((a: { id: string }) => a.id));
      if (page.cursor === undefined) break;
      cursor = `&cursor=${page.cursor}`;
    }
    expect(found).toEqual(ids);
    const one = (
      await operator.ok('GET', `agents?selector=${encodeURIComponent('group==paged and line==three')}`)
    ).json;
    expect(one.items.map((a: { id: string }) => a.id)).toEqual(['pg-c']);
    expect((await operator.api('GET', 'agents?selector=group===')).status).toBe(422);
  });
}
