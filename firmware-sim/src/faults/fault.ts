/**
 * What can go wrong, and when. Times count in milliseconds from the device's start:
 *
 *   { kind: 'stuck', channel: 'flow', at: 60_000, for: 30_000, every: 300_000 }
 *   the flow sensor freezes from 1:00 to 1:30, from 6:00 to 6:30, from 11:00 …
 */
import type { MachineFault, MachineKind, MachineModel } from '../machines/machine.ts';

/** When a fault is there: first `at`, `for` how long (Infinity: to the end), and again `every` so often. */
export interface FaultTiming {
  readonly at: number;
  readonly for: number;
  readonly every?: number | undefined;
}

/** The machine itself fails, by `severity` 0 to 1, reached over `ramp` milliseconds. */
export interface FaultOfMachine extends FaultTiming {
  readonly kind: MachineFault;
  readonly severity: number;
  readonly ramp: number;
}

/** One channel's sensor fails. `magnitude`, `perMinute` and `sd` are in the channel's unit. */
export type FaultOfSensor = FaultTiming & { readonly channel: string } & (
    | { readonly kind: 'spike'; readonly magnitude: number; readonly probability: number }
    | { readonly kind: 'drift'; readonly perMinute: number }
    | { readonly kind: 'stuck' }
    | { readonly kind: 'noise'; readonly sd: number }
  );

/** What is sent, or when it is said to be, fails. */
export type FaultOfTransport = FaultTiming &
  (
    | { readonly kind: 'dropout'; readonly channel?: string | undefined; readonly probability: number }
    | { readonly kind: 'clock-skew'; readonly offset: number; readonly ppm: number }
    | { readonly kind: 'duplicate'; readonly probability: number }
    | { readonly kind: 'reorder'; readonly probability: number; readonly depth: number }
    | { readonly kind: 'reboot' }
  );

export type Fault = FaultOfMachine | FaultOfSensor | FaultOfTransport;
export type FaultKind = Fault['kind'];

/** Every fault, with what it does, for `skerry-sim list` and the documentation. */
export const faultDescriptions: Readonly<Record<FaultKind, string>> = {
  cavitation: 'pump: suction pressure collapses, vibration rises, flow and current fluctuate apart',
  bearing: "motor: impacts at the outer race's ball-pass frequency",
  'window-open': 'room: outside air comes in, the heater works against it',
  'heater-stuck': 'room: the heater stays on whatever the thermostat wants',
  spike: 'sensor: single readings jump by magnitude, up or down',
  drift: 'sensor: the value creeps away by perMinute',
  stuck: 'sensor: the value freezes',
  noise: 'sensor: white noise of standard deviation sd is added',
  dropout: 'readings, or one channel of them, go missing',
  'clock-skew': "the device's clock is wrong by offset, and runs fast by ppm",
  duplicate: 'readings are sent twice',
  reorder: 'readings arrive behind up to depth later ones',
  reboot: 'the device goes silent without a goodbye, then comes back',
};

/** Milliseconds since a fault began, where it is there at `elapsedMs`; undefined where it isn't. */
export function activeForMs(timing: FaultTiming, elapsedMs: number): number | undefined {
  const sinceMs = elapsedMs - timing.at;
  if (sinceMs < 0) return undefined;
  const phaseMs = timing.every === undefined ? sinceMs : sinceMs % timing.every;
  return phaseMs < timing.for ? phaseMs : undefined;
}

/** Whether a fault is one of the machine's own. */
export function isMachineFault(fault: Fault): fault is FaultOfMachine {
  switch (fault.kind) {
    case 'cavitation':
    case 'bearing':
    case 'window-open':
    case 'heater-stuck':
      return true;
    default:
      return false;
  }
}

/** Why a fault can't happen to a machine: it isn't one of its faults, or has no such channel. Undefined where it can. */
export function misfit(fault: Fault, kind: MachineKind, model: MachineModel): string | undefined {
  if (isMachineFault(fault) && !(fault.kind in model.faults)) {
    return `a ${kind} has no ${fault.kind}, only ${Object.keys(model.faults).join(', ')}`;
  }
  const names = model.channels.map((channel) => channel.name);
  if ('channel' in fault && fault.channel !== undefined && !names.includes(fault.channel)) {
    return `a ${kind} has no channel ${fault.channel}, only ${names.join(', ')}`;
  }
  return undefined;
}
