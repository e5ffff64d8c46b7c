/** What an agent signs when it gave a release back by itself, and its control plane verifies (sync.proto, Reversion). */
import { framed } from './bytes.ts';

/** A release that an agent gave back. */
export interface ReversionFacts {
  agent: string;
  pipeline: string;
  releaseDigest: string;
  /** The limit passed, with the value and the bound. */
  reason: string;
  /** When, as the agent held the time to be: milliseconds since the Unix epoch, an integer. */
  wallMs: number;
}

/**
 * The bytes under the signature: agent id, pipeline, release digest, reason, and wallMs in decimal digits, each behind its
 * length as four big-endian bytes.
 */
export function reversionBytes(facts: ReversionFacts): Uint8Array {
  const { agent, pipeline, releaseDigest, reason, wallMs } = facts;
  return framed([agent, pipeline, releaseDigest, reason, `${wallMs}`]);
}
