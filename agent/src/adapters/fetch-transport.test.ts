import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFetchTransport } from './fetch-transport.ts';

let server: Server;
let url: string;
const sockets = new Set<Socket>();
beforeEach(async () => {
  server = createServer();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

test('a request goes out with its body and the answer comes back whole', async () => {
  server.on('request', (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => response.writeHead(201, { 'x-a': 'b' }).end(Buffer.concat(parts)));
  });
  const body = new Uint8Array(200_000).map((_, i) => i);
  const response = await createFetchTransport()(new Request(url, { method: 'POST', body }));
  expect(response.status).toBe(201);
  expect(response.headers.get('x-a')).toBe('b');
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(body);
});

test('a redirect is handed over, not followed', async () => {
  let requests = 0;
  server.on('request', (_, response) => {
    requests++;
    response.writeHead(302, { location: `${url}/login` }).end('<html>');
  });
  const response = await createFetchTransport()(new Request(url));
  expect([response.status, requests]).toEqual([302, 1]);
  await response.text();
});

test('nobody there is unavailable, and says why', async () => {
  server.close();
  await expect(createFetchTransport()(new Request(url))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('silence within an answer ends it, and so does whoever asked', async () => {
  const silent = new AbortController();
  server.on('request', (request, response) => {
    if (request.url === '/half') response.writeHead(200).write('half');
    else silent.abort();
  });
  const transport = createFetchTransport({ idleMs: 20 });
  const half = await transport(new Request(`${url}/half`));
  await expect(half.text()).rejects.toThrow('silent for 20 ms');
  await expect(transport(new Request(`${url}/never`, { signal: silent.signal }))).rejects.toMatchObject({
    code: 'unavailable',
  });
});
