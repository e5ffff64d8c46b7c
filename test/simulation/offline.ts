/** A gateway that loses its network for long, with a buffer far too small for it. Nothing else goes wrong. */
import type { Ledger } from '@skerry/agent/outbox/ledger';
import type { Fleet } from './fleet.ts';
import type { Machine } from './machine.ts';
import { calmMix } from './mix.ts';
import { live, type RunReport } from './run.ts';
import { InvariantBroken, START_MS, type World } from './world.ts';

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

/** Lives an outage. */
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
