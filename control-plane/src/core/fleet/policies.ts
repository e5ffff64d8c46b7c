/** Drift policies: applied by name, pushed to agents with the plan, newest application last. */
import { parseDocument } from '@skerry/proto/document';
import { SkerryError } from '@skerry/proto/errors';
import { type DriftPolicy, driftPolicy } from '@skerry/proto/policy';
import type { ReleaseManifest } from '@skerry/proto/release';
import { inRange, parseReleaseRange } from '../range.ts';
import { parseSelector } from '../selector.ts';
import { appendAudit } from './audit.ts';
import { type FleetContext, nextNumber } from './context.ts';

export interface PolicyInfo {
  name: string;
  generation: number;
  appliedMs: number;
  appliedBy: string;
  policy: DriftPolicy;
}

/** Every agent's desired state is made from all of them. */
const MAX_POLICIES = 1_000;

/** Applies policy.yaml (YAML or JSON text). Throws SkerryError invalid with every error at once. */
export function applyPolicy(context: FleetContext, by: string, text: string): PolicyInfo {
  const policy = parseDocument(text, driftPolicy, { file: 'policy.yaml' });
  parseSelector(policy.selector ?? '');
  checkBounds(context, policy);
  const others = listPolicies(context).filter((other) => other.name !== policy.name).length;
  if (others >= MAX_POLICIES)
    throw new SkerryError('full', `there are ${others} policies already, the most that are held`, {
      hint: 'take one away that serves no more: DELETE /api/v1/policies/{name}',
    });
  const generation = nextNumber(context, 'policyGeneration');
  context.sql.run(
    `INSERT OR REPLACE INTO policy (name, ord, generation, doc, applied_ms, applied_by) VALUES (?, ?, ?, ?, ?, ?)`,
    policy.name,
    generation,
    generation,
    JSON.stringify(policy),
    context.now(),
    by,
  );
  appendAudit(context, by, 'policy.apply', policy.name, { generation, policy });
  return getPolicy(context, policy.name);
}

/** Takes a policy away. Throws SkerryError not-found. */
export function removePolicy(context: FleetContext, by: string, name: string): void {
  getPolicy(context, name);
  context.sql.run('DELETE FROM policy WHERE name = ?', name);
  nextNumber(context, 'policyGeneration');
  appendAudit(context, by, 'policy.remove', name);
}

/** A policy by its name. Throws SkerryError not-found. */
export function getPolicy(context: FleetContext, name: string): PolicyInfo {
  const found = listPolicies(context).find((policy) => policy.name === name);
  if (!found) throw new SkerryError('not-found', `there is no policy ${name}`);
  return found;
}

/** Every policy in order of application: where two match, the later one's thresholds hold. */
export function listPolicies(context: FleetContext): PolicyInfo[] {
  return context.sql
    .all<{ name: string; generation: number; doc: string; applied_ms: number; applied_by: string }>(
      'SELECT name, generation, doc, applied_ms, applied_by FROM policy ORDER BY ord',
    )
    .map((row) => {
      return {
        name: row.name,
        generation: row.generation,
        appliedMs: row.applied_ms,
        appliedBy: row.applied_by,
        policy: JSON.parse(row.doc) as DriftPolicy,
      };
    });
}

// A threshold moves only within the bounds that the release itself allows.
function checkBounds(context: FleetContext, policy: DriftPolicy): void {
  const range = parseReleaseRange(policy.release);
  const score = policy.thresholds?.score;
  if (score === undefined) return;
  const releases = context.sql.all<{ version: string; manifest: string }>(
    'SELECT version, manifest FROM release WHERE name = ? AND yanked_ms IS NULL',
    range.name,
  );
  for (const { version, manifest } of releases) {
    if (!inRange(range, range.name, version)) continue;
    const { output } = JSON.parse(manifest) as ReleaseManifest;
    const bounds = output.find((o) => o.kind === 'anomaly-score')?.thresholdRange;
    if (bounds && (score < bounds[0] || score > bounds[1]))
      throw new SkerryError(
        'invalid',
        `threshold ${score} is outside ${bounds[0]} to ${bounds[1]}, which ${range.name}@${version} allows`,
      );
  }
}
