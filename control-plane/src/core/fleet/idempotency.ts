import { SkerryError } from '@skerry/proto/errors';
import type { FleetContext } from './context.ts';

const KEEP_MS = 24 * 3_600_000;
/** More keys than these within a day: the oldest go first. */
const MAX_KEYS = 10_000;
const IN_FLIGHT_MS = 60_000;

/**
 * Idempotency-Key: begins a creating request. Returns the stored answer where the same request was made before.
 * Throws SkerryError conflict where the key stands for another request, unavailable where the first is still running.
 * `request` is a digest of who asks what. Keys are kept a day, the newest 10,000.
 */
export function beginIdempotent(
  context: FleetContext,
  key: string,
  request: string,
): { status: number; body: string } | undefined {
  const nowMs = context.now();
  context.sql.run('DELETE FROM idempotency WHERE at_ms < ?', nowMs - KEEP_MS);
  const held = context.sql.all<{
    request: string;
    status: number | null;
    body: string | null;
    at_ms: number;
  }>('SELECT request, status, body, at_ms FROM idempotency WHERE key = ?', key)[0];
  if (held && held.request !== request)
    throw new SkerryError('conflict', 'this Idempotency-Key was used for another request');
  if (held && held.status !== null) return { status: held.status, body: held.body ?? '' };
  if (held && nowMs - held.at_ms < IN_FLIGHT_MS)
    throw new SkerryError('unavailable', 'the first request with this Idempotency-Key is still running');
  context.sql.run(
    'INSERT OR REPLACE INTO idempotency (key, request, at_ms) VALUES (?, ?, ?)',
    key,
    request,
    nowMs,
  );
  context.sql.run(
    'DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency ORDER BY at_ms DESC LIMIT -1 OFFSET ?)',
    MAX_KEYS,
  );
  return undefined;
}

/** Stores the answer; one that failed is forgotten (status undefined), so that it can be tried again. */
export function endIdempotent(
  context: FleetContext,
  key: string,
  answer: { status: number; body: string } | undefined,
): void {
  if (!answer) context.sql.run('DELETE FROM idempotency WHERE key = ?', key);
  else
    context.sql.run(
      'UPDATE idempotency SET status = ?, body = ? WHERE key = ?',
      answer.status,
      answer.body,
      key,
    );
}
