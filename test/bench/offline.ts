/**
 * A real agent that works without its control plane while a plant publishes, in far less space than the results need, and
 * then finds it. Everything that must hold on the way and afterwards is checked and said by name.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess, pumpPipeline } from '../e2e/support/agent.ts';
import { CATALOG, ControlPlane } from '../e2e/support/control-plane.ts';
import { type Program, runProgram, startScript } from '../e2e/support/program.ts';
import { until } from '../e2e/support/until.ts';
import { faultyDevices, type OfflineLoad, readingsOf } from './offline-load.ts';

const MIB = 1024 ** 2;
const SAMPLE_MS = 250;
/** The agent's pauses between attempts grow to five minutes. */
const RECONCILE_MS = 900_000;

export interface OfflineOptions {
  /** An empty folder that takes everything. */
  folder: string;
  devices: number;
  minutes: number;
  maxBytes: number;
  /** The agent may take no more memory than this, MiB. */
  maxRssMib: number;
  /** Starts the agent again with the control plane, instead of letting it wait out its pause between attempts. */
  restart: boolean;
  /** Whether there is so little space that something has to give way. */
  mustGiveWay: boolean;
}

export interface OfflineOutcome {
  readings: number;
  /** From the first message to the last acknowledgement. */
  publishedS: number;
  /** From the control plane's return until the agent tried again, and from then until nothing was pending. */
  awaitedS: number;
  reconciledS: number;
  folderPeakBytes: number;
  rssPeakMib: number;
  results: Ledger;
  alerts: Ledger;
  /** What should hold and doesn't. */
  violations: string[];
}

interface Ledger {
  produced: number;
  delivered: number;
  pending: number;
  summarized: number;
  evicted: number;
}

/** Runs it from beginning to end; rejects only where it can't be run at all. */
export async function runOffline(options: OfflineOptions): Promise<OfflineOutcome> {
  const { folder, devices, minutes, maxBytes } = options;
  const controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  const agent = await AgentProcess.create(
    folder,
    'gateway',
    {
      trust: { allowUnsigned: true },
      inference: { choose: 'first' },
      buffer: { maxBytes: `${maxBytes}B` },
      pipelines: [pumpPipeline(`file:${join(CATALOG, 'pump-anomaly/1.0.0')}`)],
    },
    controlPlane,
  );
  try {
    await agent.start();
    // It is enrolled by then; from now on nothing answers.
    await connected(agent);
    await controlPlane.stop();
    const startMs = Math.floor(Date.now() / 60_000) * 60_000 - (minutes + 60) * 60_000;
    const load: OfflineLoad = { devices, minutes, startMs };
    const peaks = { folderBytes: 0, publishedS: 0 };
    const publisher = startPublisher(agent, load);
    await watch(agent, publisher, peaks);
    const rssPeakMib = peakMib(agent.pid);
    if (options.restart) await agent.stop();
    await controlPlane.start();
    const backMs = Date.now();
    if (options.restart) await agent.start();
    await connected(agent);
    const connectedMs = Date.now();
    await reconciled(agent);
    return await judge(options, load, agent, controlPlane, {
      ...peaks,
      rssPeakMib: Math.max(rssPeakMib, peakMib(agent.pid)),
      awaitedS: (connectedMs - backMs) / 1_000,
      reconciledS: (Date.now() - connectedMs) / 1_000,
    });
  } finally {
    await agent.stop();
    await controlPlane.stop();
  }
}

function startPublisher(agent: AgentProcess, load: OfflineLoad): Program {
  const order = JSON.stringify({ port: Number(new URL(agent.mqttUrl).port), load });
  return startScript(join(import.meta.dirname, 'offline-publisher.ts'), [order]);
}

/** Measures the folder until everything is published. */
async function watch(
  agent: AgentProcess,
  publisher: Program,
  peaks: { folderBytes: number; publishedS: number },
): Promise<void> {
  const beganMs = Date.now();
  while (publisher.running) {
    peaks.folderBytes = Math.max(peaks.folderBytes, folderBytes(join(agent.dataDir, 'db')));
    await sleep(SAMPLE_MS);
  }
  const { code, stderr } = await publisher.ended;
  if (code !== 0) throw new Error(`the publisher ended with ${code}: ${stderr}${agent.log.slice(-2_000)}`);
  peaks.publishedS = (Date.now() - beganMs) / 1_000;
}

