/**
 * One history: a fleet is drawn from the seed and runs, first for `hours` with everything that may go wrong, then
 * healed until it has come to rest. What ought to come out is known beforehand (reference.ts).
 */
import { guardAmbient } from './ambient.ts';
import { Fleet, type FleetOptions, type FleetReport } from './fleet.ts';
import { drawMix, type Mix } from './mix.ts';
import type { Plant } from './plant.ts';
import { type Reference, referenceOf } from './reference.ts';
import { createWorld, InvariantBroken, type World } from './world.ts';

const HOUR_MS = 3_600_000;

export interface RunOptions {
  seed: number;
  /** Of simulated time before the healing. */
  hours: number;
  plant?: Plant;
}

export interface RunReport extends FleetReport {
  mix: Mix;
  /** What is wrong, undefined where nothing is. */
  broken: InvariantBroken | undefined;
}

/** What the fleet of a seed ought to come to, whatever goes wrong. */
export function runReference({ seed, hours }: RunOptions): Promise<Reference> {
  return referenceOf(seed, drawMix(seed), hours * HOUR_MS);
}

/** Lives the history of a seed. */
export function runSeed({ seed, hours, plant }: RunOptions, reference: Reference): Promise<RunReport> {
  return live({ seed, mix: drawMix(seed), reference, plant }, (fleet) => fleet.live(hours));
}

/** The digest of the same history, lived anew. */
export async function reliveSeed({ seed, hours, plant }: RunOptions): Promise<string> {
  const options = { seed, mix: drawMix(seed), reference: undefined, isAgain: true, plant };
  return (await live(options, (fleet) => fleet.live(hours))).digest;
}

/** Makes a world with its fleet, and lives what `history` says in it. */
export async function live(
  options: FleetOptions,
  history: (fleet: Fleet, world: World) => Promise<void>,
): Promise<RunReport> {
  const ambient = guardAmbient();
  const world = createWorld(ambient);
  const stop = watchRejections(world);
  const fleet = new Fleet(world, options);
  let broken: InvariantBroken | undefined;
  try {
    await history(fleet, world);
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error;
    broken = error;
  } finally {
    ambient.restore();
    stop();
    fleet.control.close();
  }
  return { mix: options.mix, broken, ...fleet.report() };
}

/** A promise that nobody waits for and that rejects ends a real process. */
function watchRejections(world: World): () => void {
  const onRejection = (error: unknown): void =>
    world.fail(new InvariantBroken('runs', `nobody took a rejection: ${String(error)}`, error));
  process.on('unhandledRejection', onRejection);
  return () => process.off('unhandledRejection', onRejection);
}
