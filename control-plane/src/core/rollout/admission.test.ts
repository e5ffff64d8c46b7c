import { describe, expect, test } from 'vitest';
import { createWorld, pushTestReleases } from '../../node/testing.ts';
import { fleetOf, running, STAGES, settle, start, YAML } from '../../node/testing-rollout.ts';
import { reviveRollout } from './rollout.ts';

describe('who is given a release, and when', () => {
  test('[RO20] a newer rollout supersedes one in progress where it is told to; who has that release keeps it meanwhile', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    const agents = fleetOf(world, 4);
    const first = start(world, '1.0.0');
    await settle(world, agents);
    const [holder] = running(agents, 'press@1.0.0');
    const { id } = world.fleet.createRollout('kari', YAML('2.0.0', 'stages: [{ name: all, agents: 100% }]'));
    world.fleet.operateRollout('kari', id, 'start', { supersede: true });
    expect(world.fleet.rollout(first).status).toBe('aborted');
    expect(world.fleet.decisions(first).at(-1)).toMatchObject({ who: 'kari', rule: 'superseded' });
    for (const agent of agents) agent.sync();
    expect(running(agents, 'press@1.0.0')).toEqual([holder]);
    await settle(world, agents);
    expect(running(agents, 'press@2.0.0')).toHaveLength(4);
  });

  test('[RO20] a rollout that is being taken back is never superseded', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    const agents = fleetOf(world, 4);
    const first = start(world, '1.0.0');
    await settle(world, agents);
    world.fleet.operateRollout('ola', first, 'revert');
    const { id } = world.fleet.createRollout('kari', YAML('2.0.0', STAGES));
    expect(() => world.fleet.operateRollout('kari', id, 'start', { supersede: true })).toThrow(
      /is reverting/,
    );
  });

  test('[RO21] at a pace, a stage takes more agents in each interval, and soaks once all are in', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 40);
    const id = start(
      world,
      '1.0.0',
      'pace: { agents: 4, every: 1m, growth: 2 }\nstages: [{ name: most, agents: 75%, soak: 1h }, { name: all, agents: 100% }]',
    );
    const counts: number[] = [];
    for (let minute = 0; minute < 4; minute++) {
      await settle(world, agents);
      counts.push(running(agents, 'press@1.0.0').length);
      if (minute < 3) expect(world.fleet.rollout(id).status).toBe('running(most: applying)');
      await world.pass(60_000);
    }
    // About 4, 12 and 28 of 30, as the agents' turns fall, then all.
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[0]).toBeLessThan(12);
    expect(counts[1]).toBeLessThan(22);
    expect(counts[3]).toBe(30);
    expect(world.fleet.rollout(id).status).toBe('running(most: soaking)');
  });

  test('[RO5] while it is paused nobody further is given the release, and then the pace goes on where it stood', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 40);
    const id = start(
      world,
      '1.0.0',
      'pace: { agents: 4, every: 1m, growth: 1 }\nstages: [{ name: most, agents: 75%, soak: 1h }, { name: all, agents: 100% }]',
    );
    await settle(world, agents);
    const first = running(agents, 'press@1.0.0');
    world.fleet.operateRollout('ola', id, 'pause');
    await world.pass(3_600_000);
    await settle(world, agents);
    expect(running(agents, 'press@1.0.0')).toEqual(first);
    world.fleet.operateRollout('ola', id, 'resume');
    await settle(world, agents);
    expect(running(agents, 'press@1.0.0')).toEqual(first);
    await world.pass(60_000);
    await settle(world, agents);
    expect(running(agents, 'press@1.0.0').length).toBeGreaterThan(first.length);
    expect(running(agents, 'press@1.0.0').length).toBeLessThan(16);
  });

  test('[RO5] once a breach has paused it, members that come back later are not given the release', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 8);
    const id = start(world, '1.0.0', 'onBreach: pause\nstages: [{ name: all, agents: 100% }]');
    await settle(world, agents.slice(0, 2), 'golden case 3 failed');
    expect(world.fleet.rollout(id).status).toMatch(/^paused in running\(all/);
    await settle(world, agents.slice(2));
    expect(agents.slice(2).every((agent) => agent.wanted() === '')).toBe(true);
    // A person who goes on all the same has the last word.
    world.fleet.operateRollout('ola', id, 'resume');
    await settle(world, agents.slice(2));
    expect(running(agents, 'press@1.0.0')).toHaveLength(6);
  });

  test('[RO4] an aborted rollout gives the release to no member that waited for its turn; who has it keeps it', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 20);
    const id = start(
      world,
      '1.0.0',
      'pace: { agents: 4, every: 1m, growth: 1 }\nstages: [{ name: all, agents: 100% }]',
    );
    await settle(world, agents);
    const first = running(agents, 'press@1.0.0');
    expect(first.length).toBeLessThan(20);
    world.fleet.operateRollout('ola', id, 'abort');
    await world.pass(3_600_000);
    await settle(world, agents);
    expect(running(agents, 'press@1.0.0')).toEqual(first);
    expect(agents.filter((agent) => agent.wanted() !== '').map((agent) => agent.id)).toEqual(first);
  });

  test('[RO22] in a window agents are given the release by their own time of day, and give it back at any', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    // It is 09:00 in UTC: 18:00 in Tokyo, 04:00 in New York.
    const agents = [
      world.agent('tokyo', { timezone: 'Asia/Tokyo' }),
      world.agent('new-york', { timezone: 'America/New_York' }),
      world.agent('nowhere', { timezone: 'Atlantis' }),
    ];
    for (const agent of agents) agent.sync();
    const before = start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    expect(world.fleet.rollout(before).status).toBe('completed');
    const id = start(
      world,
      '2.0.0',
      'window: { from: "22:00", to: "05:00" }\nstages: [{ name: all, agents: 100% }]',
    );
    await settle(world, agents);
    expect(running(agents, 'press@2.0.0')).toEqual(['new-york']);
    await world.pass(5 * 3_600_000);
    await settle(world, agents);
    expect(running(agents, 'press@2.0.0')).toEqual(['tokyo', 'new-york']);
    world.fleet.operateRollout('ola', id, 'revert');
    await settle(world, agents);
    expect(running(agents, 'press@1.0.0')).toHaveLength(3);
  });
});

test('a rollout that was stored before settings existed gets their defaults', () => {
  const spec = { gates: { errorRate: { max: 0.01, minWindows: 10 } }, stages: [] };
  const revived = reviveRollout(JSON.stringify({ id: 'ro_old', spec, frozen: [] }));
  expect(revived.spec).toMatchObject({
    stratify: [],
    preflight: { maxFailing: 0.1 },
    gates: { errorRate: { max: 0.01 }, silence: { max: 0.1 } },
  });
});
