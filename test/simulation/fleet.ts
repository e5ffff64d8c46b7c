/** A fleet in its world: what runs in it, what is asked of it, and how it comes to rest. */
import { createRandom } from '@skerry/firmware-sim/random';
import { createBoundCheck } from './check/bounded.ts';
import { alertDifference, difference, givenUp, type Outcome, unsettled } from './check/converges.ts';
import { createEvidenceCheck } from './check/evidence.ts';
import { createMembershipCheck } from './check/membership.ts';
import { createLedgerCheck } from './check/no-loss.ts';
import { createResultCheck } from './check/no-rewrite.ts';
import { createServeCheck } from './check/serves.ts';
import { type ControlPlane, createControlPlane } from './control.ts';
import { agentIds, deviceIds, type SimulatedDevice, startDevice } from './device.ts';
import { Machine } from './machine.ts';
import { type Mix, ROOMY_BYTES } from './mix.ts';
import { CANDIDATES, GOOD } from './model.ts';
import { createNetwork, type Network } from './net.ts';
import type { Plant } from './plant.ts';
import type { Reference } from './reference.ts';
import { InvariantBroken, START_MS, type World } from './world.ts';

const HOUR_MS = 3_600_000;
/** How long a healed world may take to come to rest. */
const PATIENCE_MS = HOUR_MS;
const LOOK_MS = 10_000;

export interface FleetOptions {
  seed: number;
  mix: Mix;
  /** What ought to come out, undefined where only the sums are asked for. */
  reference: Reference | undefined;
  /** The history was lived and checked before: only what happens is of interest, not what comes of it. */
  isAgain?: boolean;
  plant?: Plant | undefined;
}

export interface FleetReport {
  /** Of the whole history. */
  digest: string;
  tail: string[];
  events: number;
  syncs: number;
  starts: number;
  results: number;
  /** Results that a small buffer gave up. */
  givenUp: number;
  /** Why agents needn't match the history without faults, one reason each. */
  excused: string[];
  /** Simulated, over all devices. */
  deviceHours: number;
}

/** A world with its control plane, gateways and devices. */
export class Fleet {
  readonly control: ControlPlane;
  readonly #world: World;
  readonly #mix: Mix;
  readonly #reference: Reference | undefined;
  readonly network: Network;
  readonly machines: readonly Machine[];
  readonly #results: ReturnType<typeof createResultCheck>;
  readonly #isAgain: boolean;
  readonly #devices = new Map<string, SimulatedDevice[]>();
  #hours = 0;

