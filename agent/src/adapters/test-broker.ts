/** An embedded broker with its clients, for tests; each test gets its own, and everything is closed behind it. */
import { type Socket, connect as tcpConnect } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach } from 'vitest';
import { type BrokerOptions, type EmbeddedBroker, startEmbeddedBroker } from './broker-aedes.ts';
import type { MqttMessage } from './mqtt-message.ts';

type Pending = { message: MqttMessage; done: (error?: Error) => void };

/** What has reached the agent and waits for its `done`. */
export let pending: Pending[];
let arrived: () => void;
export let broker: EmbeddedBroker | undefined;
/** Connections to be closed behind the test. */
export let open: (MqttClient | Socket)[];

beforeEach(() => {
  pending = [];
  arrived = () => undefined;
  open = [];
});
afterEach(async () => {
  for (const connection of open) if ('endAsync' in connection) await connection.endAsync(true);
  for (const connection of open) if ('destroy' in connection) connection.destroy();
  await broker?.close();
  broker = undefined;
});

/** Starts the broker with small limits, changed by `options`. */
export async function start(
  options: Partial<BrokerOptions> = {},
  listen: Partial<BrokerOptions['listen']> = {},
): Promise<EmbeddedBroker> {
  broker = await startEmbeddedBroker({
    listen: { host: '127.0.0.1', port: 0, ...listen },
    maxPacketBytes: 64 * 1024,
    maxConnections: 100,
    maxUncommitted: 10_000,
    maxUncommittedBytes: 16 * 1024 ** 2,
    maxIncompleteBytes: 16 * 1024 ** 2,
    connectTimeoutMs: 10_000,
    onPublish: (message, done) => {
      pending.push({ message, done });
      arrived();
    },
    log: () => undefined,
    ...options,
  });
  return broker;
}

/** Connects by MQTT.js. */
export async function client(options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const connecting = mqtt.connect({
    host: '127.0.0.1',
    port: broker!.port,
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  connecting.on('error', () => undefined);
  open.push(connecting);
  await new Promise<void>((resolve, reject) => {
    connecting.once('connect', () => resolve());
    connecting.once('error', reject);
    connecting.once('close', () => reject(new Error('closed')));
  });
  return connecting;
}

/** Resolves once `count` messages have reached the agent. */
export function arrivals(count: number): Promise<void> {
  return new Promise((resolve) => {
    arrived = () => pending.length >= count && resolve();
    arrived();
  });
}

/** Resolves when the connection is closed. */
export const closed = (connection: MqttClient | Socket): Promise<void> =>
  new Promise((resolve) => (connection as Socket).once('close', () => resolve()));

/** Turns of the event loop until it holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

/** A turn through the broker and back: whatever was on its way to the client before has arrived. */
export const roundTrip = (c: MqttClient): Promise<unknown> =>
  c.subscribeAsync(`probe/${Math.floor(pending.length)}`);

/** Connects by TCP and sends bytes. */
export function rawSocket(bytes: number[] | string): Socket {
  const socket = tcpConnect(broker!.port, '127.0.0.1');
  socket.on('error', () => undefined);
  open.push(socket);
  socket.write(typeof bytes === 'string' ? bytes : Buffer.from(bytes));
  socket.resume();
  return socket;
}

/** MQTT 3.1.1 packets as bytes: CONNECT of a clean session, PUBLISH at QoS 1. */
export const CONNECT = [0x10, 13, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, 0, 1];
export const connectAs = (letter: string): number[] => [...CONNECT, letter.charCodeAt(0)];
export const publish1 = (id: number): number[] => [0x32, 6, 0, 1, 0x61, id >> 8, id & 0xff, 0x78];
