import { v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { agentsThatSynced, type HttpAgent, type Operator } from './control-plane-world.ts';

const { ROLE_ACTIVE, ROLE_SHADOW } = v1.Role;

/** Shadow stages over shards: who is told to run what beside what, and how that is judged. */
export function shadowContract(operatorOf: () => Operator): void {
  /** Every agent works a while, says how that goes, and does as told. */
  async function live(agents: readonly HttpAgent[], windows: number): Promise<void> {
    for (const agent of agents) {
      await agent.sync();
      const { sim } = agent;
      const wanted = sim.wanted();
      if (wanted !== '' && wanted !== sim.pipeline.release) sim.apply();
      sim.applyShadow();
      const { releaseDigest, shadow } = sim.pipeline;
      const common = { pipeline: 'p', windows };
      const compared = { matched: windows, flips: Math.floor(windows / 200), championDigest: releaseDigest };
      sim.evidence = [
        { ...common, releaseDigest, role: ROLE_ACTIVE },
        ...(shadow?.releaseDigest
          ? [{ ...common, releaseDigest: shadow.releaseDigest, role: ROLE_SHADOW, shadow: compared }]
          : []),
      ];
      await agent.sync();
    }
  }

  test('a shadow stage tells its agents a second release, compares the two, and goes on to an active stage', async () => {
    const operator = operatorOf();
    await operator.push('beside@1.0.0', 'beside@2.0.0');
    const agents = await agentsThatSynced(operator, 'ro-beside', 10, { group: 'beside' }, 'beside');
    // One can't run shadows, and is never told to.
    for (const { sim } of agents.slice(1)) sim.facts = { ...sim.facts, shadow: '1' };
    const rollOut = async (release: string, stages: unknown[], rest = {}): Promise<string> =>
      (await operator.rollOut({ release, selector: 'group==beside', stages, ...rest })).json.id;
    const stateOf = async (id: string): Promise<string> =>
      (await operator.ok('GET', `rollouts/${id}`)).json.status;
    const all = { name: 'all', agents: '100%' };
    const first = await rollOut('beside@1.0.0', [all]);
    let windows = 0;
    const until = (id: string, state: RegExp): Promise<void> =>
      expect
        .poll(
          async () => {
            windows += 100;
            await live(agents, windows);
            return stateOf(id);
          },
          { timeout: 30_000, interval: 100 },
        )
        .toMatch(state);
    await until(first, /^completed/);
    const id = await rollOut(
      'beside@2.0.0',
      [{ name: 'beside', mode: 'shadow', agents: '100%' }, { name: 'one', agents: 1, soak: '1h' }, all],
      // All nine are to be known before anything is judged.
      { gates: { disagreement: { max: '5%' } }, minReached: 9 },
    );
    const { frozen } = (await operator.ok('GET', `rollouts/${id}`)).json;
    expect(frozen).toMatchObject([{ stage: 0, eligible: 9, members: 9 }]);
    await live(agents, windows);
    expect(agents.map(({ sim }) => sim.wantedShadow())).toEqual(['', ...Array(9).fill('beside@2.0.0')]);
    expect(agents.every(({ sim }) => sim.wanted() === 'beside@1.0.0')).toBe(true);
    const shown = (await operator.ok('GET', 'agents/ro-beside-1')).json.pipelines[0];
    expect(shown.shadow).toMatchObject({ release: 'beside@2.0.0', state: 'active' });
    await until(id, /one: soaking/);
    const { decisions } = (await operator.ok('GET', `rollouts/${id}`)).json;
    const passed = decisions.find((d: { rule: string }) => d.rule === 'gates passed');
    expect(passed.numbers.gates.find((g: { gate: string }) => g.gate === 'disagreement')).toMatchObject({
      verdict: 'pass',
      text: expect.stringMatching(/9 agents, paired/),
    });
    await live(agents, windows);
    expect(agents.filter(({ sim }) => sim.wanted() === 'beside@2.0.0')).toHaveLength(1);
    expect(agents.filter(({ sim }) => sim.wantedShadow() !== '')).toHaveLength(0);
    await operator.ok('POST', `rollouts/${id}/abort`);
  });
}
