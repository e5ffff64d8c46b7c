import { utf8 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encode, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { createLink, type LinkOptions } from './link.ts';
import type { Transport, Wake } from './ports.ts';
import type { OutboxReader } from './sync/outbox-reader.ts';
import { TestWorld } from './sync/test-world.ts';

const EMPTY_OUTBOX: OutboxReader = {
  epoch: new Uint8Array(16).fill(1),
  pending: async () => [],
  lanes: () => [],
  ledgers: () => [],
  sketches: async () => [],
  acknowledge: async () => undefined,
  newEpoch: async () => undefined,
};

const json = (status: number, value: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers });
const enrolment = (status: 'approved' | 'pending'): Response =>
  json(status === 'approved' ? 200 : 202, { status, agent: 'gw1', instance: 'i1' });

/** A link whose enrolments are answered by the script, and whose other requests go well. */
async function setUp(change: Partial<LinkOptions> = {}) {
  const world = new TestWorld();
  const script: (() => Response | Promise<Response>)[] = [];
  const enrolledAt: number[] = [];
  const transport: Transport = async (request) => {
    if (request.url.endsWith('/enroll')) {
      enrolledAt.push(world.monoMs);
      return (script.shift() ?? (() => enrolment('approved')))();
    }
    if (request.url.endsWith('/token'))
      return json(200, { access_token: 't', expires_in: 900, token_type: 'Bearer' });
    const answer = encode(v1.SyncResponse, { instance: 'i1' }) as Uint8Array<ArrayBuffer>;
    return new Response(answer, { headers: { 'content-type': 'application/x-protobuf' } });
  };
  const link = await createLink({
    ...world,
    crypto: nodeCrypto,
    transport,
    url: 'https://control.example.com',
    enrollToken: 's3cret',
    intervalMs: 10_000,
    agentId: 'gw1',
    boot: 'b1',
    labels: {},
    facts: {},
    blobs: {
      path: async () => undefined,
      read: async () => undefined,
      write: async () => undefined,
      retain: async () => undefined,
    },
    wake: { connect: () => () => undefined },
    outbox: EMPTY_OUTBOX,
    reported: () => ({}),
    seen: () => ({ instance: '', generation: 0 }),
    applyDesired: async () => undefined,
    ...change,
  });
  return { world, link, script, enrolledAt };
}

test('an agent that waits for approval asks soon at first, and then once a minute', async () => {
  const { world, link, script, enrolledAt } = await setUp();
  for (let i = 0; i < 1_000; i++) script.push(() => enrolment('pending'));
  link.start();
  await world.pass(3_600_000);
  expect(link.state()).toBe('pending-approval');
  expect(enrolledAt[1]).toBeLessThan(10_000);
  expect(enrolledAt.length).toBeLessThan(120);
  script.length = 0;
  await world.pass(60_000);
  expect(link.state()).toBe('connected');
});

test('a busy control plane is asked to enrol again when it says, and what kept it off is a notice', async () => {
  const { world, link, script, enrolledAt } = await setUp();
  script.push(() => json(503, {}, { 'retry-after': '120' }));
  link.start();
  await world.pass(119_000);
  expect(enrolledAt).toEqual([0]);
  expect(link.notices()).toEqual(['control plane: the control plane answered 503 to enrolling']);
  await world.pass(10_000);
  expect(enrolledAt).toHaveLength(2);
  expect([link.state(), link.notices()]).toEqual(['connected', []]);
});

test('a metered link shows what is left, and says so where nothing is', async () => {
  const { world, link } = await setUp({ metered: { bytesPerHour: 1_000_000, reserve: 0.2 } });
  expect(link.metered()).toEqual({ bytesPerHour: 1_000_000, leftBytes: 100_000 });
  link.start();
  await world.pass(60_000);
  expect(link.state()).toBe('connected');
  expect(link.metered()!.leftBytes).toBeGreaterThan(0);
  await world.pass(3_600_000);
  const { leftBytes } = link.metered()!;
  expect(leftBytes).toBeLessThanOrEqual(100_000);
  expect(leftBytes).toBeGreaterThan(80_000);
  expect(link.notices()).toEqual([]);
});

test('a metered link on which nothing may pass yet says when it goes on', async () => {
  const { store } = new TestWorld();
  await store.batch([{ type: 'put', key: 'i/budget', value: utf8('-2500') }], { sync: true });
  const { link, world } = await setUp({ store, metered: { bytesPerHour: 1_000_000, reserve: 0.2 } });
  link.start();
  await world.settle();
  expect(link.notices().join()).toContain("the metered link's budget is used up: it goes on in 11 s");
});

test.each([
  [1_000_000, 1],
  [200_000, 0],
])('a link of %d bytes an hour holds %d wake sockets open', async (bytesPerHour, sockets) => {
  let opened = 0;
  const wake: Wake = {
    connect(_url, accessToken, onWake) {
      void accessToken().then(() => {
        opened++;
        onWake();
      });
      return () => undefined;
    },
  };
  const { link, world } = await setUp({ wake, metered: { bytesPerHour, reserve: 0.2 } });
  link.start();
  await world.pass(10_000);
  expect([link.state(), opened]).toEqual(['connected', sockets]);
});
