/**
 * `pnpm sim [--seed N | --seeds A..B] [--hours H ≤ 24] [--plant NAME] [--json]`: lives the histories of seeds, 1..20 by
 * default, until one breaks an invariant; that one can be lived again exactly.
 */
import { parseArgs } from 'node:util';
import { describeMix } from './mix.ts';
import { PLANTED } from './planted.ts';
import { type RunReport, runReference, runSeed } from './run.ts';
import type { InvariantBroken } from './world.ts';

const USAGE = 'pnpm sim [--seed N | --seeds A..B] [--hours H ≤ 24] [--plant NAME] [--json]';
const TAIL_LINES = 60;
/** What a person waits for. */
const MAX_HOURS = 24;

interface Arguments {
  first: number;
  last: number;
  hours: number;
  json: boolean;
  plant: (typeof PLANTED)[number] | undefined;
}

/** What the seeds so far came to. */
interface Totals {
  seeds: number;
  events: number;
  syncs: number;
  deviceHours: number;
  /** Of real time spent with faults, and in all. */
  faultyMs: number;
  wallMs: number;
}

function readArguments(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    // pnpm hands its own separator on.
    args: argv.filter((arg) => arg !== '--'),
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      hours: { type: 'string', default: '0.25' },
      plant: { type: 'string' },
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
  return { first, last: Number(range[2] ?? first), hours, json: values.json, plant };
}

async function main(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv);
  const say = (text: string, data: object): void => {
    process.stdout.write(`${args.json ? JSON.stringify(data) : text}\n`);
  };
  const totals: Totals = { seeds: 0, events: 0, syncs: 0, deviceHours: 0, faultyMs: 0, wallMs: 0 };
  for (let seed = args.first; seed <= args.last; seed++) {
    const options = { seed, hours: args.hours, ...(args.plant && { plant: args.plant }) };
    const startedMs = performance.now();
    const reference = await runReference(options);
    const faultyMs = performance.now();
    const report = await runSeed(options, reference);
    add(totals, report, faultyMs - startedMs, performance.now() - faultyMs);
    const { mix, broken, tail, ...figures } = report;
    say(`seed ${seed}: ${describeMix(mix)}\n  ${progress(report)}`, {
      seed,
      ...figures,
      mix,
      ...(broken && { broken: broken.message, tail }),
    });
    if (!broken) continue;
    if (!args.json) process.stdout.write(failure(args, seed, broken, tail));
    return 1;
  }
  say(summary(totals), totals);
  return 0;
}

function add(totals: Totals, report: RunReport, referenceMs: number, faultyMs: number): void {
  totals.seeds++;
  totals.events += report.events;
  totals.syncs += report.syncs;
  totals.deviceHours += report.deviceHours;
  totals.faultyMs += faultyMs;
  totals.wallMs += referenceMs + faultyMs;
}

function progress(report: RunReport): string {
  const { events, syncs, starts, results, givenUp, excused, digest, broken } = report;
  const state = broken ? 'BROKEN' : excused > 0 ? `clean (${excused} excused)` : 'clean';
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

function summary({ seeds, events, syncs, deviceHours, faultyMs, wallMs }: Totals): string {
  const second = faultyMs / 1000;
  return (
    `${seeds} seeds clean in ${(wallMs / 1000).toFixed(1)} s, with a run of the pipeline alone for each;  ` +
    `${Math.round(events / second)} events/s, ${Math.round(syncs / second)} sync exchanges/s, ` +
    `${(deviceHours / (second / 60)).toFixed(1)} device-hours a minute`
  );
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
