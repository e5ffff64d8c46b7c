/** Names without end: topics that nobody takes, devices that nobody knows, messages to be retained. */
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentProcess } from '../e2e/support/agent.ts';
import { until } from '../e2e/support/until.ts';
import { acknowledgements, openSession, publishPacket } from '../support/mqtt-packets.ts';
import { expectBounded, startBounded } from './support/bounded-agent.ts';

const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 86_400_000;
const DEVICES = 10_000;
let agent: AgentProcess;
let socket: Socket;
let acknowledged: ReturnType<typeof acknowledgements>;
let sent = 0;

beforeAll(async () => {
  const started = await startBounded();
  agent = started.agent;
  socket = await openSession(started.port, 'names');
  acknowledged = acknowledgements(socket);
});
afterAll(() => socket.destroy());

/** Publishes at QoS 1 and waits until everything is acknowledged. */
async function publish(
  count: number,
  message: (i: number) => [topic: string, payload: Buffer],
  retain = false,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const [topic, payload] = message(i);
    socket.write(publishPacket(topic, payload, 1, sent++, retain));
  }
  await until('every message to be acknowledged', () => {
    if (socket.destroyed) throw new Error(`the connection was closed: ${agent.log}`);
    return acknowledged.count === sent;
  });
}

test('10,000 topics that no pipeline takes are counted, and a hundred of them named', async () => {
  await publish(DEVICES, (i) => [`elsewhere/${i}`, Buffer.from('1')]);
  const metrics = await agent.metrics();
  expect(metrics.sum('skerry_agent_messages_unclaimed_total')).toBe(DEVICES);
  expectBounded(agent);
});

test('10,000 devices on one pipeline are served, and the next are rejected by name', async () => {
  // Enough for two windows each, in one message.
  const readings = (device: number): Buffer =>
    Buffer.from(
      JSON.stringify(
        Array.from({ length: 44 }, (_, i) => ({
          ts: startMs + 500 * i,
          ...{ flow: 45 + device / DEVICES, suction: 0.93, discharge: 3.7, current: 10, vibration: 1.9 },
        })),
      ),
    );
  await publish(DEVICES + 100, (i) => [`plant/hall/pump/pump-${i}/telemetry`, readings(i)]);
  const { samples } = await agent.pipeline('pump');
  expect(samples.received).toBe((DEVICES + 100) * 44);
  expect(samples.rejected).toEqual({ devices: 100 * 44 });
  await until('every window to be inferred', async () => {
    const metrics = await agent.metrics();
    return metrics.sum('skerry_agent_results_total') >= 2 * DEVICES;
  });
  expectBounded(agent);
});

test('retained messages without end are kept as far as they have room, and delivered all the same', async () => {
  // About each of the small ones comes in a chunk of its own, most of which is another message.
  const filler = Buffer.alloc(60_000);
  const small = Buffer.alloc(100);
  await publish(16_000, (i) => (i % 2 === 0 ? ['elsewhere', filler] : [`retained/small/${i}`, small]), true);
  await publish(5_000, (i) => [`retained/${i}`, Buffer.alloc(8_000)], true);
  expectBounded(agent);
});
