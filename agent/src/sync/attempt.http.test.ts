// The exchange over real HTTP: Node's server, the agent's own transport.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { decode, encode, v1 } from '@skerry/proto/wire';
import { afterEach, expect, test } from 'vitest';
import { createFetchTransport } from '../adapters/fetch-transport.ts';
import { systemClock, systemTimers } from '../adapters/system-clock.ts';
import { type AttemptDeps, attemptSync } from './attempt.ts';

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((done) => (server ? server.close(done) : done(undefined)));
});

/** Serves with `listener` and sends one request to it. */
async function attempt(listener: RequestListener, change: Partial<AttemptDeps> = {}) {
  server = createServer(listener);
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const http = { transport: createFetchTransport(), timers: systemTimers, timeoutMs: 20_000 };
  return attemptSync(
    {
      http,
      crypto: nodeCrypto,
      clock: systemClock,
      identity: { accessToken: async () => 't1', forgetToken: () => undefined },
      url: `http://127.0.0.1:${port}/skerry`,
      maxResponseBytes: 100_000,
      ...change,
    },
    encode(v1.SyncRequest, { protocol: 1, epoch: new Uint8Array(16).fill(9) }),
  );
}

test('a request arrives whole below the path of the control plane, and its answer is read', async () => {
  const seen: unknown[] = [];
  const result = await attempt((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { epoch } = decode(v1.SyncRequest, Buffer.concat(chunks));
      seen.push(request.method, request.url, request.headers.authorization, epoch[0]);
      response.setHeader('content-type', 'application/x-protobuf');
      response.end(encode(v1.SyncResponse, { instance: 'i1', nextSyncMs: 7 }));
    });
  });
  expect(seen).toEqual(['POST', '/skerry/agent/v1/sync', 'Bearer t1', 9]);
  expect(result).toMatchObject({ outcome: 'ok', response: { instance: 'i1', nextSyncMs: 7 } });
});

test('a redirect to a portal is not followed: neither token nor results go there', async () => {
  const urls: (string | undefined)[] = [];
  const result = await attempt((request, response) => {
    urls.push(request.url);
    response.writeHead(302, { location: '/portal' }).end();
  });
  expect(result).toMatchObject({ outcome: 'malformed' });
  expect(urls).toEqual(['/skerry/agent/v1/sync']);
});

test('an answer that breaks off half-way is no answer', async () => {
  const result = await attempt((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': '1000' });
    response.write(encode(v1.SyncResponse, { instance: 'i1' }), () => response.destroy());
  });
  expect(result).toMatchObject({ outcome: 'unreachable' });
});

test('an answer without end is read up to its bound', async () => {
  const result = await attempt((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-protobuf' });
    const more = (): void => {
      if (!response.destroyed) response.write(Buffer.alloc(65_536), more);
    };
    more();
  });
  expect(result).toMatchObject({ outcome: 'malformed', detail: expect.stringContaining('100000 bytes') });
});

test('a closed port is unreachable', async () => {
  const result = await attempt(() => undefined, { url: 'http://127.0.0.1:1' });
  expect(result).toMatchObject({ outcome: 'unreachable' });
});
