/** Connections that are after no good, or just slow: what they announce, begin or leave open. */
import type { Socket } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { AgentProcess } from '../e2e/support/agent.ts';
import { connectMqtt } from '../e2e/support/mqtt.ts';
import { connectPacket, openSession, openSocket } from '../support/mqtt-packets.ts';
import { expectBounded, startBounded } from './support/bounded-agent.ts';

let agent: AgentProcess;
let port: number;
let open: Socket[] = [];

beforeAll(async () => {
  ({ agent, port } = await startBounded({ limits: { connectTimeout: '2s' } }));
});
afterEach(() => {
  for (const socket of open) socket.destroy();
  open = [];
});

/** So many connections, a hundred at a time. */
async function connections(count: number, connect: (i: number) => Promise<Socket>): Promise<Socket[]> {
  for (let i = 0; i < count; i += 100)
    open.push(...(await Promise.all(Array.from({ length: 100 }, (_, k) => connect(i + k)))));
  return open;
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.closed ? resolve() : void socket.once('close', () => resolve())));

/** A device that behaves is served, whatever the others do. */
async function expectService(): Promise<void> {
  const device = await connectMqtt(agent.mqttUrl);
  await device.publishAsync('elsewhere', 'x', { qos: 1 });
  await device.endAsync();
}

/** A header that announces 256 MB less a few bytes, and megabytes of what it announces. */
const huge = (type: number): Buffer =>
  Buffer.concat([Buffer.from([type, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(4 * 1024 ** 2)]);

test('256 MB announced before CONNECT, and after, closes the connection', async () => {
  const before = await connections(100, async () => {
    const socket = await openSocket(port);
    socket.write(huge(0x10));
    socket.resume();
    return socket;
  });
  await Promise.all(before.map(closed));
  open = [];
  const after = await connections(100, async (i) => {
    const socket = await openSession(port, `huge-${i}`);
    socket.write(huge(0x30));
    socket.resume();
    return socket;
  });
  await Promise.all(after.map(closed));
  await expectService();
  expectBounded(agent);
});

test('a thousand half-open connections with one byte each are closed in time, and hinder nobody', async () => {
  const sockets = await connections(1_000, async () => {
    const socket = await openSocket(port);
    socket.write(connectPacket('slow').subarray(0, 1));
    socket.resume();
    return socket;
  });
  await expectService();
  await Promise.all(sockets.map(closed));
  expectBounded(agent);
});

test('a thousand packets that are begun and never end take 16 MiB together; the first of them are closed', async () => {
  const header = Buffer.from([0x30, 0x80, 0x80, 0x0f, 0, 1, 0x61]); // announces 245,760 bytes
  const sockets = await connections(1_000, async (i) => {
    const socket = await openSession(port, `begun-${i}`);
    socket.write(Buffer.concat([header, Buffer.alloc(200_000)]));
    socket.resume();
    return socket;
  });
  // As many stay as fit: the later ones.
  const fits = Math.floor((16 * 1024 ** 2) / 200_000);
  await Promise.all(sockets.slice(0, -fits).map(closed));
  expect(agent.log).toMatch(/incomplete packets take more than 16777216 bytes/);
  await expectService();
  expectBounded(agent);
});
