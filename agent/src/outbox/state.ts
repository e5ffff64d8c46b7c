/**
 * What the outbox knows in memory, and the one way to change it: `commit` writes a batch with the head, and memory
 * follows only when the batch is durable. A commit that was reported as failed may have reached the disk all the
 * same; `settle` looks before anything else is written.
 */
import type { skerry } from '@skerry/proto/wire';
import { v1 } from '@skerry/proto/wire';
import type { SampleCounters } from '../pipeline/types.ts';
import type { Clock, CrashPoint, Log, Random, Store, StoreOp } from '../ports.ts';
import type { Compression } from './blocks.ts';
import { addCounters, arrivalPart, emptyCounters } from './counters.ts';
import type { WhenFull } from './evict.ts';
import { canonicalHead, decodeHead, type Head, headOps, MIRROR_KEY } from './head.ts';
import type { Journal, PipelineCounters } from './journal.ts';
import { HEAD_KEY } from './keys.ts';
import type { LaneIndex } from './lane-index.ts';
import { check } from './ledger.ts';
import type { Repeats } from './repeats.ts';
import type { LaneName, Progress } from './types.ts';

/** Bounds of the outbox; agent/README.md documents the configurable ones. */
export interface OutboxLimits {
  /** Live bytes (keys and values) that the outbox may hold before `whenFull` says what gives way. */
  maxBytes: number;
  /** Powered-on time after which results and alerts become tombstones. */
  maxAgeMs: number;
  whenFull: WhenFull;
  durability: 'fsync' | 'os';
  /** Of a pipeline; `''` stands for the agent itself. Lower ones give way first. */
  priorityOf: (pipeline: string) => number;
  /** Records of a block at most. */
  blockMaxRecords: number;
  /** Bytes of a block's columns at most; one record alone may take more. */
  blockMaxBytes: number;
  /** Unacknowledged drift sketches; the oldest are dropped and counted. */
  maxSketches: number;
  /** How long a message without an event time is remembered, powered-on, so that a copy of it is known. */
  repeatsKeptMs: number;
  /** Messages that are remembered at most; all together take a sixteenth of `maxBytes` at most. */
  maxRepeats: number;
  /** Rows that `tail` can give. */
  tailRows: number;
}

export interface Change {
  ops: StoreOp[];
  head: Head;
  /** Makes memory agree once the batch is durable. */
  apply: () => void;
}

export interface StateParts {
  store: Store;
  limits: OutboxLimits;
  clock: Clock;
  random: Random;
  log: Log;
  crashPoint: CrashPoint;
  compression: Compression;
  head: Head;
  lanes: Record<LaneName, LaneIndex>;
  journal: Journal;
  sketches: { seq: number; sizeBytes: number }[];
  /** Bytes of key and value of every device's state. */
  stateBytes: Map<string, number>;
  arrival: Map<string, SampleCounters>;
  feed: Map<string, SampleCounters>;
  repeats: Repeats;
}

/** Head, counters and keys: what the outbox takes beside what can be listed. */
const FIXED_BYTES = 4096;

export class OutboxState {
  readonly store: Store;
  readonly limits: OutboxLimits;
  readonly random: Random;
  readonly log: Log;
  readonly compression: Compression;
  readonly lanes: Record<LaneName, LaneIndex>;
  readonly journal: Journal;
  readonly sketches: { seq: number; sizeBytes: number }[];
  readonly feed: Map<string, SampleCounters>;
  readonly repeats: Repeats;
  readonly #arrival: Map<string, SampleCounters>;
  readonly #states: Map<string, number>;
  readonly #clock: Clock;
  readonly #crashPoint: CrashPoint;
  readonly #poweredOffsetMs: number;
  #head: Head;
  #stateBytes: number;
  #unsure: { change: Change; token: object | undefined } | undefined;
  #landed: object | undefined;

