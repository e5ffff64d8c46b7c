/** A machine for the processor: real pipelines over an outbox on a disk that can fail. Timers fire when told to. */

import { parseAgentConfig } from '@skerry/agent/config';
import { type OpenOptions, openOutbox } from '@skerry/agent/outbox/open';
import type { Outbox } from '@skerry/agent/outbox/outbox';
import { createPipeline, type Pipeline } from '@skerry/agent/pipeline/pipeline';
import { createTopicRouter } from '@skerry/agent/pipeline/topics';
import type { Inferred, WindowBatch } from '@skerry/agent/pipeline/types';
import { createProcessor, type Processor, type ProcessorOptions } from '@skerry/agent/processor';
import { AgentTime } from '@skerry/agent/time/agent-time';
import { utf8 } from '@skerry/proto/bytes';
import { parseDocument } from '@skerry/proto/document';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { releaseManifest } from '@skerry/proto/release';
import { decodeResults, type ResultRow } from '@skerry/proto/results';
import { createFaultyDisk, type FaultyDisk } from '../support/faulty-store.ts';

const CONFIG = `
apiVersion: skerry/v1
kind: Agent
agent: { id: gw1 }
mqtt: { listen: {} }
pipelines:
  - name: press
    release: file:nowhere
    source:
      topics: ["plant/+/telemetry"]
      time: { field: ts, unit: ms }
      channels: { x: x }
`;

function manifest(window: string) {
  return parseDocument(
    `
apiVersion: skerry/v1
kind: Release
name: press
version: 1.0.0
window: { channels: [{ name: x, range: [-1000, 1000] }], ${window} }
input: { tensor: window }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: 50, sustain: 2 }]
variants: [{ name: fp32, file: model.onnx, precision: fp32 }]
`,
    releaseManifest,
    { file: 'model.yaml', env: {} },
  );
}

export interface Run {
  processor: Processor;
  outbox: Outbox;
  pipeline: Pipeline;
  time: AgentTime;
  published: ResultRow[];
  fatal: unknown[];
}

export interface Machine {
  disk: FaultyDisk;
  /** `setMs` is by how much the wall clock was set, against the 10,000 s at which it began. */
  clock: { nowMs: number; setMs: number };
  /** Fires every timer of the current process once. */
  fire(): void;
  boot(change?: {
    limits?: Partial<ProcessorOptions['limits']>;
    outbox?: Partial<OpenOptions['limits']>;
    window?: string;
    infer?: (windows: WindowBatch) => Promise<Inferred>;
    /** Samples have no time of their own. */
    byArrival?: boolean;
  }): Promise<Run>;
}

/** The mean of each window: a model whose answers are easy to say. */
export async function meanOf(windows: WindowBatch): Promise<Inferred> {
  const size = windows.data.length / Math.max(1, windows.count);
  const values = Float32Array.from({ length: windows.count }, (_, i) => {
    const window = windows.data.subarray(i * size, (i + 1) * size);
    return window.reduce((sum, v) => sum + v, 0) / size;
  });
  return {
    outputs: { score: { width: 1, values } },
    inputDigests: new Uint8Array(16 * windows.count),
    variant: 'fp32',
    backend: 'native',
    inferUs: 1,
  };
}

export function createMachine(): Machine {
  const disk = createFaultyDisk();
  const clock = { nowMs: 0, setMs: 0 };
  let timers: (() => void)[] = [];
  return {
    disk,
    clock,
    fire() {
      const due = timers;
      timers = [];
      for (const fn of due) fn();
    },
    async boot({ limits = {}, outbox: outboxLimits = {}, window, infer = meanOf, byArrival = false } = {}) {
      timers = [];
      const ports = {
        clock: { wallMs: () => 10_000_000 + clock.nowMs + clock.setMs, monoMs: () => clock.nowMs },
        timers: {
          after(_: number, fn: () => void) {
            timers.push(fn);
            return () => {
              timers = timers.filter((timer) => timer !== fn);
            };
          },
        },
        log: () => {},
      };
      const buffer = {
        maxBytes: 1024 ** 2,
        maxAgeMs: 86_400_000,
        whenFull: 'degrade' as const,
        durability: 'fsync' as const,
        ...outboxLimits,
      };
      const time = new AgentTime({ clock: ports.clock });
      const { outbox, recovered } = await openOutbox(disk.open(), {
        ...ports,
        clock: time.clock,
        onLastKnown: (wallMs) => time.resume(wallMs),
        random: { bytes: (n) => new Uint8Array(n).fill(disk.batches + 1), unit: () => 0.5 },
        crashPoint: () => {},
        limits: buffer,
      });
      const text = byArrival ? CONFIG.replace(/ *time: .*\n/, '') : CONFIG;
      const [config] = parseAgentConfig(text, 'agent.yaml', {}).pipelines;
      const pipeline = createPipeline(config!, {
        agent: 'gw1',
        crypto: nodeCrypto,
        limits: { maxDevices: 100, maxOpenSamples: 1000, maxBatch: 16 },
      });
      const ref = 'press@1.0.0';
      pipeline.setRelease(
        manifest(window ?? 'rate: 1Hz, length: 4, hop: 2, lateness: 2s'),
        `sha256:${'0'.repeat(64)}`,
        ref,
      );
      const router = createTopicRouter([{ filters: config!.source.topics, target: pipeline }]);
      const published: ResultRow[] = [];
      const fatal: unknown[] = [];
      const processor = createProcessor({
        ...ports,
        time,
        pipelines: [pipeline],
        outbox,
        recovered,
        route: (topic) => router.match(topic),
        infer: (_, windows) => infer(windows),
        takeDrift: () => [],
        onCommitted: (_, concluded) => published.push(...concluded.rows),
        onFatal: (error) => fatal.push(error),
        crypto: nodeCrypto,
        whenFull: buffer.whenFull,
        limits: {
          maxUncommitted: 1000,
          maxBatch: 16,
          maxJournalEntries: 1000,
          maxJournalBytes: 1024 ** 2,
          ...limits,
        },
      });
      return { processor, outbox, pipeline, time, published, fatal };
    },
  };
}

export interface Sample {
  device: string;
  tS: number;
  x: number;
}

/** Publishes a sample; resolves with the error that `done` got, or with undefined. */
export function publish(run: Run, { device, tS, x }: Sample): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const payload = utf8(JSON.stringify({ ts: tS * 1000, x }));
    run.processor.ingest(`plant/${device}/telemetry`, payload, resolve);
  });
}

/** Lets everything run that can run without a timer. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** One sample a second, whose value is its time. */
export function line(device: string, fromS: number, toS: number): Sample[] {
  return Array.from({ length: toS - fromS + 1 }, (_, i) => ({ device, tS: fromS + i, x: fromS + i }));
}

export async function publishAll(run: Run, samples: readonly Sample[]): Promise<void> {
  for (const sample of samples) {
    const refused = await publish(run, sample);
    if (refused) throw refused;
  }
  await run.processor.idle();
}

export function windows(rows: readonly { device: string; fromUs: number; toUs: number }[]): string[] {
  return rows.map((r) => `${r.device} ${r.fromUs / 1e6}–${r.toUs / 1e6}`);
}

/** Result keys and scores as a server would come to hold them. */
export async function held(run: Run): Promise<string[]> {
  const blocks = await run.outbox.pending('result', 0, 1024 ** 2);
  return blocks
    .flatMap((block) => decodeResults(block.columns!))
    .map((r) => `${r.device} ${r.fromUs / 1e6} ${r.outputs.score} ${r.decision}`);
}
