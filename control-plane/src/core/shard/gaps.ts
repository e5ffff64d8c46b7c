/**
 * Gaps in a lane: ranges of block numbers of which no results came, because their agent gave them up (a summary or a
 * tombstone stands for them) or because this server lost them (`unknown`). They are read from range records while these
 * are held; retention writes down what it lets go, neighbours of one kind as one.
 */
import { messageOf } from '@skerry/proto/errors';
import { decode, v1 } from '@skerry/proto/wire';
import { inflateBlock } from './columns.ts';
import type { ShardContext } from './context.ts';
import type { LaneName } from './ingest.ts';

export interface Gap {
  first: number;
  last: number;
  /** How many results or alerts it stands for; null where several `unknown` gaps share what is missing. */
  records: number | null;
  /** `summarized`; or why it was given up: `age`, `space`, `corrupt`, or `unknown`; `several` where gaps were merged. */
  reason: string;
}

/** Names one lane of an agent's epoch. */
export interface LaneKey {
  agent: string;
  epoch: string;
  lane: LaneName;
}

interface RangeRow extends LaneKey {
  id: number;
  seq: number;
  seq_last: number;
  kind: string;
  count: number;
}

/** Gaps of a lane that are written down; beyond that the oldest become one. */
const MAX_KEPT = 256;

/** Writes down the gap that a range record was, before it is let go. */
export function rememberGap(context: ShardContext, row: RangeRow): void {
  const key = [row.agent, row.epoch, row.lane] as const;
  const reason = reasonOf(context, row);
  const widened = context.sql.run(
    `UPDATE gap SET last = ?, records = records + ?
     WHERE agent = ? AND epoch = ? AND lane = ? AND last = ? AND reason = ?`,
    row.seq_last,
    row.count,
    ...key,
    row.seq - 1,
    reason,
  );
  if (widened > 0) return;
  context.sql.run(
    'INSERT OR REPLACE INTO gap (agent, epoch, lane, first, last, records, reason) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...key,
    row.seq,
    row.seq_last,
    row.count,
    reason,
  );
  const kept = keptGaps(context, row);
  if (kept.length > MAX_KEPT) mergeOldest(context, row, kept[0]!, kept[1]!);
}

function mergeOldest(context: ShardContext, key: LaneKey, first: Gap, second: Gap): void {
  const where = [key.agent, key.epoch, key.lane] as const;
  context.sql.run(
    'DELETE FROM gap WHERE agent = ? AND epoch = ? AND lane = ? AND first = ?',
    ...where,
    second.first,
  );
  context.sql.run(
    'UPDATE gap SET last = ?, records = ?, reason = ? WHERE agent = ? AND epoch = ? AND lane = ? AND first = ?',
    second.last,
    (first.records ?? 0) + (second.records ?? 0),
    first.reason === second.reason ? first.reason : 'several',
    ...where,
    first.first,
  );
}

/** Every gap of a lane up to a block number, in order. */
export function listGaps(context: ShardContext, key: LaneKey, upTo: number): Gap[] {
  const rows = context.sql.all<RangeRow & Record<string, string | number>>(
    `SELECT id, agent, epoch, lane, seq, seq_last, kind, count FROM block
     WHERE agent = ? AND epoch = ? AND lane = ? AND seq <= ? AND kind IN ('summary', 'tombstone') ORDER BY seq`,
    key.agent,
    key.epoch,
    key.lane,
    upTo,
  );
  const held = rows.map((row) => ({
    first: row.seq,
    last: row.seq_last,
    records: row.count,
    reason: reasonOf(context, row),
  }));
  return [...keptGaps(context, key).filter(({ first }) => first <= upTo), ...held];
}

function keptGaps(context: ShardContext, { agent, epoch, lane }: LaneKey): Gap[] {
  return context.sql.all<Gap & Record<string, string | number | null>>(
    'SELECT first, last, records, reason FROM gap WHERE agent = ? AND epoch = ? AND lane = ? ORDER BY first',
    agent,
    epoch,
    lane,
  );
}

function reasonOf(context: ShardContext, { id, kind }: Pick<RangeRow, 'id' | 'kind'>): string {
  if (kind === 'summary') return 'summarized';
  const [row] = context.sql.all<{ codec: string; bytes: Uint8Array }>(
    'SELECT codec, bytes FROM block WHERE id = ?',
    id,
  );
  try {
    return row ? decode(v1.Tombstone, inflateBlock(context, row.codec, row.bytes)).reason : '';
  } catch (error) {
    // It came unreadable and was taken as it was (quarantine): the numbers and their count are what it says.
    return `unreadable: ${messageOf(error)}`.slice(0, 100);
  }
}
