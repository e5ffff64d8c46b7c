/** A fleet whose agents say how their releases do: errors, alerts and latency, as evidence counts them. */
import type { skerry } from '@skerry/proto/wire';
import { drawsOf } from '../core/rollout/statistics/draws.ts';
import { createWorld, pushTestReleases, type SimAgent, type World } from './testing.ts';

/** How one agent behaves under a release: rates per window, and the latency that every window takes. */
export interface Behaviour {
  errors: number;
  alerts: number;
  latencyUs: number;
  /** It is refused on activation, with this error. */
  refused?: string;
  /** The agent gives it back by itself, for this reason. */
  givenBack?: string;
}

/** A fleet in which every agent serves 1.0.0 and says how that goes; agents differ by a factor of their own. */
export class ReportingFleet {
  readonly world: World;
  readonly agents: SimAgent[];
  /** Agents without a link: nothing reaches them, and nothing comes from them. */
  readonly offline = new Set<SimAgent>();
  readonly #own: number[];
  readonly #counts = new Map<string, skerry.v1.IReleaseEvidence>();

  private constructor(world: World, count: number) {
    this.world = world;
    this.agents = Array.from({ length: count }, (_, i) => world.agent(`agent-${i}`));
    const draw = drawsOf('fleet');
    this.#own = this.agents.map(() => 0.5 + draw());
  }

  static async of(count: number): Promise<ReportingFleet> {
    const world = createWorld();
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    const fleet = new ReportingFleet(world, count);
    for (const agent of fleet.agents) agent.sync();
    fleet.start('1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await fleet.live(0, GOOD, GOOD);
    return fleet;
  }

  /** Some windows pass under whatever serves; then everyone who has a link reports and does as told. */
  async live(windows: number, candidate: Behaviour, old: Behaviour): Promise<void> {
    const online = this.agents.filter((agent) => !this.offline.has(agent));
    for (const agent of online) {
      const isCandidate = agent.pipeline.release === 'press@2.0.0';
      agent.evidence = [this.#work(agent, windows, isCandidate ? candidate : old)];
      if (isCandidate && candidate.givenBack !== undefined) this.#giveBack(agent, candidate.givenBack);
      agent.sync();
    }
    await this.world.coordinator.drive();
    for (const agent of online) {
      agent.sync();
      const wanted = agent.wanted();
      if (wanted !== '' && wanted !== agent.pipeline.release)
        agent.apply(wanted === 'press@2.0.0' ? candidate.refused : undefined);
      agent.sync();
    }
    await this.world.coordinator.drive();
  }

  /** Agents that serve the release. */
  serving(release: string): SimAgent[] {
    return this.agents.filter((agent) => agent.pipeline.release === release);
  }

  #work(agent: SimAgent, windows: number, behaviour: Behaviour): skerry.v1.IReleaseEvidence {
    const { releaseDigest } = agent.pipeline;
    const key = `${agent.id} ${releaseDigest}`;
    const held: skerry.v1.IReleaseEvidence = this.#counts.get(key) ?? {
      pipeline: 'p',
      releaseDigest,
      role: 1,
    };
    const own = this.#own[this.agents.indexOf(agent)]!;
    const total = Number(held.windows ?? 0) + windows;
    const counted = {
      ...held,
      windows: total,
      errors: Math.round(total * behaviour.errors * own),
      alertWindows: Math.round(total * behaviour.alerts * own),
      latency: sketch(total, behaviour.latencyUs * own),
    };
    this.#counts.set(key, counted);
    return counted;
  }

  #giveBack(agent: SimAgent, reason: string): void {
    const before = this.serving('press@1.0.0')[0]!.pipeline;
    agent.evidence = agent.evidence.map((evidence) => ({ ...evidence, reverted: { reason } }));
    Object.assign(agent.pipeline, { release: before.release, releaseDigest: before.releaseDigest });
  }

  start(version: string, rest: string): string {
    const yaml = `apiVersion: skerry/v1\nkind: Rollout\nrelease: press@${version}\n${rest}`;
    const { id } = this.world.fleet.createRollout('ola', yaml);
    this.world.fleet.operateRollout('ola', id, 'start');
    return id;
  }
}

function sketch(windows: number, latencyUs: number): skerry.v1.ILatencySketch {
  const gamma = 1.01 / 0.99;
  const offset = Math.ceil(Math.log(Math.max(1, latencyUs)) / Math.log(gamma));
  return { gamma, offset, counts: windows > 0 ? [windows] : [], zeros: 0 };
}

/** A healthy release. */
export const GOOD: Behaviour = { errors: 0.002, alerts: 0.05, latencyUs: 20_000 };
