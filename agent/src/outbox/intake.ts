/**
 * From a message to a durable journal entry: decode and check, group commit, append; PUBACK leaves after that. What a
 * full outbox or a slow disk does to publishers is decided here.
 *
 * - A disk that fails is tried again until it works; who waits for PUBACK waits.
 * - `reject-new`: while the outbox is full, messages are acknowledged and their rows counted as rejected{full}.
 * - `block`: while the outbox is full, messages wait undecoded, and so do their PUBACKs.
 * - Beyond `maxUncommitted` waiting messages a message is refused: not acknowledged, counted as `refused`.
 */
import { SkerryError } from '@skerry/proto/errors';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { SampleBatch, SampleCounters } from '../pipeline/types.ts';
import { addCounters, emptyCounters } from './counters.ts';
import type { WhenFull } from './evict.ts';
import { createGroupCommit, type Done, type GroupCommit } from './group-commit.ts';
import type { PipelineCounters } from './journal.ts';
import type { Retry } from './retry.ts';

/** A journaled entry on its way to the windows. */
export interface FreshEntry {
  seq: number;
  batches: readonly SampleBatch[];
  rows: number;
}

export interface IntakeOptions {
  /** The pipelines that take a topic. */
  route: (topic: string) => readonly Pipeline[];
  outbox: {
    readonly full: boolean;
    appendJournal(batches: readonly SampleBatch[], counters: PipelineCounters): Promise<number | undefined>;
    onSpace(listener: () => void): () => void;
  };
  /** When a message arrives, and how late it can be at most; both in milliseconds. */
  time: { arrivalMs(): number; latestMs(): number };
  retry: Retry;
  whenFull: WhenFull;
  maxUncommitted: number;
  /** Whether what comes after the journal keeps up. */
  mayStart: () => boolean;
  onEntry: (entry: FreshEntry) => void;
}

interface Message {
  topic: string;
  payload: Uint8Array;
  done: Done;
}

export class Intake {
  readonly #options: IntakeOptions;
  readonly #group: GroupCommit;
  /** Pipelines whose arrival counters changed since the last commit. */
  readonly #touched = new Set<Pipeline>();
  /** Rows turned away as `full`, by pipeline, since this start. */
  readonly #full = new Map<string, number>();
  /** Accepted batches that had to be taken out before a message was turned away. */
  #aside: SampleBatch[] = [];
  #held: Message[] = [];
  #stopped = false;
  #refused = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#group = createGroupCommit({ commit: () => this.#commit(), mayStart: options.mayStart });
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
    const full = this.#full.get(pipeline) ?? 0;
    return { ...emptyCounters(), rejected: full > 0 ? { full } : {} };
  }

  /** Takes a message; `done` is called without an error once what it carried is durable. Never throws. */
  ingest(topic: string, payload: Uint8Array, done: Done): void {
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
      this.#held.push({ topic, payload, done });
    else this.#take(topic, payload, done);
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

  #take(topic: string, payload: Uint8Array, done: Done): void {
    const pipelines = this.#options.route(topic);
    if (pipelines.length === 0) {
      done();
      return;
    }
    const { time } = this.#options;
    const arrivalUs = Math.round(time.arrivalMs() * 1000);
    const latestUs = time.latestMs() * 1000;
    const turnAway = this.#options.whenFull === 'reject-new' && this.#options.outbox.full;
    for (const pipeline of pipelines) {
      this.#touched.add(pipeline);
      if (turnAway) this.#turnAway(pipeline, () => pipeline.accept(topic, payload, arrivalUs, latestUs));
      else pipeline.accept(topic, payload, arrivalUs, latestUs);
    }
    this.#group.add(done);
  }

  // The rows are decoded all the same: received counts rows, and so must the rejection.
  #turnAway(pipeline: Pipeline, accept: () => void): void {
    const accepted = pipeline.takePending();
    if (accepted) this.#aside.push(accepted);
    accept();
    const refused = pipeline.takePending()?.count ?? 0;
    this.#full.set(pipeline.name, (this.#full.get(pipeline.name) ?? 0) + refused);
  }

  #release(): void {
    while (this.#held.length > 0 && !this.#options.outbox.full) {
      const { topic, payload, done } = this.#held.shift()!;
      this.#take(topic, payload, done);
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
    const { outbox, retry } = this.#options;
    const seq = await retry.until('journal', () => outbox.appendJournal(batches, counters));
    const rows = batches.reduce((sum, batch) => sum + batch.count, 0);
    if (seq !== undefined) this.#options.onEntry({ seq, batches, rows });
  }
}
