import { nodeCrypto } from '@skerry/proto/node/crypto';
import { reversionBytes } from '@skerry/proto/reversion';
import { expect, test } from 'vitest';
import { agentsThatSynced, type HttpAgent, type Operator } from './control-plane-world.ts';

/** The numbers behind verdicts, over shards, and releases that agents give back. */
export function evidenceContract(operatorOf: () => Operator): void {
  /** Everyone does as told, and says that it inferred so many windows since. */
  async function live(agents: readonly HttpAgent[], windows: number): Promise<void> {
    for (const agent of agents) {
      await agent.sync();
      const { sim } = agent;
      if (sim.wanted() !== '' && sim.wanted() !== sim.pipeline.release) sim.apply();
      const { releaseDigest } = sim.pipeline;
      sim.evidence = [{ pipeline: 'p', releaseDigest, role: 1, windows, errors: windows / 50, restarts: 1 }];
      await agent.sync();
    }
  }

  test('a stage is shown beside the other agents; a release given back is proven by the device’s signature', async () => {
    const operator = operatorOf();
    await operator.push('shown@1.0.0', 'shown@2.0.0');
    const agents = await agentsThatSynced(operator, 'ev-shown', 6, { group: 'shown' }, 'shown');
    const stages = [{ name: 'all', agents: '100%' }];
    const rollOut = async (release: string, some: unknown[]): Promise<string> =>
      (await operator.rollOut({ release, selector: 'group==shown', stages: some })).json.id;
    const first = await rollOut('shown@1.0.0', stages);
    await expect
      .poll(
        async () => {
          await live(agents, 0);
          return (await operator.ok('GET', `rollouts/${first}`)).json.status;
        },
        { timeout: 30_000, interval: 100 },
      )
      .toBe('completed');
    const id = await rollOut('shown@2.0.0', [{ name: 'half', agents: '50%', soak: '1h' }, ...stages]);
    await live(agents, 200);
    const { stage, arms } = (await operator.ok('GET', `rollouts/${id}/evidence`)).json;
    expect(stage).toBe('half');
    expect(arms).toMatchObject([
      { arm: 'stage', release: 'shown@2.0.0', agents: 3, totals: { windows: 600, errors: 12, restarts: 3 } },
      {
        arm: 'control',
        release: 'shown@1.0.0',
        agents: 3,
        metrics: { errorRate: { agents: 3, mean: 0.02 } },
      },
    ]);
    const [agent] = agents.filter(({ sim }) => sim.pipeline.release === 'shown@2.0.0');
    const { sim, seed } = agent!;
    const { releaseDigest } = sim.pipeline;
    const facts = { agent: sim.id, pipeline: 'p', releaseDigest, reason: 'memory over its limit', wallMs: 7 };
    const signature = nodeCrypto.sign(seed, reversionBytes(facts));
    const reverted = { reason: facts.reason, wallMs: facts.wallMs, signature };
    sim.evidence = [{ pipeline: 'p', releaseDigest, role: 1, windows: 200, reverted }];
    await agent!.sync();
    await agent!.sync();
    expect((await operator.ok('GET', `agents/${sim.id}`)).json.reversions).toMatchObject([
      { digest: releaseDigest, reason: 'memory over its limit', wallMs: 7, proof: 'verified' },
    ]);
    const { items } = (await operator.ok('GET', 'audit?limit=100&order=desc')).json;
    const lines = items.filter((line: { action: string }) => line.action === 'agent.reversion');
    expect(lines).toMatchObject([
      { who: `agent:${sim.id}`, subject: sim.id, details: { proof: 'verified' } },
    ]);
    const whole = (await operator.ok('GET', 'releases/shown/2.0.0/evidence')).json.arms;
    expect(whole).toMatchObject([{ arm: 'fleet', reversions: { verified: 1, unsigned: 0, bad: 0 } }]);
    const checked = (await operator.ok('GET', 'releases/shown/2.0.0/preflight?selector=group==shown')).json;
    expect(checked.findings).toMatchObject([
      { agent: sim.id, verdict: 'fails', reason: 'it gave this release back before: memory over its limit' },
    ]);
  });
}
