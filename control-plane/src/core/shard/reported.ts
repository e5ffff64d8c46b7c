/** What an agent says is true: it wins over what the server believed. */
import { toHex } from '@skerry/proto/bytes';
import { skerry } from '@skerry/proto/wire';
import type { WantedPipeline } from '../plan.ts';
import type { AgentRow } from './agents.ts';
import type { ShardContext } from './context.ts';
import { storeEvidence } from './evidence.ts';

/** waiting: people at the device have a say in the release on its way, and it isn't taken yet. */
export type SlotState = 'none' | 'fetching' | 'verifying' | 'active' | 'failed' | 'waiting';
const SLOT_STATES: readonly SlotState[] = ['none', 'fetching', 'verifying', 'active', 'failed', 'waiting'];

/** A pipeline as an agent last reported it. */
export interface PipelineInfo {
  name: string;
  wants: string;
  pinned: boolean;
  release: string;
  releaseDigest: string;
  variant: string;
  backend: string;
  previous: string;
  tryingDigest: string;
  state: SlotState;
  error: string;
  /** consent | hold: what the release on its way waits for; empty where it doesn't. */
  waitsFor: string;
  policy: number;
  golden: { variant: string; backend: string; passed: boolean; detail: string; inferUs: number }[];
  channels: string[];
  windows: number;
  errors: number;
  latencyP95Us: number;
  /** The release that runs beside the one that serves, where one is to. */
  shadow?: ShadowInfo;
}

/** A shadow as an agent last reported it. */
export type ShadowInfo = Pick<
  PipelineInfo,
  'release' | 'releaseDigest' | 'variant' | 'backend' | 'state' | 'error' | 'golden'
>;

/** The rest of an agent's report, stored beside its pipelines. */
export interface AgentStatus {
  appliedGeneration: number;
  unclaimed: { topic: string; messages: number }[];
  unclaimedMessages: number;
  devices: string[];
  trusted: Record<string, number>;
  /** Why it refused newer metadata, or who holds it back; empty where all is well. */
  trustProblem: string;
  lanes: { lane: 'alert' | 'result'; firstPending: number; last: number }[];
  /** How far the agent's wall clock may be from this server's, at worst, by its own measure; 0 for unknown. */
  uncertaintyMs: number;
  /** How far its times of arrival are ahead, after its clock was set back. */
  arrivalAheadMs: number;
}

/** Whether a request is older than what is held: same boot, earlier monotonic time. It was delayed on its way. */
export function isDelayed(row: AgentRow, { clock }: skerry.v1.SyncRequest): boolean {
  return clock?.boot === row.boot && Number(clock.monoMs ?? 0) < row.mono_ms;
}

/** Stores a report, heard of at `seenMs`. Returns whether anything that rollouts look at has changed. */
export function storeReport(
  context: ShardContext,
  row: AgentRow,
  request: skerry.v1.SyncRequest,
  seenGeneration: number,
  seenMs: number,
): boolean {
  const clock = request.clock ?? {};
  const reported = request.reported;
  context.sql.run(
    `UPDATE agent SET last_seen_ms = ?, epoch = ?, boot = ?, mono_ms = ?, wall_ms = ?, seen_generation = ?
     WHERE id = ?`,
    seenMs,
    toHex(request.epoch),
    clock.boot ?? '',
    Number(clock.monoMs ?? 0),
    Number(clock.wallMs ?? 0),
    seenGeneration,
    row.id,
  );
  if (!reported) return false;
  context.sql.run(
    'UPDATE agent SET version = ?, reported_labels = ?, facts = ?, status = ? WHERE id = ?',
    reported.version ?? '',
    JSON.stringify(modest(reported.labels)),
    JSON.stringify(modest(reported.facts)),
    JSON.stringify(statusOf(request)),
    row.id,
  );
  if (!reported.evidenceUnsaid) storeEvidence(context, row, reported.evidence ?? []);
  return storePipelines(context, row.id, reported.pipelines ?? []);
}

// As at enrolment: 64 labels, 64 facts; what is beyond is left out.
function modest(texts: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts ?? {})
      .filter(([key, value]) => key.length <= 64 && value.length <= 1_024)
      .slice(0, 64),
  );
}

