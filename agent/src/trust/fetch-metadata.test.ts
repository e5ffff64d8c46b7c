import { fromUtf8 } from '@skerry/proto/bytes';
import { expect, test } from 'vitest';
import { TestWorld } from '../sync/test-world.ts';
import { createMetadataFetcher } from './fetch-metadata.ts';

function fetcher(respond: (request: Request) => Response) {
  const { timers } = new TestWorld();
  const http = { transport: async (request: Request) => respond(request), timers, timeoutMs: 1_000 };
  return createMetadataFetcher(http, 'https://control.example.com/skerry/tuf/', async () => 't1');
}

test('metadata is fetched below the given URL with the access token', async () => {
  const fetch = fetcher(({ url, headers }) => new Response(`${url} ${headers.get('authorization')}`));
  const bytes = await fetch('2.root.json', 1_000);
  expect(fromUtf8(bytes!)).toBe('https://control.example.com/skerry/tuf/2.root.json Bearer t1');
});

test('a file that is not there is undefined, and every other answer is no file', async () => {
  const html = { 'content-type': 'text/html' };
  const absent = fetcher(() => new Response('<html>', { status: 404, headers: html }));
  expect(await absent('3.root.json', 10)).toBeUndefined();
  for (const status of [302, 401, 503])
    await expect(fetcher(() => new Response('', { status }))('3.root.json', 10)).rejects.toMatchObject({
      code: 'unavailable',
    });
});

test('more bytes than asked for are not read', async () => {
  const fetch = fetcher(() => new Response('x'.repeat(11)));
  await expect(fetch('timestamp.json', 10)).rejects.toMatchObject({ code: 'too-large' });
});

test("a captive portal's page is nobody's metadata: come back later", async () => {
  const fetch = fetcher(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
  await expect(fetch('timestamp.json', 100)).rejects.toMatchObject({ code: 'unavailable' });
});
