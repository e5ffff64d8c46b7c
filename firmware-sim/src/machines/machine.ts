/** The machines that can be simulated. */
export const machineKinds = ['pump', 'motor', 'room'] as const;
export type MachineKind = (typeof machineKinds)[number];

/** What can go wrong with a machine itself, as opposed to its sensors or its connection. */
export const machineFaults = ['cavitation', 'bearing', 'window-open', 'heater-stuck'] as const;
export type MachineFault = (typeof machineFaults)[number];

/** One measured quantity: its unit (SenML names, RFC 8428, where there is one) and what its sensor can report. */
export interface Channel {
  readonly name: string;
  readonly unit: string;
  readonly range: readonly [min: number, max: number];
}

/** How bad each fault is right now, 0 (none) to 1; left out means none. */
export type Severities = Readonly<Partial<Record<MachineFault, number>>>;

/** A physical model: an internal state that follows time, read through sensors with noise of their own. */
export interface Machine {
  readonly kind: MachineKind;
  readonly channels: readonly Channel[];
  /**
   * The reading at `timeUs` (microseconds since the Unix epoch), one value a channel, in their order. Deterministic in the
   * seed and the sequence of calls. Times must not decrease: an earlier one than the last throws.
   */
  step(timeUs: number, severities?: Severities): Float64Array;
}

/** What is known of a kind of machine without building one. */
export interface MachineModel {
  readonly kind: MachineKind;
  readonly description: string;
  readonly channels: readonly Channel[];
  /** Its faults, and for each the channel that must show it first. */
  readonly faults: Readonly<Partial<Record<MachineFault, string>>>;
  /** Its parameters with their defaults. */
  readonly params: Readonly<Record<string, number>>;
}

/** A step's clock: gives the seconds since the step before, 0 at the first. Throws when time runs backwards. */
export function createStepClock(kind: MachineKind): (timeUs: number) => number {
  let lastUs = Number.NaN;
  return (timeUs) => {
    const dtUs = Number.isNaN(lastUs) ? 0 : timeUs - lastUs;
    if (!(dtUs >= 0)) throw new RangeError(`${kind}: time ran backwards, from ${lastUs} to ${timeUs} µs`);
    lastUs = timeUs;
    return dtUs / 1e6;
  };
}

/** Cuts a reading to what its sensors can report. Changes `values` in place and returns it. */
export function toRange(values: Float64Array, channels: readonly Channel[]): Float64Array {
  for (let i = 0; i < channels.length; i++) {
    const [min, max] = channels[i]!.range;
    values[i] = Math.min(max, Math.max(min, values[i]!));
  }
  return values;
}
