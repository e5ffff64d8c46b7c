/**
 * The audit log: a hash chain. Each line's hash is the SHA-256 of the canonical JSON (RFC 8785) of its content and the
 * hash before it, so that an altered, removed or inserted line breaks the chain from there on:
 *
 *   {"seq":1,"at":"2026-11-20T09:00:00.000Z","who":"ola","action":"rollout.start","subject":"ro_…","details":{…},
 *    "prev":"000…0","hash":"9f86…"}          hash = sha256({action, at, details, prev, seq, subject, who})
 */
import { toHex } from '@skerry/proto/bytes';
import { canonicalBytes } from '@skerry/proto/canonical';
import { isoFromUs } from '@skerry/proto/units';
import type { FleetContext } from './context.ts';

export interface AuditLine {
  seq: number;
  at: string;
  who: string;
  action: string;
  subject: string;
  details: Record<string, unknown>;
  prev: string;
  hash: string;
}

const GENESIS = '0'.repeat(64);

/** Appends a line. `who` is an operator's name, `agent:ID`, or `auto`. */
export function appendAudit(
  context: FleetContext,
  who: string,
  action: string,
  subject: string,
  details: Record<string, unknown> = {},
): void {
  const last = context.sql.all<{ seq: number; hash: string }>(
    'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1',
  )[0];
  const atMs = context.now();
  const text = JSON.stringify(details);
  const line = {
    seq: (last?.seq ?? 0) + 1,
    at: isoFromUs(atMs * 1_000),
    who,
    action,
    subject,
    details: JSON.parse(text) as Record<string, unknown>,
    prev: last?.hash ?? GENESIS,
  };
  context.sql.run(
    'INSERT INTO audit (seq, at_ms, who, action, subject, details, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    line.seq,
    atMs,
    who,
    action,
    subject,
    text,
    line.prev,
    hashOf(context, line),
  );
}

/** Lines after `afterSeq`, at most `limit`, oldest first; or the newest first before `afterSeq` where `newest`. */
export function listAudit(
  context: FleetContext,
  query: { cursor?: number; limit: number; order: 'asc' | 'desc' },
): AuditLine[] {
  const rows =
    query.order === 'asc'
      ? context.sql.all<AuditRow>(
          'SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?',
          query.cursor ?? 0,
          query.limit,
        )
      : context.sql.all<AuditRow>(
          'SELECT * FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?',
          query.cursor ?? Number.MAX_SAFE_INTEGER,
          query.limit,
        );
  return rows.map(toLine);
}

/** Walks a part of the chain from line `from` on; the answer says where it first breaks, if it does. */
export function verifyAudit(
  context: FleetContext,
  from: number,
  limit: number,
): { checked: number; next: number | undefined; brokenAt: number | undefined; head: string } {
  let prev =
    from <= 1
      ? GENESIS
      : (context.sql.all<{ hash: string }>('SELECT hash FROM audit WHERE seq = ?', from - 1)[0]?.hash ?? '');
  const lines = listAudit(context, { cursor: from - 1, limit, order: 'asc' });
  for (const [i, line] of lines.entries()) {
    const { hash, ...content } = line;
    if (line.seq !== from + i || line.prev !== prev || hashOf(context, content) !== hash)
      return { checked: i, next: undefined, brokenAt: from + i, head: prev };
    prev = hash;
  }
  const next = lines.length === limit ? from + limit : undefined;
  return { checked: lines.length, next, brokenAt: undefined, head: prev };
}

interface AuditRow extends Record<string, string | number | Uint8Array | null> {
  seq: number;
  at_ms: number;
  who: string;
  action: string;
  subject: string;
  details: string;
  prev: string;
  hash: string;
}

function toLine(row: AuditRow): AuditLine {
  const { at_ms, details, ...rest } = row;
  return { ...rest, at: isoFromUs(at_ms * 1_000), details: parseDetails(details) };
}

// Details that are no JSON any more were altered: the line then fails its hash, which is the answer that is wanted.
function parseDetails(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { malformed: text };
  }
}

function hashOf(context: FleetContext, line: Omit<AuditLine, 'hash'>): string {
  return toHex(context.crypto.sha256(canonicalBytes(line)));
}
