/** A gateway whose network is gone: its results are carried to the control plane in a file, and the answer back. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, agreement, pumpPipeline } from './support/agent.ts';
import { ControlPlane } from './support/control-plane.ts';
import { completed, makeKey, push, rollOut } from './support/operator.ts';
import { freePorts } from './support/ports.ts';
import { type Ended, runProgram } from './support/program.ts';
import { closedWindows, writePumpRecording } from './support/recordings.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
let controlPlane: ControlPlane;
let agent: AgentProcess;
let produced = 0;

interface Imported {
  parts: number;
  results: number;
  alerts: number;
  lanes: { lane: string; cursor: number; conflict: boolean }[];
}
interface Proofs {
  proven: boolean;
  ledgers: {
    proven: boolean;
    problems: string[];
    lanes: {
      lane: string;
      ahead: number;
      claim: { pending: number; delivered: number };
      held: { stored: number };
    }[];
  }[];
}

beforeAll(async () => {
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  const key = await makeKey(controlPlane, folder);
  await push(controlPlane, key, ['pump-anomaly/1.0.0']);
  const rollout = await rollOut(controlPlane, folder, 'pump-anomaly@1.0.0');
  agent = await AgentProcess.create(
    folder,
    'gateway-1',
    { pipelines: [pumpPipeline('pump-anomaly')] },
    controlPlane,
  );
  await agent.start();
  await until('the release to serve', async () => (await agent.pipeline('pump')).state === 'active');
  await completed(controlPlane, rollout);
  await agent.stop();
  // From here on nobody answers it.
  const [nobody] = await freePorts(1);
  agent.configure({ controlPlane: { url: `http://127.0.0.1:${nobody}` } });
  await agent.start();
});

afterAll(async () => {
  await agent?.stop();
  await controlPlane?.stop();
});

/** Replays minutes of one pump and waits until all its results are in the outbox. */
async function replay(device: string, minutes: number): Promise<void> {
  const recording = join(folder, `${device}.csv`);
  const { rows } = writePumpRecording(recording, { seed: minutes, minutes, cavitatesAtS: 600 });
  await runProgram('skerry-sim', [
    ...['replay', recording, '--mqtt', agent.mqttUrl, '--topic', 'plant/hall/pump/{device}/telemetry'],
    ...['--device', device, '--qos', '1', '--speed', 'max'],
  ]);
  const before = produced;
  // The last window may close by silence, later: the count is taken once it stands still.
  produced = await until('its results', async () => {
    const count = (await agent.metrics()).sum('skerry_agent_results_total');
    return count >= before + closedWindows(rows) && count;
  });
}

const exported = (name: string): string => join(folder, name);
const outbox = (...args: string[]): Promise<Ended> =>
  runProgram('skerry-agent', ['outbox', ...args, '-c', agent.configFile, '--json']);

