/**
 * What goes wrong in one history, drawn from its seed. Every kind of fault is absent in some seeds and heavy in others,
 * so that the seeds together meet each alone and all at once.
 */
import type { WhenFull } from '@skerry/agent/outbox/evict';
import { createRandom, type Random } from '@skerry/firmware-sim/random';
import type { Candidate } from './model.ts';

export interface NetworkMix {
  /** Mean one-way delay. */
  delayMs: number;
  /** Shares of exchanges. */
  loseRequest: number;
  loseResponse: number;
  duplicate: number;
  /** Answered by somebody else: an overloaded server, a captive portal, a connection that breaks off midway. */
  stranger: number;
  /** Until then nothing goes wrong. */
  faultsFromMs: number;
  /** Mean time between cuts of one agent from the control plane, and their mean length; 0: none. */
  cutEveryMs: number;
  cutForMs: number;
}

export interface DiskMix {
  /** Mean time of a batch. */
  syncMs: number;
  /** Shares of batches: power lost before / after it is on the disk, refused, written and yet reported as failed. */
  lost: number;
  kept: number;
  failed: number;
  unsure: number;
  /** Mean time between spells without space, and in which nothing can be written; 0: none. */
  fullEveryMs: number;
  readOnlyEveryMs: number;
  /** Share of starts before which a record is damaged. */
  damage: number;
}

interface CrashMix {
  /** Mean time between ends of an agent's process at any time; 0: none. */
  everyMs: number;
  /** Share of them that are power losses rather than kills; of the rest, share of orderly stops. */
  power: number;
  orderly: number;
  /** Share of marked crash points that are armed, and how often an armed one strikes. */
  armed: number;
  strike: number;
  /** Mean time until the machine is back. */
  downMs: number;
  /** The control plane's own crashes. */
  controlEveryMs: number;
}

export interface ClockMix {
  /** Off at the start by up to that much, either way. */
  offsetMs: number;
  ppm: number;
  stepEveryMs: number;
  stepMs: number;
}

export interface Mix {
  agents: number;
  devicesPerAgent: number;
  periodMs: number;
  /** When devices begin, after the start: without a release samples fill a small buffer by themselves. */
  devicesFromMs: number;
  /** Readings carry no time that the agent would look at: they get that of their arrival. */
  timeless: boolean;
  /** Shares of a device's readings. */
  devices: { dropout: number; duplicate: number; reorder: number };
  /** Mean time between cuts of a device from its agent; 0: none. */
  deviceCutEveryMs: number;
  /** Of the score, from 0 to 1: how rare alerts are. */
  threshold: number;
  whenFull: WhenFull;
  maxBytes: number;
  /** How far apart commits begin, at least. */
  lingerMs: number;
  /** A newer release that is rolled out, too. */
  candidate: Candidate | undefined;
  /** A candidate that works runs as a shadow first. */
  shadow: boolean;
  /** How long after its start the operator takes that rollout back; 0: never. */
  takenBackMs: number;
  /** How long the control plane keeps what was acknowledged; it looks every minute or so. 0: for longer than a history. */
  retentionMs: number;
  network: NetworkMix;
  disk: DiskMix;
  crash: CrashMix;
  clock: ClockMix;
}

/** By then agents have their release, without which samples fill a small journal by themselves. */
const TIGHT_FROM_MS = 45_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PERIODS_MS = [50, 100, 250, 500, 1_000, 2_000];
/** Readings of a fleet. */
const MAX_RATE_HZ = 20;
/** More than any history fills. */
export const ROOMY_BYTES = 64 * 1024 ** 2;

