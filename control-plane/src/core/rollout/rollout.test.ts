import { describe, expect, test } from 'vitest';
import { createWorld, pushTestReleases, testRow } from '../../node/testing.ts';
import { fleetOf, running, STAGES, settle, start, YAML } from '../../node/testing-rollout.ts';

describe('rollout', () => {
  for (const shards of [1, 3])
    test(`[RO1] the very first release goes out stage by stage, over ${shards} shards`, async () => {
      const world = createWorld({ shards });
      pushTestReleases(world.fleet, ['press@1.0.0']);
      const agents = fleetOf(world, 10);
      const id = start(world, '1.0.0');
      await settle(world, agents);
      expect(running(agents, 'press@1.0.0')).toHaveLength(1);
      expect(world.fleet.rollout(id).status).toBe('running(first: soaking)');
      await world.pass(30 * 60_000);
      const first = running(agents, 'press@1.0.0');
      await settle(world, agents);
      expect(running(agents, 'press@1.0.0')).toHaveLength(5);
      expect(running(agents, 'press@1.0.0')).toEqual(expect.arrayContaining(first));
      await world.pass(30 * 60_000);
      await settle(world, agents);
      expect(running(agents, 'press@1.0.0')).toHaveLength(10);
      expect(world.fleet.rollout(id).status).toBe('completed');
    });

  test('[RO2] a percentage stage takes the lowest places and only grows; who enrols joins at the next stage', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 8);
    start(
      world,
      '1.0.0',
      'stages: [{ name: a, agents: 25%, soak: 10m }, { name: b, agents: 50%, soak: 10m }, { name: c, agents: 100% }]',
    );
    await settle(world, agents);
    const before = running(agents, 'press@1.0.0');
    expect(before).toHaveLength(2);
    const late = Array.from({ length: 8 }, (_, i) => world.agent(`late-${i}`));
    const everyone = [...agents, ...late];
    await settle(world, everyone);
    expect(running(everyone, 'press@1.0.0')).toEqual(before);
    await world.pass(10 * 60_000);
    await settle(world, everyone);
    const after = running(everyone, 'press@1.0.0');
    expect(after).toHaveLength(8);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after.some((id) => id.startsWith('late'))).toBe(true);
  });

  test('[RO28] a stage waits for agents that it adds: those of the stages before say nothing about them', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 12);
    const stages = 'stages: [{ name: half, agents: 6, soak: 1m }, { name: all, agents: 100% }]';
    const id = start(world, '1.0.0', stages);
    await settle(world, agents);
    const first = agents.filter((a) => a.pipeline.release !== '');
    const others = agents.filter((a) => a.pipeline.release === '');
    await world.pass(60_000);
    // Seven serve it, more than the five that are needed, and only one of them is new.
    await settle(world, [...first, others[0]!]);
    expect(world.fleet.rollout(id)).toMatchObject({
      status: 'running(all: applying)',
      evidence: { members: 12, reached: 7, added: 6, addedReached: 1 },
    });
    await settle(world, others.slice(0, 5));
    expect(world.fleet.rollout(id).status).toBe('completed');
  });

  test('[RO3] a release that fails its first agent is taken back by itself, and nothing else ever got it', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    const agents = fleetOf(world, 6);
    const first = start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    expect(world.fleet.rollout(first).status).toBe('completed');
    const id = start(world, '2.0.0');
    await settle(world, agents, 'golden case 3 failed');
    // It was told to try the release, and hasn't said yet that it knows better.
    expect(world.fleet.rollout(id).status).toBe('reverting');
    await settle(world, agents);
    expect(world.fleet.rollout(id).status).toBe('reverted');
    expect(running(agents, 'press@1.0.0')).toHaveLength(6);
    expect(agents.every((a) => a.wanted() === 'press@1.0.0')).toBe(true);
    const decisions = world.fleet.decisions(id);
    expect(decisions.find((d) => d.rule === 'breach: activation')?.numbers.evidence).toMatchObject({
      members: 1,
      failed: 1,
      failures: [{ error: 'golden case 3 failed' }],
    });
  });

  test('[RO4] abort stops and keeps; revert takes all back, agents that were away included', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0', 'press@3.0.0']);
    const agents = fleetOf(world, 4);
    start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    const half = 'stages: [{ name: half, agents: 50%, soak: 1h }, { name: all, agents: 100% }]';
    const second = start(world, '2.0.0', half);
    await settle(world, agents);
    world.fleet.operateRollout('ola', second, 'abort');
    await settle(world, agents);
    expect(running(agents, 'press@2.0.0')).toHaveLength(2);
    const third = start(world, '3.0.0', half);
    await settle(world, agents);
    const away = agents.find((a) => a.pipeline.release === 'press@3.0.0')!;
    world.fleet.operateRollout('ola', third, 'revert');
    await settle(
      world,
      agents.filter((a) => a !== away),
    );
    expect(world.fleet.rollout(third).status).toBe('reverting');
    await settle(world, agents);
    expect(world.fleet.rollout(third).status).toBe('reverted');
    expect(running(agents, 'press@3.0.0')).toEqual([]);
    expect(running(agents, 'press@2.0.0')).toHaveLength(2);
  });

  test('[RO4] a first release that is reverted is taken from the agents by name, and then no more is said', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 2);
    const id = start(world, '1.0.0', 'stages: [{ name: all, agents: 100%, soak: 1h }]');
    await settle(world, agents);
    expect(running(agents, 'press@1.0.0')).toHaveLength(2);
    world.fleet.operateRollout('ola', id, 'revert');
    await world.coordinator.drive();
    for (const agent of agents) agent.sync();
    // Named without a release: an agent keeps what it has where its pipeline isn't named at all.
    expect(agents.map((a) => a.desired?.pipelines)).toMatchObject([
      [{ name: 'p', release: '' }],
      [{ name: 'p', release: '' }],
    ]);
    await settle(world, agents);
    await settle(world, agents);
    expect(world.fleet.rollout(id).status).toBe('reverted');
    expect(running(agents, 'press@1.0.0')).toEqual([]);
    expect(agents.map((a) => a.desired?.pipelines)).toEqual([[], []]);
  });

  test('[RO4] who was told of a release after its rollout, and may activate it yet, holds up its revert too', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 2);
    const id = start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    expect(world.fleet.rollout(id).status).toBe('completed');
    const late = world.agent('late');
    late.sync();
    late.sync();
    expect(late.wanted()).toBe('press@1.0.0');
    world.fleet.operateRollout('ola', id, 'revert');
    await world.coordinator.drive();
    late.exchange();
    late.exchange();
    for (let i = 0; i < 3; i++) await settle(world, agents);
    expect(world.fleet.rollout(id).status).toBe('reverting');
    late.sync();
    late.sync();
    await settle(world, agents);
    expect(world.fleet.rollout(id).status).toBe('reverted');
  });

  test('[RO5] a paused rollout stands still, and a resumed one soaks for what was left', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 4);
    const id = start(world, '1.0.0');
    await settle(world, agents);
    world.fleet.operateRollout('ola', id, 'pause');
    await world.pass(10 * 3_600_000);
    await settle(world, agents);
    expect(world.fleet.rollout(id).status).toBe('paused in running(first: soaking)');
    world.fleet.operateRollout('ola', id, 'resume');
    await world.pass(29 * 60_000);
    expect(world.fleet.rollout(id).status).toBe('running(first: soaking)');
    await world.pass(60_000);
    expect(world.fleet.rollout(id).status).toBe('running(half: applying)');
  });

  test('[RO6] an approval is given by a person, and missing data never promotes but stalls', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 2);
    const id = start(
      world,
      '1.0.0',
      'stages: [{ name: one, agents: 1, approval: required }, { name: all, agents: 100% }]\nstallAfter: 2h',
    );
    await settle(world, agents);
    expect(world.fleet.rollout(id).status).toBe('running(one: awaiting-approval)');
    await world.pass(48 * 3_600_000);
    expect(world.fleet.rollout(id).status).toBe('running(one: awaiting-approval)');
    world.fleet.operateRollout('anna', id, 'approve');
    await world.coordinator.drive();
    await world.pass(3 * 3_600_000);
    expect(world.fleet.rollout(id).status).toBe('stalled in running(all: applying)');
    world.fleet.operateRollout('anna', id, 'promote');
    expect(world.fleet.rollout(id).status).toBe('completed');
  });

  test('[RO6] promote ends a soak, but gives no approval and skips no stage that nobody has entered', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const id = start(
      world,
      '1.0.0',
      'stages: [{ name: one, agents: 1, soak: 1h, approval: required }, { name: all, agents: 100% }]',
    );
    await world.coordinator.drive();
    expect(() => world.fleet.operateRollout('ola', id, 'promote')).toThrow(
      /no agent has entered|can't promote/,
    );
    await settle(world, fleetOf(world, 2));
    expect(world.fleet.rollout(id).status).toBe('running(one: soaking)');
    world.fleet.operateRollout('ola', id, 'promote');
    expect(world.fleet.rollout(id).status).toBe('running(one: awaiting-approval)');
    expect(() => world.fleet.operateRollout('ola', id, 'promote')).toThrow(/can't promote/);
    world.fleet.operateRollout('anna', id, 'approve');
    await world.coordinator.drive();
    expect(world.fleet.rollout(id).status).toBe('running(all: applying)');
  });

  test('[RO7] errors of a canary past the bound revert it, judged per agent', async () => {
    const world = createWorld();
    const [, second] = pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    const agents = fleetOf(world, 4);
    start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    const id = start(world, '2.0.0', `${STAGES}\ngates: { errorRate: { max: 5% } }`);
    await settle(world, agents);
    const canary = agents.find((a) => a.pipeline.release === 'press@2.0.0')!;
    canary.produce(
      Array.from({ length: 20 }, (_, i) =>
        testRow(i, { releaseDigest: second!.digest, decision: i % 4 === 0 ? 'error' : 'normal' }),
      ),
    );
    canary.sync();
    await world.coordinator.drive();
    expect(world.fleet.rollout(id).status).toBe('reverting');
    expect(world.fleet.decisions(id).at(-1)).toMatchObject({ who: 'auto', rule: 'breach: errorRate' });
  });

  test('[RO8] what can never be judged is refused by name, never left out', () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const create = (rest: string) => () => world.fleet.createRollout('ola', YAML('1.0.0', rest));
    expect(create('stages: [{ name: s, mode: shadow, agents: 20% }]')).toThrow(/last one and a shadow stage/);
    expect(create(`${STAGES}\ngates: { disagreement: { max: 5% } }`)).toThrow(/disagreement/);
    expect(create(`${STAGES}\ngates: { alertRate: {} }`)).toThrow(/alertRate.*no bound/);
    expect(create('stages: [{ name: a, agents: 50% }, { name: b, agents: 10% }]')).toThrow(
      /smaller than one before/,
    );
    expect(create(`selector: "site="\n${STAGES}`)).toThrow(/selector/);
  });

  test('[RO9] one rollout of a name at a time, and only of a release that trusted targets list', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    fleetOf(world, 2);
    start(world, '1.0.0');
    expect(() => start(world, '2.0.0')).toThrow(/one rollout of press at a time/);
    expect(() => world.fleet.createRollout('ola', YAML('9.0.0', STAGES))).toThrow(/no release press@9.0.0/);
  });

  test('[RO10] pinned agents, and agents that the selector leaves out, are never members', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const oslo = world.agent('oslo', { site: 'oslo' });
    const bergen = world.agent('bergen', { site: 'bergen' });
    const pinned = world.agent('pinned', { site: 'oslo' }, { pinned: true });
    const agents = [oslo, bergen, pinned];
    for (const agent of agents) agent.sync();
    start(world, '1.0.0', 'selector: site==oslo\nstages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    expect(running(agents, 'press@1.0.0')).toEqual(['oslo']);
  });

  test('[RO11] a rollout without an eligible agent waits for one', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const id = start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await world.coordinator.drive();
    expect(world.fleet.rollout(id).status).toBe('running(all: pending)');
    const agents = fleetOf(world, 1);
    await settle(world, agents);
    expect(world.fleet.rollout(id).status).toBe('completed');
  });

  test('[RO12] before the last stage the control floor is kept out', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = fleetOf(world, 10);
    start(
      world,
      '1.0.0',
      'control: 30%\nstages: [{ name: most, agents: 90%, soak: 1h }, { name: all, agents: 100% }]',
    );
    await settle(world, agents);
    expect(running(agents, 'press@1.0.0')).toHaveLength(7);
  });

  test('[PL1] a policy push changes the generation of the agents it reaches, and of no other', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = [world.agent('oslo', { site: 'oslo' }), world.agent('bergen', { site: 'bergen' })];
    for (const agent of agents) agent.sync();
    start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    for (const agent of agents) agent.sync();
    const before = agents.map((a) => Number(a.desired?.generation));
    world.fleet.applyPolicy(
      'ola',
      'apiVersion: skerry/v1\nkind: DriftPolicy\nname: p\nrelease: press\nselector: site==oslo\ninput: { psi: { alert: 0.3 } }',
    );
    await world.coordinator.drive();
    for (const agent of agents) agent.sync();
    expect(agents.map((a) => Number(a.desired?.generation))).toEqual([before[0]! + 1, before[1]]);
    expect(agents[0]!.desired?.pipelines?.[0]?.policy).toContain('"psi":{"alert":0.3}');
    expect(agents[0]!.desired?.pipelines?.[0]?.policyGeneration).toBe(1);
    expect(world.woken.at(-1)).toBe('all');
    expect(() =>
      world.fleet.applyPolicy(
        'ola',
        'apiVersion: skerry/v1\nkind: DriftPolicy\nname: q\nrelease: press\nthresholds: { score: 0.99 }',
      ),
    ).toThrow(/outside 0.2 to 0.9/);
  });

  test('[PL4] a policy that names pipelines leaves the others of the same release alone', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0']);
    const agents = ['motor', 'recording'].map((name) => world.agent(`with-${name}`, {}, { name }));
    for (const agent of agents) agent.sync();
    start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    world.fleet.applyPolicy(
      'ola',
      'apiVersion: skerry/v1\nkind: DriftPolicy\nname: calm\nrelease: press\npipelines: [motor]\nthresholds: { score: 0.9 }',
    );
    await world.coordinator.drive();
    for (const agent of agents) agent.sync();
    const [motor, recording] = agents.map((agent) => agent.desired?.pipelines?.[0]);
    expect([motor?.name, recording?.name]).toEqual(['motor', 'recording']);
    expect(JSON.parse(motor!.policy!)).toMatchObject({ thresholds: { score: 0.9 } });
    expect(recording!.policy).toBe('');
  });

  test('[RO13] of old rollouts that decide nothing the newest thousand are kept, and membership of none', async () => {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    const agents = fleetOf(world, 2);
    const rest = 'stages: [{ name: all, agents: 100% }]\nselector: site==oslo';
    for (const agent of agents) agent.labels = { site: 'oslo' };
    for (const agent of agents) agent.sync();
    const first = start(world, '1.0.0', rest);
    await settle(world, agents);
    const second = start(world, '2.0.0', rest);
    await settle(world, agents);
    expect(world.fleet.rollout(second).status).toBe('completed');
    expect(world.fleet.work().plan.assignments.map((a) => a.rollout)).toEqual([second]);
    const members = world.files
      .get('shard-0')!
      .all<{ rollout: string }>('SELECT DISTINCT rollout FROM member UNION SELECT rollout FROM stage');
    expect(members.map((m) => m.rollout)).toEqual([second]);
    for (let i = 0; i < 1_001; i++) {
      world.clock.nowMs += 1;
      world.fleet.createRollout('ola', YAML('2.0.0', rest));
    }
    expect(() => world.fleet.rollout(first)).toThrow(/no rollout/);
    expect(world.fleet.rollout(second).status).toBe('completed');
    expect(world.fleet.rollouts({ limit: 10_000 })).toHaveLength(1_001);
  });
});
