/**
 * Ties the pipelines to the outbox. The order is the promise:
 *
 *     ingest → accept → journal commit → PUBACK
 *                         └→ feed → windows → infer → conclude → progress commit → publish
 *
 * A crash between any two arrows changes no result and no sum: a journal entry is fed again until the progress that
 * includes it is durable, and nothing is published before that. Several entries may share one progress commit.
 */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { Advance, type AdvanceOptions } from './outbox/advance.ts';
import { addCounters, emptyCounters, shownCounters } from './outbox/counters.ts';
import type { WhenFull } from './outbox/evict.ts';
import type { Done } from './outbox/group-commit.ts';
import { type FreshEntry, Intake } from './outbox/intake.ts';
import type { Origin } from './outbox/repeats.ts';
import { Retry } from './outbox/retry.ts';
import { ListeningClock } from './pipeline/listening-clock.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { SampleCounters } from './pipeline/types.ts';
import type { Clock, Crypto, Timers } from './ports.ts';
import type { AgentTime } from './time/agent-time.ts';

export interface ProcessorOptions extends Omit<AdvanceOptions, 'listening'> {
  clock: Clock;
  /** The pipelines that take a topic (topics.ts). */
  route: (topic: string) => readonly Pipeline[];
  /** Processing can't go on (a broken invariant). The journal keeps everything; a restart replays it. */
  onFatal: (error: unknown) => void;
  timers: Timers;
  crypto: Crypto;
  time: AgentTime;
  whenFull: WhenFull;
  limits: AdvanceOptions['limits'] & {
    /** Messages that may wait for their commit, and rows for inference, before publishers are held back. */
    maxUncommitted: number;
    /** How far apart commits of the journal begin, at least: 0 where it is left out. */
    lingerMs?: number;
  };
}

export interface ProcessorStats {
  /** Messages that wait for their commit or for space. */
  waiting: number;
  /** Messages refused because too many waited. */
  refused: number;
  /** Rows journaled and not yet fed. */
  queuedRows: number;
  fedThrough: number;
  inferenceErrors: number;
  /** Why the disk refuses, while it does. */
  failing: string | undefined;
}

interface Between {
  change: () => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const HEARTBEAT_MS = 1000;
/** How long progress that gave no result may wait for its commit. */
const MAX_LAG_MS = 10_000;
const MAINTAIN_MS = 60_000;

/** A processor; nothing runs before `start`. */
export function createProcessor(options: ProcessorOptions): Processor {
  return new Processor(options);
}

export class Processor {
  readonly #options: ProcessorOptions;
  readonly #intake: Intake;
  readonly #advance: Advance;
  readonly #retry: Retry;
  #state: 'new' | 'replaying' | 'waiting' | 'working' | 'stopped' | 'failed' = 'new';
  #stopping = false;
  #replayed: Promise<void> = Promise.resolve();
  #queue: FreshEntry[] = [];
  #queuedRows = 0;
  #queuedBytes = 0;
  #between: Between[] = [];
  #tickDue = false;
  #maintainedMs: number;
  #committedMs: number;
  #cancelTimer: () => void = () => {};
  #idlers: (() => void)[] = [];

