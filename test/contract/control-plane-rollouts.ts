import { cohortPlace } from '@skerry/proto/cohort';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { removeTarget } from '@skerry/proto/tuf/repository';
import { expect, test } from 'vitest';
import { agentsThatSynced, type HttpAgent, type Operator } from './control-plane-world.ts';

/** Rollouts over shards, and drift policies: what agents are told to run. */
export function rolloutsContract(operatorOf: () => Operator): void {
  /** Who is told to run a release now. */
  const told = async (agents: readonly HttpAgent[], release: string): Promise<string[]> => {
    for (const agent of agents) await agent.sync();
    return agents.filter((a) => a.sim.wanted() === release).map((a) => a.sim.id);
  };
  const lowest = (agents: readonly HttpAgent[], salt: string, count: number): string[] =>
    agents
      .map((a) => a.sim.id)
      .sort((a, b) => cohortPlace(nodeCrypto, salt, a) - cohortPlace(nodeCrypto, salt, b))
      .slice(0, count);

  test('a percentage stage takes the lowest places over all shards, is frozen, and only grows', async () => {
    const operator = operatorOf();
    await operator.push('steps@1.0.0');
    const agents = await agentsThatSynced(operator, 'ro-steps', 20, { group: 'steps' }, 'steps');
    const rollout = (
      await operator.rollOut({
        release: 'steps@1.0.0',
        selector: 'group==steps',
        stages: [
          { name: 'quarter', agents: '25%', soak: '1h' },
          { name: 'half', agents: '50%', soak: '1h' },
          { name: 'all', agents: '100%' },
        ],
      })
    ).json;
    expect(rollout.frozen).toMatchObject([{ stage: 0, eligible: 20, members: 5 }]);
    expect((await told(agents, 'steps@1.0.0')).sort()).toEqual(lowest(agents, rollout.salt, 5).sort());
    const [late] = await agentsThatSynced(operator, 'ro-steps-late', 1, { group: 'steps' }, 'steps');
    expect(await told([late!], 'steps@1.0.0')).toEqual([]);
    expect(await told(agents, 'steps@1.0.0')).toHaveLength(5);
    await operator.ok('POST', `rollouts/${rollout.id}/promote`);
    const half = (await operator.ok('GET', `rollouts/${rollout.id}`)).json;
    expect(half.frozen[1]).toMatchObject({ stage: 1, eligible: 21, members: 11 });
    const now = await told([...agents, late!], 'steps@1.0.0');
    expect(now).toEqual(expect.arrayContaining(lowest(agents, rollout.salt, 5)));
    expect(now).toHaveLength(11);
    await operator.ok('POST', `rollouts/${rollout.id}/promote`);
    expect(await told([...agents, late!], 'steps@1.0.0')).toHaveLength(21);
    await operator.ok('POST', `rollouts/${rollout.id}/promote`);
    const done = (await operator.ok('GET', `rollouts/${rollout.id}`)).json;
    expect(done.state.name).toBe('completed');
    expect(done.decisions.map((d: { rule: string }) => d.rule)).toEqual(
      expect.arrayContaining(['start', 'promote']),
    );
    const [newcomer] = await agentsThatSynced(operator, 'ro-steps-new', 1, { group: 'steps' }, 'steps');
    expect(await told([newcomer!], 'steps@1.0.0')).toEqual(['ro-steps-new-0']);
  });

  test('a rollout that its agents follow goes through its stages by itself', async () => {
    const operator = operatorOf();
    await operator.push('self@1.0.0');
    const agents = await agentsThatSynced(operator, 'ro-self', 4, { group: 'self' }, 'self');
    const { id } = (
      await operator.rollOut({
        release: 'self@1.0.0',
        selector: 'group==self',
        minReached: 4,
        stages: [
          { name: 'one', agents: 1 },
          { name: 'all', agents: '100%' },
        ],
      })
    ).json;
    // Real time passes on a real host: each round is what every agent does at its next exchange.
    await expect
      .poll(
        async () => {
          for (const agent of agents) {
            await agent.sync();
            if (agent.sim.wanted() !== '') agent.sim.apply();
          }
          return (await operator.ok('GET', `rollouts/${id}`)).json.state.name;
        },
        { timeout: 30_000, interval: 100 },
      )
      .toBe('completed');
    expect((await operator.ok('GET', 'agents/ro-self-0')).json.pipelines[0].release).toBe('self@1.0.0');
  });

  test('a soak ends by itself, though nobody calls any more', async () => {
    const operator = operatorOf();
    await operator.push('alone@1.0.0');
    const agents = await agentsThatSynced(operator, 'ro-alone', 1, { group: 'alone' }, 'alone');
    const stages = [{ name: 'all', agents: '100%', soak: '1s' }];
    const { id } = (await operator.rollOut({ release: 'alone@1.0.0', selector: 'group==alone', stages }))
      .json;
    await told(agents, 'alone@1.0.0');
    agents[0]!.sim.apply();
    await agents[0]!.sync();
    await expect
      .poll(async () => (await operator.ok('GET', `rollouts/${id}`)).json.state.name, {
        timeout: 30_000,
        interval: 200,
      })
      .toBe('completed');
  });

  test('a pause holds the stage, resume goes on, abort keeps what is there', async () => {
    const operator = operatorOf();
    await operator.push('held@1.0.0');
    const agents = await agentsThatSynced(operator, 'ro-held', 4, { group: 'held' }, 'held');
    const stages = [
      { name: 'one', agents: 1, soak: '1h' },
      { name: 'all', agents: '100%' },
    ];
    const { id } = (await operator.rollOut({ release: 'held@1.0.0', selector: 'group==held', stages })).json;
    const verb = async (name: string): Promise<number> =>
      (await operator.api('POST', `rollouts/${id}/${name}`)).status;
    expect(await verb('pause')).toBe(200);
    expect(await verb('promote')).toBe(409);
    expect(await told(agents, 'held@1.0.0')).toHaveLength(1);
    const second = await operator.api('POST', 'rollouts', {
      body: JSON.stringify({ apiVersion: 'skerry/v1', kind: 'Rollout', release: 'held@1.0.0', stages }),
    });
    expect((await operator.api('POST', `rollouts/${second.json.id}/start`)).status).toBe(409);
    expect(await verb('resume')).toBe(200);
    expect(await verb('resume')).toBe(409);
    expect(await verb('abort')).toBe(200);
    expect(await told(agents, 'held@1.0.0')).toHaveLength(1);
    expect(await verb('start')).toBe(409);
  });

  test('a revert takes the release back from everyone, to the one that was completed before', async () => {
    const operator = operatorOf();
    await operator.push('back@1.0.0', 'back@1.1.0');
    const agents = await agentsThatSynced(operator, 'ro-back', 3, { group: 'back' }, 'back');
    const roll = async (release: string): Promise<string> => {
      const stages = [{ name: 'all', agents: '100%', soak: '1h' }];
      return (await operator.rollOut({ release, selector: 'group==back', stages })).json.id;
    };
    await operator.ok('POST', `rollouts/${await roll('back@1.0.0')}/promote`);
    const second = await roll('back@1.1.0');
    expect(await told(agents, 'back@1.1.0')).toHaveLength(3);
    for (const agent of agents) agent.sim.apply();
    await told(agents, 'back@1.1.0');
    await operator.ok('POST', `rollouts/${second}/revert`);
    expect((await operator.ok('GET', `rollouts/${second}`)).json.state.name).toBe('reverting');
    expect(await told(agents, 'back@1.0.0')).toHaveLength(3);
    for (const agent of agents) agent.sim.apply();
    await expect
      .poll(
        async () => {
          await told(agents, 'back@1.0.0');
          return (await operator.ok('GET', `rollouts/${second}`)).json.state.name;
        },
        { timeout: 30_000, interval: 100 },
      )
      .toBe('reverted');
  });

  test('a release that is yanked is taken back while it rolls out', async () => {
    const operator = operatorOf();
    await operator.push('yanked@1.0.0');
    const agents = await agentsThatSynced(operator, 'ro-yank', 2, { group: 'yank' }, 'yanked');
    const stages = [{ name: 'all', agents: '100%', soak: '1h' }];
    const { id } = (await operator.rollOut({ release: 'yanked@1.0.0', selector: 'group==yank', stages }))
      .json;
    expect(await told(agents, 'yanked@1.0.0')).toHaveLength(2);
    await operator.putTargets(operator.sign(removeTarget(await operator.targets(), 'yanked/1.0.0')));
    expect((await operator.ok('GET', `rollouts/${id}`)).json.state.name).toMatch(/^revert/);
    expect(await told(agents, 'yanked@1.0.0')).toEqual([]);
  });

  test('a rollout of what is not listed, or with a gate that can’t be judged, is refused by name', async () => {
    const operator = operatorOf();
    await operator.push('plain@1.0.0');
    const create = (spec: Record<string, unknown>): ReturnType<Operator['api']> =>
      operator.api('POST', 'rollouts', {
        body: JSON.stringify({
          apiVersion: 'skerry/v1',
          kind: 'Rollout',
          stages: [{ name: 'all', agents: '100%' }],
          ...spec,
        }),
      });
    expect((await create({ release: 'nothing@9.9.9' })).status).toBe(404);
    const wrong = await create({ release: 'plain@1.0.0', selector: 'site=', stages: [] });
    expect(wrong.status).toBe(422);
    expect((await create({ release: 'plain@1.0.0', selector: 'site==oslo and' })).status).toBe(422);
  });

  test('a waiting stage goes on only with an approver', async () => {
    const operator = operatorOf();
    await operator.push('asks@1.0.0');
    const agents = await agentsThatSynced(operator, 'ro-asks', 2, { group: 'asks' }, 'asks');
    const { id } = (
      await operator.rollOut({
        release: 'asks@1.0.0',
        selector: 'group==asks',
        approval: 'required',
        stages: [{ name: 'all', agents: '100%', soak: '1h' }],
      })
    ).json;
    expect(await told(agents, 'asks@1.0.0')).toEqual([]);
    const { token } = await operator.token('operator');
    expect((await operator.api('POST', `rollouts/${id}/approve`, { token })).status).toBe(403);
    const approver = await operator.token('approver');
    await operator.ok('POST', `rollouts/${id}/approve`, { token: approver.token });
    expect(await told(agents, 'asks@1.0.0')).toHaveLength(2);
  });

  test('a policy reaches the agents that it matches, as a newer generation, without a new release', async () => {
    const operator = operatorOf();
    await operator.push('ruled@1.0.0');
    const stages = [{ name: 'all', agents: '100%', soak: '1h' }];
    const oslo = await agentsThatSynced(operator, 'po-oslo', 1, { group: 'ruled', site: 'oslo' }, 'ruled');
    const bergen = await agentsThatSynced(
      operator,
      'po-bergen',
      1,
      { group: 'ruled', site: 'bergen' },
      'ruled',
    );
    await operator.rollOut({ release: 'ruled@1.0.0', selector: 'group==ruled', stages });
    const both = [...oslo, ...bergen];
    await told(both, 'ruled@1.0.0');
    const generations = both.map((a) => Number(a.sim.desired?.generation));
    await operator.ok('POST', 'policies', {
      body: `
apiVersion: skerry/v1
kind: DriftPolicy
name: ruled-oslo
release: ruled
selector: "site==oslo"
input: { psi: { warn: 0.1, alert: 0.2 } }
thresholds: { score: 0.6 }
`,
    });
    await told(both, 'ruled@1.0.0');
    const [first, second] = both.map((a) => a.sim.desired!);
    expect(Number(first!.generation)).toBe(generations[0]! + 1);
    expect(JSON.parse(first!.pipelines![0]!.policy!)).toMatchObject({
      input: { psi: { warn: 0.1, alert: 0.2 } },
      thresholds: { score: 0.6 },
    });
    expect(first!.pipelines![0]!.policyGeneration).toBeGreaterThan(0);
    expect(Number(second!.generation)).toBe(generations[1]);
    expect(second!.pipelines![0]!.policy).toBe('');
    const outside = await operator.api('POST', 'policies', {
      body: 'apiVersion: skerry/v1\nkind: DriftPolicy\nname: x\nrelease: ruled\nthresholds: { score: 5 }\n',
    });
    expect(outside.status).toBe(422);
    expect(outside.json.detail).toMatch(/0\.2 to 0\.9/);
  });

  test('a stage is compared with the other agents over all shards; pre-flight and superseding', async () => {
    const operator = operatorOf();
    await operator.push('judged@1.0.0');
    await operator.push('judged@2.0.0');
    const agents = await agentsThatSynced(operator, 'ro-judged', 8, { group: 'judged' }, 'judged');
    const all = [{ name: 'all', agents: '100%' }];
    const first = (
      await operator.rollOut({ release: 'judged@1.0.0', selector: 'group==judged', stages: all })
    ).json;
    const windows = new Map<string, number>();
    /** Everyone works a while, reports how that goes, and does as told. */
    const live = async (): Promise<void> => {
      for (const { sim } of agents) {
        const { releaseDigest } = sim.pipeline;
        const total = (windows.get(sim.id + releaseDigest) ?? 0) + 100;
        windows.set(sim.id + releaseDigest, total);
        sim.evidence = [{ pipeline: 'p', releaseDigest, role: 1, windows: total, alertWindows: total / 20 }];
      }
      for (const agent of agents) {
        await agent.sync();
        const wanted = agent.sim.wanted();
        if (wanted !== '' && wanted !== agent.sim.pipeline.release) agent.sim.apply();
        await agent.sync();
      }
    };
    const completed = (id: string): Promise<void> =>
      expect
        .poll(
          async () => {
            await live();
            return (await operator.ok('GET', `rollouts/${id}`)).json.state.name;
          },
          { timeout: 30_000, interval: 100 },
        )
        .toBe('completed');
    await completed(first.id);
    expect(
      (await operator.ok('GET', 'releases/judged/2.0.0/preflight?selector=group==judged')).json,
    ).toMatchObject({ eligible: 8, failing: 0 });
    const gates = { alertRate: { maxRatio: 2 } };
    const halves = [{ name: 'half', agents: '50%' }, ...all];
    const spec = { release: 'judged@2.0.0', selector: 'group==judged', gates };
    const older = (
      await operator.rollOut({
        release: 'judged@1.0.0',
        selector: 'group==judged',
        stages: [{ name: 'half', agents: '50%', soak: '1h' }, ...all],
      })
    ).json;
    const draft = { apiVersion: 'skerry/v1', kind: 'Rollout', ...spec, stages: halves };
    const { id } = (await operator.ok('POST', 'rollouts', { body: JSON.stringify(draft) })).json;
    expect((await operator.api('POST', `rollouts/${id}/start`)).status).toBe(409);
    await operator.ok('POST', `rollouts/${id}/start?supersede=true`);
    expect((await operator.ok('GET', `rollouts/${older.id}`)).json.state.name).toBe('aborted');
    await completed(id);
    const { decisions } = (await operator.ok('GET', `rollouts/${id}`)).json;
    const passed = decisions.find((d: { rule: string }) => d.rule === 'gates passed');
    expect(passed.numbers.gates.find((g: { gate: string }) => g.gate === 'alertRate')).toMatchObject({
      verdict: 'pass',
      text: expect.stringMatching(/4 v 4 agents/),
    });
  });
}
