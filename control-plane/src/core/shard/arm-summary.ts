/**
 * What agents show of a release, for people to read beside the verdicts: per metric the mean over agents and how many
 * had it, counts added up, latency and outputs as sketches that merge. Sums only, so shards and agents add up.
 */
import { latencyQuantile } from '@skerry/proto/latency';
import { SHOWN_METRIC_NAMES, type ShownMetric } from '../shown-metrics.ts';
import { type ArmRow, armRows, countsSinceEntered, servingPipelines } from './arms.ts';
import type { ShardContext } from './context.ts';
import { addCounts, metricValue, noCounts, plusCounts, type ReleaseCounts } from './counts.ts';
import { countsOfRelease, evidenceKey, readCounts } from './evidence.ts';
import type { ReversionProof } from './reversions.ts';

/** stage: members, under the release · control: other agents (in a shadow stage, the members' serving release). */
export type ArmName = 'stage' | 'control' | 'fleet';

/** The agents of one arm that ran one release. */
export interface ArmSummary {
  arm: ArmName;
  digest: string;
  /** Agents that said something of it. */
  agents: number;
  /** Of each metric: agents that have one, and the sum of theirs. */
  metrics: Partial<Record<ShownMetric, { agents: number; sum: number }>>;
  /** All agents together, latency and outputs as they merge. */
  counts: ReleaseCounts;
  /** Agents that gave it back by themselves. */
  reversions: Record<ReversionProof, number>;
}

export interface ArmQuery {
  rollout: string;
  name: string;
  digest: string;
  /** The last stage that was entered. */
  stage: number;
  isShadow: boolean;
}

/** Both arms since the stage was entered: the release on the stage's agents, and what others serve meanwhile. */
export function summarizeArms(context: ShardContext, query: ArmQuery): ArmSummary[] {
  const summaries = new Map<string, ArmSummary>();
  for (const row of armRows(context, query)) {
    const isMember = row.stage !== null;
    const counts = countsSinceEntered(context, row);
    if (isMember) {
      const own = addCounts(countsOfRelease(counts, query.digest, query.isShadow ? 'shadow' : 'active'));
      const proof = reversionOf(context, row.agent, query.digest);
      if (own || proof) addAgent(summaryOf(summaries, 'stage', query.digest), own, proof);
    }
    if (isMember !== query.isShadow) continue;
    for (const [digest, served] of servedByDigest(context, row, query, counts))
      addAgent(summaryOf(summaries, 'control', digest), served, reversionOf(context, row.agent, digest));
  }
  return [...summaries.values()];
}

function servedByDigest(
  context: ShardContext,
  row: ArmRow,
  query: ArmQuery,
  counts: Readonly<Record<string, ReleaseCounts>>,
): Map<string, ReleaseCounts> {
  const served = new Map<string, ReleaseCounts>();
  for (const pipeline of servingPipelines(context, row.agent, query.name)) {
    const { name, release_digest: digest } = pipeline;
    const own = counts[evidenceKey(name, digest, 'active')];
    const before = served.get(digest);
    if (own && digest !== query.digest) served.set(digest, before ? plusCounts(before, own) : own);
  }
  return served;
}

/** A release on every approved agent that serves it or did, since it was activated there. */
export function summarizeRelease(context: ShardContext, digest: string): ArmSummary[] {
  const summaries = new Map<string, ArmSummary>();
  const agents = context.sql.all<{ id: string }>(
    `SELECT id FROM agent a WHERE state = 'approved' AND (
       EXISTS (SELECT 1 FROM release_evidence e WHERE e.agent = a.id AND e.release_digest = ? AND e.role = 'active')
       OR EXISTS (SELECT 1 FROM penalty p WHERE p.agent = a.id AND p.release_digest = ?))`,
    digest,
    digest,
  );
  for (const { id } of agents) {
    const own = addCounts(countsOfRelease(readCounts(context, id), digest, 'active'));
    addAgent(summaryOf(summaries, 'fleet', digest), own, reversionOf(context, id, digest));
  }
  return [...summaries.values()];
}

