import { describe, expect, test } from 'vitest';
import { type Behaviour, GOOD, ReportingFleet } from '../../node/testing-evidence.ts';

const HOUR = 3_600_000;
const STAGED = `
stages:
  - { name: first, agents: 1, soak: 30m }
  - { name: canary, agents: 5, soak: 1h }
  - { name: half, agents: 50%, soak: 1h }
  - { name: all, agents: 100% }
gates:
  errorRate: { maxRatio: 2 }
  latencyP95: { maxRatio: 1.5 }
  alertRate: { maxRatio: 1.5 }
`;

/** Half an hour of a fleet's life; at no moment do more agents run the release than the stage's frozen membership. */
async function halfAnHour(fleet: ReportingFleet, id: string, candidate: Behaviour): Promise<void> {
  fleet.world.clock.nowMs += HOUR / 2;
  for (let exchange = 0; exchange < 2; exchange++) {
    await fleet.live(exchange === 0 ? 500 : 0, candidate, GOOD);
    const members = fleet.world.fleet.rollout(id).frozen.at(-1)?.members ?? 0;
    expect(fleet.serving('press@2.0.0').length).toBeLessThanOrEqual(members);
  }
}

async function begin(): Promise<{ fleet: ReportingFleet; id: string }> {
  const fleet = await ReportingFleet.of(25);
  await fleet.live(2_000, GOOD, GOOD);
  const id = fleet.start('2.0.0', STAGED);
  return { fleet, id };
}

describe('a release over a fleet of 25 agents', () => {
  test('a good one completes by itself, and its smoke stages are called that', async () => {
    const { fleet, id } = await begin();
    for (let i = 0; i < 10; i++) await halfAnHour(fleet, id, GOOD);
    expect(fleet.world.fleet.rollout(id).status).toBe('completed');
    expect(fleet.serving('press@2.0.0')).toHaveLength(25);
    const left = fleet.world.fleet
      .decisions(id)
      .filter((d) => /passed/.test(d.rule))
      .map((d) => `${d.from}: ${d.rule}`);
    expect(left).toEqual([
      'running(first: evaluating): smoke stage passed',
      'running(canary: evaluating): gates passed',
      'running(half: evaluating): gates passed',
      'running(all: evaluating): smoke stage passed',
    ]);
  });

  test('time that passes while a stage’s membership is frozen takes nobody out of the comparison', async () => {
    const { fleet, id } = await begin();
    let nowMs = fleet.world.clock.nowMs;
    Object.defineProperty(fleet.world.clock, 'nowMs', {
      get: () => nowMs++,
      set: (ms: number) => {
        nowMs = ms;
      },
    });
    for (let i = 0; i < 10; i++) await halfAnHour(fleet, id, GOOD);
    const canary = fleet.world.fleet.decisions(id).find((d) => d.rule === 'gates passed');
    const errorRate = canary?.numbers.gates?.find(({ gate }) => gate === 'errorRate');
    expect(errorRate?.text).toMatch(/5 v 20 agents/);
  });

  const defects: [name: string, rule: string, behaviour: Behaviour][] = [
    ['that is refused on activation', 'breach: activation', { ...GOOD, refused: 'golden case 3 failed' }],
    ['that agents give back', 'breach: activation', { ...GOOD, givenBack: 'memory over its limit' }],
    ['with more errors', 'breach: errorRate', { ...GOOD, errors: 0.1 }],
    ['with twice the latency', 'breach: latencyP95', { ...GOOD, latencyUs: 40_000 }],
    ['with twice the alerts', 'breach: alertRate', { ...GOOD, alerts: 0.1 }],
  ];
  for (const [name, rule, behaviour] of defects)
    test(`one ${name} is taken back everywhere, also from agents that return later`, async () => {
      const { fleet, id } = await begin();
      await fleet.live(0, behaviour, GOOD);
      for (let i = 0; i < 8 && fleet.world.fleet.rollout(id).state.name === 'running'; i++) {
        // One that has the release and has said enough of it loses its link before anything is decided.
        if (i === 2) for (const agent of fleet.serving('press@2.0.0').slice(0, 1)) fleet.offline.add(agent);
        await halfAnHour(fleet, id, behaviour);
      }
      expect(fleet.world.fleet.decisions(id).map((d) => d.rule)).toContain(rule);
      for (let i = 0; i < 3; i++) await halfAnHour(fleet, id, behaviour);
      // Where agents refuse it or give it back, none is left that could be away with it.
      expect(fleet.offline.size).toBe(rule === 'breach: activation' ? 0 : 1);
      const keeps = [...fleet.offline].map((agent) => agent.pipeline.release);
      expect(fleet.world.fleet.rollout(id).status).toBe(keeps.length > 0 ? 'reverting' : 'reverted');
      expect(fleet.serving('press@2.0.0').map((agent) => agent.pipeline.release)).toEqual(keeps);
      fleet.offline.clear();
      await halfAnHour(fleet, id, behaviour);
      expect(fleet.world.fleet.rollout(id).status).toBe('reverted');
      expect(fleet.serving('press@1.0.0')).toHaveLength(25);
    });
});
