/** A whole site as three processes on loopback: control plane, agent, simulated machines. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, agreement, pumpPipeline } from './support/agent.ts';
import { ControlPlane, type ResultJson } from './support/control-plane.ts';
import { type Listener, listen } from './support/mqtt.ts';
import { applyPolicy, completed, makeKey, push, rollOut } from './support/operator.ts';
import { type Program, runProgram, startProgram } from './support/program.ts';
import { writePumpRecording } from './support/recordings.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
let controlPlane: ControlPlane;
let agent: AgentProcess;
let listener: Listener;
let machines: Program;

/** Two hours at 60x, ended earlier; pump-2 cavitates for two of every six minutes. Nobody asked for the room. */
const SCENARIO = {
  apiVersion: 'skerry/v1',
  kind: 'Scenario',
  seed: 11,
  duration: '2h',
  speed: '60x',
  devices: [
    {
      machine: 'pump',
      id: 'pump-{n}',
      count: 2,
      rate: '2Hz',
      topic: 'plant/hall/pump/{id}/telemetry',
      faults: [{ kind: 'cavitation', device: 'pump-2', at: '60s', for: '2m', every: '6m', ramp: '5s' }],
    },
    { machine: 'room', id: 'room-1', rate: '2Hz', topic: 'building/a/room/{id}/climate' },
  ],
};

beforeAll(async () => {
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  const key = await makeKey(controlPlane, folder);
  await push(controlPlane, key, ['pump-anomaly/1.0.0', 'pump-anomaly/1.1.0']);
  await rollOut(controlPlane, folder, 'pump-anomaly@1.0.0');
  const pipelines = [pumpPipeline('pump-anomaly')];
  agent = await AgentProcess.create(folder, 'gateway-1', { pipelines }, controlPlane);
  await agent.start();
  listener = await listen(agent.mqttUrl);
  await until('the first release to serve', async () => (await agent.pipeline('pump')).state === 'active');
  const scenario = join(folder, 'scenario.yaml');
  writeFileSync(scenario, JSON.stringify(SCENARIO));
  machines = startProgram('skerry-sim', ['run', scenario, '--mqtt', agent.mqttUrl]);
});

afterAll(async () => {
  await machines?.stop();
  await listener?.end();
  await agent?.stop();
  await controlPlane?.stop();
});

const heardResults = (device: string): ResultJson[] =>
  listener
    .on('result')
    .map(({ body }) => body as unknown as ResultJson)
    .filter((result) => result.device === device);

test('results arrive over MQTT and at the control plane, the same ones', async () => {
  const first = await until('a result on MQTT', () => heardResults('pump-1')[0]);
  expect(first).toMatchObject({ pipeline: 'pump', release: 'pump-anomaly@1.0.0', decision: 'normal' });
  const held = await until('it at the control plane', async () =>
    (await controlPlane.results({ device: 'pump-1' })).find(({ id }) => id === first.id),
  );
  // Shares travel as 32-bit floats.
  const { attribution, ...rest } = first;
  expect(held).toMatchObject(rest);
  expect(held.attribution).toEqual(
    attribution!.map(({ channel, share }) => ({ channel, share: expect.closeTo(share, 6) })),
  );
});

test('a cavitating pump becomes an alert that names vibration, on MQTT and at the control plane', async () => {
  const heard = await until('an alert on MQTT', () =>
    listener.on('alert').find(({ body }) => body.device === 'pump-2' && body.kind === 'anomaly'),
  );
  expect(heard.topic).toBe('skerry/v1/gateway-1/pump/pump-2/alert');
  expect(heard.body).toMatchObject({
    state: 'open',
    attribution: [{ channel: 'vibration' }, {}, {}, {}, {}],
  });
  expect(heard.body.result).toMatchObject({ decision: 'alert', device: 'pump-2' });
  const alert = await until('the alert at the control plane', async () =>
    (await controlPlane.alerts()).find(({ episode }) => episode === heard.body.episode),
  );
  expect(alert).toMatchObject({ agent: 'gateway-1', device: 'pump-2', kind: 'anomaly' });
  expect(alert.result.attribution[0]).toMatchObject({ channel: 'vibration' });
  expect(listener.on('alert').filter(({ body }) => body.device === 'pump-1')).toEqual([]);
});

test('topics that no pipeline takes are counted and shown on both sides', async () => {
  const shown = await until('the topic on the agent', async () =>
    (await agent.status()).unclaimed.find(({ topic }) => topic === 'building/a/room/room-1/climate'),
  );
  expect(shown.messages).toBeGreaterThan(0);
  await until('the topic at the control plane', async () =>
    JSON.stringify(await controlPlane.get('agents/gateway-1')).includes('building/a/room/room-1/climate'),
  );
});