function connected(agent: AgentProcess): Promise<true> {
  const isConnected = async () => (await agent.status()).controlPlane.state === 'connected' || undefined;
  return until('the agent to be connected', isConnected, RECONCILE_MS);
}

/** Waits until the windows that only silence closes are through, and nothing is under way to the control plane. */
async function reconciled(agent: AgentProcess): Promise<void> {
  let before = -1;
  let pending = 0;
  await until(
    'everything to be reconciled',
    async () => {
      const metrics = await agent.metrics();
      const produced = metrics.sum('skerry_agent_results_total');
      const isStill = produced === before;
      before = produced;
      pending = metrics.sum('skerry_agent_outbox_records', { state: 'pending' });
      await sleep(1_000);
      return isStill && pending === 0;
    },
    RECONCILE_MS,
  ).catch((error: Error) => {
    throw new Error(`${error.message}: ${pending} records pending; ${agent.log.slice(-2_000)}`);
  });
}

async function judge(
  { maxBytes, maxRssMib, mustGiveWay }: OfflineOptions,
  load: OfflineLoad,
  agent: AgentProcess,
  controlPlane: ControlPlane,
  measured: Pick<OfflineOutcome, 'publishedS' | 'awaitedS' | 'reconciledS' | 'rssPeakMib'> & {
    folderBytes: number;
  },
): Promise<OfflineOutcome> {
  const { outbox, pipelines } = await agent.status();
  const [results, alerts] = ['results', 'alerts'].map((name) => ledgerOf(outbox, name)) as [Ledger, Ledger];
  const { samples } = pipelines[0]!;
  const rejected = Object.values(samples.rejected).reduce((sum, n) => sum + n, 0);
  const readings = readingsOf(load);
  const { folderBytes: folderPeakBytes, rssPeakMib, ...times } = measured;
  const ingested = await controlPlane.ingested();
  const alarmed = new Set((await controlPlane.alerts()).map(({ device }) => device));
  const silent = faultyDevices(load).filter((device) => !alarmed.has(device));
  const proofs = [
    await proof('skerry-agent outbox verify', async () => {
      const { code, stderr } = await runProgram(
        'skerry-agent',
        ['outbox', 'verify', '-c', agent.configFile],
        {
          env: agent.env,
        },
      );
      if (code !== 0) throw new Error(stderr);
    }),
    await proof('skerry ledger verify', () => controlPlane.skerry('ledger', 'verify')),
  ];
  const folderLimit = 4 * maxBytes + 16 * MIB;
  const must: [what: string, holds: boolean][] = [
    [`the folder took ${folderPeakBytes} bytes, more than ${folderLimit}`, folderPeakBytes <= folderLimit],
    [`the agent took ${Math.round(rssPeakMib)} MiB, more than ${maxRssMib}`, rssPeakMib <= maxRssMib],
    [`${samples.received} samples received of ${readings}`, samples.received === readings],
    [`${rejected} samples rejected`, rejected === 0],
    [
      "samples don't add up",
      samples.received === samples.open + samples.used + samples.gap + samples.skipped,
    ],
    ["results don't add up", addsUp(results)],
    ["alerts don't add up", addsUp(alerts)],
    ['nothing had to give way', !mustGiveWay || results.summarized + results.evicted > 0],
    ['alerts gave way', alerts.summarized + alerts.evicted === 0],
    [`no alert of ${silent.join(', ')}`, silent.length === 0],
    [`${ingested} results ingested, ${results.delivered} delivered`, ingested === results.delivered],
  ];
  const violations = [...must.filter(([, holds]) => !holds).map(([what]) => what), ...proofs.flat()];
  return {
    readings,
    ...times,
    folderPeakBytes,
    rssPeakMib,
    results,
    alerts,
    violations,
  };
}

function ledgerOf(outbox: readonly (Ledger & { lane: string })[], name: string): Ledger {
  const found = outbox.find(({ lane }) => lane === name);
  if (!found) throw new Error(`the outbox has no lane ${name}`);
  return found;
}

function addsUp({ produced, delivered, pending, summarized, evicted }: Ledger): boolean {
  return pending === 0 && produced === delivered + summarized + evicted;
}

async function proof(name: string, prove: () => Promise<unknown>): Promise<string[]> {
  return prove().then(
    () => [],
    (error: Error) => [`${name}: ${error.message}`],
  );
}

/** The most that a process ever held in physical memory. */
function peakMib(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    const file = statSync(join(folder, name), { throwIfNoEntry: false }); // compacted away meanwhile
    return sum + (file?.size ?? 0);
  }, 0);
}
