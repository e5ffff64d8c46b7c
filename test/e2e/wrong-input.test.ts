/** What is wrong is answered plainly: counted and named, or refused before anything starts; what is right goes on. */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from './support/agent.ts';
import { CATALOG } from './support/control-plane.ts';
import { connectMqtt, type Listener, listen } from './support/mqtt.ts';
import { freePorts } from './support/ports.ts';
import { runProgram } from './support/program.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
const TOPIC = 'plant/hall/pump/pump-1/telemetry';
const READING = { flow: 45, suction: 0.9, discharge: 3.7, current: 10, vibration: 1.9 };
let agent: AgentProcess;
let client: MqttClient;
let listener: Listener;

beforeAll(async () => {
  // The control plane is down, and stays so.
  const [nobody] = await freePorts(1);
  agent = await AgentProcess.create(folder, 'gateway-3', {
    trust: { allowUnsigned: true },
    controlPlane: { url: `http://127.0.0.1:${nobody}`, enrollToken: 'ske_none', interval: '1s' },
    pipelines: [pumpPipeline(`file:${join(CATALOG, 'pump-anomaly/1.0.0')}`)],
    limits: { maxPacketBytes: '64KiB' },
  });
  await agent.start();
  client = await connectMqtt(agent.mqttUrl, { reconnectPeriod: 200 });
  listener = await listen(agent.mqttUrl);
});

afterAll(async () => {
  await client?.endAsync(true);
  await listener?.end();
  await agent?.stop();
});

const publish = (body: string | Record<string, unknown>) =>
  client.publishAsync(TOPIC, typeof body === 'string' ? body : JSON.stringify(body), { qos: 1 });

/** A minute of good readings that ends so many seconds ago; resolves when all are acknowledged. */
async function publishMinute(endedS: number): Promise<void> {
  const endMs = Math.floor(Date.now() / 60_000) * 60_000 - endedS * 1_000;
  await Promise.all(
    Array.from({ length: 120 }, (_, i) => publish({ ts: endMs - 60_000 + 500 * i, ...READING })),
  );
}

test('with the control plane down the agent starts and works', async () => {
  await publishMinute(300);
  await until('a result', () => listener.on('result')[0]);
  expect((await agent.status()).controlPlane.state).toBe('unreachable');
  const metrics = await agent.metrics();
  expect(metrics.sum('skerry_agent_outbox_records', { state: 'pending' })).toBeGreaterThan(0);
  expect(metrics.sum('skerry_agent_outbox_records', { state: 'delivered' })).toBe(0);
});

test('wrong payloads are acknowledged, counted by reason, and change no result', async () => {
  const before = await agent.rejected('pump');
  const now = Date.now();
  await publish('{"ts": 17');
  await publish('[1, 2');
  await publish(Buffer.from([0xff, 0xfe, 0x00]).toString('latin1'));
  await publish({ ts: now, ...READING, vibration: 51 });
  await publish({ ts: now, ...READING, flow: -1 });
  await publish({ ts: now + 60_000, ...READING });
  await publish({ ts: 'yesterday', ...READING });
  await publish({ ...READING });
  await publish({ ts: now, ...READING, vibration: 'high' });
  await publish({ ts: now, unknown: 1 });
  const rejected = await agent.rejected('pump');
  const more = (reason: string): number => (rejected[reason] ?? 0) - (before[reason] ?? 0);
  expect({
    malformed: more('malformed'),
    range: more('range'),
    future: more('future'),
    time: more('time'),
    type: more('type'),
    empty: more('empty'),
  }).toEqual({ malformed: 3, range: 2, future: 1, time: 2, type: 1, empty: 1 });
  const metrics = await agent.metrics();
  const series = { pipeline: 'pump', reason: 'range' };
  expect(metrics.sum('skerry_agent_samples_rejected_total', series)).toBe(rejected.range);
  // A timestamp from the future moved no watermark: what is older than it is still taken.
  const results = listener.on('result').length;
  await publishMinute(120);
  await until('more results', () => listener.on('result').length > results);
  expect((await agent.rejected('pump')).late ?? 0).toBe(0);
});

test('a packet too large ends its own connection, before CONNECT too, and nobody else’s', async () => {
  const port = Number(new URL(agent.mqttUrl).port);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  // The fixed header of a PUBLISH that announces 256 MiB (MQTT 3.1.1, 2.2.3), without a CONNECT.
  const reset = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
  await reset;

  const greedy = await connectMqtt(agent.mqttUrl);
  const closed = new Promise<void>((resolve) => {
    greedy.on('error', () => undefined).once('close', () => resolve());
  });
  greedy.publish(TOPIC, 'x'.repeat(100_000), { qos: 1 });
  await closed;
  await greedy.endAsync(true);

  expect(client.connected).toBe(true);
  await publish({ ts: Date.now(), ...READING });
  expect(agent.running).toBe(true);
});

test('a wrong agent.yaml is refused with every error and its line, and nothing is started', async () => {
  const file = join(folder, 'wrong.yaml');
  const [port] = await freePorts(1);
  writeFileSync(
    file,
    `apiVersion: skerry/v1
kind: Agent
agent: { id: "no spaces here", data: ${join(folder, 'wrong')} }
mqtt: { listen: { port: 70000 } }
pipelines:
  - name: pump
    release: pump-anomaly
    source: { topics: ["plant/#/x"], chanels: {}, channels: { a: a } }
buffer: { maxBytes: lots }
local: { listen: "127.0.0.1:${port}" }
`,
  );
  const { code, stderr, stdout } = await runProgram('skerry-agent', ['run', '-c', file]);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  for (const [line, path] of [
    [3, 'agent.id'],
    [4, 'mqtt.listen.port'],
    [8, 'pipelines[0].source.topics[0]'],
    [8, 'pipelines[0].source.chanels'],
    [9, 'buffer.maxBytes'],
  ])
    expect(stderr).toContain(`line ${line}: ${path}`);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test('a port in use: it says so, names the option, and exits 1', async () => {
  const mqttPort = Number(new URL(agent.mqttUrl).port);
  const localPort = Number(new URL(agent.localUrl).port);
  const [free] = await freePorts(1);
  const release = `file:${join(CATALOG, 'pump-anomaly/1.0.0')}`;
  for (const [listenPort, pagePort, option] of [
    [mqttPort, free, 'mqtt.listen'],
    [free, localPort, 'local.listen'],
  ]) {
    const other = await AgentProcess.create(folder, `other-${option}`, {
      trust: { allowUnsigned: true },
      mqtt: { listen: { port: listenPort } },
      local: { listen: `127.0.0.1:${pagePort}` },
      pipelines: [pumpPipeline(release)],
    });
    const { code, stderr } = await runProgram('skerry-agent', ['run', '-c', other.configFile]);
    expect(code).toBe(1);
    const line = stderr.trim().split('\n').at(-1);
    for (const part of ['in use', option]) expect(line).toContain(part);
  }
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const serve = await runProgram('skerry', ['serve', '--data', join(folder, 'cp'), '--port', `${port}`]);
  taken.close();
  expect(serve.code).toBe(1);
  expect(serve.stderr).toMatch(new RegExp(`port ${port}.*in use.*--port`));
});

test('a configuration that is not there, an unknown option: 1 and 2, one plain line', async () => {
  const missing = await runProgram('skerry-agent', ['run', '-c', join(folder, 'none.yaml')]);
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr.trim().split('\n')).toHaveLength(1);
  expect(missing.stderr).toContain('none.yaml');
  expect(await runProgram('skerry-agent', ['run', '--no-such'])).toMatchObject({ code: 2 });
});
