// The agent's own way to the control plane (enrolment, tokens, sync, outbox) over real sockets against the real control
// plane, with what networks and clocks do to it in between.
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFetchTransport } from '@skerry/agent/adapters/fetch-transport';
import { createFsBlobs } from '@skerry/agent/adapters/fs-blobs';
import { systemClock, systemRandom, systemTimers } from '@skerry/agent/adapters/system-clock';
import { createLink, type Link, type LinkOptions } from '@skerry/agent/link';
import { openOutbox } from '@skerry/agent/outbox/open';
import type { Outbox } from '@skerry/agent/outbox/outbox';
import type { Clock, Transport } from '@skerry/agent/ports';
import { openBlobSink } from '@skerry/agent/release/blob-sink';
import { Downloads } from '@skerry/agent/release/download';
import { createNodeControlPlane, type NodeControlPlane } from '@skerry/control-plane/node/host';
import { digestOf } from '@skerry/proto/crypto';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alert, progress, rows } from '../durability/outbox-world.ts';
import { createFaultyDisk } from '../support/faulty-store.ts';
import { until } from './support/until.ts';

let dataDir: string;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'skerry-net-'));
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(dataDir, { recursive: true, force: true });
});

async function startControlPlane(
  options: { port?: number; syncsPerSecond?: number } = {},
): Promise<NodeControlPlane> {
  const plane = await createNodeControlPlane({ dataDir, port: 0, log: () => undefined, ...options });
  let isOpen = true;
  const close = plane.close.bind(plane);
  plane.close = async () => {
    if (isOpen) await close();
    isOpen = false;
  };
  closers.push(() => plane.close());
  return plane;
}

async function enrolToken(plane: NodeControlPlane): Promise<string> {
  const { secret } = await plane.fleet.createEnrolToken('t', {
    name: 'e',
    labels: {},
    uses: 10,
    autoApprove: true,
    expiresMs: Date.now() + 600_000,
  });
  return secret;
}

interface Gateway {
  outbox: Outbox;
  link: Link;
  lines: string[];
  /** `count` more results and one alert, durable and worth telling. */
  produce(count: number): Promise<void>;
}

/** An agent's network side over a disk in memory, with 20 results a block. */
async function startGateway(
  url: string,
  enrollToken: string,
  change: { clock?: Clock; transport?: Transport; id?: string } = {},
): Promise<Gateway> {
  const { clock = systemClock, transport = createFetchTransport(), id = 'gw1' } = change;
  const store = createFaultyDisk().open();
  const lines: string[] = [];
  const ports = {
    store,
    clock,
    random: systemRandom,
    crypto: nodeCrypto,
    timers: systemTimers,
    log: (level: string, module: string, msg: string) => void lines.push(`${level} ${module}: ${msg}`),
    crashPoint: () => undefined,
  };
  const limits = {
    maxBytes: 16 * 1024 ** 2,
    maxAgeMs: 86_400_000,
    whenFull: 'degrade',
    durability: 'fsync',
    blockMaxRecords: 20,
  } as const;
  const { outbox } = await openOutbox(store, { ...ports, limits });
  const options: LinkOptions = {
    ...ports,
    url,
    enrollToken,
    intervalMs: 200,
    agentId: id,
    boot: 'b1',
    labels: {},
    facts: {},
    blobs: {
      path: async () => undefined,
      read: async () => undefined,
      write: async () => undefined,
      retain: async () => undefined,
    },
    transport,
    wake: { connect: () => () => undefined },
    outbox,
    reported: () => ({ version: '0.1.0' }),
    seen: () => ({ instance: '', generation: 0 }),
    applyDesired: async () => undefined,
  };
  const link = await createLink(options);
  closers.push(() => link.stop());
  let produced = 0;
  return {
    outbox,
    link,
    lines,
    async produce(count) {
      for (let from = produced; from < produced + count; from += 20)
        await outbox.commitProgress(
          progress({ rows: rows(from, Math.min(from + 20, produced + count) - 1) }),
        );
      produced += count;
      await outbox.appendAlerts([alert(produced)]);
      link.notify();
    },
  };
}

const pending = ({ outbox }: Gateway): number =>
  outbox.stats().ledgers.result.pending + outbox.stats().ledgers.alert.pending;

async function expectIngested(plane: NodeControlPlane, results: number): Promise<void> {
  const { counters } = await plane.shards[0]!.counts();
  expect(counters).toMatchObject({
    results_ingested: results,
    results_duplicate: 0,
    results_quarantined: 0,
    blocks_quarantined: 0,
    epoch_conflicts: 0,
  });
}

/** A clock that is off by so much. */
const skewed = (byMs: number): Clock => ({ ...systemClock, wallMs: () => systemClock.wallMs() + byMs });

