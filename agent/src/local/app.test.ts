// The local server's endpoints, over a view with nothing behind it.

import { SkerryError } from '@skerry/proto/errors';
import { describe, expect, test } from 'vitest';
import { createLocalApp } from './app.ts';
import type { AgentStatus, LocalView } from './view.ts';

let ready = { ok: false, why: 'replaying' };
const asked: [number, string | undefined][] = [];
const view: LocalView = {
  ready: () => ready,
  status: () => ({ agent: 'gw' }) as AgentStatus,
  recent: (limit, device) => {
    asked.push([limit, device]);
    return [{ id: 'x' }];
  },
  metrics: () => [{ name: 'skerry_agent_outbox_bytes', help: 'h', type: 'gauge', samples: [{ value: 7 }] }],
  async install(chunks, what) {
    for await (const chunk of chunks)
      if (chunk.length !== 3) throw new SkerryError('untrusted', `${what} is not signed`);
    return { release: 'press@1.0.0', digest: 'sha256:…', pipelines: [] };
  },
  async consent(pipeline) {
    if (pipeline !== 'press') throw new SkerryError('precondition', `no release waits on ${pipeline}`);
    return { name: 'press', version: '2.0.0', digest: 'sha256:…' };
  },
  byHand: {
    async export() {
      return new Blob(['all of it']).stream();
    },
    async acknowledge(chunks, what) {
      for await (const chunk of chunks)
        if (chunk.length !== 3) throw new SkerryError('conflict', `${what} is for agent other`);
      return { cursors: { result: 3 } };
    },
  },
};
const app = createLocalApp(view, '<h1>page</h1>');

test('it is healthy from the start, and ready once the agent runs', async () => {
  expect((await app.request('/healthz')).status).toBe(200);
  const starting = await app.request('/readyz');
  expect([starting.status, await starting.text()]).toEqual([503, 'replaying\n']);
  ready = { ok: true, why: '' };
  expect((await app.request('/readyz')).status).toBe(200);
});

test('metrics are Prometheus text', async () => {
  const answer = await app.request('/metrics');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await answer.text()).toContain('\nskerry_agent_outbox_bytes 7\n');
});

test('the page and what it reads are there; results are bounded, whatever is asked for', async () => {
  const page = await app.request('/');
  expect(await page.text()).toBe('<h1>page</h1>');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(await (await app.request('/api/status')).json()).toEqual({ agent: 'gw' });
  for (const query of ['', '?limit=1e9&device=d7', '?limit=-5', '?limit=many'])
    await app.request(`/api/results${query}`);
  expect(asked).toEqual([
    [100, undefined],
    [500, 'd7'],
    [1, undefined],
    [100, undefined],
  ]);
});

test('anything else is a problem document, not a stack', async () => {
  const answer = await app.request('/nope');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
});

test('results are carried by hand from this machine alone, and not by a page of a browser', async () => {
  const ask = (path: string, remoteAddress: string, body?: string, type = 'application/x-skerry-bundle') =>
    app.request(
      path,
      { method: 'POST', headers: { 'content-type': type }, ...(body !== undefined && { body }) },
      { remoteAddress },
    );
  for (const here of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    expect(await (await ask('/api/outbox/export', here)).text()).toBe('all of it');
    expect(await (await ask('/api/outbox/acknowledge', here, 'abc')).json()).toEqual({
      cursors: { result: 3 },
    });
  }
  expect((await ask('/api/outbox/export', '192.0.2.7')).status).toBe(403);
  expect((await ask('/api/outbox/acknowledge', '10.127.0.1', 'abc')).status).toBe(403);
  expect((await ask('/api/outbox/acknowledge', '127.0.0.1', 'abc', 'text/plain')).status).toBe(422);
  const refused = await ask('/api/outbox/acknowledge', '127.0.0.1', 'abcd');
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({
    code: 'conflict',
    detail: 'the acknowledgement is for agent other',
  });
});

test('who stands at the machine lets in a release that waits; nobody else does', async () => {
  const ask = (pipeline: string, remoteAddress: string, type = 'application/x-skerry-consent') =>
    app.request(
      `/api/consent/${pipeline}`,
      { method: 'POST', headers: { 'content-type': type } },
      { remoteAddress },
    );
  expect(await (await ask('press', '127.0.0.1')).json()).toMatchObject({ version: '2.0.0' });
  expect((await ask('press', '192.0.2.7')).status).toBe(403);
  expect((await ask('press', '127.0.0.1', 'text/plain')).status).toBe(422);
  expect(await (await ask('lathe', '127.0.0.1')).json()).toMatchObject({ code: 'precondition' });
});

describe('the page that is an agent', () => {
  const files: Record<string, string> = { 'index.html': 'text/html', 'agent.js': 'text/javascript' };
  const withPage = createLocalApp(view, '', async (name) => {
    const type = files[name];
    return type === undefined ? undefined : { bytes: new Uint8Array(4), type };
  });

  test('is there with its files, may start WebAssembly and connect to wherever its agent.yaml says', async () => {
    for (const [path, type] of [
      ['/browser/', 'text/html'],
      ['/browser/agent.js', 'text/javascript'],
    ] as const) {
      const answer = await withPage.request(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
      expect(answer.headers.get('content-security-policy')).toMatch(/wasm-unsafe-eval.*connect-src \*/);
    }
    expect((await withPage.request('/browser')).headers.get('location')).toBe('/browser/');
  });

  test('is not sent again where the browser has it', async () => {
    const etag = (await withPage.request('/browser/agent.js')).headers.get('etag') ?? '';
    const again = await withPage.request('/browser/agent.js', { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  test('where it was not built, says so', async () => {
    const answer = await withPage.request('/browser/page.js');
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('page.js')]);
    expect((await app.request('/browser/')).status).toBe(404);
  });
});
