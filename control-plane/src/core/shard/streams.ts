import type { ResultRow } from '@skerry/proto/results';
import type { ShardContext } from './context.ts';
import { readBlockRows } from './results.ts';

/** One stream of results: what a device's windows under one release come to. */
interface Stream {
  lastFromUs: number;
  lastToUs: number;
  results: number;
  errors: number;
  duplicates: number;
  release: string;
  lastDecision: string;
  lastOutputs: string;
}

/**
 * Takes a block's rows. Windows of a stream (agent, pipeline, device, release digest) mostly come in rising order, so a
 * row above the stream's high water is new at a glance. One at or below it is a duplicate only where that very window
 * is held, under whatever epoch: a recording played after a newer one, or a clock that was ahead once, loses nothing.
 * Returns the indices of the duplicates; the block keeps them, and no query answers with them.
 */
export function storeRows(
  context: ShardContext,
  agent: string,
  block: number,
  rows: readonly ResultRow[],
): number[] {
  const streams = new Map<string, { key: [string, string, string]; stream: Stream }>();
  const spans = new Map<string, { pipeline: string; device: string; first: number; last: number }>();
  const duplicates: number[] = [];
  let held: HeldWindows | undefined;
  rows.forEach((row, index) => {
    const { stream } = streamOf(context, agent, row, streams);
    if (row.fromUs <= stream.lastFromUs) {
      held ??= new HeldWindows(context, agent, rows, index);
      if (held.has(row)) {
        stream.duplicates++;
        duplicates.push(index);
        return;
      }
    }
    held?.add(row);
    take(stream, row);
    widen(spans, row);
  });
  for (const { key, stream } of streams.values()) writeStream(context, agent, key, stream);
  for (const { pipeline, device, first, last } of spans.values())
    context.sql.run(
      `INSERT INTO block_stream (block, agent, pipeline, device, first_from_us, last_from_us) VALUES (?, ?, ?, ?, ?, ?)`,
      block,
      agent,
      pipeline,
      device,
      first,
      last,
    );
  return duplicates;
}

function take(stream: Stream, row: ResultRow): void {
  stream.results++;
  if (row.decision === 'error') stream.errors++;
  if (row.fromUs <= stream.lastFromUs) return;
  stream.lastFromUs = row.fromUs;
  stream.lastToUs = row.toUs;
  stream.release = row.release;
  stream.lastDecision = row.decision;
  stream.lastOutputs = JSON.stringify(row.outputs);
}

/** The windows that are held where a block's rows lie: those of older blocks, read once each, and the block's own. */
class HeldWindows {
  readonly #context: ShardContext;
  readonly #agent: string;
  readonly #rows: readonly ResultRow[];
  readonly #keys = new Set<string>();
  readonly #devices = new Set<string>();
  readonly #blocks = new Set<number>();

  /** `taken`: rows before this index are known to be held now; none of them was a duplicate. */
  constructor(context: ShardContext, agent: string, rows: readonly ResultRow[], taken: number) {
    this.#context = context;
    this.#agent = agent;
    this.#rows = rows;
    for (const row of rows.slice(0, taken)) this.add(row);
  }

  add(row: ResultRow): void {
    this.#keys.add(windowKey(row));
  }

  has(row: ResultRow): boolean {
    this.#load(row.pipeline, row.device);
    return this.#keys.has(windowKey(row));
  }

  #load(pipeline: string, device: string): void {
    const name = `${pipeline}\0${device}`;
    if (this.#devices.has(name)) return;
    this.#devices.add(name);
    let [first, last] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    for (const row of this.#rows)
      if (row.pipeline === pipeline && row.device === device) {
        first = Math.min(first, row.fromUs);
        last = Math.max(last, row.fromUs);
      }
    const found = this.#context.sql.all<{ block: number }>(
      `SELECT block FROM block_stream
       WHERE agent = ? AND pipeline = ? AND device = ? AND last_from_us >= ? AND first_from_us <= ?`,
      this.#agent,
      pipeline,
      device,
      first,
      last,
    );
    for (const { block } of found) {
      if (this.#blocks.has(block)) continue;
      this.#blocks.add(block);
      for (const { row } of readBlockRows(this.#context, block)) this.add(row);
    }
  }
}

function windowKey(row: ResultRow): string {
  return [row.pipeline, row.device, row.releaseDigest, row.fromUs, row.toUs].join('\0');
}

function streamOf(
  context: ShardContext,
  agent: string,
  row: ResultRow,
  streams: Map<string, { key: [string, string, string]; stream: Stream }>,
): { stream: Stream } {
  const key: [string, string, string] = [row.pipeline, row.device, row.releaseDigest];
  const name = key.join('\0');
  const known = streams.get(name);
  if (known) return known;
  const held = context.sql.all<{
    last_from_us: number;
    last_to_us: number;
    results: number;
    errors: number;
    duplicates: number;
    release: string;
    last_decision: string;
    last_outputs: string;
  }>(
    'SELECT * FROM stream WHERE agent = ? AND pipeline = ? AND device = ? AND release_digest = ?',
    agent,
    ...key,
  )[0];
  const stream: Stream = {
    lastFromUs: held?.last_from_us ?? Number.MIN_SAFE_INTEGER,
    lastToUs: held?.last_to_us ?? Number.MIN_SAFE_INTEGER,
    results: held?.results ?? 0,
    errors: held?.errors ?? 0,
    duplicates: held?.duplicates ?? 0,
    release: held?.release ?? row.release,
    lastDecision: held?.last_decision ?? '',
    lastOutputs: held?.last_outputs ?? '{}',
  };
  const entry = { key, stream };
  streams.set(name, entry);
  return entry;
}

function writeStream(
  context: ShardContext,
  agent: string,
  [pipeline, device, digest]: [string, string, string],
  stream: Stream,
): void {
  context.sql.run(
    `INSERT OR REPLACE INTO stream (agent, pipeline, device, release_digest, release, last_from_us, last_to_us, results,
       errors, duplicates, last_seen_ms, last_decision, last_outputs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    agent,
    pipeline,
    device,
    digest,
    stream.release,
    stream.lastFromUs,
    stream.lastToUs,
    stream.results,
    stream.errors,
    stream.duplicates,
    context.now(),
    stream.lastDecision,
    stream.lastOutputs,
  );
}

function widen(
  spans: Map<string, { pipeline: string; device: string; first: number; last: number }>,
  row: ResultRow,
): void {
  const name = `${row.pipeline}\0${row.device}`;
  const span = spans.get(name);
  if (!span)
    spans.set(name, { pipeline: row.pipeline, device: row.device, first: row.fromUs, last: row.fromUs });
  else {
    span.first = Math.min(span.first, row.fromUs);
    span.last = Math.max(span.last, row.fromUs);
  }
}
