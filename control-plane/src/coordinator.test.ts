import { expect, test } from 'vitest';
import { createCoordinator } from './coordinator.ts';
import type { ShardActor } from './core/shard/shard-actor.ts';
import { actorRef } from './node/actors.ts';
import { createWorld, pushTestReleases, type World } from './node/testing.ts';
import type { ActorRef } from './ports.ts';

const YAML =
  'apiVersion: skerry/v1\nkind: Rollout\nrelease: press@1.0.0\nstages: [{ name: half, agents: 50%, soak: 1h }, { name: all, agents: 100% }]';

/** The shard's calls fail from the `after`-th on, as if the coordinator's machine died there. */
function dying(shards: readonly ShardActor[], after: number): ActorRef<ShardActor>[] {
  let calls = 0;
  return shards.map((shard) => {
    const ref = actorRef(shard);
    return new Proxy(ref, {
      get: (target, key) =>
        calls++ >= after ? () => Promise.reject(new Error('died')) : Reflect.get(target, key),
    });
  });
}

function members(world: World): string[] {
  return world.shards.flatMap((_, i) =>
    world.files
      .get(`shard-${i}`)!
      .all<{ agent: string }>('SELECT agent FROM member ORDER BY agent')
      .map((row) => row.agent),
  );
}

test('[CO1] a coordinator that dies between any two steps is repaired by the next, with the same members', async () => {
  const frozen: string[][] = [];
  for (let after = 0; after <= 12; after++) {
    const world = createWorld({ shards: 3 });
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = Array.from({ length: 12 }, (_, i) => world.agent(`agent-${i}`));
    for (const agent of agents) agent.sync();
    const { id } = world.fleet.createRollout('ola', YAML);
    world.fleet.operateRollout('ola', id, 'start');
    const mortal = createCoordinator({
      fleet: actorRef(world.fleet),
      shards: dying(world.shards, after),
      notifier: { wakeAgents: () => undefined, changed: () => undefined },
    });
    await mortal.drive().catch((error: unknown) => expect(String(error)).toContain('died'));
    // An agent that comes in meanwhile may be eligible where nothing was written down yet, and changes nothing else.
    agents.push(world.agent('agent-late'));
    agents.at(-1)!.sync();
    await world.coordinator.drive();
    for (const agent of agents) agent.sync();
    const given = agents.filter((agent) => agent.wanted() !== '').map((agent) => agent.id);
    expect(given.length).toBe(world.fleet.rollout(id).frozen[0]?.members);
    expect(members(world).sort()).toEqual([...given].sort());
    frozen.push(given);
  }
  expect(frozen.every((f) => f.length === 6 || f.length === 7)).toBe(true);
  expect(frozen.at(-1)).toHaveLength(6);
});

test('[CO2] a rollout over a shard that cannot be reached goes on when it is back', async () => {
  const world = createWorld({ shards: 2 });
  pushTestReleases(world.fleet, ['press@1.0.0']);
  const agent = world.agent('agent-0');
  agent.sync();
  const { id } = world.fleet.createRollout('ola', YAML);
  world.fleet.operateRollout('ola', id, 'start');
  const cut = createCoordinator({
    fleet: actorRef(world.fleet),
    shards: dying(world.shards, 0),
    notifier: { wakeAgents: () => undefined, changed: () => undefined },
  });
  await expect(cut.drive()).rejects.toThrow('died');
  expect(world.fleet.rollout(id).status).toBe('running(half: pending)');
  expect(world.alarms.get('fleet')).toBeLessThanOrEqual(world.clock.nowMs + 5_000);
  await world.pass(5_000);
  expect(world.fleet.rollout(id).status).toBe('running(half: applying)');
});
