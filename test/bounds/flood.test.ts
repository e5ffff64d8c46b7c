/** Publishers at full speed, faster than the agent can take it or while it can take nothing. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentProcess } from '../e2e/support/agent.ts';
import { until } from '../e2e/support/until.ts';
import { acknowledgements, openSession, publishPacket } from '../support/mqtt-packets.ts';
import { expectBounded, startBounded } from './support/bounded-agent.ts';

const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 86_400_000;

/** The next so many readings of one pump, as packets in one buffer. */
function readings(device: string, first: number, count: number, qos: 0 | 1): Buffer {
  const packets = Array.from({ length: count }, (_, i) => {
    const ts = startMs + 500 * (first + i);
    const body = `{"ts":${ts},"flow":45.125,"suction":0.9312,"discharge":3.7123,"current":10.125,"vibration":1.9123}`;
    return publishPacket(`plant/hall/pump/${device}/telemetry`, Buffer.from(body), qos, first + i);
  });
  return Buffer.concat(packets);
}

/** Writes as fast as the socket takes it, until told to stop. */
function flood(socket: Socket, device: string, qos: 0 | 1): { stop(): void } {
  let stopped = false;
  let sent = 0;
  const pump = (): void => {
    while (!stopped && !socket.destroyed) {
      const more = socket.write(readings(device, sent, 200, qos));
      sent += 200;
      if (more) continue;
      socket.once('drain', pump);
      return;
    }
  };
  pump();
  return {
    stop() {
      stopped = true;
    },
  };
}

describe('a full outbox that blocks', () => {
  let agent: AgentProcess;
  let port: number;
  beforeAll(async () => {
    ({ agent, port } = await startBounded({ buffer: { maxBytes: '256KiB', whenFull: 'block' } }));
  });

  test.each([0, 1] as const)('stalls the socket of a publisher at QoS %i', async (qos) => {
    const socket = await openSession(port, `flood-${qos}`);
    const acknowledged = acknowledgements(socket);
    const { stop } = flood(socket, `pump-${qos}`, qos);
    await until('nothing more to pass', async () => {
      const before = [socket.bytesWritten - socket.writableLength, acknowledged.count];
      await sleep(1_000);
      const now = [socket.bytesWritten - socket.writableLength, acknowledged.count];
      return socket.writableLength > 0 && now.every((count, i) => count === before[i]);
    });
    stop();
    expect(socket.destroyed).toBe(false);
    expectBounded(agent);
    socket.destroy();
  });
});

describe('a thousand devices', () => {
  const DEVICES = 1_000;
  let agent: AgentProcess;
  const sockets: Socket[] = [];
  afterAll(() => sockets.forEach((socket) => void socket.destroy()));

  test('that send their backlog at once are all read in turn, and none is shut out', async () => {
    const EACH = 100;
    const started = await startBounded();
    agent = started.agent;
    for (let i = 0; i < DEVICES; i += 100)
      sockets.push(
        ...(await Promise.all(
          Array.from({ length: 100 }, (_, k) => openSession(started.port, `device-${i + k}`)),
        )),
      );
    const counts = sockets.map((socket) => acknowledgements(socket));
    for (const [i, socket] of sockets.entries()) socket.write(readings(`pump-${i}`, 0, EACH, 1));
    await until('every message to be acknowledged', () => counts.every(({ count }) => count === EACH));
    expect(sockets.filter((socket) => socket.destroyed)).toEqual([]);
    expectBounded(agent);
  });
});
