import { utf8 } from './bytes.ts';
import type { Crypto } from './crypto.ts';

/**
 * An agent's place in a rollout: the first 52 bits of SHA-256 over `salt \0 agent id`, as an integer. Uniform over
 * agents, independent between rollouts (each has its own salt), the same on every machine. The members of a stage
 * are the agents with the lowest places, so a growing percentage only ever adds agents.
 */
export function cohortPlace(crypto: Crypto, salt: string, agent: string): number {
  const digest = crypto.sha256(utf8(`${salt}\0${agent}`));
  const view = new DataView(digest.buffer, digest.byteOffset);
  return view.getUint32(0) * 2 ** 20 + (view.getUint32(4) >>> 12);
}

/** How many agents a percentage stage takes: max(1, ceil(share × eligible)), none where none is eligible. */
export function cohortSize(share: number, eligible: number): number {
  return eligible === 0 ? 0 : Math.min(eligible, Math.max(1, Math.ceil(share * eligible - 1e-9)));
}
