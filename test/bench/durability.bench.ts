/**
 * What durability costs: QoS 1 throughput and the wait for PUBACK of the real agent, against the disk itself in the same
 * run, which writes and syncs the journal entry of one commit again and again; and what the agent writes per sample.
 *
 * The agent syncs twice for what a raw loop syncs once (the journal, then the results with the trimming of it), and runs
 * the model in between. Bytes are those of /proc/PID/io: pages that the process made dirty, without what the file system
 * adds.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess, type ConfigParts, pumpPipeline } from '../e2e/support/agent.ts';
import { type Bench, type Row, ratio, row } from './bench.ts';
import { openInProcess } from './in-process.ts';
import { Clockwork } from './load.ts';
import { publish } from './publish.ts';
import { appendAndSync, type Latencies, putAndSync } from './raw-disk.ts';

const RELEASE = join(import.meta.dirname, '../../models/catalog/pump-anomaly/1.0.0');
const ROUNDS = 3;
/** As many messages as one commit holds at most of each: the publisher's window, its devices, one alone. */
const WAYS = [
  { name: 'bulk', way: 'bulk', devices: 50, readings: 800, perCommit: 1_000 },
  { name: 'trickle of 50', way: 'trickle', devices: 50, readings: 60, perCommit: 50 },
  { name: 'one device', way: 'trickle', devices: 1, readings: 400, perCommit: 1 },
] as const;
/** Samples a second, and for how long: enough that windows close at each. */
const RATES = [
  { perSecond: 1, devices: 1, readings: 20 },
  { perSecond: 100, devices: 50, readings: 20 },
  { perSecond: 5_000, devices: 50, readings: 1_000 },
] as const;
/** Until the last progress is committed. */
const SETTLE_MS = 2_500;

