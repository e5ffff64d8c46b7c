/** A release with one flipped bit, or without a signature, is refused plainly, and the former one goes on serving. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, agreement, pumpPipeline } from './support/agent.ts';
import { CATALOG, ControlPlane } from './support/control-plane.ts';
import { completed, makeKey, push, rollOut } from './support/operator.ts';
import { runProgram } from './support/program.ts';
import { closedWindows, writePumpRecording } from './support/recordings.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
let controlPlane: ControlPlane;
let agent: AgentProcess;
let key: string;

beforeAll(async () => {
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  key = await makeKey(controlPlane, folder);
  await push(controlPlane, key, ['pump-anomaly/1.0.0', 'pump-anomaly/1.1.0']);
  await completed(controlPlane, await startFirst());
});

afterAll(async () => {
  await agent?.stop();
  await controlPlane?.stop();
});

async function startFirst(): Promise<string> {
  const rollout = await rollOut(controlPlane, folder, 'pump-anomaly@1.0.0');
  const pipelines = [pumpPipeline('pump-anomaly')];
  agent = await AgentProcess.create(folder, 'gateway-4', { pipelines }, controlPlane);
  await agent.start();
  await until('the first release to serve', async () => (await agent.pipeline('pump')).state === 'active');
  return rollout;
}

const serves = (release: string) =>
  until(`${release} to serve`, async () => (await agent.pipeline('pump')).release === release);

/** Changes one bit in the middle of a file. */
function flipBit(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
}

/** Files anywhere below a folder that hold exactly these bytes. */
function copiesOf(bytes: Buffer, below: string): string[] {
  return readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).equals(bytes));
}

test('one bit of a model flipped in the control plane’s store: refused by name, 1.0.0 goes on', async () => {
  const copies = copiesOf(readFileSync(join(CATALOG, 'pump-anomaly/1.1.0/int8.onnx')), controlPlane.dataDir);
  expect(copies).toHaveLength(1);
  flipBit(copies[0]!);
  const rollout = await rollOut(controlPlane, folder, 'pump-anomaly@1.1.0');
  const refused = await until('the refusal on the agent', async () => {
    const pump = await agent.pipeline('pump');
    return pump.error !== '' && pump;
  });
  expect(refused.release).toBe('pump-anomaly@1.0.0');
  expect(refused.error).toMatch(/^the control plane sent other bytes than sha256:/);
  await until('the refusal at the control plane', async () => {
    const shown = await controlPlane.get<{ pipelines: { error?: string }[] }>('agents/gateway-4');
    return JSON.stringify(shown).includes(refused.error.slice(0, 40));
  });
  const recording = join(folder, 'healthy.csv');
  const { rows } = writePumpRecording(recording, { seed: 8, minutes: 10 });
  await runProgram('skerry-sim', [
    ...['replay', recording, '--mqtt', agent.mqttUrl, '--topic', 'plant/hall/pump/{device}/telemetry'],
    ...['--device', 'pump-1', '--speed', 'max'],
  ]);
  await until('results', async () => (await agent.recent('pump-1')).length >= closedWindows(rows));
  expect((await agent.recent('pump-1'))[0]).toMatchObject({ release: 'pump-anomaly@1.0.0' });
  await agreement(agent, controlPlane);
  const reverted = await until('the rollout to be taken back', async () => {
    const shown = await controlPlane.get<{ status: string; decisions: { text: string }[] }>(
      `rollouts/${rollout}`,
    );
    return shown.status === 'reverted' && shown;
  });
  expect(reverted.decisions.map(({ text }) => text).join('\n')).toContain('1 failed');
  // Mended, the release comes through: bytes that were altered are no verdict on it.
  flipBit(copies[0]!);
  const again = await rollOut(controlPlane, folder, 'pump-anomaly@1.1.0');
  await serves('pump-anomaly@1.1.0');
  await completed(controlPlane, again);
});

test('one bit of the release that serves flipped on the agent’s own disk: refused at the next start, and the one before it stands in', async () => {
  await agent.stop();
  const copies = copiesOf(readFileSync(join(CATALOG, 'pump-anomaly/1.1.0/model.yaml')), agent.dataDir);
  expect(copies).toHaveLength(1);
  flipBit(copies[0]!);
  await controlPlane.stop();
  await agent.start();
  const pump = await until('a verdict', async () => {
    const found = await agent.pipeline('pump');
    return found.error !== '' && found.release !== '' && found;
  });
  expect(pump).toMatchObject({ release: 'pump-anomaly@1.0.0', state: 'failed' });
  expect(agent.log).toMatch(/pump-anomaly@1\.1\.0.*(bytes|digest)/);
  await controlPlane.start();
  await agent.stop();
  await agent.start();
  await serves('pump-anomaly@1.1.0');
});

test('a release from disk: unsigned it is refused, signed it runs, with one bit flipped it is refused', async () => {
  const release = join(folder, 'release');
  cpSync(join(CATALOG, 'pump-anomaly/1.0.0'), release, { recursive: true });
  const root = join(folder, 'root.json');
  writeFileSync(root, await (await fetch(`${controlPlane.url}/tuf/root.json`)).text());
  const alone = await AgentProcess.create(folder, 'alone', { pipelines: [pumpPipeline(`file:${release}`)] });
  const run = () => runProgram('skerry-agent', ['run', '-c', alone.configFile]);

  expect(await run()).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no root says who may sign it/),
  });
  alone.configure({ trust: { root } });
  expect(await run()).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/pump-anomaly@1\.0\.0 is not signed/),
  });

  expect(await runProgram('skerry-model', ['sign', release, '--key', key])).toMatchObject({ code: 0 });
  await alone.start();
  await until('it to serve', async () => (await alone.pipeline('pump')).state === 'active');
  await alone.stop();

  for (const file of ['fp32.onnx', 'model.yaml', 'targets.json']) {
    const good = readFileSync(join(release, file));
    flipBit(join(release, file));
    const { code, stderr, stdout } = await run();
    expect({ file, code, stdout }).toEqual({ file, code: 1, stdout: '' });
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stderr).not.toBe('');
    writeFileSync(join(release, file), good);
  }
  expect(existsSync(join(alone.dataDir, 'db'))).toBe(true);
});