  constructor(world: World, options: FleetOptions) {
    const { seed, plant, mix, reference, isAgain = false } = options;
    const random = createRandom(seed);
    const ids = agentIds(mix);
    this.#world = world;
    this.#mix = mix;
    this.#reference = reference;
    this.#isAgain = isAgain;
    this.control = createControlPlane({
      world,
      random: random.fork('control'),
      mix,
      agents: ids,
      wake: (agents) => {
        for (const machine of this.machines)
          if (agents === 'all' || agents.includes(machine.id)) machine.wake();
      },
      plant,
    });
    // Windows over times of arrival depend on the network; of them only the sums are known beforehand.
    const held = mix.timeless ? undefined : reference?.held;
    const { goodDigest, candidateDigest } = this.control;
    this.#results = createResultCheck(
      world,
      this.control.shard,
      held,
      (agent) =>
        this.machines.some(
          ({ id, excuse, ledger }) =>
            id === agent && (excuse !== undefined || (ledger.counters().rejected.full ?? 0) > 0),
        ),
      (row) =>
        row.releaseDigest === candidateDigest
          ? { ...row, release: GOOD.ref, releaseDigest: goodDigest }
          : row,
    );
    const candidate = mix.candidate && CANDIDATES[mix.candidate].ref;
    const able = [GOOD.ref, ...(mix.candidate === 'works' ? [CANDIDATES.works.ref] : [])];
    const membership = candidate
      ? createMembershipCheck(world, candidate, {
          rollout: () => this.control.candidateRollout(),
          shard: this.control.shard,
        })
      : undefined;
    this.network = createNetwork(world, random.fork('network'), mix.network, async (request) => {
      const response = await this.control.serve(request);
      this.#look();
      return response;
    });
    this.machines = ids.map(
      (id) =>
        new Machine({
          world,
          id,
          random: random.fork(id),
          mix,
          network: this.network,
          enrolToken: () => this.control.enrolToken,
          ledger: createLedgerCheck(world, id),
          bound: createBoundCheck(world, id, mix.maxBytes),
          evidence: createEvidenceCheck(world, id),
          serves: createServeCheck(world, id, able),
          membership,
          goodDigest,
          plant,
        }),
    );
    for (const machine of this.machines)
      this.#devices.set(
        machine.id,
        deviceIds(mix, machine.id).map((id) =>
          startDevice({ world, seed, id, random: random.fork(id), mix, broker: machine }),
        ),
      );
  }

  /** Lives for so long, heals, and comes to rest. Throws InvariantBroken. */
  async live(hours: number): Promise<void> {
    this.#hours = hours;
    for (const machine of this.machines) machine.start();
    await this.#world.runUntil(START_MS + hours * HOUR_MS);
    this.#heal();
    await this.#settle();
  }

  report(): FleetReport {
    return {
      digest: this.#world.trace.digest(),
      tail: this.#world.trace.tail(),
      events: this.#world.events,
      syncs: this.network.syncs,
      starts: this.machines.reduce((sum, { starts }) => sum + starts, 0),
      results: this.#results.held.size,
      givenUp: this.machines.reduce((sum, { ledger }) => sum + givenUp(ledger.ledger('result')), 0),
      excused: this.machines.flatMap(({ excuse }) => excuse ?? []),
      deviceHours: this.#mix.agents * this.#mix.devicesPerAgent * this.#hours,
    };
  }

  #look(): void {
    if (!this.#isAgain) this.#results.look();
  }

  #heal(): void {
    this.#world.trace.note('world', 'heals');
    this.network.heal();
    this.control.heal();
    for (const machine of this.machines) machine.heal();
    for (const device of [...this.#devices.values()].flat()) {
      device.finish();
      device.heal();
    }
  }

  async #settle(): Promise<void> {
    const endMs = this.#world.nowMs + PATIENCE_MS;
    let why: string | undefined = 'nothing was looked at';
    while (why !== undefined && this.#world.nowMs < endMs) {
      await this.#world.runUntil(this.#world.nowMs + LOOK_MS);
      this.#look();
      why = this.#rolloutEnds() ?? unsettled(this.#outcomes());
    }
    const wrong =
      why === undefined
        ? this.#isAgain
          ? undefined
          : ((this.#reference && difference(this.#outcomes(), this.#results.held, this.#reference)) ??
            alertDifference(this.#outcomes(), this.#results.alerts()))
        : `after ${PATIENCE_MS / HOUR_MS} h without faults ${why}`;
    if (wrong !== undefined) throw new InvariantBroken('convergence', wrong);
    this.#proveLedgers();
    this.control.check();
    await this.#world.runUntil(this.#world.nowMs);
  }

  // A record of a damaged disk may be gone with what it counted; the ledger then begins anew.
  #proveLedgers(): void {
    for (const { id, damaged } of this.machines) {
      const [problem] = damaged ? [] : this.control.unproven(id);
      if (problem !== undefined) throw new InvariantBroken('proof', `${id}: ${problem}`);
    }
  }

  // Where every agent has refused the release for good, its rollout waits for a person.
  #rolloutEnds(): string | undefined {
    return this.machines.every(({ excuse }) => excuse !== undefined) ? undefined : this.control.waitsFor();
  }

  #outcomes(): Outcome[] {
    const state = this.control.candidateRollout()?.state.name;
    const everywhere = this.#mix.candidate === 'works' && state === 'completed';
    return this.machines.map(({ id, serving, release, ledger, excuse, damaged, refused }) => ({
      id,
      serving,
      release,
      // Who has refused a newer release serves what it had.
      wanted: everywhere && !(refused && release === GOOD.ref) ? CANDIDATES.works.ref : GOOD.ref,
      ledger,
      excuse,
      damaged,
      timeless: this.#mix.timeless,
      published: this.#devices.get(id)!.reduce((sum, device) => sum + device.taken, 0),
      roomy: this.#mix.maxBytes >= ROOMY_BYTES,
      unacknowledged: this.#devices.get(id)!.reduce((sum, device) => sum + device.unacknowledged, 0),
    }));
  }
}
