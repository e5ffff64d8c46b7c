/** Who may do what: operators' tokens, agents' enrolment tokens, one-time login codes. Only hashes are stored. */
import { toHex, utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { randomSecret, shortId } from '@skerry/proto/ids';
import type { SqlValue } from '../../ports.ts';
import { appendAudit } from './audit.ts';
import type { FleetContext } from './context.ts';

/** Each role may do what the ones before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type OperatorRole = (typeof ROLES)[number];

export interface Operator {
  token: string;
  name: string;
  role: OperatorRole;
}

export interface TokenInfo {
  id: string;
  kind: 'operator' | 'enrol';
  name: string;
  role: OperatorRole | null;
  labels: Record<string, string>;
  autoApprove: boolean;
  usesLeft: number | null;
  expiresMs: number | null;
  createdMs: number;
  createdBy: string;
  revokedMs: number | null;
  lastUsedMs: number | null;
}

/** How long tokens that ended are listed. */
const ENDED_KEPT_MS = 30 * 86_400_000;
/** Login codes that wait at a time for those who asked with one token. */
const MAX_LOGIN_CODES = 20;
const LOGIN_CODE_MS = 10 * 60_000;
const LOGIN_TOKEN_MS = 12 * 3_600_000;

/** Makes an operator's token; the secret is in the answer and nowhere else. */
export function createOperatorToken(
  context: FleetContext,
  by: string,
  token: { name: string; role: OperatorRole; expiresMs?: number },
): { id: string; secret: string } {
  return insert(context, by, {
    kind: 'operator',
    name: token.name,
    role: token.role,
    expiresMs: token.expiresMs ?? null,
  });
}

/** Makes an enrolment token: `uses` agents (null: any number) until it expires. */
export function createEnrolToken(
  context: FleetContext,
  by: string,
  token: {
    name: string;
    labels: Record<string, string>;
    uses: number | null;
    autoApprove: boolean;
    expiresMs: number;
  },
): { id: string; secret: string } {
  return insert(context, by, {
    kind: 'enrol',
    name: token.name,
    role: '',
    labels: token.labels,
    autoApprove: token.autoApprove,
    uses: token.uses,
    expiresMs: token.expiresMs,
  });
}

function insert(
  context: FleetContext,
  by: string,
  token: {
    kind: 'operator' | 'enrol';
    name: string;
    role: string;
    labels?: Record<string, string>;
    autoApprove?: boolean;
    uses?: number | null;
    expiresMs: number | null;
    parent?: string;
  },
): { id: string; secret: string } {
  forgetEnded(context);
  const id = shortId(context.random, 'tok');
  const secret = `${token.kind === 'operator' ? 'skt' : 'ske'}_${randomSecret(context.random)}`;
  context.sql.run(
    `INSERT INTO token (id, kind, name, hash, role, labels, auto_approve, uses_left, expires_ms, created_ms, created_by, parent)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    token.kind,
    token.name,
    secretHash(context, secret),
    token.role,
    JSON.stringify(token.labels ?? {}),
    token.autoApprove ? 1 : 0,
    token.uses ?? null,
    token.expiresMs,
    context.now(),
    by,
    token.parent ?? null,
  );
  appendAudit(context, by, 'token.create', id, { kind: token.kind, name: token.name, role: token.role });
  return { id, secret };
}

// What expired or was revoked long ago lets nobody in and is of no use to people; the audit log has it still.
function forgetEnded(context: FleetContext): void {
  const cutoffMs = context.now() - ENDED_KEPT_MS;
  context.sql.run('DELETE FROM token WHERE expires_ms < ? OR revoked_ms < ?', cutoffMs, cutoffMs);
  context.sql.run('DELETE FROM redeemed WHERE token NOT IN (SELECT id FROM token)');
}

/** The operator behind a bearer token, undefined where it is unknown, expired or revoked. */
export function authenticate(context: FleetContext, secret: string): Operator | undefined {
  const row = live(context, secret, 'operator');
  if (!row) return undefined;
  // A note for people, to the minute: not every request is a write.
  if (context.now() - (row.last_used_ms ?? 0) > 60_000)
    context.sql.run('UPDATE token SET last_used_ms = ? WHERE id = ?', context.now(), row.id);
  return { token: row.id, name: row.name, role: row.role as OperatorRole };
}

/**
 * Uses an enrolment token for an agent. The same agent with the same key may ask again without using it up, since an
 * answer may be lost. Throws SkerryError unauthorized.
 */
export function redeemEnrolToken(
  context: FleetContext,
  secret: string,
  agent: string,
  publicKey: string,
): { name: string; labels: Record<string, string>; autoApprove: boolean } {
  const row = live(context, secret, 'enrol');
  if (!row) throw new SkerryError('unauthorized', 'the enrolment token is unknown, expired or revoked');
  const again =
    context.sql.run(
      'INSERT OR IGNORE INTO redeemed (token, agent, public_key, at_ms) VALUES (?, ?, ?, ?)',
      row.id,
      agent,
      publicKey,
      context.now(),
    ) === 0;
  if (!again && row.uses_left !== null) {
    const used = context.sql.run(
      'UPDATE token SET uses_left = uses_left - 1, last_used_ms = ? WHERE id = ? AND uses_left > 0',
      context.now(),
      row.id,
    );
    if (used === 0) throw new SkerryError('unauthorized', 'the enrolment token is used up');
  }
  return {
    name: row.name,
    labels: JSON.parse(row.labels) as Record<string, string>,
    autoApprove: row.auto_approve === 1,
  };
}

/** Every token without its secret, newest first. */
export function listTokens(context: FleetContext): TokenInfo[] {
  return context.sql.all<TokenRow>('SELECT * FROM token ORDER BY created_ms DESC, id').map((row) => ({
    id: row.id,
    kind: row.kind as TokenInfo['kind'],
    name: row.name,
    role: row.role === '' ? null : (row.role as OperatorRole),
    labels: JSON.parse(row.labels) as Record<string, string>,
    autoApprove: row.auto_approve === 1,
    usesLeft: row.uses_left,
    expiresMs: row.expires_ms,
    createdMs: row.created_ms,
    createdBy: row.created_by,
    revokedMs: row.revoked_ms,
    lastUsedMs: row.last_used_ms,
  }));
}

/** Revokes a token by its id, and what was logged in with it. Throws SkerryError not-found. */
export function revokeToken(context: FleetContext, by: string, id: string): void {
  const changed = context.sql.run(
    `UPDATE token SET revoked_ms = coalesce(revoked_ms, ?) WHERE id IN (
       WITH RECURSIVE line (id) AS (SELECT ? UNION SELECT token.id FROM token JOIN line ON token.parent = line.id)
       SELECT id FROM line)`,
    context.now(),
    id,
  );
  if (changed === 0) throw new SkerryError('not-found', `there is no token ${id}`);
  appendAudit(context, by, 'token.revoke', id);
}

/**
 * A one-time code that a console exchanges for a token within ten minutes. `parent` is the id of the token that it is
 * asked for with: what comes of it ends with that one. Throws SkerryError full where too many wait.
 */
export function createLoginCode(
  context: FleetContext,
  by: string,
  name: string,
  role: OperatorRole,
  parent?: string,
): { code: string; expiresMs: number } {
  const code = randomSecret(context.random);
  const expiresMs = context.now() + LOGIN_CODE_MS;
  context.sql.run('DELETE FROM login_code WHERE expires_ms <= ?', context.now());
  const [waiting] = context.sql.all<{ n: number }>(
    'SELECT count(*) AS n FROM login_code WHERE parent = ?',
    parent ?? null,
  );
  if (waiting && waiting.n >= MAX_LOGIN_CODES)
    throw new SkerryError('full', `${waiting.n} login codes wait to be used already`, {
      hint: 'use one of them, or wait ten minutes',
    });
  context.sql.run(
    'INSERT INTO login_code (hash, role, name, expires_ms, parent) VALUES (?, ?, ?, ?, ?)',
    secretHash(context, code),
    role,
    name,
    expiresMs,
    parent ?? null,
  );
  appendAudit(context, by, 'login.code', name, { role });
  return { code, expiresMs };
}

/** Exchanges a code for a token of 12 hours, or of what its parent still has; once. Throws SkerryError unauthorized. */
export function redeemLoginCode(
  context: FleetContext,
  code: string,
): { secret: string; role: OperatorRole; expiresMs: number } {
  const hash = secretHash(context, code);
  const row = context.sql.all<{
    role: OperatorRole;
    name: string;
    parent: string | null;
    until: number | null;
  }>(
    `SELECT c.role, c.name, c.parent, t.expires_ms AS until FROM login_code c LEFT JOIN token t ON t.id = c.parent
     WHERE c.hash = ? AND c.expires_ms > ? AND (c.parent IS NULL
       OR (t.id IS NOT NULL AND t.revoked_ms IS NULL AND (t.expires_ms IS NULL OR t.expires_ms > ?)))`,
    hash,
    context.now(),
    context.now(),
  )[0];
  if (!row)
    throw new SkerryError('unauthorized', 'the login link was used already or is too old', {
      hint: 'make a new one: skerry login --link',
    });
  context.sql.run('DELETE FROM login_code WHERE hash = ?', hash);
  const expiresMs = Math.min(context.now() + LOGIN_TOKEN_MS, row.until ?? Number.MAX_SAFE_INTEGER);
  const { secret } = insert(context, `login:${row.name}`, {
    kind: 'operator',
    name: row.name,
    role: row.role,
    expiresMs,
    ...(row.parent !== null && { parent: row.parent }),
  });
  return { secret, role: row.role, expiresMs };
}

interface TokenRow extends Record<string, SqlValue> {
  id: string;
  kind: string;
  name: string;
  role: string;
  labels: string;
  auto_approve: number;
  uses_left: number | null;
  expires_ms: number | null;
  created_ms: number;
  created_by: string;
  revoked_ms: number | null;
  last_used_ms: number | null;
}

function live(context: FleetContext, secret: string, kind: 'operator' | 'enrol'): TokenRow | undefined {
  return context.sql.all<TokenRow>(
    `SELECT * FROM token WHERE hash = ? AND kind = ? AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > ?)`,
    secretHash(context, secret),
    kind,
    context.now(),
  )[0];
}

function secretHash(context: FleetContext, secret: string): string {
  return toHex(context.crypto.sha256(utf8(secret)));
}
