/**
 * Faults over a machine's readings, in the order in which they meet them: the machine fails (its model is told how badly),
 * its sensors fail (values change), the device's clock is wrong (times change), readings are lost, doubled, and overtaken.
 */
import type { Fault, FaultKind, FaultOfTransport } from './faults/fault.ts';
import { activeForMs, isMachineFault } from './faults/fault.ts';
import { createSensorFault, type SensorFault } from './faults/sensor.ts';
import { createTransportFault, type Reading, type TransportFault } from './faults/transport.ts';
import type { Severities } from './machines/machine.ts';
import type { Random } from './random.ts';

/** The faults of one device. Times are milliseconds since the device's start and must not decrease. */
export interface FaultInjector {
  /** How badly the machine itself fails. */
  severities(elapsedMs: number): Severities;
  /** What is sent of a reading, now; `values` may be changed in place. */
  apply(timeUs: number, values: Float64Array, elapsedMs: number): readonly Reading[];
  /** Whether the device is off (rebooting). What was held back then is lost, as memory is. */
  isOff(elapsedMs: number): boolean;
  /** What is still held back, when the device stops. */
  finish(elapsedMs: number): readonly Reading[];
  /** Faults that began or ended since the last call. */
  changes(elapsedMs: number): readonly FaultChange[];
}

/** A fault that comes or goes: the truth that detections can be held against. */
export interface FaultChange {
  readonly fault: FaultKind;
  readonly channel: string | undefined;
  readonly state: 'begins' | 'ends';
}

/** Faults on a machine with these channels. Each draws from a fork of `random` of its own. */
export function createFaults(
  faults: readonly Fault[],
  channels: readonly string[],
  random: Random,
): FaultInjector {
  const sensors: SensorFault[] = [];
  let transports = createTransports(faults, channels, random);
  const active = faults.map(() => false);
  for (const [i, fault] of faults.entries()) {
    const source = random.fork(`${i}-${fault.kind}`);
    if (isSensorFault(fault)) sensors.push(createSensorFault(fault, channels.indexOf(fault.channel), source));
  }

  function send(readings: readonly Reading[], elapsedMs: number, last: boolean): readonly Reading[] {
    return transports.reduce((passing, fault) => fault(passing, elapsedMs, last), readings);
  }

  let reboots = 0;
  let wasOff = false;
  return {
    severities: (elapsedMs) => severitiesAt(faults, elapsedMs),
    apply(timeUs, values, elapsedMs) {
      for (const sensor of sensors) sensor(values, elapsedMs);
      return send([{ timeUs, values }], elapsedMs, false);
    },
    isOff(elapsedMs) {
      const off = faults.some(
        (fault) => fault.kind === 'reboot' && activeForMs(fault, elapsedMs) !== undefined,
      );
      if (off && !wasOff) transports = createTransports(faults, channels, random.fork(`boot-${++reboots}`));
      wasOff = off;
      return off;
    },
    finish: (elapsedMs) => send([], elapsedMs, true),
    changes: (elapsedMs) =>
      faults.flatMap((fault, i) => {
        const now = activeForMs(fault, elapsedMs) !== undefined;
        if (now === active[i]) return [];
        active[i] = now;
        const channel = 'channel' in fault ? fault.channel : undefined;
        return [{ fault: fault.kind, channel, state: now ? 'begins' : 'ends' } as const];
      }),
  };
}

function severitiesAt(faults: readonly Fault[], elapsedMs: number): Severities {
  const severities: Partial<Record<string, number>> = {};
  for (const fault of faults) {
    if (!isMachineFault(fault)) continue;
    const sinceMs = activeForMs(fault, elapsedMs);
    if (sinceMs === undefined) continue;
    const reached = fault.ramp > 0 ? Math.min(1, sinceMs / fault.ramp) : 1;
    severities[fault.kind] = Math.max(severities[fault.kind] ?? 0, fault.severity * reached);
  }
  return severities;
}

// The clock is read before anything is sent, a reading is lost before it could be doubled, and doubles can be overtaken.
const transportOrder: readonly FaultOfTransport['kind'][] = ['clock-skew', 'dropout', 'duplicate', 'reorder'];

function createTransports(
  faults: readonly Fault[],
  channels: readonly string[],
  random: Random,
): TransportFault[] {
  return transportOrder.flatMap((kind) =>
    faults.flatMap((fault, i) => {
      if (fault.kind !== kind || isMachineFault(fault) || isSensorFault(fault) || fault.kind === 'reboot')
        return [];
      const named = fault.kind === 'dropout' && fault.channel !== undefined;
      const index = named ? channels.indexOf(fault.channel!) : undefined;
      return [createTransportFault(fault, index, random.fork(`${i}-${kind}`))];
    }),
  );
}

function isSensorFault(
  fault: Fault,
): fault is Extract<Fault, { kind: 'spike' | 'drift' | 'stuck' | 'noise' }> {
  return fault.kind === 'spike' || fault.kind === 'drift' || fault.kind === 'stuck' || fault.kind === 'noise';
}
