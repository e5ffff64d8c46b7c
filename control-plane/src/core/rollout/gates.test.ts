import { describe, expect, test } from 'vitest';
import { type Behaviour, GOOD, ReportingFleet } from '../../node/testing-evidence.ts';

const HOUR = 3_600_000;
const COMPARED = `
stages:
  - { name: canary, agents: 25%, soak: 1h }
  - { name: all, agents: 100% }
gates:
  errorRate: { maxRatio: 2 }
  latencyP95: { maxRatio: 1.5 }
  alertRate: { maxRatio: 1.5 }
`;

/** Starts a rollout and lives through its canary, half an hour past the soak. */
async function canary(
  count: number,
  candidate: Behaviour,
  rest = COMPARED,
): Promise<{ fleet: ReportingFleet; id: string }> {
  const fleet = await ReportingFleet.of(count);
  await fleet.live(2_000, GOOD, GOOD);
  const id = fleet.start('2.0.0', rest);
  await fleet.live(0, candidate, GOOD);
  await fleet.live(0, candidate, GOOD);
  for (let quarter = 0; quarter < 4; quarter++) {
    fleet.world.clock.nowMs += HOUR / 4;
    await fleet.live(500, candidate, GOOD);
  }
  return { fleet, id };
}

describe('gates that compare', () => {
  test('[RO14] a release that is no worse goes on once that is shown, with the tests in the decision', async () => {
    const { fleet, id } = await canary(40, GOOD);
    expect(fleet.world.fleet.rollout(id).status).toBe('completed');
    const decision = fleet.world.fleet.decisions(id).find((d) => d.rule === 'gates passed')!;
    const alertRate = decision.numbers.gates!.find((g) => g.gate === 'alertRate')!;
    expect(alertRate).toMatchObject({ verdict: 'pass', test: { method: 'drawn' } });
    expect(alertRate.test!.worseP).toBeLessThan(alertRate.test!.level);
    expect(alertRate.text).toMatch(/10 v 30 agents, each against its own past/);
    expect(decision.numbers.evidence).not.toHaveProperty('samples');
  });

  for (const [gate, defect] of [
    ['errorRate', { ...GOOD, errors: 0.1 }],
    ['latencyP95', { ...GOOD, latencyUs: 40_000 }],
    ['alertRate', { ...GOOD, alerts: 0.15 }],
  ] as const)
    test(`[RO14] a release that is worse by ${gate} is taken back by that gate`, async () => {
      const { fleet, id } = await canary(40, defect);
      expect(fleet.world.fleet.decisions(id).find((d) => d.rule.startsWith('breach'))?.rule).toBe(
        `breach: ${gate}`,
      );
      await fleet.live(10, defect, GOOD);
      expect(fleet.world.fleet.rollout(id).status).toBe('reverted');
    });

  test('[RO15] too few agents to compare make a smoke stage that says so, and a person decides before the last', async () => {
    const { fleet, id } = await canary(8, GOOD, COMPARED.replace('25%', '1'));
    const rollout = fleet.world.fleet.rollout(id);
    expect(rollout.status).toBe('running(canary: awaiting-approval)');
    expect(fleet.world.fleet.decisions(id).at(-1)).toMatchObject({ rule: 'not compared' });
    expect(rollout.gates.find((g) => g.gate === 'alertRate')).toMatchObject({
      verdict: 'pass',
      smoke: true,
      text: expect.stringMatching(/^not comparable \(floor 0.125 > 0.00\d+\)$/),
    });
  });

  test('[RO16] agents that say nothing of their releases hold a stage; nothing is promoted on missing data', async () => {
    const fleet = await ReportingFleet.of(40);
    const id = fleet.start('2.0.0', COMPARED);
    for (let hour = 0; hour < 6; hour++) {
      for (const agent of fleet.agents) agent.sync();
      await fleet.world.pass(HOUR);
      for (const agent of fleet.agents)
        if (agent.wanted() !== '' && agent.wanted() !== agent.pipeline.release) agent.apply();
      for (const agent of fleet.agents) agent.sync();
    }
    await fleet.world.coordinator.drive();
    const rollout = fleet.world.fleet.rollout(id);
    expect(rollout.status).toBe('running(canary: evaluating)');
    expect(rollout.gates.find((g) => g.gate === 'alertRate')).toMatchObject({
      verdict: 'hold',
      text: '0 agents are known, 5 needed',
    });
  });

  test('[RO17] agents that fall silent after activation, more than the others do, are taken for failing', async () => {
    const fleet = await ReportingFleet.of(40);
    const id = fleet.start(
      '2.0.0',
      'stages: [{ name: canary, agents: 25%, soak: 1h }, { name: all, agents: 100% }]',
    );
    await fleet.live(0, GOOD, GOOD);
    await fleet.live(0, GOOD, GOOD);
    fleet.world.clock.nowMs += HOUR;
    // Its members are heard of no more; of the others all are.
    for (const agent of fleet.agents) if (agent.pipeline.release !== 'press@2.0.0') agent.sync();
    await fleet.world.coordinator.drive();
    expect(fleet.world.fleet.decisions(id).at(-1)).toMatchObject({ rule: 'breach: silence' });
  });

  test('[RO17] silence alike on both sides is unknown, and blames nobody', async () => {
    const fleet = await ReportingFleet.of(40);
    const id = fleet.start(
      '2.0.0',
      'stages: [{ name: canary, agents: 25%, soak: 1h }, { name: all, agents: 100% }]',
    );
    await fleet.live(0, GOOD, GOOD);
    await fleet.live(0, GOOD, GOOD);
    fleet.world.clock.nowMs += HOUR;
    await fleet.world.coordinator.drive();
    expect(fleet.world.fleet.decisions(id).map((d) => d.rule)).not.toContain('breach: silence');
  });

  test('[RO18] an agent that gave the release back by itself has failed, and is not given it again', async () => {
    const fleet = await ReportingFleet.of(40);
    const id = fleet.start('2.0.0', COMPARED);
    await fleet.live(0, GOOD, GOOD);
    const [member] = fleet.serving('press@2.0.0');
    await fleet.live(0, { ...GOOD, givenBack: 'crash loop: 3 starts in 60s' }, GOOD);
    const breach = fleet.world.fleet.decisions(id).find((d) => d.rule === 'breach: activation')!;
    expect(breach.numbers.evidence!.failures).toContainEqual({
      agent: member!.id,
      error: 'gave it back: crash loop: 3 starts in 60s',
    });
    await fleet.live(0, GOOD, GOOD);
    expect(fleet.world.fleet.rollout(id).status).toBe('reverted');
    const again = fleet.start('2.0.0', 'stages: [{ name: all, agents: 100% }]');
    await fleet.world.coordinator.drive();
    expect(fleet.world.fleet.rollout(again).frozen[0]!.members).toBe(30);
    member!.sync();
    expect(member!.wanted()).not.toBe('press@2.0.0');
  });

  test('[RO19] past a gate that a person overruled nothing is taken back by itself', async () => {
    const { fleet, id } = await canary(
      40,
      { ...GOOD, errors: 0.1 },
      `${COMPARED}onBreach: pause\n`.replace(
        'errorRate: { maxRatio: 2 }',
        'errorRate: { max: 1%, maxRatio: 2 }',
      ),
    );
    expect(fleet.world.fleet.rollout(id).status).toMatch(/^paused/);
    fleet.world.fleet.operateRollout('ola', id, 'resume');
    for (let quarter = 0; quarter < 5; quarter++) {
      fleet.world.clock.nowMs += HOUR / 4;
      await fleet.live(500, { ...GOOD, errors: 0.1 }, GOOD);
    }
    const rollout = fleet.world.fleet.rollout(id);
    expect(rollout.status).toBe('completed');
    expect(rollout.waived).toEqual([{ gate: 'errorRate', by: 'ola' }]);
  });
});
