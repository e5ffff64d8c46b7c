/**
 * Before the first byte: which agents a release would fail on, and why, from what they report. What an agent says
 * nothing about isn't judged.
 */
import { matchesSelector, parseSelector } from '../selector.ts';
import { type AgentRow, factsOf, labelsOf } from './agents.ts';
import { OFFLINE_MS } from './arms.ts';
import type { ShardContext } from './context.ts';
import { type Candidate, failuresOf, warningsOf } from './preflight-checks.ts';
import { reportedPipelines } from './reported.ts';
import { reversions } from './reversions.ts';

export interface PreflightQuery extends Candidate {
  name: string;
  selector: string;
}

export interface PreflightFinding {
  agent: string;
  pipeline: string;
  /** fails: it wouldn't run there · warns: it would, with something to know. */
  verdict: 'fails' | 'warns';
  reason: string;
}

/** What this shard's agents come to; counts are of agents. */
export interface Preflight {
  /** Approved, matching, with a pipeline that wants the release and isn't pinned. */
  eligible: number;
  failing: number;
  warned: number;
  offline: number;
  /** At most 100, failures first. */
  findings: PreflightFinding[];
}

const MAX_FINDINGS = 100;

/** Judges every agent that a rollout of the release would reach. */
export function preflight(context: ShardContext, query: PreflightQuery): Preflight {
  const selector = parseSelector(query.selector);
  const total: Preflight = { eligible: 0, failing: 0, warned: 0, offline: 0, findings: [] };
  const rows = context.sql.all<AgentRow>(
    `SELECT * FROM agent a WHERE a.state = 'approved' AND EXISTS
       (SELECT 1 FROM pipeline p WHERE p.agent = a.id AND p.wants = ? AND p.pinned = 0) ORDER BY a.id`,
    query.name,
  );
  for (const row of rows) {
    if (!matchesSelector(selector, { labels: labelsOf(row), facts: factsOf(row) })) continue;
    total.eligible++;
    if (context.now() - (row.last_seen_ms ?? 0) > OFFLINE_MS) total.offline++;
    const found = findingsOf(context, row, query);
    if (found.some((f) => f.verdict === 'fails')) total.failing++;
    else if (found.length > 0) total.warned++;
    total.findings.push(...found);
  }
  return { ...total, findings: worstFirst(total.findings) };
}

/** Several shards together. */
export function mergePreflights(parts: readonly Preflight[]): Preflight {
  const sum = (key: 'eligible' | 'failing' | 'warned' | 'offline'): number =>
    parts.reduce((total, part) => total + part[key], 0);
  return {
    eligible: sum('eligible'),
    failing: sum('failing'),
    warned: sum('warned'),
    offline: sum('offline'),
    findings: worstFirst(parts.flatMap((part) => part.findings)),
  };
}

function worstFirst(findings: readonly PreflightFinding[]): PreflightFinding[] {
  return [...findings]
    .sort((a, b) => (a.verdict === b.verdict ? (a.agent < b.agent ? -1 : 1) : a.verdict === 'fails' ? -1 : 1))
    .slice(0, MAX_FINDINGS);
}

function findingsOf(context: ShardContext, row: AgentRow, query: PreflightQuery): PreflightFinding[] {
  const agent = { version: row.version, facts: factsOf(row) };
  const gaveBack = reversions(context, row.id).find(({ digest }) => digest === query.digest)?.reason;
  return reportedPipelines(context, row.id)
    .filter((p) => p.wants === query.name && !p.pinned)
    .flatMap((pipeline) => {
      const of =
        (verdict: PreflightFinding['verdict']) =>
        (reason: string): PreflightFinding => ({ agent: row.id, pipeline: pipeline.name, verdict, reason });
      const fails = [
        gaveBack && `it gave this release back before: ${gaveBack}`,
        ...failuresOf(query, agent, pipeline),
      ];
      return [
        ...fails.filter((reason) => reason !== undefined).map(of('fails')),
        ...warningsOf(query, agent, pipeline)
          .filter((reason) => reason !== undefined)
          .map(of('warns')),
      ];
    });
}
