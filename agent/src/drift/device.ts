/** What is watched of one device, and which signals of a release can be watched at all. */
import type { Histogram } from '@skerry/proto/drift/histogram';
import { referenceBins } from '@skerry/proto/drift/measures';
import type { skerry } from '@skerry/proto/wire';
import type { DriftRules } from './rules.ts';
import { SignalDrift } from './signal.ts';

/** A signal that has a reference, and is a channel of the pipeline or an output. */
export interface WatchedSignal {
  reference: skerry.v1.ISignalReference;
  edges: Float64Array;
  /** Of a channel: its values for each of the fullest channel's in healthy operation. Of an output: 0. */
  density: number;
}

export interface DeviceDrift {
  device: string;
  /** By channel index; undefined where the channel has no reference. */
  channels: (SignalDrift | undefined)[];
  /** Their open windows. */
  inputs: (Histogram | undefined)[];
  outputs: Map<string, SignalDrift>;
  signals: SignalDrift[];
  /** Event time of the last roll. */
  lastUs: number;
  /** No window can be due before this event time. */
  dueUs: number;
}

/** The signals of a reference that are watched. Throws `invalid` where one contradicts itself. */
export function watchedSignals(
  { signals }: skerry.v1.IDriftReference,
  channels: readonly string[],
): WatchedSignal[] {
  const watched = (signals ?? []).filter(({ isOutput, name }) => isOutput || channels.includes(name ?? ''));
  const fullest = Math.max(0, ...watched.map(({ isOutput, n }) => (isOutput ? 0 : (n ?? 0))));
  return watched.map((reference) => {
    referenceBins(reference);
    const density = reference.isOutput || fullest === 0 ? 0 : (reference.n ?? 0) / fullest;
    return { reference, edges: Float64Array.from(reference.edges ?? []), density };
  });
}

/** A device that was heard of for the first time. */
export function watchDevice(
  device: string,
  watched: readonly WatchedSignal[],
  channels: readonly string[],
  rules: DriftRules,
): DeviceDrift {
  const signals = watched.map(
    ({ reference, edges, density }) => new SignalDrift(reference, edges, rules, density),
  );
  const inputs = channels.map((name) => signals.find((s) => !s.isOutput && s.name === name));
  return {
    device,
    signals,
    channels: inputs,
    inputs: inputs.map((signal) => signal?.current),
    outputs: new Map(signals.filter(({ isOutput }) => isOutput).map((signal) => [signal.name, signal])),
    lastUs: -Infinity,
    dueUs: -Infinity,
  };
}

/** Values in the fullest channel's open window. */
export function rowsOf(signals: readonly SignalDrift[]): number {
  let rows = 0;
  for (const { isOutput, current } of signals)
    if (!isOutput) rows = Math.max(rows, current.n + current.missing);
  return rows;
}
