/**
 * Releases that agents gave back by themselves, and what that is worth:
 *
 *   verified   signed by the key that the agent enrolled with: proof, also of what it did while it was offline
 *   unsigned   said over the agent's authenticated link: worth as much as a refused activation, which isn't signed either
 *   bad        the signature isn't the agent's: a token in other hands, a disk of another gateway, a damaged record
 *
 * Each keeps the release from being given to that agent again: being wrong about it costs one agent one release, being
 * wrong the other way runs on a machine what failed there. In gates the first two count as failed. A bad one doesn't
 * count: who holds a stolen token, and not the key, is no witness against a release. The agent just doesn't serve it,
 * which is never success, and an alert tells. (What a pipeline's state says over the link counts as for everyone.)
 */
import { fromBase64 } from '@skerry/proto/bytes';
import { reversionBytes } from '@skerry/proto/reversion';
import type { skerry } from '@skerry/proto/wire';
import type { AgentRow } from './agents.ts';
import { raiseAlert } from './alerts.ts';
import { count, type ShardContext } from './context.ts';

export type ReversionProof = 'verified' | 'unsigned' | 'bad';

/** A release that an agent gave back. */
export interface ReversionInfo {
  digest: string;
  pipeline: string;
  reason: string;
  /** When, by the agent's own clock. */
  wallMs: number;
  /** When it was first heard of here. */
  heardMs: number;
  proof: ReversionProof;
}

/** Releases that an agent gave back are remembered, the newest so many. */
const MAX_PENALTIES = 100;
const MAX_REASON_LENGTH = 1_024;

/**
 * Stores that an agent gave a release back, and returns what stands about it then. What was verified once stays so,
 * whatever is said later: after a gateway was replaced nobody holds the key any more that signed it.
 */
export function storeReversion(
  context: ShardContext,
  agent: AgentRow,
  record: skerry.v1.IReleaseEvidence,
): { reason: string; proof: ReversionProof } {
  const digest = (record.releaseDigest ?? '').slice(0, 256);
  const reversion = record.reverted ?? {};
  const reason = (reversion.reason || 'no reason given').slice(0, MAX_REASON_LENGTH);
  const held = context.sql.all<{ reason: string; proof: ReversionProof }>(
    'SELECT reason, proof FROM penalty WHERE agent = ? AND release_digest = ?',
    agent.id,
    digest,
  )[0];
  if (held?.proof === 'verified') return held;
  const proof = proofOf(context, agent, record);
  if (held?.proof === proof) return held;
  const pipeline = (record.pipeline ?? '').slice(0, 256);
  context.sql.run(
    `INSERT INTO penalty (agent, release_digest, reason, at_ms, pipeline, wall_ms, proof, recorded)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0)
     ON CONFLICT (agent, release_digest) DO UPDATE SET reason = excluded.reason, pipeline = excluded.pipeline,
       wall_ms = excluded.wall_ms, proof = excluded.proof, recorded = 0`,
    agent.id,
    digest,
    reason,
    context.now(),
    pipeline,
    Number(reversion.wallMs ?? 0),
    proof,
  );
  forgetOldest(context, agent.id);
  if (proof === 'bad') tellBad(context, agent.id, pipeline, digest);
  return { reason, proof };
}

function proofOf(
  context: ShardContext,
  agent: AgentRow,
  { pipeline, releaseDigest, reverted }: skerry.v1.IReleaseEvidence,
): ReversionProof {
  const signature = reverted?.signature;
  if (!signature || signature.length === 0) return 'unsigned';
  const message = reversionBytes({
    agent: agent.id,
    pipeline: pipeline ?? '',
    releaseDigest: releaseDigest ?? '',
    reason: reverted.reason ?? '',
    wallMs: Number(reverted.wallMs ?? 0),
  });
  return context.crypto.verify(fromBase64(agent.public_key), message, signature) ? 'verified' : 'bad';
}

function tellBad(context: ShardContext, agent: string, pipeline: string, digest: string): void {
  count(context, 'reversions_disbelieved', 1);
  raiseAlert(context, agent, {
    episode: `reversion:${digest}`,
    message:
      `agent ${agent} says that pipeline ${pipeline} gave ${digest.slice(0, 19)}… back, and the signature is not by the` +
      ' key that it enrolled with: it is not given that release again, and no gate counts it; was its disk cloned, or its' +
      ' token taken? (skerry agent replace gives the id a new key)',
  });
}

function forgetOldest(context: ShardContext, agent: string): void {
  context.sql.run(
    `DELETE FROM penalty WHERE agent = ? AND release_digest NOT IN
       (SELECT release_digest FROM penalty WHERE agent = ? ORDER BY at_ms DESC LIMIT ?)`,
    agent,
    agent,
    MAX_PENALTIES,
  );
}

/** Digests of the releases that an agent gave back by itself: they aren't tried there again. */
export function penalties(context: ShardContext, agent: string): ReadonlySet<string> {
  return new Set(
    context.sql
      .all<{ release_digest: string }>('SELECT release_digest FROM penalty WHERE agent = ?', agent)
      .map((row) => row.release_digest),
  );
}

/** What an agent gave back, newest first; of these only what the audit log doesn't have yet, where asked. */
export function reversions(context: ShardContext, agent: string, unrecorded = false): ReversionInfo[] {
  return context.sql
    .all<ReversionRow>(
      `SELECT release_digest, pipeline, reason, wall_ms, at_ms, proof FROM penalty
       WHERE agent = ? AND recorded <= ? ORDER BY at_ms DESC, release_digest`,
      agent,
      unrecorded ? 0 : 1,
    )
    .map((row) => ({
      digest: row.release_digest,
      pipeline: row.pipeline,
      reason: row.reason,
      wallMs: row.wall_ms,
      heardMs: row.at_ms,
      proof: row.proof,
    }));
}

/** The audit log has them: what was heard of since with another proof stays to be recorded. */
export function reversionsRecorded(
  context: ShardContext,
  agent: string,
  recorded: readonly ReversionInfo[],
): void {
  for (const { digest, proof } of recorded)
    context.sql.run(
      'UPDATE penalty SET recorded = 1 WHERE agent = ? AND release_digest = ? AND proof = ?',
      agent,
      digest,
      proof,
    );
}

interface ReversionRow extends Record<string, string | number> {
  release_digest: string;
  pipeline: string;
  reason: string;
  wall_ms: number;
  at_ms: number;
  proof: ReversionProof;
}
