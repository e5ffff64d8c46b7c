/** Drift on a real site: a policy that reaches the agent, the webhook that it calls, and the windows that people label. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from './support/agent.ts';
import { ControlPlane } from './support/control-plane.ts';
import { applyPolicy, makeKey, push, rollOut } from './support/operator.ts';
import { runProgram } from './support/program.ts';
import { writePumpRecording } from './support/recordings.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

interface SampleJson {
  agent: string;
  id: string;
  device: string;
  channels: string[];
  values: number[][];
  inclusion: number;
  label: string | null;
}

const folder = scratchFolder();
const CHANNELS = ['flow', 'suction', 'discharge', 'current', 'vibration'];
let controlPlane: ControlPlane;
let agent: AgentProcess;
let receiver: Server;
const posted: { headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      posted.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  const key = await makeKey(controlPlane, folder);
  await push(controlPlane, key, ['pump-anomaly/1.0.0']);
  await rollOut(controlPlane, folder, 'pump-anomaly@1.0.0');
  const settings = { pipelines: [pumpPipeline('pump-anomaly')], capture: { random: '50%' } };
  agent = await AgentProcess.create(folder, 'gateway-1', settings, controlPlane);
  await agent.start();
  await until('the release to serve', async () => (await agent.pipeline('pump')).state === 'active');
});

afterAll(async () => {
  await agent?.stop();
  await controlPlane?.stop();
  receiver?.close();
});

async function replay(device: string, seed: number, cavitatesAtS?: number): Promise<void> {
  const recording = join(folder, `${device}.csv`);
  writePumpRecording(recording, { seed, minutes: 10, ...(cavitatesAtS !== undefined && { cavitatesAtS }) });
  const way = ['--topic', 'plant/hall/pump/{device}/telemetry', '--device', device, '--speed', 'max'];
  await runProgram('skerry-sim', ['replay', recording, '--mqtt', agent.mqttUrl, ...way]);
}

test('drift calls the webhook of a pushed policy, signed by the key that operators can read', async () => {
  const { port } = receiver.address() as AddressInfo;
  const generation = await applyPolicy(controlPlane, folder, {
    name: 'train',
    release: 'pump-anomaly',
    window: { duration: '1m', minSamples: 100 },
    input: { psi: { alert: 3 } },
    onAlert: ['notify', 'capture', { webhook: `http://127.0.0.1:${port}/train` }],
    capture: { bytesPerDay: '1GiB' },
  });
  await until('the policy to be in force', async () => {
    const { pipelines } = await controlPlane.get<{ pipelines: { policy: number }[] }>('agents/gateway-1');
    return pipelines[0]?.policy === generation;
  });
  await replay('pump-1', 31);
  await replay('pump-2', 32, 30);
  const { headers, body } = await until('a webhook about vibration', () =>
    posted.find((p) => p.body.includes('"output":"vibration"')),
  );
  expect(JSON.parse(body)).toMatchObject({
    type: 'drift.opened',
    data: { agent: 'gateway-1', pipeline: 'pump', device: 'pump-2', policy: generation },
  });
  const { key } = await controlPlane.skerry<{ key: string }>('policy', 'webhook-key');
  const secret = Buffer.from(key.replace(/^whsec_/, ''), 'base64');
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const signature = createHmac('sha256', secret).update(content).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${signature}`);
});

test('what the drift means, and how rare a false alarm is, stands beside it', async () => {
  const shown = await controlPlane.skerry<
    {
      signal: string;
      diagnosis?: { kind: string; devices: string[] };
      devices: { device: string; hoursBetweenFalseAlarms?: number; backend: string }[];
    }[]
  >('drift', 'show');
  const vibration = shown.find(({ signal }) => signal === 'vibration')!;
  // Two pumps are no cohort.
  expect(vibration.diagnosis).toMatchObject({ kind: 'alone' });
  expect(vibration.diagnosis?.devices).toContain('gateway-1/pump-2');
  for (const { hoursBetweenFalseAlarms, backend } of vibration.devices) {
    expect(hoursBetweenFalseAlarms).toBeGreaterThan(0);
    expect(backend).toBe('native');
  }
});

test('captured windows come to be labelled, and leave as a dataset with their labels', async () => {
  const samples = await until('captured windows', async () => {
    const found = await controlPlane.skerry<SampleJson[]>('sample', 'ls');
    return found.length > 0 ? found : undefined;
  });
  const [sample] = samples;
  expect([...sample!.channels].sort()).toEqual([...CHANNELS].sort());
  expect(sample!.values).toHaveLength(32);
  expect(sample!.values.flat().every(Number.isFinite)).toBe(true);
  await controlPlane.skerry('sample', 'label', sample!.agent, sample!.id, 'cavitation');
  const file = join(folder, 'dataset.ndjson');
  await controlPlane.skerry('sample', 'export', '--labelled', 'yes', '--out', file);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as SampleJson)).toEqual([
    { ...sample, label: 'cavitation', labelledBy: expect.any(String), labelledMs: expect.any(Number) },
  ]);
});
