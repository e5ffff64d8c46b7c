/** Agents of this shard: enrolled, approved, labelled, replaced, retired. An agent id is held by one key. */
import { SkerryError } from '@skerry/proto/errors';
import { NAME_PATTERN } from '@skerry/proto/ids';
import type { SqlValue } from '../../ports.ts';
import type { ShardContext } from './context.ts';
import { endEpochs } from './ledger.ts';

export type AgentState = 'pending' | 'approved' | 'rejected' | 'retired';

/** More than these wait for nobody: an open enrolment endpoint fills no disk. */
const MAX_WAITING = 1_000;
const MAX_LABELS_LENGTH = 16_384;

export interface Enrolment {
  agent: string;
  /** base64url of the raw Ed25519 key. */
  publicKey: string;
  labels: Record<string, string>;
  facts: Record<string, string>;
  /** Labels that the operator gave with the token; they win over the agent's own. */
  tokenLabels: Record<string, string>;
  autoApprove: boolean;
}

/**
 * Enrols an agent, or answers again what was answered. Another key under a known id waits for approval and changes
 * nothing until then; while one waits, no other takes its place, so that what a person approves is what they saw.
 * Throws SkerryError invalid, forbidden (rejected, retired), conflict (another key waits), full.
 */
export function enrol(
  context: ShardContext,
  request: Enrolment,
): { status: 'approved' | 'pending'; changed: boolean } {
  if (!NAME_PATTERN.test(request.agent))
    throw new SkerryError('invalid', `"${request.agent}" is no agent id`, {
      hint: 'use 1 to 64 of A-Z a-z 0-9 . _ -',
    });
  if (JSON.stringify([request.labels, request.facts]).length > MAX_LABELS_LENGTH)
    throw new SkerryError('too-large', `labels and facts are longer than ${MAX_LABELS_LENGTH} characters`);
  const row = find(context, request.agent);
  if (!row) return insert(context, request);
  if (row.public_key !== request.publicKey) {
    if (row.pending_key === request.publicKey) return { status: 'pending', changed: false };
    if (row.pending_key !== null || row.state === 'pending')
      throw new SkerryError('conflict', `agent ${row.id} waits for approval with another key`, {
        hint: `refuse that one first: skerry agent reject ${row.id}`,
      });
    context.sql.run('UPDATE agent SET pending_key = ? WHERE id = ?', request.publicKey, row.id);
    return { status: 'pending', changed: true };
  }
  if (row.state === 'rejected' || row.state === 'retired')
    throw new SkerryError('forbidden', `agent ${row.id} is ${row.state}`);
  if (row.state === 'pending' && request.autoApprove) {
    approveAgent(context, row.id);
    return { status: 'approved', changed: true };
  }
  return { status: row.state === 'approved' ? 'approved' : 'pending', changed: false };
}

