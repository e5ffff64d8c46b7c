import type { ReversionInfo } from '../core/shard/reversions.ts';
import type { AppDeps } from './deps.ts';
import { shardFor } from './shards.ts';

/**
 * Writes what an agent gave back into the audit log, a line each. A crash between the line and its being marked writes
 * it twice; none is left out.
 */
export async function recordReversions(
  deps: AppDeps,
  agent: string,
  reversions: readonly ReversionInfo[],
): Promise<void> {
  if (reversions.length === 0) return;
  for (const reversion of reversions)
    await deps.fleet.record(`agent:${agent}`, 'agent.reversion', agent, { ...reversion });
  await shardFor(deps, agent).reversionsRecorded(agent, reversions);
}
