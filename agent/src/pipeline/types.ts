/**
 * What walks between the steps of the pipeline. Samples travel in columns, never as objects: accept fills a
 * SampleBatch, the journal stores it, feed gives it to the windows, closed windows leave as a WindowBatch.
 */
import type { ResultRow } from '@skerry/proto/results';
import type { skerry } from '@skerry/proto/wire';
import type { OutMessage } from '../ports.ts';

/** Accepted samples of one pipeline, in order of acceptance. */
export interface SampleBatch {
  readonly pipeline: string;
  readonly channelCount: number;
  count: number;
  /** Distinct device ids; `device[i]` indexes into it. */
  devices: string[];
  device: Uint32Array;
  /** Event time, microseconds since the Unix epoch. */
  timeUs: Float64Array;
  /** count × channelCount, row-major; NaN where the message carried no value for the channel. */
  values: Float64Array;
}

/** Closed windows of one pipeline, ready for the model, possibly of many devices. */
export interface WindowBatch {
  count: number;
  /** count × length × channels, row-major [window][tick][channel], in the channels' units (not normalized). */
  data: Float32Array;
  devices: string[];
  fromUs: Float64Array;
  toUs: Float64Array;
  /** Ticks × channels that were filled by interpolation or the previous value. */
  interpolated: Uint32Array;
  missing: Uint32Array;
  /** Samples of the device that came too late since its previous window. */
  late: Uint32Array;
  /** Per window what a model that remembers knew of its device before this batch; undefined where it knew nothing. */
  states?: (Uint8Array | undefined)[];
}

/** What the model answered for a WindowBatch; `outputs` are per release output name, row-major count × width. */
export interface Inferred {
  outputs: Record<string, { width: number; values: Float32Array }>;
  /** First 16 bytes of SHA-256 of the model's input, per window: 16 × count. */
  inputDigests: Uint8Array;
  variant: string;
  backend: string;
  /** Per window: the run's duration divided by its batch. */
  inferUs: number;
  /** Per device what a model that remembers knows of it after this batch; undefined where it begins anew. */
  states?: ReadonlyMap<string, Uint8Array | undefined>;
  /** Set where the run failed as a whole: every row becomes an error result. */
  error?: string;
}

/** What came of a batch of windows. */
export interface Concluded {
  rows: ResultRow[];
  alerts: skerry.v1.IAlertRecord[];
  /** Rules' own messages, and nothing else: results and alerts are published by the agent after their commit. */
  actions: OutMessage[];
}

/** Cumulative counters of a pipeline; what they sum to is stated in sync.proto (SampleLedger). */
export interface SampleCounters {
  received: number;
  /** By reason: malformed, time, future, range, type, device, devices, empty, late, duplicate, conflict, overflow. */
  rejected: Record<string, number>;
  used: number;
  gap: number;
  skipped: number;
  windows: number;
  gapWindows: number;
  /** Results by decision. */
  results: Record<string, number>;
}

/** State of one device that must survive a restart, persisted in the batch that holds its results. */
export interface DeviceState {
  device: string;
  bytes: Uint8Array;
}
