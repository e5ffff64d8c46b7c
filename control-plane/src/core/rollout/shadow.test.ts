// Shadow stages: who runs a release beside what serves, how that is judged, and how it ends.
import { skerry } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { createWorld, pushTestReleases, type SimAgent, type World } from '../../node/testing.ts';

const STAGES = `
stages:
  - { name: beside, mode: shadow, agents: 8, soak: 1h }
  - { name: canary, agents: 4, soak: 1h }
  - { name: all, agents: 100% }
gates:
  disagreement: { max: 5% }
  latencyP95: { max: 50ms }
`;

const { SLOT_STATE_ACTIVE } = skerry.v1.SlotState;
const { ROLE_ACTIVE, ROLE_SHADOW } = skerry.v1.Role;

/** How a fleet's shadows do: of 200 windows matched each hour. */
interface Conduct {
  flips: number;
  error?: string;
}

class ShadowFleet {
  readonly world: World = createWorld();
  readonly agents: SimAgent[];
  readonly #windows = new Map<SimAgent, number>();

  constructor(count: number, facts: (i: number) => Record<string, string> = () => ({ shadow: '1' })) {
    pushTestReleases(this.world.fleet, ['press@1.0.0', 'press@2.0.0']);
    this.agents = Array.from({ length: count }, (_, i) => {
      const agent = this.world.agent(`agent-${i}`);
      agent.facts = { arch: 'x64', ...facts(i) };
      agent.sync();
      return agent;
    });
  }

  start(version: string, rest: string): string {
    const yaml = `apiVersion: skerry/v1\nkind: Rollout\nrelease: press@${version}\nminReached: 3\n${rest}`;
    const { id } = this.world.fleet.createRollout('ola', yaml);
    this.world.fleet.operateRollout('ola', id, 'start');
    return id;
  }

  /** Everyone serves 1.0.0. */
  async settle(): Promise<void> {
    this.start('1.0.0', 'stages: [{ name: all, agents: 100% }]');
    for (let i = 0; i < 3; i++) await this.exchange({ flips: 0 }, 0);
  }

  /** All exchange twice and do as told in between. */
  async exchange(conduct: Conduct, windows: number): Promise<void> {
    await this.world.coordinator.drive();
    for (const agent of this.agents) {
      agent.sync();
      const wanted = agent.wanted();
      if (wanted !== '' && wanted !== agent.pipeline.release) agent.apply();
      agent.applyShadow(conduct.error);
      this.#windows.set(agent, (this.#windows.get(agent) ?? 0) + windows);
      agent.evidence = this.#evidence(agent, conduct);
      agent.sync();
    }
    await this.world.coordinator.drive();
  }

  async hour(conduct: Conduct): Promise<void> {
    this.world.clock.nowMs += 3_600_000;
    await this.exchange(conduct, 200);
  }

  #evidence(agent: SimAgent, { flips }: Conduct): skerry.v1.IReleaseEvidence[] {
    const windows = this.#windows.get(agent)!;
    const common = {
      pipeline: 'p',
      windows,
      latency: { gamma: 1.01 / 0.99, offset: 500, counts: [windows] },
    };
    const { releaseDigest, shadow } = agent.pipeline;
    const served = { ...common, releaseDigest, role: ROLE_ACTIVE };
    if (!shadow || shadow.state !== SLOT_STATE_ACTIVE) return [served];
    const compared = { matched: windows, flips: Math.round(windows * flips), championDigest: releaseDigest };
    return [served, { ...common, releaseDigest: shadow.releaseDigest!, role: ROLE_SHADOW, shadow: compared }];
  }

  shadowing(): string[] {
    return this.agents.filter((a) => a.pipeline.shadow?.state === SLOT_STATE_ACTIVE).map((a) => a.id);
  }

  serving(release: string): string[] {
    return this.agents.filter((a) => a.pipeline.release === release).map((a) => a.id);
  }
}

