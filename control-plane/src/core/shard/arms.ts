/**
 * The two arms of a comparison: the agents of the stages so far, and every other eligible one. On entering a stage it is
 * written down where each agent's counts stood, so that both arms are judged on the same time; and, once, what an
 * agent's own past was like before the rollout.
 */
import type { Metric } from '../rollout/metrics.ts';
import { addAgent, emptySample, type Sample } from '../rollout/samples.ts';
import type { AgentRow } from './agents.ts';
import { labelsOf } from './agents.ts';
import { cohortKey, type StageRef } from './cohort.ts';
import type { ShardContext } from './context.ts';
import { addCounts, countsSince, metricValue, type ReleaseCounts, reviveCounts } from './counts.ts';
import { type CountsByKey, countsOfRelease, evidenceKey, readCounts } from './evidence.ts';

/** What is asked about the arms, while a stage is being compared. */
export interface CompareQuery {
  /** minWindows by metric: those that are compared or bounded. */
  metrics: Partial<Record<Metric, number>>;
  /** Labels that part agents into strata. */
  stratify: string[];
  isShadow: boolean;
}

/** Silent for longer than this is offline: unknown, never success. */
export const OFFLINE_MS = 5 * 60_000;

/** Writes down where the counts of eligible agents stand as a stage is entered. */
export function markArms(
  context: ShardContext,
  rollout: string,
  name: string,
  agents: readonly string[],
): void {
  // One time for all, although it passes while they are written down.
  const nowMs = context.now();
  for (const agent of agents) {
    const counts = readCounts(context, agent);
    const past = addCounts(servingCounts(context, agent, name, counts));
    const seen = context.sql.all<{ last_seen_ms: number | null }>(
      'SELECT last_seen_ms FROM agent WHERE id = ?',
      agent,
    )[0]?.last_seen_ms;
    const isOnline = nowMs - (seen ?? 0) <= OFFLINE_MS;
    context.sql.run(
      `INSERT INTO arm (rollout, agent, past, base, online, at_ms) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (rollout, agent) DO UPDATE SET base = excluded.base, online = excluded.online, at_ms = excluded.at_ms`,
      rollout,
      agent,
      past ? JSON.stringify(past) : null,
      JSON.stringify(counts),
      isOnline ? 1 : 0,
      nowMs,
    );
  }
  // Who isn't eligible any more is no agent to compare with.
  context.sql.run('DELETE FROM arm WHERE rollout = ? AND at_ms != ?', rollout, nowMs);
}

export interface ServingPipeline extends Record<string, string> {
  name: string;
  release_digest: string;
}

/** Pipelines of an agent that want the release name, and what they serve. */
export function servingPipelines(context: ShardContext, agent: string, name: string): ServingPipeline[] {
  return context.sql.all<ServingPipeline>(
    "SELECT name, release_digest FROM pipeline WHERE agent = ? AND wants = ? AND pinned = 0 AND release_digest != ''",
    agent,
    name,
  );
}

function servingCounts(
  context: ShardContext,
  agent: string,
  name: string,
  counts: CountsByKey,
): ReleaseCounts[] {
  return servingPipelines(context, agent, name).flatMap(
    (p) => counts[evidenceKey(p.name, p.release_digest, 'active')] ?? [],
  );
}

/** An agent that was eligible as the stage was entered; `stage` is null where it is no member. */
export interface ArmRow extends Record<string, string | number | null> {
  agent: string;
  past: string | null;
  base: string;
  online: number;
  at_ms: number;
  last_seen_ms: number | null;
  labels: string;
  reported_labels: string;
  stage: number | null;
}

/** The agents of both arms: members of stages up to `stage`, and the others. */
export function armRows(context: ShardContext, query: StageRef): ArmRow[] {
  return context.sql.all<ArmRow>(
    `SELECT r.agent, r.past, r.base, r.online, r.at_ms, a.last_seen_ms, a.labels, a.reported_labels, m.stage
     FROM arm r JOIN agent a ON a.id = r.agent AND a.state = 'approved'
     LEFT JOIN member m ON m.rollout = ? AND m.agent = r.agent AND m.stage <= ?
     WHERE r.rollout = ?`,
    cohortKey(query),
    query.stage,
    query.rollout,
  );
}

/** What an agent counted since the stage was entered, by its evidence's keys. */
export function countsSinceEntered(context: ShardContext, row: ArmRow): CountsByKey {
  const base = JSON.parse(row.base) as Record<string, Partial<ReleaseCounts>>;
  return Object.fromEntries(
    Object.entries(readCounts(context, row.agent)).map(([key, later]) => {
      const earlier = base[key];
      return [key, countsSince(later, earlier && reviveCounts(earlier))];
    }),
  );
}

