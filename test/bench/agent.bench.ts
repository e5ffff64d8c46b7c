/**
 * The whole agent as a process of its own, fed by another process, against two limits measured in the same run: the
 * same pipeline without MQTT and store, and the broker with nothing behind it. A round counts from the first byte
 * written to the last result committed; each way of publishing is named, because they differ by far.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentProcess, pumpPipeline } from '../e2e/support/agent.ts';
import { startScript } from '../e2e/support/program.ts';
import { until } from '../e2e/support/until.ts';
import { type Bench, type Row, ratio, row } from './bench.ts';
import { openInProcess } from './in-process.ts';
import { Clockwork } from './load.ts';
import { publish } from './publish.ts';

const RELEASE = join(import.meta.dirname, '../../models/catalog/pump-anomaly/1.0.0');
/** The same variant on both sides, whatever is fastest at the moment. */
const INFERENCE = { choose: 'first' };
const DEVICES = 50;
const ROUNDS = 5;
const WAYS = [
  { name: 'bulk QoS 0', way: 'bulk', qos: 0, readings: 800 },
  { name: 'bulk QoS 1', way: 'bulk', qos: 1, readings: 800 },
  { name: 'trickle QoS 1', way: 'trickle', qos: 1, readings: 80 },
] as const;

export const bench: Bench = {
  name: 'agent',
  about:
    "messages/s of the whole agent against its own pipeline's limit in process and against its broker alone",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'skerry-bench-'));
    try {
      const pipeline = await pipelineRow(folder);
      const broker = await brokerRows();
      const agent = await agentRows(folder);
      return [
        pipeline,
        ...broker,
        ...agent,
        ...agent.map((r) => ratio(`${r.name} / pipeline in process`, r, pipeline)),
        ...agent.map((r, i) => ratio(`${r.name} / ${broker[i]!.name}`, r, broker[i]!)),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function pipelineRow(folder: string): Promise<Row> {
  const config = {
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: {},
    mqtt: { listen: {} },
    inference: INFERENCE,
    pipelines: [pumpPipeline(`file:${RELEASE}`)],
  };
  const inProcess = await openInProcess(JSON.stringify(config), RELEASE, join(folder, 'in-process'));
  const clockwork = new Clockwork(DEVICES);
  const measured: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const { perSecond } = await inProcess.round(clockwork.next(WAYS[0].readings));
    if (round > 0) measured.push(perSecond);
  }
  await inProcess.close();
  return row('pipeline in process', 'messages/s', measured, 'no MQTT, no store');
}

async function brokerRows(): Promise<Row[]> {
  const program = startScript(join(import.meta.dirname, 'broker-alone.ts'), []);
  try {
    const port = Number((await program.printed(/port (\d+)/))[1]);
    return await rows('broker alone', port, async () => undefined);
  } finally {
    await program.stop();
  }
}

async function agentRows(folder: string): Promise<Row[]> {
  const agent = await AgentProcess.create(folder, 'bench', {
    trust: { allowUnsigned: true },
    inference: INFERENCE,
    pipelines: [pumpPipeline(`file:${RELEASE}`)],
  });
  await agent.start();
  try {
    return await rows('agent', Number(new URL(agent.mqttUrl).port), async (results) => {
      await until(`${results} results`, async () => {
        const metrics = await agent.metrics();
        return metrics.sum('skerry_agent_results_total') >= results;
      });
      return Date.now();
    });
  } finally {
    await agent.stop();
  }
}

/** Measures each way of publishing; `processed` resolves with the time at which so many results were there. */
async function rows(
  what: string,
  port: number,
  processed: (results: number) => Promise<number | undefined>,
): Promise<Row[]> {
  const clockwork = new Clockwork(DEVICES);
  const measured: Row[] = [];
  for (const way of WAYS) {
    const perSecond: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const load = clockwork.next(way.readings);
      const { beganMs, endedMs } = await publish({ port, way: way.way, qos: way.qos, load });
      const doneMs = Math.max(endedMs, (await processed(clockwork.results)) ?? 0);
      if (round > 0) perSecond.push((1_000 * load.devices * load.readings) / (doneMs - beganMs));
    }
    measured.push(row(`${what}, ${way.name}`, 'messages/s', perSecond));
  }
  return measured;
}