  constructor(options: ProcessorOptions) {
    this.#options = options;
    this.#maintainedMs = options.clock.monoMs();
    this.#committedMs = this.#maintainedMs;
    this.#retry = new Retry(options.timers, options.log);
    const listening = new ListeningClock(options.clock);
    this.#advance = new Advance({ ...options, listening }, this.#retry);
    this.#intake = new Intake({
      ...options,
      listening,
      retry: this.#retry,
      maxUncommitted: options.limits.maxUncommitted,
      lingerMs: options.limits.lingerMs ?? 0,
      mayStart: () => this.#keepsUp(),
      onEntry: (entry) => {
        this.#queue.push(entry);
        this.#queuedRows += entry.rows;
        this.#queuedBytes += entry.sizeBytes;
        this.#wake();
      },
    });
  }

  /**
   * Takes a message. `done` is called without an error once what it carried is in the journal (or is to be
   * acknowledged without); with an error where it must not be acknowledged. `origin` tells copies apart. Never throws.
   */
  ingest(topic: string, payload: Uint8Array, done: Done, origin?: Origin): void {
    this.#intake.ingest(topic, payload, done, origin);
  }

  /**
   * Restores the pipelines and replays the journal. The releases that served before should be set by then: entries
   * that were fed already only rebuild windows, later ones are processed as they were about to be.
   */
  start(): Promise<void> {
    const replayed = this.#replay();
    this.#replayed = replayed.catch((error: unknown) => this.#fail(error));
    return replayed;
  }

  /** Runs `change` when no window is on its way and all progress is durable: for setRelease. Rejects where that never comes. */
  between(change: () => void): Promise<void> {
    if (this.#state === 'failed' || this.#state === 'stopped') return Promise.reject(stopped());
    return new Promise((resolve, reject) => {
      this.#between.push({ change, resolve, reject });
      this.#wake();
    });
  }

  /** Resolves when everything ingested is journaled, processed and committed; messages held for space don't count. */
  async idle(): Promise<void> {
    for (;;) {
      await this.#intake.idle();
      if (this.#isIdle()) return;
      this.#tickDue = true;
      this.#wake();
      await new Promise<void>((resolve) => this.#idlers.push(resolve));
    }
  }

  /**
   * Takes nothing more, processes what was taken and commits it. With a disk that fails, who waits for PUBACK is
   * refused, and what is in the journal is replayed by the next start.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#intake.stop();
    this.#retry.stop();
    await this.#replayed;
    if (this.#state !== 'new') await this.idle();
    this.#cancelTimer();
    if (this.#state === 'waiting') {
      this.#state = 'working';
      await this.#advance.commit(true).catch((error: unknown) => this.#fail(error));
    }
    this.#state = 'stopped';
    for (const { reject } of this.#between.splice(0)) reject(stopped());
  }

  stats(): ProcessorStats {
    return {
      waiting: this.#intake.waiting,
      refused: this.#intake.refused,
      queuedRows: this.#queuedRows,
      fedThrough: this.#advance.fedThrough,
      inferenceErrors: this.#advance.inferenceErrors,
      failing: this.#retry.failing,
    };
  }

  /** A pipeline's counters, with what was turned away before it could count them; before the start as they were stored. */
  counters(pipeline: Pipeline): SampleCounters {
    const { recovered } = this.#options;
    const counters =
      this.#state === 'new'
        ? (recovered.counters.get(pipeline.name) ?? emptyCounters())
        : addCounters(pipeline.counters(), this.#intake.extra(pipeline.name));
    return shownCounters(counters);
  }

  async #replay(): Promise<void> {
    const { recovered, log } = this.#options;
    this.#state = 'replaying';
    this.#advance.restore();
    let entries = 0;
    for await (const entry of recovered.journal()) {
      if (this.#stopping) break;
      this.#advance.feed(entry, entry.seq <= recovered.fedThrough ? 'rebuild' : 'live');
      await this.#advance.drain();
      if (this.#advance.mustCommit) await this.#advance.commit();
      entries++;
    }
    await this.#advance.commit();
    this.#continueArrivals();
    if (entries > 0) log('info', 'processor', `replayed ${entries} journal entries`);
    this.#state = 'waiting';
    this.#heartbeat();
  }

  // What arrives from now on comes after all that is known, whatever the clock says.
  #continueArrivals(): void {
    const { pipelines, time } = this.#options;
    for (const pipeline of pipelines)
      if (pipeline.stampsArrival) time.continueFrom(pipeline.freeUs() / 1_000);
  }

  #wake(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'working';
    this.#work().then(
      () => {
        this.#state = 'waiting';
        if (this.#hasWork()) this.#wake();
        else this.#tellIdle();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  async #work(): Promise<void> {
    while (this.#hasWork()) {
      const ticked = this.#tickDue;
      this.#feedQueued();
      // Who still waits to be fed isn't silent.
      if (ticked) this.#tickDue = this.#queue.length === 0 && this.#advance.tick();
      await this.#advance.drain();
      const changes = this.#between.splice(0);
      if (changes.length > 0 || this.#advance.mustCommit || (ticked && this.#isProgressDue()))
        await this.#commit();
      for (const change of changes) this.#change(change);
      if (ticked) await this.#maintain();
      this.#intake.kick();
    }
  }

  // Progress without a result can wait: it spares the flash, and a restart feeds those seconds of the journal again.
  #isProgressDue(): boolean {
    return this.#idlers.length > 0 || this.#options.clock.monoMs() - this.#committedMs >= MAX_LAG_MS;
  }

  async #commit(): Promise<void> {
    await this.#advance.commit();
    this.#committedMs = this.#options.clock.monoMs();
  }

  #change({ change, resolve, reject }: Between): void {
    try {
      change();
      this.#tickDue = true;
      resolve();
    } catch (error) {
      reject(error);
    }
  }

  #feedQueued(): void {
    let fed = 0;
    while (fed < this.#queue.length && this.#advance.hasRoom) this.#advance.feed(this.#queue[fed++]!, 'live');
    for (const entry of this.#queue.splice(0, fed)) {
      this.#queuedRows -= entry.rows;
      this.#queuedBytes -= entry.sizeBytes;
    }
  }

  // What waits for inference lies in the journal, which counts towards the bound: results must not give way to a backlog.
  #keepsUp(): boolean {
    const { maxUncommitted, maxJournalBytes } = this.#options.limits;
    return this.#queuedRows < maxUncommitted && this.#queuedBytes < maxJournalBytes;
  }

  async #maintain(): Promise<void> {
    const nowMs = this.#options.clock.monoMs();
    if (nowMs - this.#maintainedMs < MAINTAIN_MS) return;
    this.#maintainedMs = nowMs;
    await this.#retry.until('outbox maintenance', () => this.#options.outbox.maintain());
  }

  #fail(error: unknown): void {
    this.#state = 'failed';
    this.#cancelTimer();
    this.#intake.stop();
    const why = stopped(error);
    this.#intake.abandon(why);
    for (const { reject } of this.#between.splice(0)) reject(why);
    this.#queue = [];
    this.#queuedRows = 0;
    this.#queuedBytes = 0;
    this.#tellIdle();
    if (!this.#stopping) this.#options.onFatal(error);
  }

  #hasWork(): boolean {
    return this.#queue.length > 0 || this.#tickDue || this.#between.length > 0;
  }

  #isIdle(): boolean {
    if (this.#state === 'failed' || this.#state === 'stopped') return true;
    return (
      this.#state === 'waiting' && !this.#hasWork() && !this.#advance.lags && this.#intake.uncommitted === 0
    );
  }

  #tellIdle(): void {
    const told = this.#idlers;
    this.#idlers = [];
    for (const resolve of told) resolve();
  }

  // Within a second silence closes windows, and a release that was set is taken up.
  #heartbeat(): void {
    this.#tickDue = true;
    this.#cancelTimer = this.#options.timers.after(HEARTBEAT_MS, () => this.#heartbeat());
    this.#wake();
  }
}

function stopped(cause?: unknown): SkerryError {
  const why = cause === undefined ? 'the agent is stopping' : messageOf(cause);
  return new SkerryError('unavailable', `processing stopped: ${why}`, { cause });
}
