/** Alert episodes as rows: every event once, the episode's latest state beside it, and who acknowledged it. */
import { SkerryError } from '@skerry/proto/errors';
import { isoFromUs } from '@skerry/proto/units';
import { skerry } from '@skerry/proto/wire';
import type { SqlValue } from '../../ports.ts';
import type { ShardContext } from './context.ts';
import { queueWebhooks } from './webhooks.ts';

export type EpisodeState = 'open' | 'update' | 'cleared';

export interface AlertInfo {
  agent: string;
  episode: string;
  state: EpisodeState;
  /** anomaly | drift | agent | server */
  kind: string;
  pipeline: string;
  device: string;
  openedMs: number;
  updatedMs: number;
  acknowledgedMs: number | null;
  acknowledgedBy: string | null;
  /** The latest event. */
  result: Record<string, unknown>;
}

/** Updates of an episode are remembered, so as to count each once, while they are this much older than the newest. */
const UPDATES_KEPT_MS = 86_400_000;

const STATES = {
  [skerry.v1.EpisodeState.EPISODE_STATE_OPEN]: 'open',
  [skerry.v1.EpisodeState.EPISODE_STATE_UPDATE]: 'update',
  [skerry.v1.EpisodeState.EPISODE_STATE_CLEARED]: 'cleared',
} as Record<number, EpisodeState | undefined>;

/** Stores alert events; the same event again, under whatever block or epoch, changes nothing. Returns how many were new. */
export function storeAlerts(
  context: ShardContext,
  agent: string,
  records: readonly skerry.v1.IAlertRecord[],
): number {
  let fresh = 0;
  for (const record of records) {
    const state = STATES[record.state ?? 0] ?? 'update';
    if (storeEvent(context, agent, record, state)) fresh++;
  }
  return fresh;
}

function storeEvent(
  context: ShardContext,
  agent: string,
  record: skerry.v1.IAlertRecord,
  state: EpisodeState,
): boolean {
  const episode = record.episode ?? '';
  const wallMs = Number(record.wallMs ?? 0);
  const json = toJson(record);
  const doc = JSON.stringify(json);
  const fresh = context.sql.run(
    `INSERT OR IGNORE INTO alert_event (agent, episode, state, wall_ms, from_us, doc) VALUES (?, ?, ?, ?, ?, ?)`,
    agent,
    episode,
    state,
    wallMs,
    Number(record.fromUs ?? 0),
    doc,
  );
  if (fresh === 0) return false;
  if (state === 'open' && record.kind === 'drift') queueWebhooks(context, agent, record, json);
  if (state === 'update')
    context.sql.run(
      "DELETE FROM alert_event WHERE agent = ? AND episode = ? AND state = 'update' AND wall_ms < ?",
      agent,
      episode,
      wallMs - UPDATES_KEPT_MS,
    );
  // Events arrive in their order within a lane, whatever the agent's clock does meanwhile; across epochs an older one
  // must not reopen what is cleared.
  context.sql.run(
    `INSERT INTO alert (agent, episode, state, kind, pipeline, device, opened_ms, updated_ms, received_ms, doc)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (agent, episode) DO UPDATE SET state = excluded.state, updated_ms = excluded.updated_ms,
       received_ms = excluded.received_ms, doc = excluded.doc
     WHERE alert.state <> 'cleared'`,
    agent,
    episode,
    state,
    record.kind ?? '',
    record.pipeline ?? '',
    record.device ?? '',
    wallMs,
    wallMs,
    context.now(),
    doc,
  );
  return true;
}

/** An alert that this server itself raises about an agent. Once per episode. */
export function raiseAlert(
  context: ShardContext,
  agent: string,
  alert: { episode: string; message: string },
): void {
  const nowMs = context.now();
  context.sql.run(
    `INSERT OR IGNORE INTO alert (agent, episode, state, kind, pipeline, device, opened_ms, updated_ms, received_ms, doc)
     VALUES (?, ?, 'open', 'server', '', '', ?, ?, ?, ?)`,
    agent,
    alert.episode,
    nowMs,
    nowMs,
    nowMs,
    JSON.stringify({ message: alert.message }),
  );
}

