/** A reading without a time of its own, whose PUBACK was lost because the agent was killed: it comes again, and counts once. */
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSession, publishPacket } from '../support/mqtt-packets.ts';
import { AgentProcess, pumpPipeline } from './support/agent.ts';
import { CATALOG } from './support/control-plane.ts';
import { scratchFolder } from './support/scratch.ts';

const folder = scratchFolder();
let agent: AgentProcess | undefined;
afterAll(() => agent?.stop());

/** Sends a reading as device 1 and waits for its PUBACK. */
async function send(port: number, flow: number, packetId: number, isCopy = false): Promise<void> {
  const socket = await openSession(port, 'device-1');
  const payload = Buffer.from(JSON.stringify({ flow, suction: 1, discharge: 4, current: 9, vibration: 2 }));
  const packet = publishPacket('plant/hall/pump/pump-1/telemetry', payload, 1, packetId - 1);
  if (isCopy) packet[0]! |= 0x08; // DUP
  socket.write(packet);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect([...answer]).toEqual([0x40, 2, packetId >> 8, packetId & 0xff]);
  socket.destroy();
}

test('a copy after kill -9 counts once, as a duplicate; the same reading sent anew is a new one', async () => {
  const pipeline = pumpPipeline(`file:${join(CATALOG, 'pump-anomaly/1.0.0')}`);
  const { time: _, ...source } = pipeline.source as Record<string, unknown>;
  agent = await AgentProcess.create(folder, 'gateway-7', {
    trust: { allowUnsigned: true },
    pipelines: [{ ...pipeline, source }],
  });
  const port = Number(new URL(agent.mqttUrl).port);
  const duplicates = async () =>
    (await agent!.metrics()).sum('skerry_agent_samples_rejected_total', { reason: 'duplicate' });

  await agent.start();
  await send(port, 40, 7);
  await agent.kill();
  await agent.start();
  await send(port, 40, 7, true);
  expect(await duplicates()).toBe(1);
  await send(port, 41, 7, true);
  await send(port, 40, 7);
  expect(await duplicates()).toBe(1);
  await agent.kill();
  await agent.start();
  await send(port, 40, 7, true);
  expect(await duplicates()).toBe(2);
});
