import { cohortSize } from '@skerry/proto/cohort';
import type { RolloutSpec } from './spec.ts';

/**
 * How many of the eligible agents a stage takes: its number, or max(1, ceil(share × eligible)); before the last stage
 * never more than leave the control floor out, and always at least one.
 */
export function stageSize(spec: RolloutSpec, stage: number, eligible: number): number {
  const { agents } = spec.stages[stage]!;
  const wanted = 'share' in agents ? cohortSize(agents.share, eligible) : Math.min(agents.count, eligible);
  if (stage === spec.stages.length - 1 || eligible === 0) return wanted;
  const kept = Math.floor(spec.control * eligible + 1e-9);
  return Math.max(1, Math.min(wanted, eligible - kept));
}

/**
 * Where a stage cuts: given, over all shards, the ascending places of those who aren't members yet, the highest place
 * that still comes in; undefined where nobody does.
 */
export function cutPlace(placesByShard: readonly (readonly number[])[], take: number): number | undefined {
  if (take <= 0) return undefined;
  const merged = placesByShard.flat().sort((a, b) => a - b);
  return merged[Math.min(take, merged.length) - 1];
}