  constructor(parts: StateParts) {
    this.store = parts.store;
    this.limits = parts.limits;
    this.random = parts.random;
    this.log = parts.log;
    this.compression = parts.compression;
    this.lanes = parts.lanes;
    this.journal = parts.journal;
    this.sketches = parts.sketches;
    this.feed = parts.feed;
    this.repeats = parts.repeats;
    this.#arrival = parts.arrival;
    this.#states = parts.stateBytes;
    this.#stateBytes = [...parts.stateBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#clock = parts.clock;
    this.#crashPoint = parts.crashPoint;
    this.#head = parts.head;
    this.#poweredOffsetMs = parts.head.poweredMs - parts.clock.monoMs();
  }

  get head(): Head {
    return this.#head;
  }

  /** How long this outbox has been open in all, over restarts. */
  poweredMs(): number {
    return Math.max(this.#head.poweredMs, this.#clock.monoMs() + this.#poweredOffsetMs);
  }

  /** Bytes of keys and values that live in the store. */
  liveBytes(): number {
    const sketches = this.sketches.reduce((sum, sketch) => sum + sketch.sizeBytes, 0);
    return (
      FIXED_BYTES +
      this.lanes.alert.sizeBytes +
      this.lanes.result.sizeBytes +
      this.journal.sizeBytes +
      this.repeats.sizeBytes +
      this.#stateBytes +
      sketches
    );
  }

  /** Takes note of a device's state that was written. */
  noteState(key: string, sizeBytes: number): void {
    this.#stateBytes += sizeBytes - (this.#states.get(key) ?? 0);
    this.#states.set(key, sizeBytes);
  }

  /** Takes note of arrival's counters that were written. */
  noteArrival(counters: PipelineCounters): void {
    for (const c of counters) this.#arrival.set(c.pipeline, arrivalPart(c.counters));
  }

  /** Durable counters by pipeline, both parts together. */
  counters(): Map<string, SampleCounters> {
    const sums = new Map(this.#arrival);
    for (const [pipeline, part] of this.feed)
      sums.set(pipeline, addCounters(sums.get(pipeline) ?? emptyCounters(), part));
    return sums;
  }

  /** An alert record about the agent itself. */
  agentAlert(episode: string, message: string): skerry.v1.IAlertRecord {
    return {
      episode,
      state: v1.EpisodeState.EPISODE_STATE_OPEN,
      kind: 'agent',
      message,
      wallMs: Math.round(this.#clock.wallMs()),
    };
  }

  /** Writes a change as one batch. Rejects as the store does, with nothing changed in memory. */
  async commit(name: string, change: Change, token?: object): Promise<void> {
    const head = {
      ...change.head,
      poweredMs: Math.round(this.poweredMs()),
      writes: (change.head.writes ?? 0) + 1,
      wallMs: Math.round(this.#clock.wallMs()),
    };
    check(head.lanes.result.ledger, 'results');
    check(head.lanes.alert.ledger, 'alerts');
    const ops = [...change.ops, ...headOps(head)];
    this.#crashPoint(`${name}.before`);
    try {
      await this.store.batch(ops, { sync: this.limits.durability === 'fsync' });
    } catch (error) {
      this.#unsure = { change: { ...change, head }, token };
      throw error;
    }
    this.#become({ ...change, head }, token);
    this.#crashPoint(`${name}.after`);
  }

  /** After a failed commit: finds out whether it reached the disk, and if so makes memory agree. */
  async settle(): Promise<void> {
    const unsure = this.#unsure;
    if (!unsure) return;
    const onDisk = decodeHead([await this.store.get(HEAD_KEY), await this.store.get(MIRROR_KEY)]);
    if (onDisk && canonicalHead(onDisk) === canonicalHead(unsure.change.head))
      this.#become(unsure.change, unsure.token);
    this.#unsure = undefined;
  }

  /** Whether this very progress has been committed already. */
  landed(progress: Progress): boolean {
    return this.#landed === progress;
  }

  #become(change: Change, token: object | undefined): void {
    this.#head = change.head;
    change.apply();
    if (token) this.#landed = token;
  }
}
