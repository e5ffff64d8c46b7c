/** A release waits for people at the device; the control plane shows it, waits, and takes it back without asking. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from './support/agent.ts';
import { ControlPlane } from './support/control-plane.ts';
import { completed, makeKey, push, rollOut } from './support/operator.ts';
import { runProgram } from './support/program.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
let controlPlane: ControlPlane;
let agent: AgentProcess;

beforeAll(async () => {
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  const key = await makeKey(controlPlane, folder);
  await push(controlPlane, key, ['pump-anomaly/1.0.0', 'pump-anomaly/1.1.0']);
  const parts = { pipelines: [pumpPipeline('pump-anomaly')], updates: { consent: 'ask' } };
  agent = await AgentProcess.create(folder, 'gateway-5', parts, controlPlane);
  await agent.start();
});

afterAll(async () => {
  await agent?.stop();
  await controlPlane?.stop();
});

interface Shown {
  status: string;
  evidence?: { waiting?: number; failed: number } | null;
}

const consent = () =>
  runProgram('skerry-agent', ['consent', '-c', agent.configFile, '--json'], { env: agent.env });
const shown = (rollout: string) => controlPlane.get<Shown>(`rollouts/${rollout}`);

async function waits(rollout: string, release: string): Promise<void> {
  await until(`${release} to wait`, async () => (await agent.pipeline('pump')).waits?.release === release);
  await until('the control plane to know', async () => (await shown(rollout)).evidence?.waiting === 1);
}

test('a release comes only once somebody lets it in; taking it back asks nobody', async () => {
  expect(await consent()).toMatchObject({ code: 1, stderr: expect.stringContaining('no release waits') });
  const first = await rollOut(controlPlane, folder, 'pump-anomaly@1.0.0');
  await waits(first, 'pump-anomaly@1.0.0');
  expect((await agent.pipeline('pump')).release).toBe('');
  const taken = await consent();
  expect(JSON.parse(taken.stdout)).toEqual([{ pipeline: 'pump', release: 'pump-anomaly@1.0.0' }]);
  await completed(controlPlane, first);

  const second = await rollOut(controlPlane, folder, 'pump-anomaly@1.1.0');
  await waits(second, 'pump-anomaly@1.1.0');
  expect(await shown(second)).toMatchObject({ status: 'running(all: applying)', evidence: { failed: 0 } });
  // What is asked of people outlasts a restart, and so does what they said.
  await agent.stop();
  await agent.start();
  await waits(second, 'pump-anomaly@1.1.0');
  await consent();
  await completed(controlPlane, second);
  const { arms } = await controlPlane.skerry<{ arms: Record<string, unknown>[] }>(
    ...['rollout', 'show', second, '--evidence'],
  );
  expect(arms).toMatchObject([{ arm: 'stage', release: 'pump-anomaly@1.1.0', agents: 1 }]);
  const { facts } = await controlPlane.get<{ facts: Record<string, string> }>('agents/gateway-5');
  expect(Number(facts.diskFreeMiB)).toBeGreaterThan(0);
  expect(Number(facts.opset)).toBeGreaterThan(12);
  await controlPlane.skerry('rollout', 'revert', second);
  await until(
    '1.0.0 to serve again',
    async () => (await agent.pipeline('pump')).release === 'pump-anomaly@1.0.0',
  );
});
