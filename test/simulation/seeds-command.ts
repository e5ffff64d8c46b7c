/** `pnpm sim`: seed after seed, each lived twice and compared, until one breaks an invariant. */
import { parseArgs } from 'node:util';
import { describeMix } from './mix.ts';
import { PLANTED } from './planted.ts';
import { type RunReport, reliveSeed, runReference, runSeed } from './run.ts';
import { InvariantBroken } from './world.ts';

export const USAGE =
  'pnpm sim [--seed N | --seeds A..B] [--hours H ≤ 24] [--plant NAME] [--once] [--quiet] [--json]';
const TAIL_LINES = 60;
const SPOKEN_SEEDS = 100;
/** What a person waits for. */
const MAX_HOURS = 24;

interface Arguments {
  first: number;
  last: number;
  hours: number;
  json: boolean;
  /** Live each history once, without the comparison. */
  once: boolean;
  /** No line a seed, only every hundred. */
  quiet: boolean;
  plant: (typeof PLANTED)[number] | undefined;
}

/** What the seeds so far came to. */
interface Totals {
  seeds: number;
  events: number;
  syncs: number;
  deviceHours: number;
  /** Seeds in which an agent needn't match the history without faults. */
  excused: number;
  /** Of real time: the first life of every seed, and in all. */
  livedMs: number;
  wallMs: number;
  /** Of the processor, all threads together: what a busy machine doesn't stretch. */
  cpuMs: number;
}

function readArguments(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      hours: { type: 'string', default: '0.04' },
      plant: { type: 'string' },
      once: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const range = /^(\d+)(?:\.\.(\d+))?$/.exec(values.seed ?? values.seeds ?? '1..20');
  const hours = Number(values.hours);
  if (!range || !(hours > 0 && hours <= MAX_HOURS)) throw new RangeError(`expected ${USAGE}`);
  const plant = PLANTED.find(({ name }) => name === values.plant);
  if (values.plant !== undefined && !plant)
    throw new RangeError(
      `no bug "${values.plant}" is planted, only: ${PLANTED.map(({ name }) => name).join('; ')}`,
    );
  const first = Number(range[1]);
  const { json, once, quiet } = values;
  return { first, last: Number(range[2] ?? first), hours, json, once, quiet, plant };
}

/** Returns the exit code. Throws RangeError on wrong usage. */
export async function fleetCommand(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv);
  const say = (text: string, data: object): void => {
    process.stdout.write(`${args.json ? JSON.stringify(data) : text}\n`);
  };
  const totals: Totals = {
    seeds: 0,
    events: 0,
    syncs: 0,
    deviceHours: 0,
    excused: 0,
    livedMs: 0,
    wallMs: 0,
    cpuMs: 0,
  };
  const startedMs = performance.now();
  for (let seed = args.first; seed <= args.last; seed++) {
    const report = await liveSeed(args, seed, totals);
    totals.wallMs = performance.now() - startedMs;
    totals.cpuMs = processorMs();
    const { mix, broken, tail, ...figures } = report;
    if (broken || !args.quiet)
      say(`seed ${seed}: ${describeMix(mix)}\n  ${progress(report)}`, {
        seed,
        ...figures,
        mix,
        ...(broken && { broken: broken.message, tail }),
      });
    else if (seed % SPOKEN_SEEDS === 0) say(`${seed}: ${summary(totals)}`, totals);
    if (!broken) continue;
    if (!args.json) process.stdout.write(failure(args, seed, broken, tail));
    return 1;
  }
  say(summary(totals), totals);
  return 0;
}

/** Lives a seed, and once more to see whether it is the same history byte for byte. */
async function liveSeed(args: Arguments, seed: number, totals: Totals): Promise<RunReport> {
  const options = { seed, hours: args.hours, ...(args.plant && { plant: args.plant }) };
  const reference = await runReference(options);
  const startedMs = performance.now();
  const report = await runSeed(options, reference);
  add(totals, report, performance.now() - startedMs);
  if (args.once || report.broken) return report;
  const digest = await reliveSeed(options);
  if (digest === report.digest) return report;
  const broken = new InvariantBroken(
    'reproduction',
    `lived again, the history is ${digest}, not ${report.digest}`,
  );
  return { ...report, broken };
}

function add(totals: Totals, report: RunReport, livedMs: number): void {
  totals.seeds++;
  totals.events += report.events;
  totals.syncs += report.syncs;
  totals.deviceHours += report.deviceHours;
  totals.excused += report.excused.length > 0 ? 1 : 0;
  totals.livedMs += livedMs;
}

function progress(report: RunReport): string {
  const { events, syncs, starts, results, givenUp, excused, digest, broken } = report;
  const state = broken
    ? 'BROKEN'
    : excused.length > 0
      ? `clean (but ${[...new Set(excused)].join(', ')})`
      : 'clean';
  return `${state}: ${events} events, ${syncs} syncs, ${starts} starts, ${results} results, ${givenUp} given up, history ${digest.slice(0, 16)}`;
}

function failure(
  { hours, plant }: Arguments,
  seed: number,
  broken: InvariantBroken,
  tail: readonly string[],
): string {
  const planted = plant ? ` --plant '${plant.name}'` : '';
  return [
    ...tail
      .filter((line) => line)
      .slice(-TAIL_LINES)
      .map((line) => `  | ${line}`),
    `seed ${seed} breaks ${broken.message}`,
    ...(broken.cause instanceof Error ? [String(broken.cause.stack)] : []),
    `again: pnpm sim --seed ${seed} --hours ${hours}${planted}`,
    '',
  ].join('\n');
}

function summary({ seeds, events, syncs, deviceHours, excused, livedMs, wallMs, cpuMs }: Totals): string {
  const second = livedMs / 1000;
  return (
    `${seeds} seeds clean in ${(wallMs / 1000).toFixed(1)} s (${(cpuMs / 1000).toFixed(1)} s of processor time), ${excused} with an excuse; ` +
    `${Math.round(events / second)} events/s, ${Math.round(syncs / second)} sync exchanges/s, ` +
    `${(deviceHours / (second / 60)).toFixed(1)} device-hours a minute`
  );
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
