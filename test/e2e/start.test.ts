/** `start`: the command that a newcomer types first. */

import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fetchMetrics } from './support/metrics.ts';
import { freePorts } from './support/ports.ts';
import { type Program, startProgram } from './support/program.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const folder = scratchFolder();
const realRecording = process.env.SKERRY_DATA
  ? join(process.env.SKERRY_DATA, 'nab/data/realKnownCause/cpu_utilization_asg_misconfiguration.csv')
  : '';

interface Started {
  program: Program;
  consoleUrl: string;
  agentUrl: string;
  mqttPort: number;
}

async function start(data: string, ...more: string[]): Promise<Started> {
  const [port, mqttPort, agentPort] = await freePorts(3);
  const ports = ['--port', `${port}`, '--mqtt-port', `${mqttPort}`, '--agent-port', `${agentPort}`];
  const program = startProgram('start', ['--data', join(folder, data), '--no-browser', ...ports, ...more]);
  onTestFinished(async () => void (await program.stop()));
  await program.printed(/Ctrl-C ends it\./);
  return {
    program,
    consoleUrl: `http://127.0.0.1:${port}`,
    agentUrl: `http://127.0.0.1:${agentPort}`,
    mqttPort: mqttPort!,
  };
}

const sum = async (url: string, name: string) => (await fetchMetrics(url))?.sum(name) ?? 0;

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );
}

test('a first start prints the console’s link and progress; the link logs in once; Ctrl-C ends all three', async () => {
  const { program, consoleUrl, agentUrl } = await start('first');
  const link = new RegExp(`${consoleUrl}/#login=[A-Za-z0-9_-]+`).exec(program.stdout);
  expect(link).not.toBeNull();
  await program.printed(/\d+s · \d+ messages · \d+ results · \d+ in alert · \d+ at the control plane/);
  await until('messages', async () => (await sum(agentUrl, 'skerry_agent_messages_received_total')) > 0);
  await until('the motors’ policy', async () => {
    const { results } = (await (await fetch(`${agentUrl}/api/results`)).json()) as {
      results: { pipeline: string; policy: number }[];
    };
    return results.some(({ pipeline, policy }) => pipeline === 'motor' && policy > 0);
  });
  const page = await fetch(consoleUrl);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<div');

  program.signal('SIGINT');
  const { code, stdout } = await program.ended;
  expect(code).toBe(0);
  expect(stdout).toContain('Skerry has ended; what it knows stays in its data folder.');
  expect([await answers(consoleUrl), await answers(agentUrl)]).toEqual([false, false]);
});

test('a later start goes on over the same data', async () => {
  const { program, agentUrl } = await start('first');
  expect(program.stdout).not.toContain('demonstration key');
  await until('the release that served before', async () => {
    const { pipelines } = (await (await fetch(`${agentUrl}/api/status`)).json()) as {
      pipelines: { name: string; release: string }[];
    };
    return pipelines.find(({ name }) => name === 'pump')?.release === 'pump-anomaly@2.0.0';
  });
});

test('a port in use: it says so, names the option, and exits 1 with nothing started', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  for (const option of ['--port', '--mqtt-port', '--agent-port']) {
    const free = await freePorts(3);
    const ports = ['--port', '--mqtt-port', '--agent-port'].flatMap((name, i) => [
      name,
      `${name === option ? port : free[i]}`,
    ]);
    const data = join(folder, `taken${option}`);
    const { code, stderr } = await startProgram('start', ['--data', data, '--no-browser', ...ports]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`port ${port} .* in use .*${option}`));
    expect(existsSync(data)).toBe(false);
  }
  taken.close();
});

/** Starts on a recording and waits for results at the control plane: one a row at most. */
async function replayed(data: string, file: string, rows: number): Promise<void> {
  const { consoleUrl, agentUrl } = await start(data, '--replay', file);
  await until(
    'results at the control plane',
    async () => (await sum(consoleUrl, 'skerry_control_results_ingested_total')) > 0,
  );
  const page = await fetch(`${agentUrl}/api/results?limit=1`);
  const { results } = (await page.json()) as { results: Record<string, unknown>[] };
  // The motors' policy is not for recordings.
  expect(results[0]).toMatchObject({
    pipeline: 'recording',
    release: 'univariate-anomaly@2.1.0',
    policy: 0,
  });
  expect(await sum(agentUrl, 'skerry_agent_results_total')).toBeLessThanOrEqual(rows);
}

test('start --replay scores a recording', async () => {
  const file = join(folder, 'recording.csv');
  const rows = Array.from(
    { length: 30_000 },
    (_, i) => `${new Date(Date.UTC(2024, 0, 1) + 60_000 * i).toISOString()},${Math.sin(i / 7).toFixed(4)}`,
  );
  writeFileSync(file, `time,value\n${rows.join('\n')}\n`);
  await replayed('replay', file, rows.length);
});

const title = realRecording
  ? 'start --replay scores a recording of the Numenta Anomaly Benchmark'
  : 'start --replay scores a real recording (skipped: SKERRY_DATA names no folder of recordings)';
test.skipIf(!realRecording)(title, async () => {
  const rows = readFileSync(realRecording, 'utf8').trim().split('\n').length - 1;
  await replayed('replay-real', realRecording, rows);
});
