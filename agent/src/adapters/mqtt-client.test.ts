import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectOutsideBroker, type OutsideBroker, type OutsideBrokerOptions } from './mqtt-client.ts';
import type { MqttMessage } from './mqtt-message.ts';

type Pending = { message: MqttMessage; done: (error?: Error) => void };

let aedes: Aedes;
let server: Server;
let sockets: Set<Socket>;
let url: string;
let outside: OutsideBroker | undefined;
let pending: Pending[];
let acknowledged: string[];
/** Called after everything that happens. */
let changed: () => void;

beforeEach(async () => {
  pending = [];
  acknowledged = [];
  changed = () => undefined;
  sockets = new Set();
  aedes = await Aedes.createBroker();
  aedes.on('ack', (packet) => {
    acknowledged.push((packet as { payload?: Buffer }).payload?.toString() ?? '');
    changed();
  });
  server = createServer((socket) => {
    sockets.add(socket);
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterEach(async () => {
  await outside?.close();
  outside = undefined;
  await new Promise<void>((resolve) => aedes.close(resolve));
  for (const socket of sockets) socket.destroy();
  server.close();
});

const until = (condition: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    changed = () => condition() && resolve();
    changed();
  });

/** Connects and resolves once subscribed. */
async function connect(options: Partial<OutsideBrokerOptions> = {}): Promise<OutsideBroker> {
  const subscribed = new Promise((resolve) => aedes.once('subscribe', resolve));
  outside = connectOutsideBroker({
    connect: { url },
    agentId: 'gw',
    topics: ['plant/#'],
    offline: { topic: 'skerry/v1/gw/status', payload: Buffer.from('offline'), qos: 1, retain: true },
    maxPacketBytes: 64 * 1024,
    maxUncommitted: 1_000,
    maxUncommittedBytes: 1024 ** 2,
    onPublish: (message, done) => {
      pending.push({ message, done });
      changed();
    },
    onConnect: () => changed(),
    random: { bytes: (n) => new Uint8Array(n), unit: () => 0 },
    log: () => undefined,
    ...options,
  });
  await subscribed;
  return outside;
}

const send = (topic: string, payload: string | Buffer, qos: 0 | 1 = 1): void =>
  aedes.publish(
    { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain: false, dup: false },
    () => undefined,
  );
const texts = (): string[] => pending.map(({ message }) => Buffer.from(message.payload).toString());

test('100 messages are all under way at once, and each PUBACK leaves after its commit, in order', async () => {
  await connect();
  for (let i = 0; i < 100; i++) send('plant/x', String(i));
  await until(() => pending.length === 100);
  expect(acknowledged).toEqual([]);
  const expected = Array.from({ length: 100 }, (_, i) => String(i));
  expect(texts()).toEqual(expected);
  // Committed from the back: nothing may be acknowledged before the first is.
  for (const { done } of pending.slice(1).reverse()) done();
  send('plant/y', 'after');
  await until(() => pending.length === 101);
  expect(acknowledged).toEqual([]);
  pending[0]!.done();
  await until(() => acknowledged.length === 100);
  expect(acknowledged).toEqual(expected);
});

test('what was not committed when the connection broke comes again, and only then is acknowledged', async () => {
  await connect();
  send('plant/x', 'a');
  send('plant/x', 'b');
  await until(() => pending.length === 2);
  const [a, b] = pending.splice(0);
  a!.done();
  await until(() => acknowledged.length === 1);
  for (const socket of sockets) socket.destroy();
  await until(() => outside!.stats().connects === 2 && pending.length === 1);
  b!.done(); // of the connection that is gone
  expect(texts()).toEqual(['b']);
  send('plant/x', 'c');
  await until(() => pending.length === 2);
  expect(acknowledged).toEqual(['a']);
  for (const { done } of pending) done();
  await until(() => acknowledged.length === 3);
});

test('a message that is not taken is sent again over a new connection', async () => {
  await connect();
  send('plant/x', 'a');
  await until(() => pending.length === 1);
  pending.pop()!.done(new Error('the disk is full'));
  await until(() => pending.length === 1);
  expect(texts()).toEqual(['a']);
  pending[0]!.done();
  await until(() => acknowledged.length === 1);
});

test('with too many messages uncommitted reading stops until there is room', async () => {
  await connect({ maxUncommitted: 3 });
  for (let i = 0; i < 6; i++) send('plant/x', String(i));
  await until(() => pending.length === 3);
  send('plant/x', 'last');
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(pending).toHaveLength(3);
  pending[0]!.done();
  await until(() => pending.length === 4);
  for (let i = 1; i < 7; i++) {
    await until(() => pending.length > i);
    pending[i]!.done();
  }
  expect(texts()).toHaveLength(7);
});

test("the agent's own topics are let go, whatever the filters say", async () => {
  const { publisher, stats } = await connect({ topics: ['#'] });
  publisher.publish({
    topic: 'skerry/v1/gw/p/d/result',
    payload: Buffer.from('own'),
    qos: 1,
    retain: false,
  });
  send('plant/x', 'sample');
  await until(() => pending.length === 1);
  expect(texts()).toEqual(['sample']);
  expect(stats().reservedTopic).toBe(1);
});

test('a packet over the limit closes the connection and is counted', async () => {
  const { stats } = await connect();
  send('plant/x', Buffer.alloc(65 * 1024), 0);
  await until(() => stats().connects === 2);
  expect(stats().tooLarge).toBe(1);
  expect(pending).toEqual([]);
});

test('the last will says offline when the agent dies, and so does its closing', async () => {
  const seen: string[] = [];
  aedes.subscribe(
    'skerry/v1/gw/status',
    (packet, next) => {
      seen.push(`${packet.payload.toString()} ${packet.retain}`);
      next();
      changed();
    },
    () => undefined,
  );
  await connect();
  for (const socket of sockets) socket.destroy();
  await until(() => seen.length === 1);
  await until(() => outside!.stats().connects === 2);
  await outside!.close();
  outside = undefined;
  await until(() => seen.length === 2);
  expect(seen).toEqual(['offline true', 'offline true']);
});

test('what is published while disconnected is dropped and counted, never piled up', async () => {
  const { publisher, stats } = await connect();
  await new Promise<void>((resolve) => aedes.close(resolve));
  for (const socket of sockets) socket.destroy();
  while (stats().connected) await new Promise(setImmediate);
  for (let i = 0; i < 10; i++)
    publisher.publish({ topic: 't', payload: new Uint8Array(1), qos: 1, retain: false });
  expect(stats().publishesDropped).toBe(10);
});