/** The faults of a seed. */
export function drawMix(seed: number): Mix {
  const random = createRandom(seed).fork('mix');
  const network = random.fork('network');
  const disk = random.fork('disk');
  const crash = random.fork('crash');
  const clock = random.fork('clock');
  const fleet = random.fork('fleet');
  const rollout = random.fork('rollout');
  const tight = fleet.uniform() < 0.35;
  const agents = 1 + (fleet.u32() % 3);
  const devicesPerAgent = 1 + (fleet.u32() % 6);
  const periods = PERIODS_MS.filter((ms) => (1_000 * agents * devicesPerAgent) / ms <= MAX_RATE_HZ);
  return {
    agents,
    devicesPerAgent,
    // Fast ones, where a buffer is to overflow within minutes.
    periodMs: pick(fleet, tight ? periods.slice(0, 2) : periods),
    devicesFromMs: tight ? TIGHT_FROM_MS : 0,
    timeless: !tight && fleet.uniform() < 0.2,
    devices: {
      dropout: sometimes(fleet, 0.1),
      duplicate: sometimes(fleet, 0.1),
      reorder: sometimes(fleet, 0.2),
    },
    deviceCutEveryMs: sometimes(fleet, 1) > 0 ? between(fleet, 1, 10) * MINUTE_MS : 0,
    threshold: 0.75,
    whenFull: tight ? pick(fleet, ['degrade', 'degrade', 'drop-oldest', 'block', 'reject-new']) : 'degrade',
    candidate: fleet.uniform() < 0.3 ? 'fails' : rollout.uniform() < 0.3 ? 'works' : undefined,
    takenBackMs: rollout.uniform() < 0.5 ? between(rollout, 0, 1.5) * MINUTE_MS : 0,
    shadow: rollout.uniform() < 0.5,
    retentionMs: fleet.uniform() < 0.3 ? between(fleet, 0.5, 3) * MINUTE_MS : 0,
    lingerMs: pick(random.fork('linger'), [0, 0, 0, 20, 500]),
    maxBytes: tight ? 1024 * (40 + (fleet.u32() % 40)) : ROOMY_BYTES,
    network: {
      delayMs: pick(network, [5, 50, 800]),
      loseRequest: sometimes(network, 0.3),
      loseResponse: sometimes(network, 0.5),
      duplicate: sometimes(network, 0.3),
      stranger: sometimes(network, 0.2),
      faultsFromMs: tight ? TIGHT_FROM_MS : 0,
      cutEveryMs:
        network.uniform() < (tight ? 0.9 : 0.5)
          ? between(network, tight ? 0.5 : 1, tight ? 2 : 10) * MINUTE_MS
          : 0,
      cutForMs: between(network, tight ? 2 : 0.2, tight ? 20 : 5) * MINUTE_MS,
    },
    disk: {
      syncMs: pick(disk, [0, 5, 15, 40]),
      lost: sometimes(disk, 0.004),
      kept: sometimes(disk, 0.004),
      failed: sometimes(disk, 0.02),
      unsure: sometimes(disk, 0.02),
      fullEveryMs: disk.uniform() < 0.3 ? between(disk, 2, 10) * MINUTE_MS : 0,
      readOnlyEveryMs: disk.uniform() < 0.2 ? between(disk, 2, 10) * MINUTE_MS : 0,
      damage: disk.uniform() < 0.15 ? disk.uniform() : 0,
    },
    crash: {
      everyMs: crash.uniform() < 0.6 ? between(crash, 1, 10) * MINUTE_MS : 0,
      power: crash.uniform(),
      orderly: 0.3 * crash.uniform(),
      armed: sometimes(crash, 0.7),
      strike: 0.02 * crash.uniform(),
      downMs: between(crash, 0.02, 1) * MINUTE_MS,
      controlEveryMs: crash.uniform() < 0.4 ? between(crash, 1, 8) * MINUTE_MS : 0,
    },
    clock: {
      offsetMs: sometimes(clock, 10 * HOUR_MS),
      ppm: sometimes(clock, 200),
      stepEveryMs: clock.uniform() < 0.5 ? between(clock, 0.5, 6) * MINUTE_MS : 0,
      stepMs: between(clock, 0.001, 10) * HOUR_MS,
    },
  };
}

