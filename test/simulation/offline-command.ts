/**
 * `pnpm sim offline`: a gateway that loses its network for days with a buffer far too small for them. It says what it
 * keeps day by day, and in the end whether every sample and every result is in its term and every alert has arrived.
 */
import { parseArgs } from 'node:util';
import type { Ledger } from '@skerry/agent/outbox/ledger';
import { duration, size } from '@skerry/proto/schema';
import type { Fleet } from './fleet.ts';
import type { Machine } from './machine.ts';
import { calmMix } from './mix.ts';
import { live, type RunReport } from './run.ts';
import { InvariantBroken, START_MS, type World } from './world.ts';

export const USAGE =
  'pnpm sim offline [--for 7d] [--samples 20] [--max-bytes 4MiB] [--when-full degrade|drop-oldest] [--json]';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Enrolled, and with the release in place. */
const SETTLED_MS = 120_000;
/** Makes an alert of a few windows in a million. */
const RARE = 0.9998;

export interface OfflineOptions {
  /** Of the outage. */
  forMs: number;
  /** A second, of as many devices. */
  samples: number;
  maxBytes: number;
  whenFull: 'degrade' | 'drop-oldest';
  /** Called once a simulated day. */
  onDay?: (day: Day) => void;
}

/** What a gateway keeps at some moment. */
export interface Day {
  day: number;
  results: Ledger;
  alerts: Ledger;
  /** Of keys and values. */
  liveBytes: number;
}

export interface OfflineReport extends RunReport {
  results: number;
  days: Day[];
  /** The most that lay on the disk. */
  peakBytes: number;
  final: { results: Ledger; alerts: Ledger };
}

/** Lives an outage. Nothing else goes wrong in it. */
export async function runOffline(options: OfflineOptions): Promise<OfflineReport> {
  const { forMs, samples, maxBytes, whenFull, onDay } = options;
  const mix = calmMix({ devicesPerAgent: samples, threshold: RARE, maxBytes, whenFull });
  const days: Day[] = [];
  let gateway: Machine | undefined;
  const report = await live({ seed: 1, mix, reference: undefined }, async (fleet, world) => {
    [gateway] = fleet.machines;
    planOutage(fleet, world, forMs);
    planDays(world, forMs, gateway!, (day) => {
      days.push(day);
      onDay?.(day);
    });
    await fleet.live((SETTLED_MS + forMs) / HOUR_MS);
    requireAlerts(gateway!);
  });
  const { ledger, bound } = gateway!;
  const final = { results: ledger.ledger('result'), alerts: ledger.ledger('alert') };
  return { ...report, days, peakBytes: bound.peakBytes, final };
}

function planOutage(fleet: Fleet, world: World, forMs: number): void {
  world.quietly(SETTLED_MS, () => {
    for (const { id } of fleet.machines) fleet.network.cut(id, forMs);
  });
}

function planDays(world: World, forMs: number, gateway: Machine, tell: (day: Day) => void): void {
  const everyMs = Math.min(DAY_MS, forMs / 4);
  for (let atMs = everyMs; atMs <= forMs; atMs += everyMs)
    world.quietly(SETTLED_MS + atMs, () => {
      const { ledger, bound } = gateway;
      const day = (world.nowMs - START_MS) / DAY_MS;
      tell({
        day,
        results: ledger.ledger('result'),
        alerts: ledger.ledger('alert'),
        liveBytes: bound.liveBytes,
      });
    });
}

function requireAlerts({ id, ledger }: Machine): void {
  const { produced, delivered } = ledger.ledger('alert');
  if (produced !== delivered)
    throw new InvariantBroken('alerts go last', `${id} raised ${produced} alerts and delivered ${delivered}`);
}

/** Returns the exit code. Throws RangeError on wrong usage. */
export async function offlineCommand(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      for: { type: 'string', default: '7d' },
      samples: { type: 'string', default: '20' },
      'max-bytes': { type: 'string', default: '4MiB' },
      'when-full': { type: 'string', default: 'degrade' },
      json: { type: 'boolean', default: false },
    },
  });
  const [samples, whenFull] = [Number(values.samples), values['when-full']];
  if (!Number.isInteger(samples) || samples < 1 || (whenFull !== 'degrade' && whenFull !== 'drop-oldest'))
    throw new RangeError(`expected ${USAGE}`);
  const startedMs = performance.now();
  const report = await runOffline({
    forMs: duration.parse(values.for),
    samples,
    maxBytes: size.parse(values['max-bytes']),
    whenFull,
    onDay: (day) => !values.json && process.stdout.write(`${describeDay(day)}\n`),
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const { broken, tail, mix: _, ...figures } = report;
  if (values.json)
    process.stdout.write(`${JSON.stringify({ ...figures, seconds, broken: broken?.message })}\n`);
  else process.stdout.write(`${describeEnd(report, seconds)}\n`);
  return broken ? 1 : 0;
}

function describeDay({ day, results, alerts, liveBytes }: Day): string {
  return (
    `day ${day.toFixed(2)}: ${kib(liveBytes)} kept; results ${terms(results)}; ` +
    `alerts ${alerts.produced}, ${alerts.pending} pending, ${alerts.evicted} evicted`
  );
}

function describeEnd(
  { broken, tail, peakBytes, final, events, deviceHours }: OfflineReport,
  seconds: number,
): string {
  if (broken) return [...tail.slice(-20), `broken: ${broken.message}`].join('\n');
  return (
    `reconciled: results ${terms(final.results)}; all ${final.alerts.delivered} alerts delivered; ` +
    `at most ${kib(peakBytes)} on the disk; ${events} events in ${seconds.toFixed(0)} s, ` +
    `${Math.round(events / seconds)} a second, ${(deviceHours / (seconds / 60)).toFixed(0)} device-hours a minute`
  );
}

function terms({ produced, delivered, pending, summarized, evicted }: Ledger): string {
  return `${produced} = ${delivered} delivered + ${pending} pending + ${summarized} summarized + ${evicted} evicted`;
}

function kib(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
