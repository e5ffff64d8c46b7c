/**
 * One history: a fleet is drawn from the seed and runs, first for `hours` with everything that may go wrong, then
 * healed until it has come to rest. What ought to come out is known beforehand (reference.ts).
 */
import { createRandom } from '@skerry/firmware-sim/random';
import { guardAmbient } from './ambient.ts';
import { createBoundCheck } from './check/bounded.ts';
import { alertDifference, difference, givenUp, type Outcome, unsettled } from './check/converges.ts';
import { createLedgerCheck } from './check/no-loss.ts';
import { createResultCheck } from './check/no-rewrite.ts';
import { createServeCheck } from './check/serves.ts';
import { type ControlPlane, createControlPlane } from './control.ts';
import { agentIds, deviceIds, type SimulatedDevice, startDevice } from './device.ts';
import { Machine } from './machine.ts';
import { drawMix, type Mix, ROOMY_BYTES } from './mix.ts';
import { GOOD } from './model.ts';
import { createNetwork } from './net.ts';
import type { Plant } from './plant.ts';
import { type Reference, referenceOf } from './reference.ts';
import { createWorld, InvariantBroken, START_MS, type World } from './world.ts';

const HOUR_MS = 3_600_000;
/** How long a healed world may take to come to rest. */
const PATIENCE_MS = HOUR_MS;
const LOOK_MS = 10_000;

export interface RunOptions {
  seed: number;
  /** Of simulated time before the healing. */
  hours: number;
  plant?: Plant;
}

export interface RunReport {
  mix: Mix;
  /** What is wrong, undefined where nothing is. */
  broken: InvariantBroken | undefined;
  /** Of the whole history. */
  digest: string;
  tail: string[];
  events: number;
  syncs: number;
  starts: number;
  results: number;
  /** Results that a small buffer gave up, and agents that needn't match the history without faults. */
  givenUp: number;
  excused: number;
  /** Simulated, over all devices. */
  deviceHours: number;
}

/** What the fleet of a seed ought to come to, whatever goes wrong. */
export function runReference({ seed, hours }: RunOptions): Promise<Reference> {
  return referenceOf(seed, drawMix(seed), hours * HOUR_MS);
}

/** Lives the history of a seed. */
export async function runSeed(options: RunOptions, reference: Reference): Promise<RunReport> {
  const mix = drawMix(options.seed);
  const ambient = guardAmbient();
  const world = createWorld(ambient);
  const stop = watchRejections(world);
  const fleet = new Fleet(world, options, mix, reference);
  let broken: InvariantBroken | undefined;
  try {
    await fleet.live(options.hours);
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error;
    broken = error;
  } finally {
    ambient.restore();
    stop();
    fleet.control.close();
  }
  return { mix, broken, ...fleet.report() };
}

/** A promise that nobody waits for and that rejects ends a real process. */
function watchRejections(world: World): () => void {
  const onRejection = (error: unknown): void =>
    world.fail(new InvariantBroken('runs', `nobody took a rejection: ${String(error)}`, error));
  process.on('unhandledRejection', onRejection);
  return () => process.off('unhandledRejection', onRejection);
}

class Fleet {
  readonly control: ControlPlane;
  readonly #world: World;
  readonly #mix: Mix;
  readonly #reference: Reference;
  readonly #network: ReturnType<typeof createNetwork>;
  readonly #results: ReturnType<typeof createResultCheck>;
  readonly #machines: Machine[];
  readonly #devices = new Map<string, SimulatedDevice[]>();
  #hours = 0;

  constructor(world: World, { seed, plant }: RunOptions, mix: Mix, reference: Reference) {
    const random = createRandom(seed);
    const ids = agentIds(mix);
    this.#world = world;
    this.#mix = mix;
    this.#reference = reference;
    this.control = createControlPlane({
      world,
      random: random.fork('control'),
      mix,
      agents: ids,
      wake: (agents) => {
        for (const machine of this.#machines)
          if (agents === 'all' || agents.includes(machine.id)) machine.wake();
      },
      plant,
    });
    this.#results = createResultCheck(world, this.control.shard, reference.held, (agent) =>
      this.#machines.some(({ id, excuse }) => id === agent && excuse !== undefined),
    );
    this.#network = createNetwork(world, random.fork('network'), mix.network, async (request) => {
      const response = await this.control.serve(request);
      this.#results.look();
      return response;
    });
    this.#machines = ids.map(
      (id) =>
        new Machine({
          world,
          id,
          random: random.fork(id),
          mix,
          network: this.#network,
          enrolToken: () => this.control.enrolToken,
          ledger: createLedgerCheck(world, id),
          bound: createBoundCheck(world, id, mix.maxBytes),
          serves: createServeCheck(world, id, GOOD.ref),
          goodDigest: this.control.goodDigest,
          plant,
        }),
    );
    for (const machine of this.#machines)
      this.#devices.set(
        machine.id,
        deviceIds(mix, machine.id).map((id) =>
          startDevice({ world, seed, id, random: random.fork(id), mix, broker: machine }),
        ),
      );
  }

  async live(hours: number): Promise<void> {
    this.#hours = hours;
    for (const machine of this.#machines) machine.start();
    await this.#world.runUntil(START_MS + hours * HOUR_MS);
    this.#heal();
    await this.#settle();
  }

  report(): Omit<RunReport, 'mix' | 'broken'> {
    return {
      digest: this.#world.trace.digest(),
      tail: this.#world.trace.tail(),
      events: this.#world.events,
      syncs: this.#network.syncs,
      starts: this.#machines.reduce((sum, { starts }) => sum + starts, 0),
      results: this.#results.held.size,
      givenUp: this.#machines.reduce((sum, { ledger }) => sum + givenUp(ledger.ledger('result')), 0),
      excused: this.#machines.filter(({ excuse }) => excuse !== undefined).length,
      deviceHours: this.#mix.agents * this.#mix.devicesPerAgent * this.#hours,
    };
  }

  #heal(): void {
    this.#world.trace.note('world', 'heals');
    this.#network.heal();
    this.control.heal();
    for (const machine of this.#machines) machine.heal();
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
      this.#results.look();
      why = this.control.waitsFor() ?? unsettled(this.#outcomes(), GOOD.ref);
    }
    const wrong =
      why === undefined
        ? (difference(this.#outcomes(), this.#results.held, this.#reference) ??
          alertDifference(this.#outcomes(), this.#results.alerts()))
        : `after ${PATIENCE_MS / HOUR_MS} h without faults ${why}`;
    if (wrong !== undefined) throw new InvariantBroken('convergence', wrong);
    this.control.check();
    await this.#world.runUntil(this.#world.nowMs);
  }

  #outcomes(): Outcome[] {
    return this.#machines.map(({ id, serving, release, ledger, excuse, damaged }) => ({
      id,
      serving,
      release,
      ledger,
      excuse,
      damaged,
      roomy: this.#mix.maxBytes >= ROOMY_BYTES,
      unacknowledged: this.#devices.get(id)!.reduce((sum, device) => sum + device.unacknowledged, 0),
    }));
  }
}
