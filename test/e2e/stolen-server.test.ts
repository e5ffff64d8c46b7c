/** Who steals the control plane, its own key included, can't change a model; afterwards the operator comes back. */
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFleet } from '@skerry/control-plane/node/actors';
import { createFsBlobs } from '@skerry/control-plane/node/blobs-fs';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { type PackedRelease, packRelease } from '@skerry/proto/pack';
import { parseMetadata, tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from './support/agent.ts';
import { CATALOG, ControlPlane } from './support/control-plane.ts';
import { completed, makeKey, push, rollOut } from './support/operator.ts';
import { runProgram } from './support/program.ts';
import { writePumpRecording } from './support/recordings.ts';
import { scratchFolder } from './support/scratch.ts';
import { asThief, type Thief } from './support/thief.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
const backup = join(folder, 'backup');
let controlPlane: ControlPlane;
let agent: AgentProcess;
let key: string;

beforeAll(async () => {
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  key = await makeKey(controlPlane, folder);
  await push(controlPlane, key, ['pump-anomaly/1.0.0']);
  const rollout = await rollOut(controlPlane, folder, 'pump-anomaly@1.0.0');
  const pipelines = [pumpPipeline('pump-anomaly')];
  agent = await AgentProcess.create(folder, 'gateway-5', { pipelines }, controlPlane);
  await agent.start();
  await completed(controlPlane, rollout);
  await push(controlPlane, key, ['pump-anomaly/1.1.0']);
  await controlPlane.stop();
  cpSync(controlPlane.dataDir, backup, { recursive: true });
});

afterAll(async () => {
  await agent?.stop();
  await controlPlane?.stop();
});

/** A release of the thief's own making: 1.0.0 with a threshold that nothing reaches, so that no alarm ever sounds. */
async function evilRelease(version: string): Promise<PackedRelease> {
  const directory = join(folder, `evil-${version}`);
  cpSync(join(CATALOG, 'pump-anomaly/1.0.0'), directory, { recursive: true });
  const { files } = await readReleaseDirectory(directory);
  const yaml = new TextDecoder()
    .decode(files.get('model.yaml'))
    .replace('"1.0.0"', `"${version}"`)
    .replace('threshold: 1,', 'threshold: 10,');
  writeFileSync(join(directory, 'model.yaml'), yaml);
  const read = await readReleaseDirectory(directory);
  const { release, blobs } = packRelease(nodeCrypto, read.manifest, read.files);
  const store = createFsBlobs(join(controlPlane.dataDir, 'blobs'));
  for (const [digest, bytes] of blobs) await store.put(digest, bytes);
  return release;
}

/** Takes the server down, lets the thief work on its disk, and brings it up again. */
async function takeOver(work: (thief: Thief) => void): Promise<void> {
  await controlPlane.stop();
  asThief(controlPlane.dataDir, work);
  await controlPlane.start();
}

/** Rolls a release out: the agent must refuse it in these words and serve what it had, and the rollout comes to nothing. */
async function refused(version: string, words: RegExp): Promise<void> {
  const rollout = await rollOut(controlPlane, folder, `pump-anomaly@${version}`);
  const pump = await until(`a refusal of ${version} (${words})`, async () => {
    const found = await agent.pipeline('pump');
    return words.test(found.error) && found;
  });
  expect(pump.release).toBe('pump-anomaly@1.0.0');
  await until(`${version} to be taken back`, async () => {
    const { status } = await controlPlane.get<{ status: string }>(`rollouts/${rollout}`);
    return status === 'reverted';
  });
}

test('other bytes under a version that the operator lists are refused', async () => {
  const evil = await evilRelease('1.1.0');
  await takeOver((thief) => thief.list('1.1.0', evil));
  await refused('1.1.0', /is wished, and trusted targets list sha256:/);
});

test('a release that only the thief lists is refused: the server’s key may not sign targets', async () => {
  const evil = await evilRelease('6.6.6');
  await takeOver((thief) => {
    const held = parseMetadata('targets', thief.file('targets')).signed;
    const target = {
      path: 'pump-anomaly/6.6.6',
      digest: evil.digest,
      lengthBytes: evil.manifestBytes.length,
    };
    const targets = signTargets(nodeCrypto, addTarget(held, target), {
      nowMs: Date.now(),
      privateKeys: [thief.seed],
    });
    thief.put('targets', held.version + 1, targets);
    thief.publish(targets);
    thief.list('6.6.6', evil);
  });
  await refused('6.6.6', /^targets metadata refused \(signatures\): 0 of the 1/);
});

test('an older list is refused, although the thief may sign that it is the current one', async () => {
  const evil = await evilRelease('5.0.0');
  await agent.stop();
  await takeOver((thief) => {
    thief.publish(thief.file('targets', 2));
    thief.list('5.0.0', evil);
  });
  await agent.start();
  await refused('5.0.0', /^snapshot metadata refused \(rollback\): it lists targets\.json 2/);
});

test('a root of the thief’s own is refused, and so is everything that hangs on it', async () => {
  const evil = await evilRelease('7.0.0');
  await takeOver((thief) => {
    const { signed } = parseMetadata('root', thief.file('root'));
    const stranger = new Uint8Array(32).fill(6);
    const root = createRoot(nodeCrypto, {
      operatorKeys: [tufKey(nodeCrypto.publicKey(stranger))],
      onlineKey: tufKey(nodeCrypto.publicKey(thief.seed)),
      nowMs: Date.now(),
      version: signed.version + 1,
    });
    thief.put('root', root.version, signMetadata(nodeCrypto, root, [stranger, thief.seed]));
    thief.list('7.0.0', evil);
  });
  await refused('7.0.0', /^root metadata refused \(signatures\)/);
  const { notices } = await agent.status();
  expect(notices.join()).toContain('root metadata refused (signatures)');
  // What the operator's console shows of it.
  await until('the control plane to hear of it', async () => {
    const { status } = await controlPlane.get<{ status: { trustProblem: string } }>('agents/gateway-5');
    return status.trustProblem.startsWith('root metadata refused (signatures)');
  });
});

test('whatever was tried, devices were measured with 1.0.0 all the time', async () => {
  const recording = join(folder, 'healthy.csv');
  writePumpRecording(recording, { seed: 8, minutes: 5 });
  await runProgram('skerry-sim', [
    ...['replay', recording, '--mqtt', agent.mqttUrl, '--topic', 'plant/hall/pump/{device}/telemetry'],
    ...['--device', 'pump-1', '--speed', 'max'],
  ]);
  await until('results', async () => (await agent.recent('pump-1')).length > 0);
  const releases = new Set((await agent.recent()).map(({ release }) => release));
  expect([...releases]).toEqual(['pump-anomaly@1.0.0']);
});

test('the operator restores a backup, replaces the stolen key, and rolls out 1.1.0', async () => {
  await controlPlane.stop();
  rmSync(controlPlane.dataDir, { recursive: true, force: true });
  renameSync(backup, controlPlane.dataDir);
  const fleet = openFleet(controlPlane.dataDir, async () => undefined);
  await fleet.ref.renewInstance('operator');
  fleet.close();
  await controlPlane.start();
  await controlPlane.skerry('key', 'rotate', '--key', key, '--online');
  const rollout = await rollOut(controlPlane, folder, 'pump-anomaly@1.1.0');
  await until('1.1.0 to serve', async () => (await agent.pipeline('pump')).release === 'pump-anomaly@1.1.0');
  await completed(controlPlane, rollout);
  expect(agent.log).toContain('a file came as a delta');
});
