/**
 * A simulated device: a machine read at a fixed rate, its faults, and what it publishes. Pure: time is an argument, and
 * what it wants done comes back as data, in the order in which it must happen.
 *
 * Readings are taken at whole multiples of the period since the Unix epoch, as a device with a synchronized clock does.
 */

import type { Fault } from './faults/fault.ts';
import { createFaults, type FaultChange } from './faults.ts';
import { createMachine } from './machines/catalog.ts';
import type { MachineKind } from './machines/machine.ts';
import { type Codec, encodeSample } from './payload.ts';
import { createRandom } from './random.ts';

/** What one device is. */
export interface DeviceOptions {
  readonly id: string;
  readonly machine: MachineKind;
  readonly params: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly rateHz: number;
  readonly topic: string;
  readonly statusTopic: string;
  readonly qos: 0 | 1 | 2;
  readonly codec: Codec;
  readonly faults: readonly Fault[];
}

/** A message to be published. */
export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** What a device wants done. */
export type DeviceOutput =
  | { readonly kind: 'publish'; readonly message: Message }
  /** Power fails: the connection is cut without a DISCONNECT, so the broker publishes the last will. */
  | { readonly kind: 'power-off' }
  /** Power is back: connect again. */
  | { readonly kind: 'power-on' }
  /** A fault comes or goes: nothing is sent, but whoever watches the simulation wants to know. */
  | { readonly kind: 'fault'; readonly atMs: number; readonly change: FaultChange };

/** A device that runs. */
export interface Device {
  readonly id: string;
  readonly statusTopic: string;
  /** When it next has something to do. */
  readonly nextUs: number;
  /**
   * Everything due up to and including `nowUs`. A device that wasn't asked for long (a laptop slept) catches up on the
   * last 1,000 readings only; `skipped` counts the others.
   */
  step(nowUs: number): DeviceOutput[];
  /** What is still held back when the device is stopped. */
  finish(): DeviceOutput[];
  readonly skipped: number;
}

const catchUpMax = 1000;

/** A device that starts at `startUs` (microseconds since the Unix epoch). The same options and times give the same outputs. */
export function createDevice(options: DeviceOptions, startUs: number): Device {
  const random = createRandom(options.seed).fork(options.id);
  const machine = createMachine(options.machine, {
    seed: random.fork('machine').u32(),
    params: options.params,
  });
  const channels = machine.channels.map((channel) => channel.name);
  const faults = createFaults(options.faults, channels, random.fork('faults'));
  const timeOfTick = (tick: number) => Math.round((tick * 1e6) / options.rateHz);
  let tick = Math.ceil((startUs * options.rateHz) / 1e6);
  let off = false;
  let skipped = 0;

  function publish(readings: ReturnType<typeof faults.apply>): DeviceOutput[] {
    return readings.flatMap(({ timeUs, values }) =>
      encodeSample(options.codec, options.topic, { timeUs, channels, values: values.map(roundReading) }).map(
        ({ topic, payload }) =>
          ({ kind: 'publish', message: { topic, payload, qos: options.qos, retain: false } }) as const,
      ),
    );
  }

  function read(timeUs: number): DeviceOutput[] {
    const elapsedMs = (timeUs - startUs) / 1000;
    const out: DeviceOutput[] = faults
      .changes(elapsedMs)
      .map((change) => ({ kind: 'fault', atMs: elapsedMs, change }));
    // The machine runs on while its device is off.
    const values = machine.step(timeUs, faults.severities(elapsedMs));
    const nowOff = faults.isOff(elapsedMs);
    if (nowOff !== off) out.push({ kind: nowOff ? 'power-off' : 'power-on' });
    off = nowOff;
    if (!off) out.push(...publish(faults.apply(timeUs, values, elapsedMs)));
    return out;
  }

  return {
    id: options.id,
    statusTopic: options.statusTopic,
    get nextUs() {
      return timeOfTick(tick);
    },
    get skipped() {
      return skipped;
    },
    step(nowUs) {
      const out: DeviceOutput[] = [];
      const behind = Math.floor((nowUs * options.rateHz) / 1e6) - tick;
      if (behind >= catchUpMax) {
        skipped += behind - catchUpMax;
        tick += behind - catchUpMax;
      }
      while (timeOfTick(tick) <= nowUs) out.push(...read(timeOfTick(tick++)));
      return out;
    },
    finish: () => (off ? [] : publish(faults.finish((timeOfTick(tick) - startUs) / 1000))),
  };
}

// Sensors don't send seventeen digits: five significant ones, at least to the thousandth.
function roundReading(value: number): number {
  return Math.abs(value) < 1 ? Math.round(value * 1e4) / 1e4 : Number(value.toPrecision(5));
}