function insert(
  context: ShardContext,
  request: Enrolment,
): { status: 'approved' | 'pending'; changed: boolean } {
  const [{ n: waiting } = { n: 0 }] = context.sql.all<{ n: number }>(
    "SELECT count(*) AS n FROM agent WHERE state = 'pending'",
  );
  if (!request.autoApprove && waiting >= MAX_WAITING)
    throw new SkerryError('full', `${waiting} agents wait for approval already`, {
      hint: 'approve or reject some: skerry agent ls',
    });
  const nowMs = context.now();
  context.sql.run(
    `INSERT INTO agent (id, state, public_key, labels, reported_labels, facts, enrolled_ms, approved_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    request.agent,
    request.autoApprove ? 'approved' : 'pending',
    request.publicKey,
    JSON.stringify(request.tokenLabels),
    JSON.stringify(request.labels),
    JSON.stringify(request.facts),
    nowMs,
    request.autoApprove ? nowMs : null,
  );
  return { status: request.autoApprove ? 'approved' : 'pending', changed: true };
}

/** Approves an agent, or the new key that asks for its id (replaceAgent). */
export function approveAgent(context: ShardContext, id: string): { replacedKey: boolean } {
  const row = held(context, id);
  if (row.pending_key !== null) takeKey(context, id);
  context.sql.run(
    "UPDATE agent SET state = 'approved', approved_ms = coalesce(approved_ms, ?) WHERE id = ?",
    context.now(),
    id,
  );
  return { replacedKey: row.pending_key !== null };
}

/**
 * Gives an agent's id to the key that waits for it: the old key's tokens end with it, and what its epoch still had
 * pending becomes unknown. Throws SkerryError not-found, or conflict where no second key waits.
 */
export function replaceAgent(context: ShardContext, id: string): void {
  const row = held(context, id);
  if (row.pending_key === null)
    throw new SkerryError('conflict', `no second key waits for agent ${id}`, {
      hint:
        row.state === 'pending'
          ? `it waits for approval itself: skerry agent approve ${id}`
          : 'start the new gateway with this id first: it asks by enrolling',
    });
  takeKey(context, id);
  approveAgent(context, id);
}

function takeKey(context: ShardContext, id: string): void {
  endEpochs(context, id, '');
  context.sql.run(
    `UPDATE agent SET public_key = pending_key, pending_key = NULL, epoch = '', boot = '', mono_ms = 0, wall_ms = 0
     WHERE id = ?`,
    id,
  );
}

/** Refuses what waits: a new key for a known id, or the agent itself. */
export function rejectAgent(context: ShardContext, id: string): void {
  const row = held(context, id);
  if (row.pending_key !== null) context.sql.run('UPDATE agent SET pending_key = NULL WHERE id = ?', id);
  else if (row.state === 'pending') context.sql.run("UPDATE agent SET state = 'rejected' WHERE id = ?", id);
  else throw new SkerryError('conflict', `agent ${id} is ${row.state}: nothing waits for approval`);
}

/** Takes an agent out of service: it gets no more tokens and counts nowhere; what it sent stays. */
export function retireAgent(context: ShardContext, id: string): void {
  held(context, id);
  context.sql.run("UPDATE agent SET state = 'retired', pending_key = NULL WHERE id = ?", id);
}

/** Sets the operator's labels: a null value removes one. They win over the agent's own. */
export function labelAgent(
  context: ShardContext,
  id: string,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const labels = JSON.parse(held(context, id).labels) as Record<string, string>;
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete labels[key];
    else labels[key] = value;
  }
  if (Object.keys(labels).length > 64) throw new SkerryError('invalid', 'an agent has at most 64 labels');
  context.sql.run('UPDATE agent SET labels = ? WHERE id = ?', JSON.stringify(labels), id);
  return labels;
}

/** The key that an agent's assertions are verified with. Throws SkerryError unauthorized where it may not come in. */
export function agentKey(context: ShardContext, id: string): string {
  const row = find(context, id);
  if (row?.state !== 'approved')
    throw new SkerryError('unauthorized', `agent ${id} is ${row?.state ?? 'not enrolled'}`);
  return row.public_key;
}

/** Takes an assertion's id once. Throws SkerryError unauthorized at a replay within its lifetime. */
export function useAssertion(context: ShardContext, id: string, jti: string, expiresMs: number): void {
  context.sql.run('DELETE FROM jti WHERE expires_ms < ?', context.now() - 60_000);
  const fresh = context.sql.run(
    'INSERT OR IGNORE INTO jti (agent, jti, expires_ms) VALUES (?, ?, ?)',
    id,
    jti,
    expiresMs,
  );
  if (fresh === 0) throw new SkerryError('unauthorized', 'this assertion was used already');
}

export interface AgentRow extends Record<string, SqlValue> {
  id: string;
  state: AgentState;
  public_key: string;
  pending_key: string | null;
  labels: string;
  reported_labels: string;
  facts: string;
  enrolled_ms: number;
  approved_ms: number | null;
  last_seen_ms: number | null;
  version: string;
  epoch: string;
  boot: string;
  mono_ms: number;
  wall_ms: number;
  status: string;
  desired: string;
  desired_generation: number;
  /** Digests that generations since the last confirmed one have named, separated by blanks. */
  former: string;
  /** The generation that the agent itself said it holds. */
  seen_generation: number;
}

/** An agent's row, undefined where it isn't enrolled here. */
export function find(context: ShardContext, id: string): AgentRow | undefined {
  return context.sql.all<AgentRow>('SELECT * FROM agent WHERE id = ?', id)[0];
}

/** An agent's row. Throws SkerryError not-found. */
export function held(context: ShardContext, id: string): AgentRow {
  const row = find(context, id);
  if (!row) throw new SkerryError('not-found', `there is no agent ${id}`);
  return row;
}

/** The labels that selectors see: the agent's own under the operator's. */
export function labelsOf(row: Pick<AgentRow, 'labels' | 'reported_labels'>): Record<string, string> {
  return {
    ...(JSON.parse(row.reported_labels) as Record<string, string>),
    ...(JSON.parse(row.labels) as Record<string, string>),
  };
}

/** The facts that selectors see. */
export function factsOf(row: Pick<AgentRow, 'facts'>): Record<string, string> {
  return JSON.parse(row.facts) as Record<string, string>;
}
