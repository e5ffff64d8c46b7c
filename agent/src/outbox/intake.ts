/**
 * From a message to a durable journal entry: decode and check, group commit, append; PUBACK leaves after that. What a
 * full outbox or a slow disk does to publishers is decided here.
 *
 * - A disk that fails is tried again until it works; who waits for PUBACK waits.
 * - `reject-new`: while the outbox is full, messages are acknowledged and their rows counted as rejected{full}.
 * - `block`: while the outbox is full, messages wait undecoded, and so do their PUBACKs.
 * - A copy of a message without an event time (repeats.ts) is acknowledged, and its rows are counted as duplicates.
 * - Beyond `maxUncommitted` waiting messages a message is refused: not acknowledged, counted as `refused`.
 */
import { concat, utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { ListeningClock } from '../pipeline/listening-clock.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { SampleBatch, SampleCounters } from '../pipeline/types.ts';
import type { Clock, Crypto, Timers } from '../ports.ts';
import { addCounters, emptyCounters, REPEATED } from './counters.ts';
import type { WhenFull } from './evict.ts';
import { createGroupCommit, type Done, type GroupCommit } from './group-commit.ts';
import type { PipelineCounters } from './journal.ts';
import { addCounts } from './ledger.ts';
import type { Origin } from './repeats.ts';
import type { Retry } from './retry.ts';

/** A journaled entry on its way to the windows. */
export interface FreshEntry {
  seq: number;
  batches: readonly SampleBatch[];
  rows: number;
  /** Of its rows in the journal, about. */
  sizeBytes: number;
}

export interface IntakeOptions {
  /** The pipelines that take a topic. */
  route: (topic: string) => readonly Pipeline[];
  outbox: {
    readonly full: boolean;
    appendJournal(batches: readonly SampleBatch[], counters: PipelineCounters): Promise<number | undefined>;
    onSpace(listener: () => void): () => void;
    isRepeat(origin: Origin, digest: number, taken: boolean): boolean;
  };
  crypto: Crypto;
  /** When a message arrives, and how late it can be at most; both in milliseconds. */
  time: { stamp(): { arrivalMs: number; latestMs: number } };
  retry: Retry;
  listening: ListeningClock;
  whenFull: WhenFull;
  maxUncommitted: number;
  /** How far apart commits begin, at least. */
  lingerMs: number;
  clock: Pick<Clock, 'monoMs'>;
  timers: Timers;
  /** Whether what comes after the journal keeps up. */
  mayStart: () => boolean;
  onEntry: (entry: FreshEntry) => void;
}

interface Message {
  topic: string;
  payload: Uint8Array;
  done: Done;
  origin: Origin | undefined;
}

/** What a row of a journal entry takes beside its values, about: device and time. */
const ROW_BYTES = 8;
/** Of the messages that may wait, one in so many ends the lingering: long before publishers are held back. */
const LINGERING_SHARE = 4;

export class Intake {
  readonly #options: IntakeOptions;
  readonly #group: GroupCommit;
  /** Pipelines whose arrival counters changed since the last commit. */
  readonly #touched = new Set<Pipeline>();
  /** Rows turned away, by pipeline and reason, since this start. */
  readonly #away = new Map<string, Record<string, number>>();
  /** Accepted batches that had to be taken out before a message was turned away. */
  #aside: SampleBatch[] = [];
  #held: Message[] = [];
  #stopped = false;
  #refused = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#group = createGroupCommit({
      ...options,
      commit: () => this.#commit(),
      fullAt: options.maxUncommitted / LINGERING_SHARE,
    });
    options.outbox.onSpace(() => this.#release());
  }

  /** Messages that wait for their commit or for space. */
  get waiting(): number {
    return this.#group.waiting + this.#held.length;
  }

  /** Messages that wait for their commit. */
  get uncommitted(): number {
    return this.#group.waiting;
  }

  get refused(): number {
    return this.#refused;
  }

  /** Rejections that the pipeline itself doesn't know of, since this start. */
  extra(pipeline: string): SampleCounters {
    return { ...emptyCounters(), rejected: this.#away.get(pipeline) ?? {} };
  }

  /**
   * Takes a message; `done` is called without an error once what it carried is durable. `origin` is known of those that
   * are to be acknowledged. Never throws.
   */
  ingest(topic: string, payload: Uint8Array, done: Done, origin?: Origin): void {
    if (this.#stopped || this.waiting >= this.#options.maxUncommitted) {
      this.#refused++;
      done(
        new SkerryError(
          'unavailable',
          this.#stopped
            ? 'the agent is stopping'
            : `${this.waiting} messages wait for the disk, as many as limits.maxUncommitted allows`,
          { hint: 'publish again later' },
        ),
      );
    } else if (this.#options.whenFull === 'block' && (this.#held.length > 0 || this.#options.outbox.full))
      this.#held.push({ topic, payload, done, origin });
    else this.#take({ topic, payload, done, origin });
  }

  /** To be called when `mayStart` may have changed. */
  kick(): void {
    this.#group.kick();
  }

  /** Resolves when nobody waits for a commit. Messages held for space keep waiting. */
  idle(): Promise<void> {
    return this.#group.idle();
  }

  /** Takes nothing more; refuses what is held for space, and everything after it. */
  stop(): void {
    this.#stopped = true;
    const held = this.#held;
    this.#held = [];
    for (const { done } of held) done(new SkerryError('unavailable', 'the agent is stopping'));
  }

  /** Everybody who still waits gets this error. */
  abandon(error: Error): void {
    this.#group.abandon(error);
  }

  #take({ topic, payload, done, origin }: Message): void {
    const pipelines = this.#options.route(topic);
    if (pipelines.length === 0) {
      done();
      return;
    }
    const { arrivalMs, latestMs } = this.#options.time.stamp();
    const arrivalUs = Math.round(arrivalMs * 1000);
    const latestUs = latestMs * 1000;
    const isFull = this.#options.whenFull === 'reject-new' && this.#options.outbox.full;
    const isRepeat =
      origin !== undefined &&
      pipelines.some((pipeline) => pipeline.stampsArrival) &&
      this.#options.outbox.isRepeat(origin, this.#digest(topic, payload), !isFull);
    for (const pipeline of pipelines) {
      this.#touched.add(pipeline);
      const why = isRepeat && pipeline.stampsArrival ? REPEATED : isFull ? 'full' : undefined;
      const accept = (): number => pipeline.accept(topic, payload, arrivalUs, latestUs);
      if (why === undefined) accept();
      else this.#turnAway(pipeline, why, accept);
    }
    this.#group.add(done);
  }

  // The rows are decoded all the same: received counts rows, and so must the rejection.
  #turnAway(pipeline: Pipeline, reason: string, accept: () => number): void {
    const accepted = pipeline.takePending();
    if (accepted) this.#aside.push(accepted);
    accept();
    const refused = pipeline.takePending()?.count ?? 0;
    const before = this.#away.get(pipeline.name) ?? {};
    if (refused > 0) this.#away.set(pipeline.name, addCounts(before, { [reason]: refused }));
  }

  // The first 48 bits of a SHA-256: as many as a number holds, and enough to tell two messages of one packet id apart.
  #digest(topic: string, payload: Uint8Array): number {
    const name = utf8(topic);
    const length = Uint8Array.of(name.length & 0xff, name.length >> 8);
    const hash = this.#options.crypto.sha256(concat([length, name, payload]));
    return hash.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  #release(): void {
    while (this.#held.length > 0 && !this.#options.outbox.full) {
      this.#take(this.#held.shift()!);
    }
  }

  async #commit(): Promise<void> {
    const batches = this.#aside;
    this.#aside = [];
    const counters: { pipeline: string; counters: SampleCounters }[] = [];
    for (const pipeline of this.#touched) {
      const batch = pipeline.takePending();
      if (batch) batches.push(batch);
      // Read at the same instant as the batch was taken: they belong together.
      const whole = addCounters(pipeline.counters(), this.extra(pipeline.name));
      counters.push({ pipeline: pipeline.name, counters: whole });
    }
    this.#touched.clear();
    const { outbox, retry, listening } = this.#options;
    const seq = await listening.during(() =>
      retry.until('journal', () => outbox.appendJournal(batches, counters)),
    );
    if (seq === undefined) return;
    const rows = batches.reduce((sum, batch) => sum + batch.count, 0);
    const sizeBytes = batches.reduce(
      (sum, { count, channelCount }) => sum + count * (8 * channelCount + ROW_BYTES),
      0,
    );
    this.#options.onEntry({ seq, batches, rows, sizeBytes });
  }
}