describe('a shadow stage', () => {
  test('[RO25] its agents keep what they serve, and are the first to serve the release after it', async () => {
    const fleet = new ShadowFleet(20);
    await fleet.settle();
    const id = fleet.start('2.0.0', STAGES);
    await fleet.exchange({ flips: 0.01 }, 200);
    const beside = fleet.shadowing();
    expect(beside).toHaveLength(8);
    expect(fleet.serving('press@2.0.0')).toEqual([]);
    expect(fleet.world.fleet.rollout(id).frozen).toMatchObject([{ stage: 0, eligible: 20, members: 8 }]);
    for (let i = 0; i < 4 && fleet.shadowing().length > 0; i++) await fleet.hour({ flips: 0.01 });
    const canary = fleet.serving('press@2.0.0');
    expect(canary).toHaveLength(4);
    expect(beside).toEqual(expect.arrayContaining(canary));
    expect(fleet.shadowing()).toEqual([]);
    for (let i = 0; i < 8; i++) await fleet.hour({ flips: 0.01 });
    expect(fleet.world.fleet.rollout(id).status).toBe('completed');
    const first = fleet.world.fleet.decisions(id).find((d) => d.from === 'running(beside: evaluating)');
    expect(first).toMatchObject({ rule: 'gates passed' });
    expect(first?.numbers.gates?.map((g) => g.gate)).toContain('disagreement');
  });

  test('one that decides otherwise ends the rollout before any agent serves it', async () => {
    const fleet = new ShadowFleet(20);
    await fleet.settle();
    const id = fleet.start('2.0.0', STAGES);
    await fleet.exchange({ flips: 0.3 }, 200);
    for (let i = 0; i < 3; i++) await fleet.hour({ flips: 0.3 });
    expect(fleet.world.fleet.decisions(id).map((d) => d.rule)).toContain('breach: disagreement');
    expect(fleet.world.fleet.rollout(id).status).toBe('reverted');
    expect(fleet.shadowing()).toEqual([]);
    expect(fleet.serving('press@1.0.0')).toHaveLength(20);
  });

  test('one that agents can not load is harm like a refused activation', async () => {
    const fleet = new ShadowFleet(20);
    await fleet.settle();
    const id = fleet.start('2.0.0', STAGES);
    for (let i = 0; i < 2; i++) await fleet.exchange({ flips: 0, error: 'golden case 3 failed' }, 0);
    const breach = fleet.world.fleet.decisions(id).find((d) => d.rule === 'breach: activation');
    expect(breach?.numbers.evidence).toMatchObject({
      failed: 8,
      failures: [{ error: 'golden case 3 failed' }, {}, {}, {}, {}],
    });
    expect(fleet.serving('press@1.0.0')).toHaveLength(20);
  });

  test('agents that can not run shadows are left out, and the decision says among how many it chose', async () => {
    const fleet = new ShadowFleet(20, (i) => (i % 4 === 0 ? {} : { shadow: '1' }));
    await fleet.settle();
    const id = fleet.start('2.0.0', STAGES);
    await fleet.exchange({ flips: 0.01 }, 200);
    expect(fleet.world.fleet.rollout(id).frozen).toMatchObject([{ eligible: 15, members: 8 }]);
    const frozen = fleet.world.fleet.decisions(id).find((d) => d.rule === 'frozen');
    expect(frozen?.text).toBe('8 of 15 agents that can run it beside what they serve');
    for (const agent of fleet.agents) if (agent.facts.shadow !== '1') expect(agent.wantedShadow()).toBe('');
  });

  test('a revert, and an abort, end the shadows', async () => {
    for (const verb of ['revert', 'abort'] as const) {
      const fleet = new ShadowFleet(20);
      await fleet.settle();
      const id = fleet.start('2.0.0', STAGES);
      await fleet.exchange({ flips: 0.01 }, 200);
      expect(fleet.shadowing()).toHaveLength(8);
      fleet.world.fleet.operateRollout('ola', id, verb);
      if (verb === 'revert') {
        // Not taken back while an agent may still run it.
        await fleet.world.coordinator.drive();
        expect(fleet.world.fleet.rollout(id).evidence?.remaining).toBe(8);
      }
      for (let i = 0; i < 2; i++) await fleet.exchange({ flips: 0.01 }, 0);
      expect(fleet.shadowing()).toEqual([]);
      expect(fleet.world.fleet.rollout(id).status).toBe(verb === 'revert' ? 'reverted' : 'aborted');
    }
  });

  test('an agent in the maintenance window of a later stage waits for it, although it shadowed the release', async () => {
    const fleet = new ShadowFleet(20);
    await fleet.settle();
    // The test's day begins at 9:00 UTC.
    const id = fleet.start('2.0.0', `${STAGES}\nwindow: { from: "08:00", to: "10:00" }`);
    await fleet.exchange({ flips: 0.01 }, 200);
    expect(fleet.shadowing()).toHaveLength(8);
    for (let i = 0; i < 3; i++) await fleet.hour({ flips: 0.01 });
    expect(fleet.world.fleet.rollout(id).status).toMatch(/canary: applying/);
    expect(fleet.serving('press@2.0.0')).toEqual([]);
    fleet.world.clock.nowMs += 21 * 3_600_000;
    await fleet.exchange({ flips: 0.01 }, 200);
    expect(fleet.serving('press@2.0.0')).toHaveLength(4);
  });
});
