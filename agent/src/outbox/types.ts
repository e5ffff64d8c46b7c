/** What the store of an agent takes and gives back; see FORMAT.md for keys and bytes. */
import type { ResultRow } from '@skerry/proto/results';
import type { skerry } from '@skerry/proto/wire';
import type { EvidenceChange } from '../evidence/types.ts';
import type { DeviceState, SampleBatch, SampleCounters } from '../pipeline/types.ts';

export type LaneName = 'alert' | 'result';

/** One durable step forward of the processing: results, and everything that must become true with them. */
export interface Progress {
  rows: readonly ResultRow[];
  alerts: readonly skerry.v1.IAlertRecord[];
  sketches: readonly skerry.v1.IDriftSketch[];
  /** Per pipeline. */
  deviceStates: readonly { pipeline: string; states: readonly DeviceState[] }[];
  counters: readonly { pipeline: string; counters: SampleCounters }[];
  /** Journal entries up to and including this one have been fed to the windows, and `counters` include them. */
  fedThrough: number;
  /** Journal entries below this one hold no open sample any more. */
  trimBelow: number;
  /** Entries first..last give way to one entry `last` of these samples; to nothing where there are none. */
  carried?: { first: number; last: number; batches: readonly SampleBatch[] };
  /** What is known of releases by it. */
  evidence?: EvidenceChange | undefined;
}

/** What a start finds. */
export interface Recovered {
  epoch: Uint8Array;
  /** True where the database was created just now. */
  fresh: boolean;
  counters: ReadonlyMap<string, SampleCounters>;
  deviceStates: ReadonlyMap<string, readonly DeviceState[]>;
  fedThrough: number;
  /** Journal entries in order; those up to fedThrough only rebuild the windows, later ones are processed. */
  journal(): AsyncIterable<{ seq: number; batches: SampleBatch[] }>;
}
