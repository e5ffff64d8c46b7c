/** A small world for the outbox: a disk that can fail, a clock that is set by hand, rows made from a number. */
import type { OpenOptions } from '@skerry/agent/outbox/open';
import { openOutbox } from '@skerry/agent/outbox/open';
import type { Outbox } from '@skerry/agent/outbox/outbox';
import type { Progress, Recovered } from '@skerry/agent/outbox/types';
import type { SampleBatch } from '@skerry/agent/pipeline/types';
import type { ResultRow } from '@skerry/proto/results';
import type { skerry } from '@skerry/proto/wire';
import { createFaultyDisk, type FaultyDisk } from '../support/faulty-store.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

export interface World {
  disk: FaultyDisk;
  clock: { nowMs: number };
  open(limits?: Partial<OpenOptions['limits']>): ReturnType<typeof openOutbox>;
}

/** An empty disk and a clock at 0; `open` starts a process over them. */
export function createWorld(): World {
  const disk = createFaultyDisk();
  const clock = { nowMs: 0 };
  let drawn = 0;
  return {
    disk,
    clock,
    open: (limits = {}) =>
      openOutbox(disk.open(), {
        clock: { wallMs: () => 1_700_000_000_000 + clock.nowMs, monoMs: () => clock.nowMs },
        random: { bytes: (n) => new Uint8Array(n).fill(++drawn), unit: () => 0.5 },
        log: () => {},
        crashPoint: () => {},
        limits: {
          maxBytes: 1024 ** 2,
          maxAgeMs: 86_400_000,
          whenFull: 'degrade',
          durability: 'fsync',
          ...limits,
        },
      }),
  };
}

/** The result of window `n` of a device: one a second. */
export function row(n: number, change: Partial<ResultRow> = {}): ResultRow {
  return {
    pipeline: 'press',
    device: 'p1',
    release: 'press@1.0.0',
    releaseDigest: DIGEST,
    variant: 'fp32',
    backend: 'native',
    fromUs: n * 1_000_000,
    toUs: (n + 1) * 1_000_000,
    decision: 'normal',
    outputs: { score: n / 1000 },
    attribution: [],
    quality: { missing: 0, interpolated: 0, late: 0 },
    inputDigest: new Uint8Array(16).fill(n),
    policy: 0,
    inferUs: 10,
    producedMs: n,
    ...change,
  };
}

export function rows(from: number, to: number, change: Partial<ResultRow> = {}): ResultRow[] {
  return Array.from({ length: to - from + 1 }, (_, i) => row(from + i, change));
}

export function alert(n: number): skerry.v1.IAlertRecord {
  return {
    episode: `e${n}`,
    state: 1,
    kind: 'anomaly',
    pipeline: 'press',
    device: 'p1',
    fromUs: n * 1_000_000,
    toUs: (n + 1) * 1_000_000,
  };
}

/** Progress that holds only what is named. */
export function progress(part: Partial<Progress>): Progress {
  return {
    rows: [],
    alerts: [],
    sketches: [],
    deviceStates: [],
    counters: [],
    fedThrough: 0,
    trimBelow: 0,
    ...part,
  };
}

/** Samples of one channel: one row a number. */
export function samples(pipeline: string, ...values: number[]): SampleBatch {
  return {
    pipeline,
    channelCount: 1,
    count: values.length,
    devices: ['p1'],
    device: new Uint32Array(values.length),
    timeUs: Float64Array.from(values, (v) => v * 1_000_000),
    values: Float64Array.from(values),
  };
}

export function counters(received: number, rejected: Record<string, number> = {}) {
  return [
    {
      pipeline: 'press',
      counters: { received, rejected, used: 0, gap: 0, skipped: 0, windows: 0, gapWindows: 0, results: {} },
    },
  ];
}

/** The entries that a start would replay. */
export async function journalOf(recovered: Recovered) {
  const entries = [];
  for await (const entry of recovered.journal()) entries.push(entry);
  return entries;
}

/** The terms of the current epoch's ledger. */
export function ledger(outbox: Outbox, lane: 'results' | 'alerts' = 'results') {
  const { produced, delivered, pending, summarized, evicted } = outbox.ledgers().at(-1)![lane]!;
  const terms = { produced, delivered, pending, summarized, evicted };
  return terms as Record<keyof typeof terms, number>;
}

/** What would be sent: first and last number, kind and count of each block. */
export async function kinds(outbox: Outbox, lane: 'alert' | 'result' = 'result') {
  const blocks = await outbox.pending(lane, 0, 1024 ** 3);
  return blocks.map((b) => [b.seq, b.seqLast, b.kind, b.count]);
}