test.each<[string, () => number]>([
  ['without a battery, in 1970', () => -Date.now()],
  ['seven hours ahead', () => 7 * 3_600_000],
  ['two minutes behind', () => -120_000],
])('an agent whose clock is wrong (%s) comes in, and knows by how much', async (_, offset) => {
  const plane = await startControlPlane();
  const byMs = offset();
  const gateway = await startGateway(plane.url, await enrolToken(plane), { clock: skewed(byMs) });
  gateway.link.start();
  await gateway.produce(40);
  await until('everything to be delivered', async () => pending(gateway) === 0);
  await expectIngested(plane, 40);
  const { offsetMs = 0 } = gateway.link.status()!.serverClock ?? {};
  expect(Math.abs(offsetMs + byMs)).toBeLessThan(5_000);
});

/** Flips bits of bodies, both ways, in every `n`th exchange of each kind; the rest is untouched. */
function flipping(n: number): { transport: Transport; flips: { request: number; response: number } } {
  const inner = createFetchTransport();
  const flips = { request: 0, response: 0 };
  let exchanges = 0;
  const flip = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
    const copy = new Uint8Array(bytes);
    copy[(exchanges * 7_919) % copy.length]! ^= 1 << (exchanges & 7);
    return copy;
  };
  const transport: Transport = async (request) => {
    if (!request.url.endsWith('/sync')) return inner(request);
    exchanges++;
    const { url, method, headers, signal } = request;
    let body = new Uint8Array(await request.arrayBuffer());
    if (exchanges % n === 1) {
      flips.request++;
      body = flip(body);
    }
    const response = await inner(new Request(url, { method, headers, signal, body }));
    if (!response.ok || exchanges % n !== 2) return response;
    flips.response++;
    return new Response(flip(new Uint8Array(await response.arrayBuffer())), response);
  };
  return { transport, flips };
}

test('bits that flip on the way, both ways, change nothing that is counted', async () => {
  const plane = await startControlPlane();
  const { transport, flips } = flipping(3);
  const gateway = await startGateway(plane.url, await enrolToken(plane), { transport });
  gateway.link.start();
  for (let i = 0; i < 4; i++) {
    await gateway.produce(200);
    await until('everything to be delivered', async () => pending(gateway) === 0);
  }
  expect(flips.request).toBeGreaterThan(1);
  expect(flips.response).toBeGreaterThan(1);
  await expectIngested(plane, 800);
  await until('every one to be counted', async () => {
    const { refused, malformed } = gateway.link.status()!.outcomes;
    return refused === flips.request && malformed === flips.response;
  });
});

