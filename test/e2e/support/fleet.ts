/** A fleet of gateways under one control plane, and rollouts over it, looked at again and again while its machines work. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ControlPlane } from './control-plane.ts';
import { Gateway } from './fleet-agent.ts';
import { type Nature, writeGauge } from './fleet-releases.ts';
import { makeKey } from './operator.ts';
import { until } from './until.ts';

/** Windows that every machine works through between two looks. */
const WINDOWS_A_LOOK = 30;
/** Holds two looks that decide nothing, which are a minute and two apart. */
const DEADLINE_MS = 240_000;

/** A rollout as the operators' API shows it, as far as tests look at it. */
export interface RolloutView {
  id: string;
  status: string;
  state: { name: string; phase?: string; stage?: number };
  spec: { stages: { name: string; mode: 'active' | 'shadow' }[] };
  frozen: { stage: number; eligible: number; members: number }[];
  decisions: {
    rule: string;
    from: string;
    to: string;
    text: string;
    numbers: { gates?: { gate: string; verdict: string; text: string }[] };
  }[];
}

export class Fleet {
  readonly gateways: readonly Gateway[];
  /** Whether the machines are under load. */
  underLoad = false;
  readonly #folder: string;
  readonly #controlPlane: ControlPlane;
  readonly #key: string;

  private constructor(folder: string, controlPlane: ControlPlane, key: string, gateways: readonly Gateway[]) {
    this.#folder = folder;
    this.#controlPlane = controlPlane;
    this.#key = key;
    this.gateways = gateways;
  }

  /** So many gateways, enrolled and waiting for a release. Every eighth has little memory, every twelfth an MQTT device. */
  static async start(folder: string, controlPlane: ControlPlane, count: number): Promise<Fleet> {
    const key = await makeKey(controlPlane, folder);
    const gateways = Array.from({ length: count }, (_, i) => {
      const isSmall = i % 8 === 7;
      return new Gateway(controlPlane, {
        folder,
        id: `gateway-${i + 1}`,
        phase: i,
        labels: { hw: isSmall ? 'small' : 'large' },
        maxMemory: isSmall ? '2MiB' : '64MiB',
        overMqtt: i % 12 === 0,
      });
    });
    const fleet = new Fleet(folder, controlPlane, key, gateways);
    for (const gateway of gateways) await gateway.start();
    await until('every gateway to have said what it runs', async () => {
      const { items } = await controlPlane.get<{ items: { pipelines: unknown[] }[] }>('agents?limit=100');
      return items.filter(({ pipelines }) => pipelines.length > 0).length === count;
    });
    return fleet;
  }

  /** The same, and every gateway serves gauge@1.0.0. */
  static async startServing(folder: string, controlPlane: ControlPlane, count: number): Promise<Fleet> {
    const fleet = await Fleet.start(folder, controlPlane, count);
    const stages = [{ name: 'all', agents: '100%' }];
    const first = await fleet.rollOut(await fleet.push('1.0.0', 'good'), { stages });
    await first.until('to complete', ({ status }) => status === 'completed');
    return fleet;
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
  }

  /** Every gateway has power and a link again, and no machine is under load. */
  async recover(): Promise<void> {
    this.underLoad = false;
    for (const gateway of this.gateways) {
      gateway.mend();
      if (!gateway.isOn) await gateway.start();
    }
  }

  /** Makes, signs and pushes a release of the gauge. */
  async push(version: string, nature: Nature, limits?: string): Promise<string> {
    const directory = await writeGauge(join(this.#folder, 'releases'), version, nature, limits);
    await this.#controlPlane.skerry('release', 'push', directory, '--key', this.#key);
    return `gauge@${version}`;
  }

  /** Creates a rollout and starts it. */
  async rollOut(release: string, rest: Readonly<Record<string, unknown>>): Promise<Rollout> {
    const file = join(this.#folder, `${release}.yaml`);
    writeFileSync(file, JSON.stringify({ apiVersion: 'skerry/v1', kind: 'Rollout', release, ...rest }));
    const { id } = await this.#controlPlane.skerry<{ id: string }>(
      'rollout',
      'create',
      '-f',
      file,
      '--start',
    );
    return new Rollout(this, this.#controlPlane, release, id);
  }

  /** Gateways on which a release ever began to serve. */
  served(release: string): Gateway[] {
    return this.gateways.filter(({ served }) => served.includes(release));
  }

  /** Gateways that serve a release, by what they themselves say; one that is off serves nothing. */
  serving(release: string): Gateway[] {
    return this.gateways.filter((gateway) => gateway.isOn && gateway.pipeline.release === release);
  }

  /**
   * All machines work on for a moment, one after the other: all of it is one process here, and a gateway's latency is to
   * be its own.
   */
  async work(): Promise<void> {
    for (const gateway of this.gateways) await gateway.work(WINDOWS_A_LOOK, this.underLoad);
  }
}

export class Rollout {
  readonly id: string;
  readonly release: string;
  readonly #fleet: Fleet;
  readonly #controlPlane: ControlPlane;

  constructor(fleet: Fleet, controlPlane: ControlPlane, release: string, id: string) {
    this.#fleet = fleet;
    this.#controlPlane = controlPlane;
    this.release = release;
    this.id = id;
  }

  /** How it stands; never do more gateways serve its release than the frozen membership, to which shadows don't count. */
  async look(): Promise<RolloutView> {
    const serving = this.#fleet.serving(this.release).length;
    // Asked for after the count: membership only grows.
    const view = await this.#controlPlane.get<RolloutView>(`rollouts/${this.id}`);
    const entitled = view.frozen.findLast(({ stage }) => view.spec.stages[stage]!.mode === 'active');
    expect(serving).toBeLessThanOrEqual(entitled?.members ?? 0);
    return view;
  }

  /** Looks until the rollout is as awaited; the fleet works meanwhile, unless it is to stand still. */
  async until(
    what: string,
    isSo: (view: RolloutView) => boolean,
    { still = false } = {},
  ): Promise<RolloutView> {
    let seen: RolloutView | undefined;
    const ask = async (): Promise<RolloutView | false> => {
      seen = await this.look();
      if (isSo(seen)) return seen;
      if (!still) await this.#fleet.work();
      return false;
    };
    return until(`${this.release} ${what}`, ask, DEADLINE_MS).catch((error: Error) => {
      const told = seen?.decisions.flatMap(({ from, to, rule, text, numbers }) => [
        `${from} → ${to}: ${rule}: ${text}`,
        ...(numbers.gates ?? []).map((gate) => `  ${gate.gate}: ${gate.verdict}: ${gate.text}`),
      ]);
      const troubles = this.#fleet.gateways.map(({ id, trouble }) => `${id}: ${trouble}`);
      const lines = [`${error.message}; it is ${seen?.status}`, ...(told ?? []), ...troubles];
      throw new Error(lines.join('\n'), { cause: error });
    });
  }
}
