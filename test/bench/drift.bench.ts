/**
 * What watching drift costs: each value of a channel and of a score, the memory that a channel of a device holds, what
 * its sketch takes on the wire, and the share that all of it has in the pipeline's own time (no MQTT, no store). Times are
 * the processor's, so that what else the machine does concerns them less.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DriftMonitor } from '@skerry/agent/drift/monitor';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import { pumpPipeline } from '../e2e/support/agent.ts';
import { type Bench, type Row, row } from './bench.ts';
import { openInProcess } from './in-process.ts';
import { Clockwork } from './load.ts';

const RELEASE = join(import.meta.dirname, '../../models/catalog/pump-anomaly/1.0.0');
const ROUNDS = 9;
const DEVICES = 50;
/** Per device and round. */
const READINGS = 800;
/** The pipeline with and without drift, in short turns: what disturbs one of them then disturbs the other. */
const PAIRS = 40;
const WARM_UP = 6;
const PAIR_READINGS = 200;
const CHANNELS = ['flow', 'suction', 'discharge', 'current', 'vibration'];
const CLOCK = { wallMs: () => 0 };

export const bench: Bench = {
  name: 'drift',
  about:
    "the cost of drift's sketches per sample, their bytes per channel, and their share of the pipeline's time",
  async run() {
    const reference = decode(v1.DriftReference, await readFile(join(RELEASE, 'reference.pb')));
    const folder = mkdtempSync(join(tmpdir(), 'skerry-bench-'));
    try {
      return [...sampleRows(reference), ...sizeRows(reference), ...(await shareRows(folder))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function monitorOf(reference: skerry.v1.IDriftReference, maxSignals?: number): DriftMonitor {
  return new DriftMonitor({
    pipeline: 'pump',
    release: 'pump-anomaly@1.0.0',
    releaseDigest: 'sha256:00',
    reference,
    channels: CHANNELS,
    settings: {
      windowMs: 3_600_000,
      minSamples: 500,
      input: { psi: { alert: 0.2 } },
      output: { psi: { alert: 0.2 } },
    },
    newEpisode: () => 'ep',
    ...(maxSignals !== undefined && { maxSignals }),
  });
}

function sampleRows(reference: skerry.v1.IDriftReference): Row[] {
  const monitor = monitorOf(reference);
  const names = Array.from({ length: DEVICES }, (_, d) => `pump-${d}`);
  const readings = readingsOf(reference);
  const scores = readings[CHANNELS.length]!;
  const values = new Float64Array(CHANNELS.length);
  const [perSample, perScore]: number[][] = [[], []];
  let at = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const from = at;
    const samplesNs = timedNs(() => {
      for (let i = 0; i < READINGS; i++, at++)
        for (const device of names) {
          monitor.roll(device, at * 500_000, CLOCK);
          for (let c = 0; c < CHANNELS.length; c++) values[c] = readings[c]![at & 1_023]!;
          monitor.observeRow(device, values);
        }
    });
    const scoresNs = timedNs(() => {
      for (let i = from; i < at; i++)
        for (const device of names)
          monitor.observeOutput(device, 'score', scores[i & 1_023]!, i * 500_000, CLOCK);
    });
    if (round === 0) continue;
    perSample!.push(samplesNs / (DEVICES * READINGS * CHANNELS.length));
    perScore!.push(scoresNs / (DEVICES * READINGS));
  }
  return [
    row('a value of a channel', 'ns', perSample!, 'closing windows included'),
    row('a score', 'ns', perScore!, 'sequential detectors included'),
  ];
}

/** Readings of every signal, within its reference and never twice the same in a row; their number is a power of two. */
function readingsOf(reference: skerry.v1.IDriftReference): Float64Array[] {
  return reference.signals!.map(({ mean = 0, m2 = 0, n = 1 }, signal) =>
    Float64Array.from({ length: 1_024 }, (_, i) => mean! + Math.sqrt(m2! / n!) * Math.sin(i / 7 + signal)),
  );
}

function timedNs(work: () => void): number {
  const began = process.cpuUsage();
  work();
  return cpuNs(began);
}

function cpuNs(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return 1_000 * (user + system);
}

function sizeRows(reference: skerry.v1.IDriftReference): Row[] {
  const signals = reference.signals!.length;
  const readings = readingsOf(reference);
  const values = new Float64Array(CHANNELS.length);
  const [held, wire]: number[][] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const devices = 500;
    const monitor = monitorOf(reference, devices * signals);
    const before = heapBytes();
    // Four windows of an hour each, so that the history of every signal is full.
    for (let i = 0; i < 4 * 500; i++)
      for (let d = 0; d < devices; d++) {
        const device = `pump-${d}`;
        const { sketches } = monitor.roll(device, i * 7_200_000, CLOCK);
        for (const sketch of sketches) if (d === 0) wire!.push(encode(v1.DriftSketch, sketch).length);
        for (let c = 0; c < CHANNELS.length; c++) values[c] = readings[c]![i & 1_023]!;
        monitor.observeRow(device, values);
        monitor.observeOutput(device, 'score', readings[CHANNELS.length]![i & 1_023]!, i * 7_200_000, CLOCK);
      }
    if (round > 0) held!.push((heapBytes() - before) / (devices * signals));
    if (monitor.status().length !== devices * signals) throw new RangeError('not every signal is watched');
  }
  return [
    row('held per channel and device', 'B', held!, 'open window, three closed ones, detectors'),
    row('a sketch on the wire', 'B', wire!, 'before compression, one per channel and window'),
  ];
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Rounds with and without drift in turn, so that what the machine does meanwhile concerns both alike. */
async function shareRows(folder: string): Promise<Row[]> {
  const config = JSON.stringify({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: {},
    mqtt: { listen: {} },
    inference: { choose: 'first' },
    pipelines: [pumpPipeline(`file:${RELEASE}`)],
  });
  const [without, watched] = await Promise.all([
    openInProcess(config, RELEASE, join(folder, 'without')),
    openInProcess(config, RELEASE, join(folder, 'watched'), { drift: true }),
  ]);
  const clockworks = [new Clockwork(DEVICES), new Clockwork(DEVICES)] as const;
  const perMessage = async (which: 0 | 1): Promise<number> => {
    const load = clockworks[which].next(PAIR_READINGS);
    const began = process.cpuUsage();
    await (which === 0 ? without : watched).round(load);
    return cpuNs(began) / (DEVICES * PAIR_READINGS);
  };
  const [plain, drifting, share]: number[][] = [[], [], []];
  for (let pair = 0; pair < PAIRS + WARM_UP; pair++) {
    // Which one goes first changes, so that neither always finds the caches of the other.
    const first = (pair % 2) as 0 | 1;
    const times = [0, 0];
    times[first] = await perMessage(first);
    times[1 - first] = await perMessage((1 - first) as 0 | 1);
    if (pair < WARM_UP) continue;
    plain!.push(times[0]!);
    drifting!.push(times[1]!);
    share!.push(100 * (times[1]! / times[0]! - 1));
  }
  await Promise.all([without.close(), watched.close()]);
  return [
    row('a message without drift', 'ns', plain!, 'pipeline in process, no MQTT, no store'),
    row('a message with drift', 'ns', drifting!, `${CHANNELS.length} channels and a score`),
    row("what drift adds to the pipeline's time", '%', share!),
  ];
}