/** A wire to a port that can be cut in the middle of what is sent; connections after that go through. */
async function wireTo(port: number): Promise<{
  port: number;
  /** Stops what goes up after so many bytes; resolves then. */
  cutAfter(bytes: number): Promise<void>;
  /** Breaks the connection over which so many bytes have come down. */
  breakAfter(bytes: number): void;
}> {
  const sockets = new Set<Socket>();
  let breakAfterBytes = Number.POSITIVE_INFINITY;
  let cut: { afterBytes: number; done: () => void } | undefined;
  const server: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    far.on('data', (bytes: Buffer) => {
      breakAfterBytes -= bytes.length;
      near.write(bytes);
      if (breakAfterBytes > 0) return;
      breakAfterBytes = Number.POSITIVE_INFINITY;
      near.resetAndDestroy();
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.on('data', (bytes: Buffer) => {
      const { afterBytes = Number.POSITIVE_INFINITY } = cut ?? {};
      far.write(bytes.subarray(0, afterBytes));
      if (!cut) return;
      cut.afterBytes -= bytes.length;
      if (cut.afterBytes > 0) return;
      near.pause();
      cut.done();
      cut = undefined;
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return {
    port: (server.address() as { port: number }).port,
    breakAfter: (bytes) => {
      breakAfterBytes = bytes;
    },
    cutAfter: (afterBytes) =>
      new Promise((done) => {
        cut = { afterBytes, done };
      }),
  };
}

test('a control plane that ends in the middle of a request and starts again holds everything once', async () => {
  const plane = await startControlPlane();
  const port = Number(new URL(plane.url).port);
  const wire = await wireTo(port);
  const gateway = await startGateway(`http://127.0.0.1:${wire.port}`, await enrolToken(plane));
  gateway.link.start();
  await gateway.produce(20);
  await until('the first exchange', async () => pending(gateway) === 0);
  const half = wire.cutAfter(4_000);
  await gateway.produce(2_000);
  await half;
  await plane.close();
  const again = await startControlPlane({ port });
  await until('everything to be delivered', async () => pending(gateway) === 0);
  await expectIngested(again, 2_020);
  expect(gateway.link.status()!.outcomes.unreachable).toBeGreaterThan(0);
});

test('agents that find the control plane busy hear when to come back, and all get through', async () => {
  const plane = await startControlPlane({ syncsPerSecond: 3 });
  const token = await enrolToken(plane);
  const gateways = await Promise.all(
    Array.from({ length: 6 }, (_, i) => startGateway(plane.url, token, { id: `gw${i}` })),
  );
  for (const gateway of gateways) {
    await gateway.produce(400);
    gateway.link.start();
  }
  await until('everything to be delivered', async () => gateways.every((gateway) => pending(gateway) === 0));
  await expectIngested(plane, 2_400);
  const lines = gateways.flatMap((gateway) => gateway.lines);
  expect(lines.join('\n')).toMatch(/answered 503/);
  expect(gateways.every(({ link }) => link.status()!.circuit === 'closed')).toBe(true);
});

test('a busy control plane says so to a body of megabytes, too, without a broken connection', async () => {
  const plane = await startControlPlane({ syncsPerSecond: 1 });
  const inner = createFetchTransport();
  let authorization = '';
  const gateway = await startGateway(plane.url, await enrolToken(plane), {
    transport: (request) => {
      authorization = request.headers.get('authorization') ?? authorization;
      return inner(request);
    },
  });
  gateway.link.start();
  await until('a token', async () => authorization !== '');
  const headers = { authorization, 'content-type': 'application/x-protobuf' };
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() =>
      inner(
        new Request(`${plane.url}/agent/v1/sync`, {
          method: 'POST',
          headers,
          body: new Uint8Array(3_000_000),
        }),
      ),
    ),
  );
  const busy = answers.filter(({ status }) => status === 503);
  expect(busy.length).toBeGreaterThanOrEqual(3);
  for (const answer of busy) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('a release file goes on where the connection broke, from a real server and byte by byte', async () => {
  const plane = await startControlPlane();
  const wire = await wireTo(Number(new URL(plane.url).port));
  let authorization = '';
  const gateway = await startGateway(plane.url, await enrolToken(plane), {
    transport: (request) => {
      authorization = request.headers.get('authorization') ?? authorization;
      return createFetchTransport()(request);
    },
  });
  gateway.link.start();
  await until('a token', async () => authorization !== '');
  const bytes = new Uint8Array(3_000_000).map((_, i) => (i * i) >> 7);
  const digest = digestOf(nodeCrypto, bytes);
  const admin = { authorization: `Bearer ${await plane.adminToken()}` };
  const put = await fetch(`${plane.url}/api/v1/blobs/${digest}`, {
    method: 'PUT',
    headers: admin,
    body: bytes,
  });
  expect(put.status).toBe(201);
  const ranges: (string | null)[] = [];
  const inner = createFetchTransport();
  const transport: Transport = (request) => {
    ranges.push(request.headers.get('range'));
    return inner(request);
  };
  const downloads = new Downloads(
    { transport, timers: systemTimers, timeoutMs: 20_000 },
    { ...systemClock, monoMs: () => 0 }, // an instant each, on however busy a machine
  );
  const source = {
    url: new URL(`http://127.0.0.1:${wire.port}/agent/v1/blobs/${digest}`),
    headers: async () => ({ authorization }),
  };
  const blobs = createFsBlobs(join(dataDir, 'agent-blobs'));
  const options = { blobs, crypto: nodeCrypto, sender: 'the control plane' };
  const sink = () => openBlobSink(options, { digest, sizeBytes: bytes.length });
  wire.breakAfter(1_500_000);
  await expect(downloads.fetch(source, await sink())).rejects.toMatchObject({ code: 'unavailable' });
  const before = ranges.length;
  await downloads.fetch(source, await sink());
  expect(await blobs.read(digest)).toEqual(bytes);
  expect(before).toBe(3);
  // 256 KiB and 512 KiB had come; the third window broke off, and is begun again at half its size.
  expect(ranges.slice(0, 4)).toEqual([
    'bytes=0-262143',
    'bytes=262144-786431',
    'bytes=786432-1835007',
    'bytes=786432-1310719',
  ]);
});

test('what keeps it from the control plane stands among the notices, and goes when it is over', async () => {
  const plane = await startControlPlane();
  const port = Number(new URL(plane.url).port);
  const gateway = await startGateway(plane.url, await enrolToken(plane));
  gateway.link.start();
  await until('a connection', async () => gateway.link.state() === 'connected');
  await plane.close();
  await until('a notice', async () => gateway.link.notices().join().includes("can't be reached"));
  await startControlPlane({ port });
  await until('a connection', async () => gateway.link.state() === 'connected');
  expect(gateway.link.notices()).toEqual([]);
});
