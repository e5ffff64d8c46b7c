import type { Rollout } from './rollout.ts';

/** How many failed agents are harm: one of up to ten, else max(2, 2 %), unless the rollout says otherwise. */
export function failuresAllowed(rollout: Rollout, members: number): number {
  const limit = rollout.spec.gates.failures?.agents;
  if (limit && 'count' in limit) return limit.count;
  if (limit) return Math.max(1, Math.ceil(limit.share * members));
  return members <= 10 ? 1 : Math.max(2, Math.ceil(0.02 * members));
}
