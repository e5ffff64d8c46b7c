/** Rollouts as the fleet keeps them: created, operated, advanced; each step stored whole with its decisions and effects. */
import { parseDocument } from '@skerry/proto/document';
import { SkerryError } from '@skerry/proto/errors';
import { randomId, shortId } from '@skerry/proto/ids';
import { parseReleaseRef } from '@skerry/proto/version';
import type { SqlValue } from '../../ports.ts';
import { advance, stageFrozen } from '../rollout/advance.ts';
import { compareStage } from '../rollout/compare.ts';
import { judgeGates } from '../rollout/gates.ts';
import { operate, type Verb } from '../rollout/operate.ts';
import {
  type Decision,
  describeState,
  type Evidence,
  type FrozenStage,
  type GateVerdict,
  isInProgress,
  lastFrozen,
  move,
  type Rollout,
  reviveRollout,
  type Step,
  withoutSamples,
} from '../rollout/rollout.ts';
import { checkRolloutSpec, rolloutSpec } from '../rollout/spec.ts';
import { appendAudit } from './audit.ts';
import { type FleetContext, nextNumber } from './context.ts';
import { listedRelease } from './releases.ts';

export interface RolloutInfo extends Rollout {
  /** The state for people. */
  status: string;
  /** What the gates were last judged on, and how. */
  evidence: Evidence | null;
  gates: GateVerdict[];
}

export interface StoredDecision extends Decision {
  atMs: number;
}

/** How many rollouts are kept, and any more only while they decide what agents run. */
const MAX_ROLLOUTS = 1_000;

const IN_PROGRESS =
  "SELECT doc, evidence FROM rollout WHERE state IN ('pending-approval', 'running', 'paused', 'stalled', 'reverting')";

/** Creates a draft from rollout.yaml (YAML or JSON text). Throws SkerryError invalid, unsupported or not-found. */
export function createRollout(context: FleetContext, by: string, text: string): RolloutInfo {
  const spec = parseDocument(text, rolloutSpec, { file: 'rollout.yaml' });
  checkRolloutSpec(spec);
  const ref = parseReleaseRef(spec.release);
  const release = listedRelease(context, ref.name, ref.version!);
  const rollout: Rollout = {
    id: shortId(context.random, 'ro'),
    spec,
    release: { name: release.name, version: release.version, digest: release.digest },
    salt: randomId(context.random),
    createdMs: context.now(),
    createdBy: by,
    state: { name: 'draft' },
    frozen: [],
  };
  context.sql.run(
    'INSERT INTO rollout (id, name, state, ord, created_ms, doc) VALUES (?, ?, ?, 0, ?, ?)',
    rollout.id,
    release.name,
    rollout.state.name,
    rollout.createdMs,
    JSON.stringify(rollout),
  );
  appendAudit(context, by, 'rollout.create', rollout.id, { release: spec.release, spec });
  return getRollout(context, rollout.id);
}

/** Newest first, at most `limit`, after the rollout that `cursor` names. Throws SkerryError not-found on another one. */
export function listRollouts(
  context: FleetContext,
  query: { name?: string | undefined; cursor?: string | undefined; limit: number },
): RolloutInfo[] {
  const after = query.cursor === undefined ? undefined : getRollout(context, query.cursor);
  return context.sql
    .all<RolloutRow>(
      `SELECT doc, evidence FROM rollout WHERE (? IS NULL OR name = ?)
         AND (? IS NULL OR created_ms < ? OR (created_ms = ? AND id > ?)) ORDER BY created_ms DESC, id LIMIT ?`,
      query.name ?? null,
      query.name ?? null,
      after?.id ?? null,
      after?.createdMs ?? null,
      after?.createdMs ?? null,
      after?.id ?? null,
      query.limit,
    )
    .map(toInfo);
}

/** Those that hold their release name (isInProgress), with their evidence. */
export function listInProgress(context: FleetContext): RolloutInfo[] {
  return context.sql.all<RolloutRow>(IN_PROGRESS).map(toInfo);
}

/**
 * Forgets the oldest rollouts that decide nothing any more, beyond the newest 1,000: `kept` names those that do. Their
 * decisions stay in the audit log.
 */
