import { createMachine } from './catalog.ts';
import type { Channel, MachineKind, Severities } from './machine.ts';

/** A regularly sampled recording: `rows` is row-major, so value c of row r is rows[r * channels.length + c]. */
export interface MachineRecording {
  readonly channels: readonly Channel[];
  /** Microseconds since the Unix epoch, ascending. */
  readonly timesUs: Float64Array;
  readonly rows: Float64Array;
}

/** How long, how fast and from when to record. */
export interface RecordingOptions {
  readonly seed: number;
  readonly hours: number;
  readonly rateHz: number;
  /** Time of the first row; 2026-01-01T00:00:00Z where left out. */
  readonly startUs?: number;
  readonly params?: Readonly<Record<string, number>>;
}

/**
 * A recording of healthy operation: what a model of normal behaviour is fitted on. A motor's row takes some 0.2 ms (its
 * waveform is synthesized), the others' a few microseconds.
 */
export function healthyRecording(kind: MachineKind, options: RecordingOptions): MachineRecording {
  return recordMachine(kind, options, () => ({}));
}

/** A recording in which faults come and go: `severitiesAt` is asked at every row, with the seconds since the first. */
export function recordMachine(
  kind: MachineKind,
  options: RecordingOptions,
  severitiesAt: (elapsedS: number) => Severities,
): MachineRecording {
  const machine = createMachine(kind, options);
  const width = machine.channels.length;
  const count = Math.round(options.hours * 3600 * options.rateHz);
  const startUs = options.startUs ?? Date.UTC(2026, 0, 1) * 1000;
  const timesUs = new Float64Array(count);
  const rows = new Float64Array(count * width);
  for (let r = 0; r < count; r++) {
    const elapsedS = r / options.rateHz;
    timesUs[r] = Math.round(startUs + elapsedS * 1e6);
    rows.set(machine.step(timesUs[r]!, severitiesAt(elapsedS)), r * width);
  }
  return { channels: machine.channels, timesUs, rows };
}
