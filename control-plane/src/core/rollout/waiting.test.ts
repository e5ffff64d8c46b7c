import { skerry } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { createWorld, pushTestReleases, type SimAgent } from '../../node/testing.ts';
import { fleetOf, settle, start } from '../../node/testing-rollout.ts';

/** The agent has heard of the release, and its people are yet to consent. */
function wait(agent: SimAgent): void {
  agent.pipeline.tryingDigest = agent.desired?.pipelines?.[0]?.releaseDigest ?? '';
  agent.pipeline.state = skerry.v1.SlotState.SLOT_STATE_WAITING;
  agent.pipeline.waitsFor = 'consent';
  agent.sync();
}

test('[RO26] agents that wait for their people are neither done nor failed, and nothing overrules them', async () => {
  const world = createWorld({ shards: 2 });
  pushTestReleases(world.fleet, ['press@1.0.0']);
  const agents = fleetOf(world, 4);
  const id = start(
    world,
    '1.0.0',
    'minReached: 3\nstallAfter: 2h\nstages: [{ name: most, agents: 3 }, { name: all, agents: 100% }]',
  );
  await world.coordinator.drive();
  for (const agent of agents) agent.sync();
  const [first, ...others] = agents.filter((agent) => agent.wanted() !== '');
  first!.apply();
  first!.sync();
  for (const agent of others) wait(agent);
  await world.pass(60 * 60_000);
  const { status, evidence, gates } = world.fleet.rollout(id);
  expect(status).toBe('running(most: applying)');
  expect(evidence).toMatchObject({ members: 3, reached: 1, failed: 0, waiting: 2 });
  expect(gates[0]?.text).toMatch(/2 wait for people at the device/);
  expect(world.shardFor(others[0]!.id).agent(others[0]!.id).pipelines[0]).toMatchObject({
    state: 'waiting',
    waitsFor: 'consent',
  });
  await world.pass(60 * 60_000);
  expect(world.fleet.decisions(id).at(-1)).toMatchObject({
    rule: 'stallAfter',
    text: expect.stringMatching(/2 agents wait for people at the device/),
  });
  world.fleet.operateRollout('ola', id, 'resume');
  for (const agent of others) agent.pipeline.waitsFor = '';
  for (const agent of others) agent.apply();
  await settle(world, agents);
  await settle(world, agents);
  expect(world.fleet.rollout(id)).toMatchObject({ status: 'completed', evidence: { waiting: 0 } });
});