/** Alerts, newest first, before the cursor. */
export function listAlerts(
  context: ShardContext,
  query: {
    open: boolean;
    agent?: string | undefined;
    pipeline?: string | undefined;
    device?: string | undefined;
    cursor?: { updatedMs: number; key: string } | undefined;
    limit: number;
  },
): AlertInfo[] {
  const where: string[] = [];
  const params: SqlValue[] = [];
  const add = (clause: string, ...values: SqlValue[]): void => {
    where.push(clause);
    params.push(...values);
  };
  if (query.open) add("state <> 'cleared' AND acknowledged_ms IS NULL");
  for (const column of ['agent', 'pipeline', 'device'] as const) {
    const value = query[column];
    if (value !== undefined) add(`${column} = ?`, value);
  }
  if (query.cursor)
    add(
      "(updated_ms < ? OR (updated_ms = ? AND agent || '/' || episode > ?))",
      query.cursor.updatedMs,
      query.cursor.updatedMs,
      query.cursor.key,
    );
  const clause = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
  return context.sql
    .all<AlertRow>(
      `SELECT * FROM alert ${clause} ORDER BY updated_ms DESC, agent || '/' || episode LIMIT ?`,
      ...params,
      query.limit,
    )
    .map(toInfo);
}

/** How many alerts are open and unacknowledged. */
export function countOpenAlerts(context: ShardContext): number {
  return (
    context.sql.all<{ n: number }>(
      "SELECT count(*) AS n FROM alert WHERE state <> 'cleared' AND acknowledged_ms IS NULL",
    )[0]?.n ?? 0
  );
}

/** A person has seen it. Throws SkerryError not-found. */
export function acknowledgeAlert(
  context: ShardContext,
  by: string,
  agent: string,
  episode: string,
): AlertInfo {
  context.sql.run(
    `UPDATE alert SET acknowledged_ms = coalesce(acknowledged_ms, ?), acknowledged_by = coalesce(acknowledged_by, ?)
     WHERE agent = ? AND episode = ?`,
    context.now(),
    by,
    agent,
    episode,
  );
  const row = context.sql.all<AlertRow>(
    'SELECT * FROM alert WHERE agent = ? AND episode = ?',
    agent,
    episode,
  )[0];
  if (!row) throw new SkerryError('not-found', `agent ${agent} has no alert ${episode}`);
  return toInfo(row);
}

interface AlertRow extends Record<string, SqlValue> {
  agent: string;
  episode: string;
  state: EpisodeState;
  kind: string;
  pipeline: string;
  device: string;
  opened_ms: number;
  updated_ms: number;
  doc: string;
  acknowledged_ms: number | null;
  acknowledged_by: string | null;
}

function toInfo(row: AlertRow): AlertInfo {
  return {
    agent: row.agent,
    episode: row.episode,
    state: row.state,
    kind: row.kind,
    pipeline: row.pipeline,
    device: row.device,
    openedMs: row.opened_ms,
    updatedMs: row.updated_ms,
    acknowledgedMs: row.acknowledged_ms,
    acknowledgedBy: row.acknowledged_by,
    result: JSON.parse(row.doc) as Record<string, unknown>,
  };
}

function toJson(record: skerry.v1.IAlertRecord): Record<string, unknown> {
  const [fromUs, toUs] = [Number(record.fromUs ?? 0), Number(record.toUs ?? 0)];
  return {
    id: record.resultId ?? '',
    release: record.release ?? '',
    releaseDigest: record.releaseDigest ?? '',
    ...(toUs > 0 && { from: isoFromUs(fromUs), to: isoFromUs(toUs) }),
    output: record.output ?? '',
    value: record.value ?? 0,
    threshold: record.threshold ?? 0,
    attribution: (record.attribution ?? []).map((a) => ({ channel: a.channel ?? '', share: a.share ?? 0 })),
    policy: record.policy ?? 0,
    message: record.message ?? '',
    ...((record.uncertaintyMs ?? 0) > 0 && { uncertaintyMs: record.uncertaintyMs }),
  };
}
