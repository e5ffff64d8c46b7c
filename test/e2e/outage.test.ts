/**
 * Control plane and agent are killed (SIGKILL) while a device publishes at QoS 1 and repeats what isn't acknowledged.
 * What is left in the end is compared with a backtest over the same recording: the same ids, each once.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess, agreement, pumpPipeline } from './support/agent.ts';
import { CATALOG, ControlPlane, type ResultJson } from './support/control-plane.ts';
import { type Program, runProgram, startProgram } from './support/program.ts';
import { writePumpRecording } from './support/recordings.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
const recording = join(folder, 'pump.csv');
let controlPlane: ControlPlane;
let agent: AgentProcess;
let replay: Program;
let rows = 0;

beforeAll(async () => {
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  agent = await AgentProcess.create(
    folder,
    'gateway-1',
    {
      trust: { allowUnsigned: true },
      // Every start and the backtest take the same variant, so the scores are the same as well.
      inference: { choose: 'first' },
      pipelines: [pumpPipeline(`file:${join(CATALOG, 'pump-anomaly/1.0.0')}`)],
    },
    controlPlane,
  );
  await agent.start();
  ({ rows } = writePumpRecording(recording, { seed: 5, minutes: 180, cavitatesAtS: 3_600 }));
});

afterAll(async () => {
  await replay?.stop();
  await agent?.stop();
  await controlPlane?.stop();
});

/** Waits until the agent has produced so many results more. */
async function moreResults(count: number): Promise<void> {
  const produced = async () => (await agent.metrics()).sum('skerry_agent_results_total');
  const before = await produced();
  await until(`${count} more results`, async () => (await produced()) >= before + count);
}

test('everything is killed in the midst of traffic, and nothing is lost or doubled', async () => {
  replay = startProgram('skerry-sim', [
    ...['replay', recording, '--mqtt', agent.mqttUrl, '--topic', 'plant/hall/pump/{device}/telemetry'],
    ...['--device', 'pump-1', '--qos', '1', '--within', '15s', '--json'],
  ]);
  await moreResults(100);
  await until('results at the control plane', async () => ((await controlPlane.ingested()) ?? 0) > 0);

  await controlPlane.kill();
  await moreResults(200);
  const whileAway = await agent.metrics();
  expect(whileAway.sum('skerry_agent_outbox_records', { state: 'pending' })).toBeGreaterThan(0);
  await controlPlane.start();

  for (let kills = 0; kills < 2; kills++) {
    await moreResults(100);
    await agent.kill();
    await agent.start();
  }
  await moreResults(100);
  await controlPlane.kill();
  await controlPlane.start();

  const { code, stdout } = await replay.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ rows, skipped: 0, published: rows, acknowledged: rows });
});

test('every acknowledged sample is in one term of the ledger', async () => {
  const expectedWindows = Math.floor((rows - 32) / 8) + 1;
  const { samples } = await until('silence to close the last windows', async () => {
    const pump = await agent.pipeline('pump');
    return pump.samples.open < 32 && pump;
  });
  const rejected = Object.values(samples.rejected).reduce((sum, n) => sum + n, 0);
  expect(samples.received).toBe(rejected + samples.open + samples.used + samples.gap + samples.skipped);
  // What the device repeated, because the acknowledgement died with the agent, is refused by name.
  expect(samples.received - rejected).toBe(rows);
  expect(await agent.metrics().then((m) => m.sum('skerry_agent_windows_total'))).toBe(expectedWindows);
  expect((samples.rejected.duplicate ?? 0) + (samples.rejected.late ?? 0)).toBe(rejected);
});

test('both sides count the same results, and they are those of a backtest', async () => {
  const count = await agreement(agent, controlPlane);
  const out = join(folder, 'backtest.ndjson');
  const backtest = await runProgram(
    'skerry-agent',
    [
      ...['backtest', '-c', agent.configFile, '--pipeline', 'pump', '--input', recording],
      ...['--device', 'pump-1', '--out', out],
    ],
    { env: agent.env },
  );
  expect(backtest).toMatchObject({ code: 0 });
  const expected = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultJson);
  const held = await controlPlane.results();
  expect(held).toHaveLength(count);
  expect(new Set(held.map(({ id }) => id)).size).toBe(count);
  const essence = ({ id, from, to, decision, inputDigest }: ResultJson) => ({
    id,
    from,
    to,
    decision,
    inputDigest,
  });
  expect(held.map(essence)).toEqual(expected.map(essence));
  // Batches differ from run to run, and sums of floats with them, in their last digits.
  for (const [i, { outputs }] of held.entries())
    expect(outputs.score! / expected[i]!.outputs.score!).toBeCloseTo(1, 4);
});

test('a kill of the control plane after all is said leaves both counts as they are', async () => {
  const before = await agreement(agent, controlPlane);
  await controlPlane.kill();
  await agent.kill();
  await Promise.all([controlPlane.start(), agent.start()]);
  expect(await agreement(agent, controlPlane)).toBe(before);
});
