// What answers on bad networks, over real sockets: each is a named outcome, bounded in bytes and time, and the next
// exchange with a control plane goes through.
import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { contentDigest } from '@skerry/proto/content-digest';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encode, v1 } from '@skerry/proto/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFetchTransport } from '../adapters/fetch-transport.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { type Attempt, attemptSync } from './attempt.ts';

const MAX_RESPONSE_BYTES = 100_000;
const PROTOBUF = 'content-type: application/x-protobuf';
const BODY = Buffer.from(
  encode(v1.SyncResponse, {
    instance: 'i1',
    acks: [{ epoch: new Uint8Array(16).fill(9), lane: v1.Lane.LANE_RESULT, cursor: 7 }],
    nextSyncMs: 5_000,
  }),
);
const DIGEST = `content-digest: ${contentDigest(nodeCrypto, BODY)}`;

/** Timers that fire when a test says so. */
class HandTimers {
  #waiting = new Set<() => void>();

  after(_delayMs: number, fn: () => void): () => void {
    this.#waiting.add(fn);
    return () => this.#waiting.delete(fn);
  }

  fire(): void {
    for (const fn of this.#waiting) fn();
  }
}

type Behaviour = (socket: Socket, timers: HandTimers) => void;

const timers = new HandTimers();
const transport = createFetchTransport();
const sockets = new Set<Socket>();
let behave: Behaviour;
let requests = 0;
let server: Server;

beforeEach(async () => {
  requests = 0;
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let isNew = true;
    socket.on('data', () => {
      if (isNew) {
        requests++;
        behave(socket, timers);
      }
      isNew = false;
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((done) => server.close(done));
});

function attempt(sizeBytes = 100): Promise<Attempt> {
  const { port } = server.address() as { port: number };
  return attemptSync(
    {
      http: { transport, timers, timeoutMs: 30_000 },
      crypto: nodeCrypto,
      clock: systemClock,
      identity: { accessToken: async () => 't1', forgetToken: () => undefined },
      url: `http://127.0.0.1:${port}`,
      maxResponseBytes: MAX_RESPONSE_BYTES,
    },
    new Uint8Array(sizeBytes),
  );
}

function answer(status: string, headers: readonly string[], body: Uint8Array | string = ''): Behaviour {
  return (socket) => {
    const length = `content-length: ${Buffer.from(body).length}`;
    socket.write(`HTTP/1.1 ${status}\r\n${[...headers, length, 'connection: close'].join('\r\n')}\r\n\r\n`);
    socket.end(body);
  };
}

const healthy = answer('200 OK', [PROTOBUF, DIGEST], BODY);
const html = '<html>Welcome to Hotel WiFi</html>';

/** The outcome of one exchange with what behaves so, after which a control plane answers again. */
async function meets(hostile: Behaviour, sizeBytes?: number): Promise<Attempt> {
  behave = hostile;
  const met = await attempt(sizeBytes);
  behave = healthy;
  expect(await attempt()).toMatchObject({ outcome: 'ok', response: { instance: 'i1' } });
  return met;
}

/** Sends the parts one by one, and lets the agent's time run out after so many. */
function drip(head: string, part: string, partsBeforeTimeout: number): Behaviour {
  return (socket, by) => {
    socket.write(head);
    let sent = 0;
    const next = (): void => {
      if (socket.destroyed) return;
      if (++sent === partsBeforeTimeout) by.fire();
      socket.write(part, () => setImmediate(next));
    };
    next();
  };
}

describe('what stands between', () => {
  test.each<[string, Behaviour, string, string]>([
    [
      'a portal with a page',
      answer('200 OK', ['content-type: text/html'], html),
      'malformed',
      'captive portal',
    ],
    [
      'a portal that redirects',
      answer('302 Found', ['location: http://portal/'], html),
      'malformed',
      'portal/',
    ],
    ['a redirect to itself', answer('307 Again', ['location: /agent/v1/sync']), 'malformed', 'not followed'],
    ['a login page', answer('511 Login', ['content-type: text/html'], html), 'malformed', 'login first'],
    ['JSON', answer('200 OK', ['content-type: application/json'], '{}'), 'malformed', 'application/json'],
    ['no media type', answer('200 OK', [], BODY), 'malformed', 'no media type'],
    ['a page that calls itself protobuf', answer('200 OK', [PROTOBUF], html), 'malformed', 'no SyncResponse'],
    ['a proxy that can reach nobody', answer('502 Bad Gateway', []), 'refused', '502'],
    ['a server with a fault', answer('500 Oops', [PROTOBUF], BODY), 'refused', '500'],
    ['another protocol', (s) => s.end('SSH-2.0-OpenSSH_9.2\r\n'), 'unreachable', "can't be reached"],
  ])('%s is %s', async (_, behaviour, outcome, detail) => {
    const met = await meets(behaviour);
    expect(met).toMatchObject({ outcome, detail: expect.stringContaining(detail) });
    expect(requests).toBe(2);
  });

  test.each<[string, number | undefined]>([
    ['retry-after: 120', 120_000],
    ['date: Fri, 20 Nov 2026 09:00:00 GMT\r\nretry-after: Fri, 20 Nov 2026 09:00:30 GMT', 30_000],
    ['retry-after: 99999999999', 99_999_999_999_000],
    ['retry-after: -5', undefined],
    ['retry-after: whenever', undefined],
  ])('503 with "%s"', async (header, expectedMs) => {
    const met = await meets(answer('503 Busy', [header]));
    expect(met).toMatchObject({ outcome: 'refused', status: 503, retryAfterMs: expectedMs });
  });
});

describe('a damaged answer', () => {
  test('is none, whichever bit of it was flipped', async () => {
    const outcomes = new Set<string>();
    for (let bit = 0; bit < 8 * BODY.length; bit++) {
      const damaged = Buffer.from(BODY);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      behave = answer('200 OK', [PROTOBUF, DIGEST], damaged);
      outcomes.add((await attempt()).outcome);
    }
    expect([...outcomes]).toEqual(['malformed']);
  });

  test.each<[string, string]>([
    ['content-length: 1000', BODY.toString('latin1')],
    ['transfer-encoding: chunked', `${BODY.length.toString(16)}\r\n${BODY.toString('latin1')}\r\n`],
  ])('that ends before its end (%s) is none', async (length, part) => {
    const met = await meets((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${PROTOBUF}\r\n${length}\r\n\r\n`);
      socket.end(Buffer.from(part, 'latin1'));
    });
    expect(met).toMatchObject({ outcome: 'unreachable', detail: expect.stringContaining('broke off') });
  });

  test('compressed by a proxy on its way is whole', async () => {
    const zipped = answer('200 OK', [PROTOBUF, DIGEST, 'content-encoding: gzip'], gzipSync(BODY));
    expect(await meets(zipped)).toMatchObject({ outcome: 'ok', response: { instance: 'i1' } });
  });
});

describe('a connection that breaks', () => {
  test('before anything is answered', async () => {
    expect(await meets((socket) => socket.resetAndDestroy())).toMatchObject({ outcome: 'unreachable' });
  });

  test('while a large request is on its way', async () => {
    expect(await meets((socket) => socket.resetAndDestroy(), 5_000_000)).toMatchObject({
      outcome: 'unreachable',
    });
  });

  test('in the middle of the answer', async () => {
    const met = await meets((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${PROTOBUF}\r\ncontent-length: 1000\r\n\r\nabc`, () =>
        socket.resetAndDestroy(),
      );
    });
    expect(met).toMatchObject({ outcome: 'unreachable' });
  });
});

describe('what never ends', () => {
  const head = `HTTP/1.1 200 OK\r\n${PROTOBUF}\r\n`;

  test.each<[string, Behaviour]>([
    ['silence', (_, by) => by.fire()],
    ['headers, byte by byte', drip('HTTP/1.1 200 OK\r\nx-a: ', 'a', 50)],
    ['a body, byte by byte', drip(`${head}content-length: 1000\r\n\r\n`, 'a', 50)],
    ['chunks, byte by byte', drip(`${head}transfer-encoding: chunked\r\n\r\n`, '1\r\na\r\n', 50)],
    ['interim answers', drip('', 'HTTP/1.1 102 Processing\r\n\r\n', 50)],
  ])('%s: the time for an exchange ends it', async (_, behaviour) => {
    const met = await meets(behaviour);
    expect(met).toMatchObject({
      outcome: 'unreachable',
      detail: expect.stringContaining('no answer within'),
    });
  });

  test('headers at full speed are cut off', async () => {
    const met = await meets(drip('HTTP/1.1 200 OK\r\n', `x-a: ${'a'.repeat(1_000)}\r\n`, -1));
    expect(met).toMatchObject({ outcome: 'unreachable' });
  });

  test.each<[string, Buffer]>([
    ['gzip', gzipSync(Buffer.alloc(200_000_000))],
    ['zstd', zstdCompressSync(Buffer.alloc(200_000_000))],
  ])('a %s bomb is read no further than an answer may be long', async (encoding, bomb) => {
    const before = process.memoryUsage();
    const met = await meets(answer('200 OK', [PROTOBUF, `content-encoding: ${encoding}`], bomb));
    expect(met).toMatchObject({
      outcome: 'malformed',
      detail: expect.stringContaining(`longer than ${MAX_RESPONSE_BYTES} bytes`),
    });
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(
      50_000_000,
    );
  });
});
