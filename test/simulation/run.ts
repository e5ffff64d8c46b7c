/**
 * One history: a fleet is drawn from the seed and runs, first for `hours` with everything that may go wrong, then
 * healed until it has come to rest. The same fleet without faults, run first, says what ought to come out.
 */

import type { SampleCounters } from '@skerry/agent/pipeline/types';
import { createRandom } from '@skerry/firmware-sim/random';
import { guardAmbient } from './ambient.ts';
import { alertDifference, difference, givenUp, type Outcome, unsettled } from './check/converges.ts';
import { createLedgerCheck } from './check/no-loss.ts';
import { createResultCheck, type HeldResult } from './check/no-rewrite.ts';
import { type ControlPlane, createControlPlane } from './control.ts';
import { type SimulatedDevice, startDevice } from './device.ts';
import { Machine } from './machine.ts';
import { calm, drawMix, type Mix, ROOMY_BYTES } from './mix.ts';
import { simulatedRelease } from './model.ts';
import { createNetwork } from './net.ts';
import type { Plant } from './plant.ts';
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

/** What a faultless history comes to. */
export interface Reference {
  counters: ReadonlyMap<string, SampleCounters>;
  held: ReadonlyMap<string, HeldResult>;
}

/** Runs the fleet of a seed without faults. Throws InvariantBroken where even that goes wrong. */
export async function runReference({ seed, hours }: RunOptions): Promise<Reference> {
  const fleet = await live({ seed, hours }, calm(drawMix(seed)), undefined);
  if (fleet.broken) throw fleet.broken;
  return {
    counters: new Map(fleet.agents.map(({ id, ledger }) => [id, ledger.counters()])),
    held: fleet.held,
  };
}

/** Runs a seed with its faults. */
export async function runSeed(options: RunOptions, reference: Reference): Promise<RunReport> {
  const { agents: _, held: __, ...report } = await live(options, drawMix(options.seed), reference);
  return report;
}

type Lived = RunReport & { agents: readonly Outcome[]; held: ReadonlyMap<string, HeldResult> };

async function live(options: RunOptions, mix: Mix, reference: Reference | undefined): Promise<Lived> {
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
  readonly #reference: Reference | undefined;
  readonly #network: ReturnType<typeof createNetwork>;
  readonly #results: ReturnType<typeof createResultCheck>;
  readonly #machines: Machine[];
  readonly #devices = new Map<string, SimulatedDevice[]>();
  #hours = 0;

  constructor(world: World, { seed, plant }: RunOptions, mix: Mix, reference: Reference | undefined) {
    const random = createRandom(seed);
    const ids = Array.from({ length: mix.agents }, (_, i) => `gw-${i + 1}`);
    this.#world = world;
    this.#mix = mix;
    this.#reference = reference;
    this.control = createControlPlane({
      world,
      random: random.fork('control'),
      mix: mix.crash,
      release: simulatedRelease(mix.periodMs),
      agents: ids,
      wake: (agents) => {
        for (const machine of this.#machines)
          if (agents === 'all' || agents.includes(machine.id)) machine.wake();
      },
      plant,
    });
    this.#results = createResultCheck(world, this.control.shard, reference?.held, (agent) =>
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
          plant,
        }),
    );
    for (const machine of this.#machines)
      this.#devices.set(
        machine.id,
        Array.from({ length: mix.devicesPerAgent }, (_, i) => {
          const id = `${machine.id}-pump-${i + 1}`;
          return startDevice({ world, seed, id, random: random.fork(id), mix, broker: machine });
        }),
      );
  }

  async live(hours: number): Promise<void> {
    this.#hours = hours;
    for (const machine of this.#machines) machine.start();
    await this.#world.runUntil(START_MS + hours * HOUR_MS);
    this.#heal();
    await this.#settle();
  }

  report(): Omit<Lived, 'mix' | 'broken'> {
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
      agents: this.#outcomes(),
      held: this.#results.held,
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
      why = unsettled(this.#outcomes());
    }
    const wrong =
      why === undefined
        ? ((this.#reference && difference(this.#outcomes(), this.#results.held, this.#reference)) ??
          alertDifference(this.#outcomes(), this.#results.alerts()))
        : `after ${PATIENCE_MS / HOUR_MS} h without faults ${why}`;
    if (wrong !== undefined) throw new InvariantBroken('convergence', wrong);
    const line = this.control.auditBreak();
    if (line !== undefined)
      throw new InvariantBroken(
        'invariant 7 (the audit chain verifies)',
        `line ${line} of the audit log is broken`,
      );
  }

  #outcomes(): Outcome[] {
    return this.#machines.map(({ id, serving, release, ledger, excuse }) => ({
      id,
      serving,
      release,
      ledger,
      excuse,
      roomy: this.#mix.maxBytes >= ROOMY_BYTES,
      unacknowledged: this.#devices.get(id)!.reduce((sum, device) => sum + device.unacknowledged, 0),
    }));
  }
}