/** A fleet to which nothing happens, with these differences. */
export function calmMix(fleet: Partial<Mix>): Mix {
  return {
    agents: 1,
    devicesPerAgent: 1,
    periodMs: 1_000,
    devicesFromMs: 0,
    timeless: false,
    devices: { dropout: 0, duplicate: 0, reorder: 0 },
    deviceCutEveryMs: 0,
    threshold: 0.75,
    whenFull: 'degrade',
    maxBytes: ROOMY_BYTES,
    lingerMs: 0,
    candidate: undefined,
    takenBackMs: 0,
    shadow: false,
    retentionMs: 0,
    network: {
      delayMs: 5,
      loseRequest: 0,
      loseResponse: 0,
      duplicate: 0,
      stranger: 0,
      faultsFromMs: 0,
      cutEveryMs: 0,
      cutForMs: 0,
    },
    disk: {
      syncMs: 1,
      lost: 0,
      kept: 0,
      failed: 0,
      unsure: 0,
      fullEveryMs: 0,
      readOnlyEveryMs: 0,
      damage: 0,
    },
    crash: { everyMs: 0, power: 0, orderly: 0, armed: 0, strike: 0, downMs: 0, controlEveryMs: 0 },
    clock: { offsetMs: 0, ppm: 0, stepEveryMs: 0, stepMs: 0 },
    ...fleet,
  };
}

/** The mix in one line. */
export function describeMix(mix: Mix): string {
  const { network: n, disk: d, crash: c, clock: k } = mix;
  const parts = [
    `${mix.agents}×${mix.devicesPerAgent} devices every ${mix.periodMs} ms`,
    `readings ${mix.timeless ? 'without a time, ' : ''}dropped ${share(mix.devices.dropout)} doubled ${share(mix.devices.duplicate)} late ${share(mix.devices.reorder)}`,
    `buffer ${Math.round(mix.maxBytes / 1024)} KiB ${mix.whenFull}${mix.lingerMs > 0 ? `, commits ${mix.lingerMs} ms apart` : ''}`,
    `${describeCandidate(mix)}${mix.retentionMs > 0 ? `, results kept ${Math.round(mix.retentionMs / 1000)} s` : ''}`,
    `network ${n.delayMs} ms, lost ${share(n.loseRequest)}/${share(n.loseResponse)} twice ${share(n.duplicate)} strangers ${share(n.stranger)}${every(' cut', n.cutEveryMs)}`,
    `disk ${d.syncMs} ms, lost ${share(d.lost)} kept ${share(d.kept)} failed ${share(d.failed)} unsure ${share(d.unsure)}${every(' full', d.fullEveryMs)}${every(' read-only', d.readOnlyEveryMs)} damaged ${share(d.damage)}`,
    `crash${every('', c.everyMs)} points ${share(c.armed)}×${share(c.strike)}${every(' control plane', c.controlEveryMs)}${every(' device links', mix.deviceCutEveryMs)}`,
    `clock ±${Math.round(k.offsetMs / 1000)} s ${Math.round(k.ppm)} ppm${every(' steps', k.stepEveryMs)}`,
  ];
  return parts.join('; ');
}

function describeCandidate({ candidate, takenBackMs, shadow }: Mix): string {
  if (candidate === undefined) return 'no candidate';
  if (candidate === 'fails') return 'a candidate that fails';
  return `a candidate that works${shadow ? ', as a shadow first' : ''}${takenBackMs > 0 ? `, taken back after ${Math.round(takenBackMs / 1000)} s` : ''}`;
}

function share(value: number): string {
  return `${(100 * value).toFixed(value > 0 && value < 0.01 ? 2 : 0)}%`;
}

function every(what: string, meanMs: number): string {
  return meanMs > 0 ? `${what} every ${(meanMs / MINUTE_MS).toFixed(1)} min` : `${what} never`;
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** Nothing in two seeds of five, otherwise up to `most`, small values more often. */
function sometimes(random: Random, most: number): number {
  const [absent, size] = [random.uniform() < 0.4, random.uniform()];
  return absent ? 0 : most * size * size;
}

function pick<const T>(random: Random, choices: readonly T[]): T {
  return choices[random.u32() % choices.length]!;
}
