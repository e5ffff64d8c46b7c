/**
 * Before the first byte: which agents a release would fail on, and why, from what they report. What an agent says
 * nothing about isn't judged.
 */
import type { ReleaseManifest } from '@skerry/proto/release';
import { matchesSelector, parseSelector } from '../selector.ts';
import { type AgentRow, factsOf, labelsOf } from './agents.ts';
import { OFFLINE_MS } from './arms.ts';
import type { ShardContext } from './context.ts';
import { type PipelineInfo, reportedPipelines } from './reported.ts';

export interface PreflightQuery {
  name: string;
  digest: string;
  /** Bytes of the release's files together. */
  sizeBytes: number;
  manifest: Pick<ReleaseManifest, 'window' | 'limits'>;
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
  const facts = factsOf(row);
  const gaveBack = context.sql.all<{ reason: string }>(
    'SELECT reason FROM penalty WHERE agent = ? AND release_digest = ?',
    row.id,
    query.digest,
  )[0]?.reason;
  return reportedPipelines(context, row.id)
    .filter((p) => p.wants === query.name && !p.pinned)
    .flatMap((pipeline) => {
      const of = (verdict: PreflightFinding['verdict'], reason: string | undefined): PreflightFinding[] =>
        reason === undefined ? [] : [{ agent: row.id, pipeline: pipeline.name, verdict, reason }];
      return [
        ...of('fails', gaveBack && `it gave this release back before: ${gaveBack}`),
        ...of('fails', refusal(pipeline, query.digest)),
        ...of('fails', missingChannels(pipeline, query)),
        ...of('fails', tooBig('memory', facts.memoryMiB, query.manifest.limits.memory)),
        ...of('fails', tooBig('free disk', facts.diskFreeMiB, query.sizeBytes)),
        ...of('warns', facts.metered === 'true' ? 'its link is metered' : undefined),
      ];
    });
}

function refusal(pipeline: PipelineInfo, digest: string): string | undefined {
  const isRefused = pipeline.tryingDigest === digest && pipeline.state === 'failed';
  return isRefused ? `it refused this release: ${pipeline.error}` : undefined;
}

function missingChannels(pipeline: PipelineInfo, { manifest }: PreflightQuery): string | undefined {
  if (pipeline.channels.length === 0) return undefined;
  const missing = manifest.window.channels.map((c) => c.name).filter((c) => !pipeline.channels.includes(c));
  return missing.length === 0 ? undefined : `its pipeline has no channel ${missing.join(', ')}`;
}

function tooBig(
  what: string,
  factMiB: string | undefined,
  neededBytes: number | undefined,
): string | undefined {
  const hasMiB = Number(factMiB ?? Number.NaN);
  if (neededBytes === undefined || Number.isNaN(hasMiB) || hasMiB * 2 ** 20 >= neededBytes) return undefined;
  return `${what} is ${hasMiB} MiB, the release needs ${Math.ceil(neededBytes / 2 ** 20)} MiB`;
}
