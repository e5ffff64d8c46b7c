import type { Crossing, Judgement, Level } from '@skerry/proto/drift/judge';
import type { SignalDrift } from './signal.ts';

/** One signal of one device, as the local page and the metrics show it. */
export interface DriftStatus {
  device: string;
  signal: string;
  isOutput: boolean;
  /** Of the last window judged. */
  level: Level;
  measures: Judgement['measures'];
  crossed?: Crossing;
  /** Samples in the open window, and its begin (NaN before the first). */
  n: number;
  fromUs: number;
  /** Of this signal; NaN before the first judgement. combineHours() gives a device's. */
  hoursBetweenFalseAlarms: number;
  episode?: string;
  /** Page-Hinkley's sum, where the output is watched by it, and the episode of its shift. */
  shift?: { sum: number; episode?: string };
}

/** What is shown of a signal. */
export function statusOf(device: string, signal: SignalDrift): DriftStatus {
  const judgement = signal.last?.judgement;
  return {
    device,
    signal: signal.name,
    isOutput: signal.isOutput,
    level: signal.level,
    measures: judgement?.measures ?? {},
    ...(judgement?.crossed && { crossed: judgement.crossed }),
    n: signal.current.n,
    fromUs: signal.fromUs,
    hoursBetweenFalseAlarms: judgement?.hoursBetweenFalseAlarms ?? Number.NaN,
    ...(signal.episode && { episode: signal.episode }),
    ...(signal.shift?.sum !== undefined && {
      shift: {
        sum: signal.shift.sum,
        ...(signal.shift.episode && { episode: signal.shift.episode }),
      },
    }),
  };
}
