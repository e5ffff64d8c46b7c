/** A release on its way by hand: bundled at the control plane, installed on agents that have no network. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from './support/agent.ts';
import { ControlPlane } from './support/control-plane.ts';
import { completed, makeKey, push, rollOut } from './support/operator.ts';
import { runProgram } from './support/program.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
const root = join(folder, 'root.json');
const bundleOf = (version: string): string => join(folder, `pump-${version}.tar`);
let controlPlane: ControlPlane;
let agent: AgentProcess;
let alone: AgentProcess;
let key: string;

beforeAll(async () => {
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  key = await makeKey(controlPlane, folder);
  await push(controlPlane, key, ['pump-anomaly/1.0.0', 'pump-anomaly/1.1.0']);
  for (const version of ['1.0.0', '1.1.0'])
    await controlPlane.skerry('release', 'bundle', `pump-anomaly@${version}`, '--out', bundleOf(version));
  writeFileSync(root, await (await fetch(`${controlPlane.url}/tuf/1.root.json`)).text());
});

afterAll(async () => {
  await agent?.stop();
  await alone?.stop();
  await controlPlane?.stop();
});

interface Installed {
  release: string;
  pipelines: { name: string; state: string; variant: string; backend: string }[];
}

async function install(on: AgentProcess, file: string): Promise<Installed> {
  const args = ['install', file, '-c', on.configFile, '--json'];
  const { code, stdout, stderr } = await runProgram('skerry-agent', args, { env: on.env });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Installed;
}

const serves = async (on: AgentProcess): Promise<string> => (await on.pipeline('pump')).release;

test('an agent that stands alone takes a release while it is down, and serves it from its next start on', async () => {
  alone = await AgentProcess.create(folder, 'alone', {
    pipelines: [pumpPipeline('pump-anomaly')],
    trust: { root },
  });
  const outcome = await install(alone, bundleOf('1.0.0'));
  expect(outcome).toMatchObject({
    release: 'pump-anomaly@1.0.0',
    pipelines: [{ name: 'pump', state: 'at the next start', backend: 'native' }],
  });
  await alone.start();
  await until('1.0.0 to serve', async () => (await serves(alone)) === 'pump-anomaly@1.0.0');
});

test('while it runs, the next one takes over at once, and stays after a restart', async () => {
  expect(await install(alone, bundleOf('1.1.0'))).toMatchObject({
    release: 'pump-anomaly@1.1.0',
    pipelines: [{ name: 'pump', state: 'active', backend: 'native' }],
  });
  expect(await serves(alone)).toBe('pump-anomaly@1.1.0');
  await alone.kill();
  await alone.start();
  await until('1.1.0 to serve', async () => (await serves(alone)) === 'pump-anomaly@1.1.0');
});

test('one flipped bit anywhere is refused, and what served goes on', async () => {
  const good = readFileSync(bundleOf('1.0.0'));
  // In each file's content, behind its header.
  for (const name of ['tuf/timestamp.json', 'blobs/sha256/']) {
    const altered = Buffer.from(good);
    altered[good.indexOf(name) + 700]! ^= 1;
    const file = join(folder, 'altered.tar');
    writeFileSync(file, altered);
    await expect(install(alone, file), name).rejects.toThrow(/refused|other bytes|damaged|checksum/);
  }
  expect(await serves(alone)).toBe('pump-anomaly@1.1.0');
});

test('an agent whose control plane is away takes one, and follows its control plane again afterwards', async () => {
  const rollout = await rollOut(controlPlane, folder, 'pump-anomaly@1.0.0');
  agent = await AgentProcess.create(
    folder,
    'gateway-6',
    { pipelines: [pumpPipeline('pump-anomaly')] },
    controlPlane,
  );
  await agent.start();
  await completed(controlPlane, rollout);
  await controlPlane.stop();
  await install(agent, bundleOf('1.1.0'));
  expect(await serves(agent)).toBe('pump-anomaly@1.1.0');
  await agent.stop();
  await agent.start();
  await until('1.1.0 to serve again', async () => (await serves(agent)) === 'pump-anomaly@1.1.0');
  await controlPlane.start();
  await until('the control plane to see it', async () => {
    const shown = await controlPlane.get<{ pipelines: { release: string }[] }>('agents/gateway-6');
    return shown.pipelines[0]?.release === 'pump-anomaly@1.1.0';
  });
  await rollOut(controlPlane, folder, 'pump-anomaly@1.1.0');
  expect(await serves(agent)).toBe('pump-anomaly@1.1.0');
});

test('a yanked release is refused where the agent knows of it, whatever the bundle says', async () => {
  await controlPlane.skerry('release', 'yank', 'pump-anomaly@1.0.0', '--key', key);
  await controlPlane.skerry('release', 'bundle', 'pump-anomaly@1.1.0', '--out', bundleOf('1.1.0'));
  await install(alone, bundleOf('1.1.0'));
  await expect(install(alone, bundleOf('1.0.0'))).rejects.toThrow(/timestamp metadata refused \(rollback\)/);
});

test('what no pipeline runs, and what is no bundle, is said plainly', async () => {
  await push(controlPlane, key, ['univariate-anomaly/1.0.0']);
  const other = join(folder, 'univariate.tar');
  await controlPlane.skerry('release', 'bundle', 'univariate-anomaly@1.0.0', '--out', other);
  await expect(install(alone, other)).rejects.toThrow(/no pipeline of agent\.yaml runs univariate-anomaly/);
  await expect(install(alone, root)).rejects.toThrow(/no tar archive that can be read/);
  await expect(install(alone, join(folder, 'nowhere.tar'))).rejects.toThrow(/nowhere\.tar can't be read/);
});