function statusOf(request: skerry.v1.SyncRequest): AgentStatus {
  const reported = request.reported ?? {};
  return {
    appliedGeneration: Number(reported.appliedGeneration ?? 0),
    unclaimed: (reported.unclaimed ?? [])
      .slice(0, 100)
      .map((u) => ({ topic: u.topic ?? '', messages: Number(u.messages ?? 0) })),
    unclaimedMessages: Number(reported.unclaimedMessages ?? 0),
    devices: (reported.devices ?? []).filter((device) => device.length <= 256).slice(0, 10_000),
    trusted: Object.fromEntries(
      Object.entries(reported.trusted ?? {}).map(([role, version]) => [role, Number(version)]),
    ),
    trustProblem: (reported.trustProblem ?? '').slice(0, 1_024),
    lanes: request.lanes.map((l) => ({
      lane: l.lane === skerry.v1.Lane.LANE_ALERT ? 'alert' : 'result',
      firstPending: Number(l.firstPending ?? 0),
      last: Number(l.last ?? 0),
    })),
    uncertaintyMs: request.clock?.uncertaintyMs ?? 0,
    arrivalAheadMs: Number(reported.arrivalAheadMs ?? 0),
  };
}

function storePipelines(
  context: ShardContext,
  agent: string,
  pipelines: readonly skerry.v1.IReportedPipeline[],
): boolean {
  const before = new Map(
    context.sql
      .all<{ name: string; key: string }>(
        `SELECT name, wants || '|' || pinned || '|' || release_digest || '|' || trying_digest || '|' || state || '|' ||
           coalesce(json_extract(doc, '$.shadow.releaseDigest') || '|' || json_extract(doc, '$.shadow.state'), '')
           AS key FROM pipeline WHERE agent = ?`,
        agent,
      )
      .map((row) => [row.name, row.key]),
  );
  let changed = false;
  for (const reported of pipelines.slice(0, 1_000)) {
    const p = toInfo(reported);
    const shadow = p.shadow ? [p.shadow.releaseDigest, p.shadow.state] : [''];
    const key = [p.wants, p.pinned ? 1 : 0, p.releaseDigest, p.tryingDigest, p.state, ...shadow].join('|');
    if (before.get(p.name) !== key) changed = true;
    before.delete(p.name);
    context.sql.run(
      `INSERT OR REPLACE INTO pipeline (agent, name, wants, pinned, release, release_digest, trying_digest, state, error,
         doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      agent,
      p.name,
      p.wants,
      p.pinned ? 1 : 0,
      p.release,
      p.releaseDigest,
      p.tryingDigest,
      p.state,
      p.error,
      JSON.stringify(p),
    );
  }
  for (const name of before.keys())
    context.sql.run('DELETE FROM pipeline WHERE agent = ? AND name = ?', agent, name);
  return changed || before.size > 0;
}

function toInfo(p: skerry.v1.IReportedPipeline): PipelineInfo {
  return {
    name: p.name ?? '',
    wants: p.wants ?? '',
    pinned: p.pinned ?? false,
    release: p.release ?? '',
    releaseDigest: p.releaseDigest ?? '',
    variant: p.variant ?? '',
    backend: p.backend ?? '',
    previous: p.previous ?? '',
    tryingDigest: p.tryingDigest ?? '',
    state: SLOT_STATES[p.state ?? 0] ?? 'none',
    error: p.error ?? '',
    waitsFor: p.waitsFor ?? '',
    policy: p.policy ?? 0,
    golden: toGolden(p.golden),
    channels: p.channels ?? [],
    windows: Number(p.windows ?? 0),
    errors: Number(p.errors ?? 0),
    latencyP95Us: p.latencyP95Us ?? 0,
    ...(p.shadow && { shadow: toShadow(p.shadow) }),
  };
}

function toShadow(s: skerry.v1.IReportedShadow): ShadowInfo {
  return {
    release: s.release ?? '',
    releaseDigest: s.releaseDigest ?? '',
    variant: s.variant ?? '',
    backend: s.backend ?? '',
    state: SLOT_STATES[s.state ?? 0] ?? 'none',
    error: s.error ?? '',
    golden: toGolden(s.golden),
  };
}

function toGolden(golden: skerry.v1.IGoldenOutcome[] | null | undefined): PipelineInfo['golden'] {
  return (golden ?? []).map((g) => ({
    variant: g.variant ?? '',
    backend: g.backend ?? '',
    passed: g.passed ?? false,
    detail: g.detail ?? '',
    inferUs: g.inferUs ?? 0,
  }));
}

/** An agent's pipelines in full. */
export function reportedPipelines(context: ShardContext, agent: string): PipelineInfo[] {
  return context.sql
    .all<{ doc: string }>('SELECT doc FROM pipeline WHERE agent = ? ORDER BY name', agent)
    .map((row) => JSON.parse(row.doc) as PipelineInfo);
}

/** An agent's pipelines as far as assigning goes. */
export function wantedPipelines(context: ShardContext, agent: string): WantedPipeline[] {
  return context.sql
    .all<{ name: string; wants: string; pinned: number; release: string }>(
      'SELECT name, wants, pinned, release FROM pipeline WHERE agent = ? ORDER BY name',
      agent,
    )
    .map((row) => ({ ...row, pinned: row.pinned === 1 }));
}