test('a rollout replaces 1.0.0 by 1.1.0 on the running agent, and no window is missing or doubled', async () => {
  const rollout = await rollOut(controlPlane, folder, 'pump-anomaly@1.1.0');
  await completed(controlPlane, rollout);
  expect(await agent.pipeline('pump')).toMatchObject({ release: 'pump-anomaly@1.1.0', state: 'active' });
  const results = await until('results of the new release at the control plane', async () => {
    const all = await controlPlane.results({ device: 'pump-1' });
    return all.filter(({ release }) => release === 'pump-anomaly@1.1.0').length >= 20 && all;
  });
  const starts = results.map(({ from }) => Date.parse(from));
  expect(starts).toEqual(starts.map((_, i) => starts[0]! + 4_000 * i));
  const releases = results.map(({ release }) => release);
  const change = releases.indexOf('pump-anomaly@1.1.0');
  expect(change).toBeGreaterThan(0);
  expect(new Set(releases.slice(change))).toEqual(new Set(['pump-anomaly@1.1.0']));
});

test('a threshold outside the bounds of the release is refused, with both bounds', async () => {
  const thresholds = { score: 11 };
  await expect(
    applyPolicy(controlPlane, folder, { name: 'too-high', release: 'pump-anomaly', thresholds }),
  ).rejects.toThrow(/threshold 11 is outside 0\.5 to 10/);
});

let sensitive = 0;
test('a threshold pushed while running changes the decisions within seconds', async () => {
  const appliedMs = Date.now();
  sensitive = await applyPolicy(controlPlane, folder, {
    name: 'sensitive',
    release: 'pump-anomaly',
    thresholds: { score: 0.5, sustain: 1 },
  });
  const changed = await until('an alert on a healthy pump', () =>
    heardResults('pump-1').find(({ decision }) => decision === 'alert'),
  );
  expect(changed).toMatchObject({ policy: sensitive, release: 'pump-anomaly@1.1.0' });
  expect(changed.outputs.score).toBeGreaterThan(0.5);
  expect(changed.outputs.score).toBeLessThan(1);
  expect(Date.now() - appliedMs).toBeLessThan(20_000);
  // Whatever was judged before it was judged by the release's own threshold.
  const before = heardResults('pump-1').filter(({ policy }) => policy < sensitive);
  expect(before.filter(({ decision }) => decision !== 'normal')).toEqual([]);
});

let drift = 0;
test('drift levels pushed while running raise a drift alert that names the channel', async () => {
  drift = await applyPolicy(controlPlane, folder, {
    name: 'quick-drift',
    release: 'pump-anomaly',
    // Two minutes of cavitation hold at least three of these whole, wherever they begin: 2 of 3 sustain an alert.
    window: { duration: '30s', minSamples: 50 },
    input: { psi: { alert: 1 } },
    output: {},
  });
  // Load changes move other channels within so short a window too; cavitation alone moves vibration.
  const heard = await until('a drift alert by these levels', () =>
    listener
      .on('drift')
      .find(
        ({ body }) =>
          body.policy === drift &&
          body.threshold === 1 &&
          body.state !== 'cleared' &&
          body.output === 'vibration',
      ),
  );
  expect(heard.body).toMatchObject({ kind: 'drift', pipeline: 'pump', device: 'pump-2' });
  expect(heard.body.value).toBeGreaterThan(1);
  await until('the drift alert at the control plane', async () =>
    (await controlPlane.alerts()).find(({ episode }) => episode === heard.body.episode),
  );
  const shown = await controlPlane.skerry<unknown[]>('drift', 'show');
  expect(JSON.stringify(shown)).toContain(heard.body.output);
});

test('once the outbox is empty both sides have counted the same results', async () => {
  await machines.stop();
  const count = await agreement(agent, controlPlane);
  const held = await controlPlane.results();
  expect(held).toHaveLength(count);
  expect(new Set(held.map(({ id }) => id)).size).toBe(count);
  expect(new Set(heardResults('pump-1').map(({ id }) => id))).toEqual(
    new Set(held.filter(({ device }) => device === 'pump-1').map(({ id }) => id)),
  );
});

test('release and policies survive a restart of the agent with no control plane to ask', async () => {
  await controlPlane.stop();
  await agent.stop();
  await agent.start();
  const recording = join(folder, 'healthy.csv');
  writePumpRecording(recording, { seed: 21, minutes: 10 });
  const replay = ['--topic', 'plant/hall/pump/{device}/telemetry', '--device', 'pump-9', '--speed', 'max'];
  await runProgram('skerry-sim', ['replay', recording, '--mqtt', agent.mqttUrl, ...replay]);
  const offline = await until('an alert on a healthy pump', async () =>
    (await agent.recent('pump-9')).find(({ decision }) => decision === 'alert'),
  );
  expect(offline).toMatchObject({ release: 'pump-anomaly@1.1.0', policy: drift });
  expect((offline.outputs as Record<string, number>).score).toBeLessThan(1);
  expect((await agent.status()).controlPlane.state).toBe('unreachable');
  await controlPlane.start();
  await agreement(agent, controlPlane);
});