export const bench: Bench = {
  name: 'durability',
  about: 'durable QoS 1 messages/s and waits for PUBACK against the disk itself; bytes written per sample',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'skerry-bench-'));
    try {
      const raw = await rawRows(folder);
      const fsync = await agentRows(folder, { durability: 'fsync' });
      const os = await agentRows(folder, { durability: 'os' });
      const ratios = WAYS.flatMap(({ name }, i) => [
        ratio(`${name}, fsync / write + fdatasync`, fsync.perSecond[i]!, raw.file.perSecond[i]!),
        ratio(`${name}, fsync / LevelDB synced`, fsync.perSecond[i]!, raw.level.perSecond[i]!),
        ratio(`${name}, fsync / os`, fsync.perSecond[i]!, os.perSecond[i]!),
        ratio(`${name}, wait p50 / fdatasync p50`, fsync.p50[i]!, raw.file.p50[i]!),
      ]);
      return [
        ...[raw.file, raw.level, fsync, os].flatMap((rows) => [...rows.perSecond, ...rows.p50, ...rows.p99]),
        ...(await writtenRows(folder, { durability: 'fsync' })),
        ...(await writtenRows(folder, { durability: 'fsync', linger: '100ms' })),
        ...(await writtenRows(folder, { durability: 'os' })),
        ...ratios,
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** For each way: messages/s, and the median and 99th percentile of the wait. */
interface Measured {
  perSecond: Row[];
  p50: Row[];
  p99: Row[];
}

async function rawRows(folder: string): Promise<{ file: Measured; level: Measured }> {
  const config = {
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: {},
    ...agentParts({ durability: 'fsync' }),
    mqtt: { listen: {} },
  };
  const inProcess = await openInProcess(JSON.stringify(config), RELEASE, join(folder, 'in-process'));
  const file: Measured = { perSecond: [], p50: [], p99: [] };
  const level: Measured = { perSecond: [], p50: [], p99: [] };
  for (const { perCommit, devices } of WAYS) {
    const entry = inProcess.entry(new Clockwork(devices).next(perCommit / devices));
    const what = `of ${perCommit} in ${entry.length} B`;
    const files: Latencies[] = [];
    const levels: Latencies[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      files.push(appendAndSync(join(folder, `raw-${perCommit}`), entry));
      levels.push(await putAndSync(join(folder, `level-${perCommit}-${round}`), entry));
    }
    addRaw(file, `write + fdatasync ${what}`, perCommit, files);
    addRaw(level, `LevelDB synced ${what}`, perCommit, levels);
  }
  await inProcess.close();
  return { file, level };
}

function addRaw(measured: Measured, name: string, perCommit: number, rounds: readonly Latencies[]): void {
  const sorted = rounds.map((latencies) => latencies.toSorted((a, b) => a - b));
  const quantile = (share: number): number[] => sorted.map((s) => s[Math.floor(share * (s.length - 1))]!);
  const rates = rounds.map((l) => (1_000 * perCommit * l.length) / l.reduce((sum, ms) => sum + ms, 0));
  measured.perSecond.push(row(name, 'messages/s', rates));
  measured.p50.push(row(`${name}, p50`, 'ms', quantile(0.5)));
  measured.p99.push(row(`${name}, p99`, 'ms', quantile(0.99)));
}

/** `buffer` in agent.yaml, as far as it is about durability. */
interface BufferParts {
  durability: 'fsync' | 'os';
  linger?: string;
}

function agentParts(buffer: BufferParts): ConfigParts {
  return {
    trust: { allowUnsigned: true },
    inference: { choose: 'first' },
    buffer: { ...buffer },
    pipelines: [pumpPipeline(`file:${RELEASE}`)],
  };
}

async function withAgent<T>(
  folder: string,
  buffer: BufferParts,
  use: (agent: AgentProcess, port: number) => Promise<T>,
): Promise<T> {
  const agent = await AgentProcess.create(mkdtempSync(join(folder, 'agent-')), 'bench', agentParts(buffer));
  await agent.start();
  try {
    return await use(agent, Number(new URL(agent.mqttUrl).port));
  } finally {
    await agent.stop();
  }
}

async function agentRows(folder: string, buffer: BufferParts): Promise<Measured> {
  const measured: Measured = { perSecond: [], p50: [], p99: [] };
  for (const { name, way, devices, readings } of WAYS)
    await withAgent(folder, buffer, async (_agent, port) => {
      const clockwork = new Clockwork(devices);
      const [perSecond, p50, p99]: number[][] = [[], [], []];
      for (let round = 0; round <= ROUNDS; round++) {
        const load = clockwork.next(readings);
        const { beganMs, endedMs, p50Ms, p99Ms } = await publish({ port, way, qos: 1, load });
        if (round === 0) continue;
        perSecond!.push((1_000 * devices * readings) / (endedMs - beganMs));
        p50!.push(p50Ms);
        p99!.push(p99Ms);
      }
      const what = `agent, ${buffer.durability}, ${name}`;
      measured.perSecond.push(row(what, 'messages/s', perSecond!));
      measured.p50.push(row(`${what}, wait p50`, 'ms', p50!));
      measured.p99.push(row(`${what}, wait p99`, 'ms', p99!));
    });
  return measured;
}

async function writtenRows(folder: string, buffer: BufferParts): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { perSecond, devices, readings } of RATES)
    await withAgent(folder, buffer, async (agent, port) => {
      const clockwork = new Clockwork(devices);
      // What windows hold open settles first.
      await publish({ port, way: 'bulk', qos: 1, load: clockwork.next(64) });
      await sleep(SETTLE_MS);
      const before = writtenBytes(agent.pid);
      await publish({ port, way: 'paced', qos: 1, load: clockwork.next(readings), perSecond });
      await sleep(SETTLE_MS);
      const perSample = (writtenBytes(agent.pid) - before) / (devices * readings);
      const { durability, linger } = buffer;
      const what = `agent, ${durability}${linger ? `, linger ${linger}` : ''}, ${perSecond}/s from ${devices}`;
      rows.push(row(what, 'B written a sample', [perSample]));
    });
  return rows;
}

/** Bytes of pages that the process had written, or is to have written, to storage. */
function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}