export function forgetOldest(context: FleetContext, kept: readonly string[]): void {
  const beyond = context.sql.all<{ id: string }>(
    'SELECT id FROM rollout ORDER BY created_ms DESC, id LIMIT -1 OFFSET ?',
    MAX_ROLLOUTS,
  );
  for (const { id } of beyond) {
    if (kept.includes(id)) continue;
    context.sql.run('DELETE FROM rollout WHERE id = ?', id);
    context.sql.run('DELETE FROM decision WHERE rollout = ?', id);
  }
}

/** One rollout. Throws SkerryError not-found. */
export function getRollout(context: FleetContext, id: string): RolloutInfo {
  const row = context.sql.all<RolloutRow>('SELECT doc, evidence FROM rollout WHERE id = ?', id)[0];
  if (!row) throw new SkerryError('not-found', `there is no rollout ${id}`);
  return toInfo(row);
}

/** The newest 1,000 decisions of a rollout, oldest first, with the numbers that it was taken on. */
export function listDecisions(context: FleetContext, id: string): StoredDecision[] {
  return context.sql
    .all<{ at_ms: number; doc: string }>(
      'SELECT at_ms, doc FROM decision WHERE rollout = ? ORDER BY id DESC LIMIT 1000',
      id,
    )
    .reverse()
    .map((row) => ({ atMs: row.at_ms, ...(JSON.parse(row.doc) as Decision) }));
}

/**
 * A person's verb. Throws SkerryError conflict where the state, or another rollout of the same release name, stands
 * against it; precondition where trusted targets don't list the release any more.
 */
export function operateRollout(
  context: FleetContext,
  by: string,
  id: string,
  verb: Verb,
  supersede = false,
): RolloutInfo {
  const info = getRollout(context, id);
  const rollout = bare(info);
  if (verb === 'start' && supersede && info.state.name === 'draft') supersedeOther(context, by, rollout);
  if (verb === 'start' || verb === 'resume' || (verb === 'approve' && info.state.name === 'pending-approval'))
    checkMayRun(context, rollout);
  const step = operate(rollout, verb, {
    who: by,
    nowMs: context.now(),
    ...(info.evidence && { evidence: info.evidence }),
  });
  applyStep(context, step);
  return getRollout(context, id);
}

/**
 * The rule of superseding: the rollout of the same name that is in progress is aborted, by the person who starts the
 * new one; who has its release keeps it until the new one reaches it. One that is being taken back goes on with that.
 */
function supersedeOther(context: FleetContext, by: string, rollout: Rollout): void {
  const other = otherInProgress(context, rollout);
  if (!other || other.state.name === 'reverting') return;
  const step = operate(other, 'abort', { who: by, nowMs: context.now() });
  const text = `superseded by ${rollout.id} (${rollout.spec.release}); who has the release keeps it`;
  applyStep(context, { ...step, decisions: step.decisions.map((d) => ({ ...d, rule: 'superseded', text })) });
}

function otherInProgress(context: FleetContext, { id, release }: Rollout): Rollout | undefined {
  return inState(context).find(
    (r) => r.id !== id && r.release.name === release.name && isInProgress(r.state),
  );
}

function checkMayRun(context: FleetContext, rollout: Rollout): void {
  listedRelease(context, rollout.release.name, rollout.release.version);
  const other = otherInProgress(context, rollout);
  if (other)
    throw new SkerryError(
      'conflict',
      `rollout ${other.id} of ${other.spec.release} is ${describeState(other)}: one rollout of ${rollout.release.name} at a time`,
      {
        hint:
          other.state.name === 'reverting'
            ? 'it waits for agents to give it back; one that never comes again is let go with skerry agent retire'
            : `start this one with --supersede, or end that one first: skerry rollout abort ${other.id}`,
      },
    );
}

/** The shards have frozen a stage. */
export function applyFrozen(context: FleetContext, id: string, frozen: FrozenStage): void {
  const step = stageFrozen(bare(getRollout(context, id)), frozen);
  if (step.decisions.length === 0) return;
  context.sql.run('DELETE FROM freeze WHERE rollout = ? AND stage = ?', id, frozen.stage);
  applyStep(context, step);
}

