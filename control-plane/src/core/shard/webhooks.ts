/**
 * Webhooks that a policy's `onAlert` asks for: a drift episode that opens is queued, in the transaction that stores it,
 * for every address in the agent's policy. Whoever performs the requests (routes/webhooks.ts) takes what is due and says
 * what came of it. Delivery is at least once; the id is the same each time.
 *
 *     attempts at 0, 30 s, 1 min, 2 min … then every hour; given up a day after the episode opened
 */
import { toHex, utf8 } from '@skerry/proto/bytes';
import { decodePolicy } from '@skerry/proto/policy';
import type { skerry } from '@skerry/proto/wire';
import { find } from './agents.ts';
import { count, type ShardContext } from './context.ts';
import type { StoredDesired } from './sync.ts';

/** A request to be made. */
export interface Webhook {
  id: string;
  url: string;
  /** JSON. */
  body: string;
}

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;
const GIVE_UP_MS = 86_400_000;
/** Beyond so many that wait, the oldest are given up. */
const MAX_WAITING = 1_000;

/** Queues what the agent's policy asks for at a drift episode that has just opened. */
export function queueWebhooks(
  context: ShardContext,
  agent: string,
  record: skerry.v1.IAlertRecord,
  data: Record<string, unknown>,
): void {
  for (const url of addressesOf(context, agent, record.pipeline ?? '')) {
    const id = toHex(context.crypto.sha256(utf8(`${agent}\0${record.episode}\0${url}`)).subarray(0, 16));
    const timestamp = new Date(context.now()).toISOString();
    const { pipeline, device, episode } = record;
    const body = { type: 'drift.opened', timestamp, data: { agent, pipeline, device, episode, ...data } };
    context.sql.run(
      'INSERT OR IGNORE INTO webhook (id, agent, url, body, attempts, due_ms, queued_ms) VALUES (?, ?, ?, ?, 0, ?, ?)',
      `msg_${id}`,
      agent,
      url,
      JSON.stringify(body),
      context.now(),
      context.now(),
    );
  }
  const [waiting] = context.sql.all<{ n: number }>('SELECT count(*) AS n FROM webhook');
  const over = (waiting?.n ?? 0) - MAX_WAITING;
  if (over <= 0) return;
  count(
    context,
    'webhooks_failed',
    context.sql.run(
      'DELETE FROM webhook WHERE id IN (SELECT id FROM webhook ORDER BY queued_ms LIMIT ?)',
      over,
    ),
  );
}

function addressesOf(context: ShardContext, agent: string, pipeline: string): string[] {
  const desired = JSON.parse(find(context, agent)?.desired ?? '[]') as StoredDesired[];
  const policy = desired.find(({ name, role }) => name === pipeline && role !== 'shadow')?.policy;
  if (!policy) return [];
  return decodePolicy(policy).onAlert.flatMap((action) =>
    typeof action === 'string' ? [] : [action.webhook],
  );
}

/** What is due, the longest waiting first. */
export function dueWebhooks(context: ShardContext, limit: number): Webhook[] {
  return context.sql.all<{ id: string; url: string; body: string }>(
    'SELECT id, url, body FROM webhook WHERE due_ms <= ? ORDER BY due_ms LIMIT ?',
    context.now(),
    limit,
  );
}

/** When the next is due; undefined where none waits. */
export function nextWebhookMs(context: ShardContext): number | undefined {
  return (
    context.sql.all<{ due: number | null }>('SELECT min(due_ms) AS due FROM webhook')[0]?.due ?? undefined
  );
}

/** What came of a request: an error is tried again later. Returns the alert to be raised where it is given up. */
export function settleWebhook(
  context: ShardContext,
  id: string,
  error: string | undefined,
): { agent: string; episode: string; message: string } | undefined {
  const [row] = context.sql.all<{ agent: string; url: string; attempts: number; queued_ms: number }>(
    'SELECT agent, url, attempts, queued_ms FROM webhook WHERE id = ?',
    id,
  );
  if (!row) return undefined;
  const remove = (): number => context.sql.run('DELETE FROM webhook WHERE id = ?', id);
  if (error === undefined) {
    count(context, 'webhooks_delivered', remove());
    return undefined;
  }
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(row.attempts, 20));
  if (context.now() + pauseMs <= row.queued_ms + GIVE_UP_MS) {
    context.sql.run(
      'UPDATE webhook SET attempts = attempts + 1, due_ms = ? WHERE id = ?',
      context.now() + pauseMs,
      id,
    );
    return undefined;
  }
  count(context, 'webhooks_failed', remove());
  const message = `webhook ${row.url} was not delivered in a day and ${row.attempts + 1} attempts: ${error}`;
  return { agent: row.agent, episode: `webhook:${id}`, message };
}