async function outboxOk<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await outbox(...args);
  if (code !== 0) throw new Error(`outbox ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

const resultLine = async (): Promise<Record<string, number>> => {
  const { outbox: lanes } = await outboxOk<{ outbox: (Record<string, number> & { lane: unknown })[] }>(
    'ledger',
  );
  return lanes.find(({ lane }) => (lane as unknown) === 'results')!;
};

test('a running agent exports, the control plane takes it once, and the acknowledged results leave', async () => {
  await replay('pump-1', 60);
  const file = exported('first.skerry');
  const told = await outboxOk<{ results: number; alerts: number; parts: number }>('export', file);
  expect(told.results).toBeGreaterThanOrEqual(produced);
  expect(told.alerts).toBeGreaterThan(0);
  expect((await resultLine()).delivered).toBe(0);

  const imported = await controlPlane.skerry<Imported>('result', 'import', file);
  expect(imported).toMatchObject({ parts: told.parts, results: told.results });
  expect(imported.alerts).toBeGreaterThan(0);
  const again = await controlPlane.skerry<Imported>('result', 'import', file);
  expect(again).toMatchObject({ results: 0, alerts: 0, lanes: imported.lanes });
  expect(await controlPlane.ingested()).toBe(told.results);
  // The agent said so before anything was delivered; what is here is ahead of it, and no difference.
  const before = await controlPlane.skerry<Proofs>('ledger', 'verify', 'gateway-1');
  expect(before.proven).toBe(true);
  expect(before.ledgers[0]!.lanes[0]).toMatchObject({ lane: 'result', ahead: told.results });

  await outboxOk('acknowledge', `${file}.ack`);
  expect(await resultLine()).toMatchObject({ delivered: told.results });
  // Again, from a copy that lay around: nothing changes.
  await outboxOk('acknowledge', `${file}.ack`);
  expect(await resultLine()).toMatchObject({ delivered: told.results });
});

test('an agent that is down does the same over its database, and what was sent before isn’t sent again', async () => {
  await replay('pump-2', 30);
  await agent.stop();
  const pending = (await resultLine()).pending!;
  expect(pending).toBeGreaterThan(0);
  const file = exported('second.skerry');
  expect(await outboxOk('export', file)).toMatchObject({ results: pending });
  await controlPlane.skerry('result', 'import', file, '--ack', exported('second.answer'));
  await outboxOk('acknowledge', exported('second.answer'));
  expect(await resultLine()).toMatchObject({ pending: 0 });
  expect((await outboxOk<{ verified: boolean }>('verify')).verified).toBe(true);
});

test('a file that was cut off, altered or is for another agent is refused by name, and changes nothing', async () => {
  const whole = readFileSync(exported('first.skerry'));
  const ingested = await controlPlane.ingested();
  const cut = exported('cut.skerry');
  writeFileSync(cut, whole.subarray(0, whole.length - 1));
  await expect(controlPlane.skerry('result', 'import', cut)).rejects.toThrow(
    /cut\.skerry is cut off in part/,
  );
  const altered = Buffer.from(whole);
  altered[5_000]! ^= 1;
  writeFileSync(cut, altered);
  await expect(controlPlane.skerry('result', 'import', cut)).rejects.toThrow(
    /damaged at part 1: wrong checksum/,
  );
  await expect(controlPlane.skerry('result', 'import', exported('first.skerry.ack'))).rejects.toThrow(
    /is an acknowledgement, and holds no results/,
  );
  expect(await controlPlane.ingested()).toBe(ingested);

  const before = await resultLine();
  agent.configure({ agent: { id: 'gateway-2', data: agent.dataDir } });
  expect((await outbox('acknowledge', exported('first.skerry.ack'))).stderr).toMatch(
    /is for agent gateway-1, and this is gateway-2/,
  );
  agent.configure({ agent: { id: 'gateway-1', data: agent.dataDir } });
  expect((await outbox('acknowledge', exported('first.skerry'))).stderr).toMatch(/holds exported results/);
  expect(await resultLine()).toEqual(before);
});

test('once the network is back, both sides agree and every ledger is proven', async () => {
  agent.configure({ controlPlane: { url: controlPlane.url, interval: '1s' } });
  await agent.start();
  await replay('pump-3', 20);
  await agreement(agent, controlPlane);
  // A last window may close by silence meanwhile; in the end nothing is under way and the agent has said so.
  const proofs = await until('the agent to have said what it delivered', async () => {
    const found = await controlPlane.skerry<Proofs>('ledger', 'verify');
    const { ahead, claim } = found.ledgers[0]!.lanes[0]!;
    const count = (await agent.metrics()).sum('skerry_agent_results_total');
    return ahead === 0 && claim.delivered === count && found;
  });
  expect(proofs).toMatchObject({ proven: true, ledgers: [{ proven: true, problems: [] }] });
  const { claim, held: stored } = proofs.ledgers[0]!.lanes[0]!;
  expect(stored.stored).toBe(claim.delivered);
  const held = await controlPlane.results();
  expect(held).toHaveLength(claim.delivered);
  expect(new Set(held.map(({ id }) => id)).size).toBe(claim.delivered);
  const audit = await controlPlane.get<{ items: { action: string; subject: string }[] }>('audit?limit=1000');
  const imports = audit.items.filter(({ action }) => action === 'result.import');
  expect(imports.length).toBeGreaterThanOrEqual(3);
  expect(new Set(imports.map(({ subject }) => subject))).toEqual(new Set(['gateway-1']));
});
