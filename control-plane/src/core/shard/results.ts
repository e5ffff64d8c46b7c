/**
 * Results as they are asked for: the blocks' index narrows to the blocks that may hold an answer, and those are read in
 * the order of time. Order is by (window start, key), so that pages join exactly, over shards too.
 */
import { decodeResults, type ResultRow, resultJson } from '@skerry/proto/results';
import type { SqlValue } from '../../ports.ts';
import { inflateBlock } from './columns.ts';
import type { ShardContext } from './context.ts';

/** Spans looked up at a time. */
const PAGE = 64;

export interface ResultQuery {
  agent?: string | undefined;
  pipeline?: string | undefined;
  device?: string | undefined;
  /** Window start at or after / before, in microseconds. */
  fromUs?: number | undefined;
  toUs?: number | undefined;
  order: 'asc' | 'desc';
  limit: number;
  /** Answers come after it in the order asked for. */
  cursor?: ResultPosition | undefined;
}

/** A result's place in the order. */
export interface ResultPosition {
  fromUs: number;
  key: string;
}

export interface FoundResult extends ResultPosition {
  json: Record<string, unknown>;
}

/** At most `limit` results in order. */
export function queryResults(context: ShardContext, query: ResultQuery): FoundResult[] {
  const descending = query.order === 'desc';
  const found: FoundResult[] = [];
  for (const span of candidateBlocks(context, query)) {
    // Rows of this block and of all after it start at its edge or beyond it: what lies before the edge is settled.
    if (settled(found, span.edge, descending) >= query.limit) break;
    for (const { row, agent } of readBlockRows(context, span.block)) {
      const position = { fromUs: row.fromUs, key: keyOf(agent, row) };
      if (!wanted(query, agent, row) || !isAfter(query, position)) continue;
      found.push({ ...position, json: resultJson(context.crypto, agent, row) });
    }
    found.sort((a, b) => comparePositions(a, b, descending));
    // Beyond twice the page nothing is needed any more.
    if (found.length > 2 * query.limit) found.length = 2 * query.limit;
  }
  return found.slice(0, query.limit);
}

/** Orders positions; the key breaks ties the same way in both directions. */
export function comparePositions(a: ResultPosition, b: ResultPosition, descending: boolean): number {
  if (a.fromUs !== b.fromUs) return descending ? b.fromUs - a.fromUs : a.fromUs - b.fromUs;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function settled(found: readonly FoundResult[], edge: number, descending: boolean): number {
  return found.filter((f) => (descending ? f.fromUs > edge : f.fromUs < edge)).length;
}

function isAfter(query: ResultQuery, position: ResultPosition): boolean {
  return !query.cursor || comparePositions(position, query.cursor, query.order === 'desc') > 0;
}

function wanted(query: ResultQuery, agent: string, row: ResultRow): boolean {
  return (
    (query.agent === undefined || query.agent === agent) &&
    (query.pipeline === undefined || query.pipeline === row.pipeline) &&
    (query.device === undefined || query.device === row.device) &&
    (query.fromUs === undefined || row.fromUs >= query.fromUs) &&
    (query.toUs === undefined || row.fromUs < query.toUs)
  );
}

function keyOf(agent: string, row: ResultRow): string {
  return `${agent}/${row.pipeline}/${row.device}/${row.releaseDigest}`;
}

function* candidateBlocks(
  context: ShardContext,
  query: ResultQuery,
): Generator<{ block: number; edge: number }> {
  const where: string[] = [];
  const params: SqlValue[] = [];
  for (const column of ['agent', 'pipeline', 'device'] as const) {
    const value = query[column];
    if (value === undefined) continue;
    where.push(`${column} = ?`);
    params.push(value);
  }
  const descending = query.order === 'desc';
  const low = Math.max(
    query.fromUs ?? -Infinity,
    descending ? -Infinity : (query.cursor?.fromUs ?? -Infinity),
  );
  const high = Math.min(query.toUs ?? Infinity, descending ? (query.cursor?.fromUs ?? Infinity) : Infinity);
  if (low > -Infinity) {
    where.push('last_from_us >= ?');
    params.push(low);
  }
  if (high < Infinity) {
    where.push('first_from_us <= ?');
    params.push(high);
  }
  const clause = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
  // In the index's own order a block's first appearance carries its edge; nothing is grouped or sorted.
  const edge = descending ? 'last_from_us' : 'first_from_us';
  const seen = new Set<number>();
  for (let offset = 0; ; offset += PAGE) {
    const rows = context.sql.all<{ block: number; edge: number }>(
      `SELECT block, ${edge} AS edge FROM block_stream ${clause} ORDER BY ${edge} ${descending ? 'DESC' : ''}
       LIMIT ? OFFSET ?`,
      ...params,
      PAGE,
      offset,
    );
    for (const row of rows) {
      if (seen.has(row.block)) continue;
      seen.add(row.block);
      yield row;
    }
    if (rows.length < PAGE) return;
  }
}

/** The rows of a held block that answer queries: all but its duplicates. */
export function readBlockRows(context: ShardContext, id: number): { agent: string; row: ResultRow }[] {
  const block = context.sql.all<{
    agent: string;
    codec: string;
    bytes: Uint8Array;
    duplicates: string | null;
  }>('SELECT agent, codec, bytes, duplicates FROM block WHERE id = ?', id)[0];
  if (!block) return [];
  const skip = new Set(block.duplicates === null ? [] : (JSON.parse(block.duplicates) as number[]));
  return decodeResults(inflateBlock(context, block.codec, block.bytes))
    .map((row, index) => ({ agent: block.agent, row, index }))
    .filter(({ index }) => !skip.has(index));
}
