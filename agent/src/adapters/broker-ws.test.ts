import { connect as connectTcp, type Socket } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type EmbeddedBroker, startEmbeddedBroker } from './broker-aedes.ts';
import type { MqttMessage } from './mqtt-message.ts';

let broker: EmbeddedBroker;
let taken: MqttMessage[];
const clients: MqttClient[] = [];
const sockets: Socket[] = [];

async function start(change: Partial<Parameters<typeof startEmbeddedBroker>[0]> = {}): Promise<void> {
  taken = [];
  broker = await startEmbeddedBroker({
    listen: { host: '127.0.0.1', port: 0, ws: { port: 0, origins: ['https://panel.example.com'] } },
    maxPacketBytes: 64 * 1024,
    maxConnections: 100,
    maxUncommitted: 1_000,
    maxUncommittedBytes: 1024 ** 2,
    maxIncompleteBytes: 128 * 1024,
    connectTimeoutMs: 5_000,
    onPublish(message, done) {
      taken.push(message);
      done();
    },
    log: () => undefined,
    ...change,
  });
}

beforeEach(() => start());
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  for (const socket of sockets.splice(0)) socket.destroy();
  await broker.close();
});

async function client(): Promise<MqttClient> {
  const connected = await mqtt.connectAsync(`ws://127.0.0.1:${broker.wsPort}`, { protocolVersion: 4 });
  clients.push(connected);
  return connected;
}

const closed = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });

/** The status that an upgrade is refused with, or 101. */
function upgrade(headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}`, ['mqtt'], { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

test('a message over WebSocket is acknowledged and reaches subscribers over TCP, and the other way', async () => {
  const web = await client();
  const tcp = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4 });
  clients.push(tcp);
  for (const one of [web, tcp]) await one.subscribeAsync('plant/#');
  const heard = [web, tcp].map(
    (one) => new Promise((resolve) => one.once('message', (topic) => resolve(topic))),
  );
  await web.publishAsync('plant/a', Buffer.alloc(60_000, 1), { qos: 1 });
  expect(await Promise.all(heard)).toEqual(['plant/a', 'plant/a']);
  expect(taken).toMatchObject([{ topic: 'plant/a', qos: 1, clientId: web.options.clientId }]);
  expect(taken[0]!.payload).toHaveLength(60_000);
  expect(broker.stats().connections).toBe(2);
});

describe('whose pages may connect', () => {
  test.each([
    ['a page of the same host name, any port', 'http://127.0.0.1:7080', 101],
    ['a listed origin', 'https://panel.example.com', 101],
    ['another site', 'https://evil.example.com', 403],
    ['no site at all (a sandboxed frame)', 'null', 403],
  ])('%s', async (_, origin, status) => {
    expect(await upgrade({ origin })).toBe(status);
    expect(broker.stats().refused.origin).toBe(status === 403 ? 1 : 0);
  });
});

test('what offers no MQTT is refused', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}`, ['chat']);
  await closed(socket);
  expect(broker.stats().refused.malformed).toBe(1);
  expect((await fetch(`http://127.0.0.1:${broker.wsPort}/`)).status).toBe(426);
});

test('a packet over the limit closes its connection when it is announced', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}`, ['mqtt']);
  const end = closed(socket);
  socket.on('open', () => socket.send(Uint8Array.of(0x10, 0xff, 0xff, 0x7f)));
  await end;
  expect(broker.stats().refused.tooLarge).toBe(1);
});

test('messages begun and not ended count as incomplete packets do: the oldest connection is closed', async () => {
  const half = async (): Promise<Socket> => {
    const socket = connectTcp(broker.wsPort!, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.write(
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
    );
    await new Promise((resolve) => socket.once('data', resolve));
    // A binary message of 100,000 bytes, of which 70,000 come.
    const head = Buffer.of(0x82, 0xff, 0, 0, 0, 0, 0, 1, 0x86, 0xa0, 1, 2, 3, 4);
    socket.write(Buffer.concat([head, Buffer.alloc(70_000)]));
    return socket;
  };
  const first = await half();
  const ended = new Promise((resolve) => first.once('close', resolve));
  await half();
  await ended;
  expect(broker.stats().refused.incomplete).toBe(1);
});

test('beyond the limit connections over both ways together are refused', async () => {
  await broker.close();
  await start({ maxConnections: 2 });
  await client();
  const tcp = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4 });
  clients.push(tcp);
  expect(await upgrade({})).toBe(503);
  expect(broker.stats().refused.connections).toBe(1);
});

test('another agent may speak under its own name, which is passed on and never ingested', async () => {
  await broker.close();
  await start({ agentId: 'gateway' });
  const [web, listener] = [
    await mqtt.connectAsync(`ws://127.0.0.1:${broker.wsPort}`, { protocolVersion: 4, clientId: 'page-1' }),
    await client(),
  ];
  clients.push(web);
  await listener.subscribeAsync('skerry/v1/#');
  const heard = new Promise((resolve) => listener.once('message', (topic) => resolve(topic)));
  await web.publishAsync('skerry/v1/page-1/status', 'online', { qos: 1, retain: true });
  expect(await heard).toBe('skerry/v1/page-1/status');
  expect(taken).toEqual([]);
  for (const topic of ['skerry/v1/gateway/status', 'skerry/v1/page-2/status', 'skerry/v1']) {
    const cut = new Promise<void>((resolve) => web.once('close', () => resolve()));
    web.publish(topic, 'offline');
    await cut;
    await new Promise((resolve) => web.once('connect', resolve));
  }
  expect(broker.stats().reservedTopic).toBe(3);
});
