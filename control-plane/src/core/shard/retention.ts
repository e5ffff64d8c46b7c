/**
 * Retention: what a shard keeps doesn't grow for ever. At its alarm a shard lets go of
 *
 *   blocks    received longer ago than the retention, once their agent is known to hold the acknowledgement (its outbox
 *             begins after them, or their epoch has ended), so that nothing that may be sent again is forgotten
 *   alerts    of which nothing was heard for as long, cleared or acknowledged; of open ones the newest 10,000 stay
 *   streams   that were silent for as long and have no block left
 *   cursors   and suspects of ended epochs that have no block left, and no ledger
 *
 * in batches, oldest first, each counted. The cursor of a lane remembers how far its blocks were let go (`trimmed`), so
 * that a block below that offered again is a block that was held, and no epoch conflict; and how many records they had,
 * so that the agent's ledger can still be proven (proof.ts).
 */
import { readMeta, writeMeta } from '../migrate.ts';
import { type CounterName, count, type ShardContext } from './context.ts';
import { rememberGap } from './gaps.ts';
import type { LaneName } from './ingest.ts';

/** How long results and alerts are kept where nothing else is configured: 30 days. */
export const DEFAULT_RETENTION_MS: number = 30 * 86_400_000;

const EVERY_MS = 3_600_000;
const AGAIN_MS = 250;
const FIRST_MS = 60_000;
const BATCH = 500;
const MAX_OPEN_ALERTS = 10_000;

/** When a shard is to look next; what was decided before a restart stands. */
export function nextTrim(context: ShardContext): number {
  const held = readMeta(context.sql, 'trimDueMs');
  if (held !== undefined) return Number(held);
  return remember(context, context.now() + FIRST_MS);
}

/** Lets go of one batch of each kind; returns when to look again. */
export function trim(context: ShardContext, retentionMs: number): number {
  const cutoffMs = context.now() - retentionMs;
  const full = [trimBlocks(context, cutoffMs), trimAlerts(context, cutoffMs)].some((n) => n >= BATCH);
  if (!full) trimRemains(context, cutoffMs);
  return remember(context, context.now() + (full ? AGAIN_MS : EVERY_MS));
}

function remember(context: ShardContext, dueMs: number): number {
  writeMeta(context.sql, 'trimDueMs', dueMs);
  return dueMs;
}

function trimBlocks(context: ShardContext, cutoffMs: number): number {
  const blocks = context.sql.all<{
    id: number;
    agent: string;
    epoch: string;
    lane: LaneName;
    seq: number;
    seq_last: number;
    kind: string;
    count: number;
    duplicates: number;
    bad: string | null;
  }>(
    `SELECT b.id, b.agent, b.epoch, b.lane, b.seq, b.seq_last, b.kind, b.count, b.bad,
       coalesce(json_array_length(b.duplicates), 0) AS duplicates
     FROM block b JOIN agent a ON a.id = b.agent
     LEFT JOIN cursor c ON c.agent = b.agent AND c.epoch = b.epoch AND c.lane = b.lane
     WHERE b.received_ms < ? AND (b.epoch <> a.epoch OR a.state = 'retired' OR b.seq_last <= c.confirmed)
     ORDER BY b.received_ms, b.id LIMIT ?`,
    cutoffMs,
    BATCH,
  );
  for (const block of blocks) {
    const isRange = block.kind === 'summary' || block.kind === 'tombstone';
    if (isRange) rememberGap(context, block);
    const isBad = block.bad !== null;
    const stored = isRange || isBad ? 0 : block.count - block.duplicates;
    context.sql.run('DELETE FROM block_stream WHERE block = ?', block.id);
    context.sql.run('DELETE FROM block WHERE id = ?', block.id);
    context.sql.run(
      `UPDATE cursor SET trimmed = max(trimmed, ?), gone_stored = gone_stored + ?,
         gone_duplicates = gone_duplicates + ?, gone_quarantined = gone_quarantined + ?
       WHERE agent = ? AND epoch = ? AND lane = ?`,
      block.seq_last,
      stored,
      isRange || isBad ? 0 : block.duplicates,
      isBad && !isRange ? block.count : 0,
      block.agent,
      block.epoch,
      block.lane,
    );
    if (block.kind === 'results') count(context, 'results_expired', stored);
  }
  count(context, 'blocks_expired', blocks.length);
  return blocks.length;
}

function trimAlerts(context: ShardContext, cutoffMs: number): number {
  const old = context.sql.all<{ agent: string; episode: string }>(
    `SELECT agent, episode FROM alert
     WHERE received_ms < ? AND (state = 'cleared' OR acknowledged_ms IS NOT NULL) ORDER BY received_ms LIMIT ?`,
    cutoffMs,
    BATCH,
  );
  const beyond = context.sql.all<{ agent: string; episode: string }>(
    `SELECT agent, episode FROM alert
     WHERE state <> 'cleared' AND acknowledged_ms IS NULL ORDER BY received_ms DESC, agent, episode LIMIT ? OFFSET ?`,
    BATCH,
    MAX_OPEN_ALERTS,
  );
  for (const { agent, episode } of [...old, ...beyond]) {
    context.sql.run('DELETE FROM alert_event WHERE agent = ? AND episode = ?', agent, episode);
    context.sql.run('DELETE FROM alert WHERE agent = ? AND episode = ?', agent, episode);
  }
  const counter: CounterName = 'alerts_expired';
  count(context, counter, old.length + beyond.length);
  return Math.max(old.length, beyond.length);
}

function trimRemains(context: ShardContext, cutoffMs: number): void {
  context.sql.run(
    `DELETE FROM stream WHERE last_seen_ms < ? AND NOT EXISTS (SELECT 1 FROM block_stream b
       WHERE b.agent = stream.agent AND b.pipeline = stream.pipeline AND b.device = stream.device)`,
    cutoffMs,
  );
  const ended = 'epoch <> (SELECT epoch FROM agent WHERE id = agent)';
  const unproven = (table: string): string =>
    `NOT EXISTS (SELECT 1 FROM ledger l WHERE l.agent = ${table}.agent AND l.epoch = ${table}.epoch)`;
  context.sql.run(
    `DELETE FROM cursor WHERE ${ended} AND ${unproven('cursor')} AND NOT EXISTS
       (SELECT 1 FROM block b WHERE b.agent = cursor.agent AND b.epoch = cursor.epoch AND b.lane = cursor.lane)`,
  );
  context.sql.run(`DELETE FROM gap WHERE ${ended} AND ${unproven('gap')}`);
  context.sql.run(
    `DELETE FROM suspect WHERE ${ended} OR seq <= (SELECT cursor FROM cursor c
       WHERE c.agent = suspect.agent AND c.epoch = suspect.epoch AND c.lane = suspect.lane)`,
  );
}