/** The values of both arms: of members of stages up to `stage`, and of the others that serve some other release. */
export function armSamples(
  context: ShardContext,
  query: StageRef & { name: string; digest: string },
  compare: CompareQuery,
): Sample[] {
  const samples = new Map<string, Sample>();
  const sampleOf = (metric: Metric, arm: Sample['arm'], stratum: string): Sample => {
    const key = JSON.stringify([metric, arm, stratum]);
    const sample = samples.get(key) ?? emptySample(metric, arm, stratum);
    samples.set(key, sample);
    return sample;
  };
  for (const row of armRows(context, query)) {
    const arm = row.stage === null ? 'control' : 'stage';
    const state = stateOf(context, row, query, compare, arm);
    // A control agent that serves nothing, or the candidate already, is nobody to compare with.
    if (!state) continue;
    const stratum = stratumOf(row, compare.stratify);
    for (const [metric, minWindows] of Object.entries(compare.metrics) as [Metric, number][])
      addTo(sampleOf(metric, arm, stratum), state, minWindows);
  }
  return [...samples.values()];
}

/** What one agent shows. */
interface ArmState {
  /** Of the release that it is judged by, since the stage was entered. */
  now: ReleaseCounts | undefined;
  /** What that is held against: its own past, or in a shadow stage the release that served meanwhile. */
  before: ReleaseCounts | undefined;
  drift: number | undefined;
  /** Undefined where it was silent already as the stage was entered. */
  isSilent: boolean | undefined;
}

function stateOf(
  context: ShardContext,
  row: ArmRow,
  query: { name: string; digest: string },
  compare: CompareQuery,
  arm: Sample['arm'],
): ArmState | undefined {
  const serving = servingPipelines(context, row.agent, query.name);
  const others = serving.filter((p) => p.release_digest !== query.digest);
  if (arm === 'control' && (others.length === 0 || compare.isShadow)) return undefined;
  const counts = countsSinceEntered(context, row);
  const candidate = countsOfRelease(counts, query.digest, compare.isShadow ? 'shadow' : 'active');
  const served = others.flatMap((p) => counts[evidenceKey(p.name, p.release_digest, 'active')] ?? []);
  const judgedBy = arm === 'stage' ? candidate : served;
  return {
    now: addCounts(judgedBy),
    before: compare.isShadow
      ? addCounts(served)
      : row.past === null
        ? undefined
        : reviveCounts(JSON.parse(row.past) as Partial<ReleaseCounts>),
    drift:
      'outputDrift' in compare.metrics
        ? outputDrift(context, row, arm === 'stage' ? [query.digest] : others.map((p) => p.release_digest))
        : undefined,
    isSilent: row.online === 0 ? undefined : context.now() - (row.last_seen_ms ?? 0) > OFFLINE_MS,
  };
}

function addTo(sample: Sample, state: ArmState, minWindows: number): void {
  const { metric } = sample;
  if (metric === 'silence') {
    if (state.isSilent === undefined) sample.unknown++;
    else addAgent(sample, state.isSilent ? 1 : 0, undefined);
    return;
  }
  const value = metric === 'outputDrift' ? state.drift : metricValue(metric, state.now, minWindows);
  if (value === undefined) sample.unknown++;
  else
    addAgent(
      sample,
      value,
      metric === 'outputDrift' || metric === 'disagreement'
        ? undefined
        : metricValue(metric, state.before, minWindows),
    );
}

// The mean over the latest sketches of each device and output since the stage was entered, as the agent measured them.
function outputDrift(context: ShardContext, row: ArmRow, digests: readonly string[]): number | undefined {
  const values = digests.flatMap((digest) =>
    context.sql
      .all<{ psi: number }>(
        `SELECT json_extract(s.doc, '$.measures.psiExcess') AS psi FROM sketch s
         JOIN (SELECT device, signal, pipeline, max(to_us) AS last_us FROM sketch
               WHERE agent = ? AND release_digest = ? AND level != 'learning' AND from_us >= ?
               GROUP BY device, signal, pipeline) l
           ON l.device = s.device AND l.signal = s.signal AND l.pipeline = s.pipeline AND l.last_us = s.to_us
         WHERE s.agent = ? AND s.release_digest = ? AND json_extract(s.doc, '$.isOutput') = 1
           AND json_extract(s.doc, '$.measures.psiExcess') IS NOT NULL`,
        row.agent,
        digest,
        row.at_ms * 1_000,
        row.agent,
        digest,
      )
      .map((found) => found.psi),
  );
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

function stratumOf(row: Pick<AgentRow, 'labels' | 'reported_labels'>, stratify: readonly string[]): string {
  if (stratify.length === 0) return '';
  const labels = labelsOf(row);
  return stratify.map((label) => labels[label] ?? '–').join(' · ');
}
