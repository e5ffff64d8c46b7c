// A model that takes the whole process down while it is loaded: the marker that was committed before names it, the next
// start refuses it, and the release before it serves with everything that was acknowledged meanwhile.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '@skerry/proto/crypto';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { afterAll, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from '../e2e/support/agent.ts';
import { CATALOG } from '../e2e/support/control-plane.ts';
import { runProgram } from '../e2e/support/program.ts';
import { closedWindows, writePumpRecording } from '../e2e/support/recordings.ts';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { until } from '../e2e/support/until.ts';
import type { Treatment } from './agent-main.ts';

const folder = scratchFolder();
const releases = join(folder, 'release');
let agent: AgentProcess | undefined;
afterAll(() => agent?.stop());

/** Puts a version of the pump's release where agent.yaml looks for it. */
function offer(version: string): void {
  cpSync(join(CATALOG, 'pump-anomaly', version), releases, { recursive: true });
}

const digestInCatalogue = (file: string): string =>
  digestOf(nodeCrypto, readFileSync(join(CATALOG, 'pump-anomaly', file)));

/** `skerry-agent run` whose process aborts when it loads that file. */
function treated(abortLoading: string): { entry: { script: string; args: string[] } } {
  const treatment: Treatment = { abortLoading };
  return { entry: { script: join(import.meta.dirname, 'agent-main.ts'), args: [JSON.stringify(treatment)] } };
}

test('a release whose model aborts the process is refused by the next start, which serves the one before', async () => {
  offer('1.0.0');
  agent = await AgentProcess.create(folder, 'gateway-9', {
    trust: { allowUnsigned: true },
    pipelines: [pumpPipeline(`file:${releases}`)],
  });
  await agent.start();
  expect(await agent.pipeline('pump')).toMatchObject({ release: 'pump-anomaly@1.0.0', state: 'active' });
  const recording = join(folder, 'pump.csv');
  const { rows } = writePumpRecording(recording, { seed: 3, minutes: 4 });
  const replay = (): Promise<{ code: number | null }> =>
    runProgram('skerry-sim', [
      ...['replay', recording, '--mqtt', agent!.mqttUrl, '--topic', 'plant/hall/pump/{device}/telemetry'],
      ...['--device', 'pump-1', '--speed', 'max', '--qos', '1'],
    ]);
  expect((await replay()).code).toBe(0);
  await until('its results', async () => (await agent!.recent('pump-1')).length >= closedWindows(rows));
  await agent.stop();

  offer('1.1.0');
  const bad = treated(digestInCatalogue('1.1.0/int8.onnx'));
  const program = agent.launch(bad);
  await until('the process to abort', () => !program.running);
  expect(program.stdout).not.toContain(' runs: ');

  // The same bad model lies there still, and would abort again if it were loaded.
  await agent.start(bad);
  const pump = await agent.pipeline('pump');
  expect(pump.release).toBe('pump-anomaly@1.0.0');
  expect(pump.error).toContain('the agent ended while this release was loaded');
  expect(agent.log).toContain('the agent ended while this release was loaded');
  expect(pump.samples.received).toBe(rows);
  expect((await replay()).code).toBe(0);
  await until('the copies to be known', async () => {
    const { samples } = await agent!.pipeline('pump');
    return samples.received === 2 * rows && samples;
  });
  expect((await agent.rejected('pump')).duplicate ?? 0).toBeGreaterThan(0);
  expect(await agent.recent('pump-1')).toEqual([]);
});
