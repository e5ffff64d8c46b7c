/** What people ask about agents and devices of this shard. */
import type { SqlValue } from '../../ports.ts';
import { matchesSelector, parseSelector } from '../selector.ts';
import { type AgentRow, type AgentState, factsOf, held, labelsOf } from './agents.ts';
import type { ShardContext } from './context.ts';
import { type AgentStatus, type PipelineInfo, reportedPipelines } from './reported.ts';
import { type ReversionInfo, reversions } from './reversions.ts';
import type { StoredDesired } from './sync.ts';

export interface AgentInfo {
  id: string;
  state: AgentState;
  /** Whether another key asks for this id. */
  replacementWaits: boolean;
  labels: Record<string, string>;
  facts: Record<string, string>;
  version: string;
  enrolledMs: number;
  lastSeenMs: number | null;
  /** What the agent's wall clock read when it was last heard of. */
  wallMs: number;
  epoch: string;
  pipelines: PipelineInfo[];
  desired: StoredDesired[];
  desiredGeneration: number;
  status: Partial<AgentStatus>;
  /** Releases that it gave back by itself, newest first; in the answer about one agent. */
  reversions?: ReversionInfo[];
}

/** Agents after the cursor, in order of their ids. */
export function listAgents(
  context: ShardContext,
  query: {
    state?: AgentState | undefined;
    selector?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): AgentInfo[] {
  const selector = parseSelector(query.selector ?? '');
  const found: AgentInfo[] = [];
  let cursor = query.cursor ?? '';
  const page = 200;
  for (;;) {
    const rows = context.sql.all<AgentRow>(
      'SELECT * FROM agent WHERE id > ? AND (? IS NULL OR state = ?) ORDER BY id LIMIT ?',
      cursor,
      query.state ?? null,
      query.state ?? null,
      page,
    );
    for (const row of rows) {
      cursor = row.id;
      if (!matchesSelector(selector, { labels: labelsOf(row), facts: factsOf(row) })) continue;
      found.push(toInfo(context, row));
      if (found.length === query.limit) return found;
    }
    if (rows.length < page) return found;
  }
}

/** One agent. Throws SkerryError not-found. */
export function getAgent(context: ShardContext, id: string): AgentInfo {
  return { ...toInfo(context, held(context, id)), reversions: reversions(context, id) };
}

function toInfo(context: ShardContext, row: AgentRow): AgentInfo {
  return {
    id: row.id,
    state: row.state,
    replacementWaits: row.pending_key !== null,
    labels: labelsOf(row),
    facts: factsOf(row),
    version: row.version,
    enrolledMs: row.enrolled_ms,
    lastSeenMs: row.last_seen_ms,
    wallMs: row.wall_ms,
    epoch: row.epoch,
    pipelines: reportedPipelines(context, row.id),
    desired: JSON.parse(row.desired) as StoredDesired[],
    desiredGeneration: row.desired_generation,
    status: JSON.parse(row.status) as Partial<AgentStatus>,
  };
}

/** How many agents are in each state; approved ones are online or offline. */
export function countAgents(context: ShardContext, offlineAfterMs: number): Record<string, number> {
  const rows = context.sql.all<{ state: string; n: number }>(
    `SELECT CASE WHEN state <> 'approved' THEN state WHEN last_seen_ms > ? THEN 'online' ELSE 'offline' END AS state,
       count(*) AS n FROM agent GROUP BY 1`,
    context.now() - offlineAfterMs,
  );
  const counts: Record<string, number> = { pending: 0, online: 0, offline: 0, rejected: 0, retired: 0 };
  for (const { state, n } of rows) counts[state] = n;
  return counts;
}

export interface DeviceInfo {
  agent: string;
  pipeline: string;
  device: string;
  release: string;
  releaseDigest: string;
  results: number;
  errors: number;
  duplicates: number;
  lastFromUs: number;
  lastToUs: number;
  lastSeenMs: number;
  lastDecision: string;
  lastOutputs: Record<string, unknown>;
}

/** Devices with their latest result, in order of (agent, pipeline, device), after the cursor. */
export function listDevices(
  context: ShardContext,
  query: {
    agent?: string | undefined;
    pipeline?: string | undefined;
    device?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): DeviceInfo[] {
  const where: string[] = [];
  const params: SqlValue[] = [];
  for (const column of ['agent', 'pipeline', 'device'] as const) {
    const value = query[column];
    if (value === undefined) continue;
    where.push(`${column} = ?`);
    params.push(value);
  }
  if (query.cursor !== undefined) {
    where.push("agent || '/' || pipeline || '/' || device > ?");
    params.push(query.cursor);
  }
  return context.sql
    .all<DeviceRow>(
      `SELECT agent, pipeline, device, release, release_digest, last_from_us, max(last_to_us) AS last_to_us,
         sum(results) AS results, sum(errors) AS errors, sum(duplicates) AS duplicates, last_seen_ms, last_decision,
         last_outputs FROM stream ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
       GROUP BY agent, pipeline, device ORDER BY agent || '/' || pipeline || '/' || device LIMIT ?`,
      ...params,
      query.limit,
    )
    .map((row) => ({
      agent: row.agent,
      pipeline: row.pipeline,
      device: row.device,
      release: row.release,
      releaseDigest: row.release_digest,
      results: row.results,
      errors: row.errors,
      duplicates: row.duplicates,
      lastFromUs: row.last_from_us,
      lastToUs: row.last_to_us,
      lastSeenMs: row.last_seen_ms,
      lastDecision: row.last_decision,
      lastOutputs: JSON.parse(row.last_outputs) as Record<string, unknown>,
    }));
}

interface DeviceRow extends Record<string, SqlValue> {
  agent: string;
  pipeline: string;
  device: string;
  release: string;
  release_digest: string;
  last_from_us: number;
  last_to_us: number;
  results: number;
  errors: number;
  duplicates: number;
  last_seen_ms: number;
  last_decision: string;
  last_outputs: string;
}