/** New evidence: the rollout is looked at once. Returns whether anything was decided. */
export function applyEvidence(context: FleetContext, id: string, evidence: Evidence): boolean {
  const rollout = bare(getRollout(context, id));
  const step = advance(rollout, evidence, context.now());
  applyStep(context, step);
  context.sql.run(
    'UPDATE rollout SET evidence = ? WHERE id = ?',
    JSON.stringify({ ...withoutSamples(evidence), gates: standing(step.rollout, evidence) }),
    id,
  );
  return step.decisions.length > 0;
}

/** The gates as they stand: the fixed ones, and of those that compare the last look, or what the first waits for. */
function standing(rollout: Rollout, evidence: Evidence): GateVerdict[] {
  const { state } = rollout;
  const running = state.name === 'paused' || state.name === 'stalled' ? state.was : state;
  const fixed = judgeGates(rollout, evidence);
  if (running.name !== 'running' || lastFrozen(rollout) < running.stage) return fixed;
  const looked = running.looks?.verdicts ?? [];
  if (looked.length > 0) return [...fixed, ...looked];
  const waiting =
    running.phase === 'evaluating'
      ? compareStage(rollout, running.stage, 0, evidence.samples ?? [])
      : undefined;
  return [...fixed, ...(waiting?.verdicts ?? [])];
}

/** Releases were yanked: what is rolling them out takes them back. */
export function revertYanked(context: FleetContext, by: string, releases: readonly string[]): void {
  for (const rollout of inState(context)) {
    const { state } = rollout;
    if (!releases.includes(rollout.spec.release) || state.name === 'reverting') continue;
    const next =
      state.name === 'pending-approval'
        ? ({ name: 'aborted', atMs: context.now() } as const)
        : ({ name: 'reverting', sinceMs: context.now() } as const);
    applyStep(
      context,
      move(
        rollout,
        next,
        { who: by, rule: 'yank', text: 'trusted targets list the release no more', numbers: {} },
        [{ kind: 'publish' }],
      ),
    );
  }
}

/** Rollouts in progress. */
export function inState(context: FleetContext): Rollout[] {
  return listInProgress(context).map(bare);
}

function applyStep(context: FleetContext, step: Step): void {
  const { rollout } = step;
  const { name } = rollout.state;
  context.sql.run(
    'UPDATE rollout SET state = ?, doc = ? WHERE id = ?',
    name,
    JSON.stringify(rollout),
    rollout.id,
  );
  if (step.decisions.length > 0 && (name === 'completed' || name === 'aborted'))
    context.sql.run(
      'UPDATE rollout SET ord = ? WHERE id = ?',
      nextNumber(context, 'rolloutOrder'),
      rollout.id,
    );
  if (name !== 'running') context.sql.run('DELETE FROM freeze WHERE rollout = ?', rollout.id);
  for (const decision of step.decisions) {
    context.sql.run(
      'INSERT INTO decision (rollout, at_ms, doc) VALUES (?, ?, ?)',
      rollout.id,
      context.now(),
      JSON.stringify(decision),
    );
    const { who, rule, ...rest } = decision;
    appendAudit(context, who, `rollout.${rule}`, rollout.id, rest);
  }
  for (const effect of step.effects)
    switch (effect.kind) {
      case 'freeze':
        context.sql.run(
          'INSERT OR REPLACE INTO freeze (rollout, stage) VALUES (?, ?)',
          rollout.id,
          effect.stage,
        );
        break;
      case 'publish':
        nextNumber(context, 'planGeneration');
        break;
    }
}

interface RolloutRow extends Record<string, SqlValue> {
  doc: string;
  evidence: string | null;
}

function toInfo(row: RolloutRow): RolloutInfo {
  const rollout = reviveRollout(row.doc);
  const evidence = row.evidence === null ? null : (JSON.parse(row.evidence) as Evidence);
  return {
    ...rollout,
    status: describeState(rollout),
    evidence,
    gates: evidence?.gates ?? [],
  };
}

function bare({ status: _, evidence: __, gates: ___, ...rollout }: RolloutInfo): Rollout {
  return rollout;
}
