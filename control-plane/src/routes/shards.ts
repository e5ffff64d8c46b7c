import { shardOf } from '@skerry/proto/shard';
import type { ShardActor } from '../core/shard/shard-actor.ts';
import type { ActorRef } from '../ports.ts';
import type { AppDeps } from './deps.ts';

/** The shard that holds an agent. */
export function shardFor(deps: AppDeps, agent: string): ActorRef<ShardActor> {
  return deps.shards[shardOf(agent, deps.shards.length)]!;
}

/** The shards that may answer: one where the agent is named, all where it isn't. */
export function shardsFor(deps: AppDeps, agent: string | undefined): readonly ActorRef<ShardActor>[] {
  return agent === undefined ? deps.shards : [shardFor(deps, agent)];
}

/** Asks shards and puts their ordered answers together in order. */
export async function gather<T>(
  shards: readonly ActorRef<ShardActor>[],
  ask: (shard: ActorRef<ShardActor>) => Promise<readonly T[]>,
  order: (a: T, b: T) => number,
): Promise<T[]> {
  const parts = await Promise.all(shards.map(ask));
  return parts.length === 1 ? [...parts[0]!] : parts.flat().sort(order);
}

/** Performs what an operator's call has made due. What fails stays stored and is tried again at the alarm. */
export async function driveNow(deps: AppDeps): Promise<void> {
  try {
    await deps.coordinator.drive();
  } catch (error) {
    deps.log('error', 'coordinator', `a drive failed and is tried again: ${String(error)}`);
  }
}