function reversionOf(context: ShardContext, agent: string, digest: string): ReversionProof | undefined {
  return context.sql.all<{ proof: ReversionProof }>(
    'SELECT proof FROM penalty WHERE agent = ? AND release_digest = ?',
    agent,
    digest,
  )[0]?.proof;
}

function summaryOf(summaries: Map<string, ArmSummary>, arm: ArmName, digest: string): ArmSummary {
  const key = `${arm} ${digest}`;
  const held = summaries.get(key) ?? emptySummary(arm, digest);
  summaries.set(key, held);
  return held;
}

function emptySummary(arm: ArmName, digest: string): ArmSummary {
  const reversions = { verified: 0, unsigned: 0, bad: 0 };
  return { arm, digest, agents: 0, metrics: {}, counts: noCounts(), reversions };
}

function addAgent(
  summary: ArmSummary,
  counts: ReleaseCounts | undefined,
  proof: ReversionProof | undefined,
): void {
  if (proof) summary.reversions[proof]++;
  if (!counts) return;
  summary.agents++;
  summary.counts = plusCounts(summary.counts, counts);
  for (const metric of SHOWN_METRIC_NAMES) {
    const value = shownValue(metric, counts);
    if (value === undefined) continue;
    const held = summary.metrics[metric] ?? { agents: 0, sum: 0 };
    summary.metrics[metric] = { agents: held.agents + 1, sum: held.sum + value };
  }
}

const DAY_MS = 86_400_000;
/** From less than this nothing is told of a day: one event in a minute isn't 1,440 a day. */
const TELLING_MS = 3_600_000;

/**
 * An agent's value, undefined where it has nothing to make it of. Rates are per window (or per day, from an hour on), latency
 * in milliseconds, memory in bytes.
 */
export function shownValue(metric: ShownMetric, counts: ReleaseCounts): number | undefined {
  const per = (count: number, of: number): number | undefined => (of > 0 ? count / of : undefined);
  const perDay = (count: number): number | undefined =>
    counts.activeMs >= TELLING_MS ? (count / counts.activeMs) * DAY_MS : undefined;
  switch (metric) {
    case 'errorRate':
    case 'alertRate':
    case 'disagreement':
    case 'latencyP95':
      return metricValue(metric, counts, 1);
    case 'nonFiniteRate':
      return per(counts.nonFinite, counts.windows);
    case 'alertsPerDay':
      return perDay(counts.alerts);
    case 'restartsPerDay':
      return perDay(counts.restarts);
    case 'confidence':
      return per(counts.confidenceSum, counts.confidences);
    case 'memoryBytes':
      return counts.memoryBytes || undefined;
    case 'shadowDistance':
      return per(counts.distanceSum, counts.matched);
    case 'shedRate':
      return per(counts.shed, counts.shed + counts.matched);
  }
}

/** Summaries of several shards together: one for each arm and release, the stage's first, then those of most agents. */
export function mergeSummaries(parts: readonly (readonly ArmSummary[])[]): ArmSummary[] {
  const merged = new Map<string, ArmSummary>();
  for (const part of parts.flat()) {
    const total = summaryOf(merged, part.arm, part.digest);
    total.agents += part.agents;
    total.counts = plusCounts(total.counts, part.counts);
    for (const [metric, { agents, sum }] of Object.entries(part.metrics)) {
      const held = total.metrics[metric as ShownMetric] ?? { agents: 0, sum: 0 };
      total.metrics[metric as ShownMetric] = { agents: held.agents + agents, sum: held.sum + sum };
    }
    for (const proof of ['verified', 'unsigned', 'bad'] as const)
      total.reversions[proof] += part.reversions[proof];
  }
  const rank = ({ arm }: ArmSummary): number => (arm === 'stage' ? 0 : 1);
  return [...merged.values()].sort((a, b) => rank(a) - rank(b) || b.agents - a.agents);
}

/** Quantiles of the merged latency, in milliseconds; null of nothing. */
export function latencyOf({ latency }: ReleaseCounts): Record<'p50Ms' | 'p95Ms' | 'p99Ms', number | null> {
  const at = (q: number): number | null => latencyQuantile(latency, q) ?? null;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}
