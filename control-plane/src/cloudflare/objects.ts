/** Where the objects of this deployment are, and how notices reach them. */
import { shardOf } from '@skerry/proto/shard';
import type { Notifier, Topic } from '../ports.ts';
import type { Env, FleetStub, ShardStub } from './platform.ts';

/** How many shards this deployment has. */
export function shardCount(env: Env): number {
  return Math.max(1, Number(env.SHARDS) || 1);
}

/** The fleet's object. */
export function fleetStub(env: Env): FleetStub {
  return env.FLEET.get(env.FLEET.idFromName('fleet'));
}

/** The object of a shard. */
export function shardStub(env: Env, index: number): ShardStub {
  return env.SHARD.get(env.SHARD.idFromName(`shard-${index}`));
}

/** Topics that change in the fleet's object; a shard's object counts the others by itself. */
const FLEET_TOPICS: readonly Topic[] = ['rollouts', 'releases', 'policies'];

/**
 * The Notifier port over the objects. Notices are sent beside the answer (`later` keeps them alive); one that is lost
 * costs a delay until the agent's next exchange, or the console's next change.
 */
export function objectNotifier(
  env: Env,
  later: (task: Promise<unknown>) => void,
  changedHere?: (topic: Topic) => void,
): Notifier {
  const count = shardCount(env);
  return {
    wakeAgents(agents) {
      for (let index = 0; index < count; index++) {
        const here = agents === 'all' ? agents : agents.filter((agent) => shardOf(agent, count) === index);
        if (here.length > 0) later(shardStub(env, index).wake(here));
      }
    },
    changed(topic) {
      if (changedHere) changedHere(topic);
      else if (FLEET_TOPICS.includes(topic)) later(fleetStub(env).changed(topic));
    },
  };
}
