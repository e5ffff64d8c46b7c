import { describe, expect, it } from 'vitest';
import { createClient } from './client.ts';

const SERVER = { url: 'https://control.example', token: 'skt_x' };

function answering(...responses: Response[]): {
  client: ReturnType<typeof createClient>;
  requests: Request[];
} {
  const requests: Request[] = [];
  const client = createClient(SERVER, async (request) => {
    requests.push(request);
    return responses.shift() ?? Response.json({ items: [] });
  });
  return { client, requests };
}

function problem(status: number, body: object): Response {
  return Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } });
}

describe('the client of the operators’ API', () => {
  it('sends the token, follows no redirect, and leaves out what is not asked', async () => {
    const { client, requests } = answering();
    await client.list('api/v1/agents', { state: undefined, selector: 'a==b and c==d' }, 10);
    const url = new URL(requests[0]!.url);
    expect(url.pathname).toBe('/api/v1/agents');
    expect(Object.fromEntries(url.searchParams)).toEqual({ selector: 'a==b and c==d', limit: '10' });
    expect(requests[0]!.headers.get('authorization')).toBe('Bearer skt_x');
    expect(requests[0]!.redirect).toBe('error');
  });

  it('turns a problem document into its error, with the hint', async () => {
    const { client } = answering(
      problem(409, { code: 'conflict', detail: 'it is there', hint: 'push a new one' }),
    );
    await expect(client.json('GET', 'x')).rejects.toMatchObject({
      code: 'conflict',
      message: 'it is there',
      hint: 'push a new one',
    });
  });

  it('takes the status where the answer is no problem document', async () => {
    const { client } = answering(new Response('<html>', { status: 404 }), new Response('', { status: 418 }));
    await expect(client.json('GET', 'x')).rejects.toMatchObject({ code: 'not-found' });
    await expect(client.json('GET', 'x')).rejects.toMatchObject({ code: 'failed', message: /answered 418/ });
  });

  it('says "try again later" at 429, 503 and where nobody answers', async () => {
    const { client } = answering(problem(429, { code: 'failed' }), problem(503, { detail: 'busy' }));
    await expect(client.json('GET', 'x')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(client.json('GET', 'x')).rejects.toMatchObject({ code: 'unavailable', message: 'busy' });
    const nobody = createClient(SERVER, () =>
      Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error(''), { code: 'ECONNREFUSED' }) }),
      ),
    );
    await expect(nobody.json('GET', 'x')).rejects.toMatchObject({
      code: 'unavailable',
      message: "https://control.example can't be reached: ECONNREFUSED",
    });
  });

  it('refuses a page that is no JSON: that is another server', async () => {
    const { client } = answering(new Response('<html>hello'));
    await expect(client.json('GET', 'x')).rejects.toMatchObject({ hint: 'is it a Skerry control plane?' });
  });

  it('walks the pages of a list and stops at the limit', async () => {
    const pages = (): Response[] => [
      Response.json({ items: [1, 2], cursor: 'a/b' }),
      Response.json({ items: [3, 4], cursor: 'c' }),
      Response.json({ items: [5] }),
    ];
    const all = answering(...pages());
    expect(await all.client.list('x', {}, 100)).toEqual([1, 2, 3, 4, 5]);
    expect(new URL(all.requests[1]!.url).searchParams.get('cursor')).toBe('a/b');
    const some = answering(...pages());
    expect(await some.client.list('x', {}, 3)).toEqual([1, 2, 3]);
    expect(some.requests).toHaveLength(2);
  });

  it('lets no server steer the terminal', async () => {
    const { client } = answering(problem(404, { detail: 'no \u001b[2Jagent\u202e' }));
    await expect(client.json('GET', 'x')).rejects.toMatchObject({ message: 'no �[2Jagent�' });
  });
});
