import type { ResultRow } from '@skerry/proto/results';
import type { ShardContext } from './context.ts';

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
 * Takes a block's rows. Windows of a stream (agent, pipeline, device, release digest) come in rising order, so a row at
 * or below the stream's high water is a result already held, whatever epoch it comes under: it is counted as a
 * duplicate. Returns the indices of those rows; the block keeps them, and no query answers with them.
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
  rows.forEach((row, index) => {
    const { stream } = streamOf(context, agent, row, streams);
    if (row.fromUs <= stream.lastFromUs) {
      stream.duplicates++;
      duplicates.push(index);
      return;
    }
    stream.lastFromUs = row.fromUs;
    stream.lastToUs = row.toUs;
    stream.results++;
    if (row.decision === 'error') stream.errors++;
    stream.release = row.release;
    stream.lastDecision = row.decision;
    stream.lastOutputs = JSON.stringify(row.outputs);
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
