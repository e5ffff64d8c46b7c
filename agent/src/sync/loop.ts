/**
 * Keeps the control plane and the agent in step: one exchange at a time, at the server's pace, sooner when something
 * wakes it, again at once while there is a backlog, later and later when nobody answers.
 *
 * Delivery: blocks leave the outbox only after the server has acknowledged them as durable; until then every
 * exchange sends them again under the same numbers. What is lost on the way is repeated, what arrives twice is
 * recognized by the server, so nothing is lost and nothing counts twice.
 */
import { sameBytes } from '@skerry/proto/bytes';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { skerry } from '@skerry/proto/wire';
import type { Clock, Log, Random, Timers, Transport, Wake } from '../ports.ts';
import { type Attempt, attemptSync, type FailedExchange, type TokenHolder } from './attempt.ts';
import { afterFailure, atAttempt, closedCircuit } from './backoff.ts';
import { endpoint } from './http.ts';
import type { OutboxReader } from './outbox-reader.ts';
import { type ServerClock, ServerClockReader } from './server-clock.ts';
import { buildOffer, type Interpretation, interpret, type Offer } from './session.ts';
import { DEFAULT_SYNC, type SyncSettings } from './settings.ts';

/** `failed`: the agent's own side did (the store, applying desired state). */
export type SyncOutcome = 'ok' | FailedExchange | 'failed';

export interface SyncLoopOptions {
  transport: Transport;
  clock: Clock;
  timers: Timers;
  random: Random;
  log: Log;
  identity: TokenHolder;
  /** Left out where there is no wake socket; the interval alone then paces. */
  wake?: Wake;
  outbox: OutboxReader;
  /** The control plane's URL. */
  url: string;
  /** Random id of this process start. */
  boot: string;
  reported(): skerry.v1.IReported;
  /** The desired state that the agent durably holds; an empty instance before the first. */
  seen(): { instance: string; generation: number };
  /** Makes desired state durable; converging to it is the agent's own affair. */
  applyDesired(desired: skerry.v1.IDesired, instance: string): Promise<void>;
  settings?: Partial<SyncSettings>;
}

export interface SyncStatus {
  /** Exchanges by outcome, since the start. */
  outcomes: Readonly<Record<SyncOutcome, number>>;
  circuit: 'closed' | 'open' | 'half-open';
  failuresInARow: number;
  lastDetail: string | undefined;
  /** Monotonic. */
  lastOkMonoMs: number | undefined;
  /** Undefined before the first answer. */
  serverClock?: ServerClock | undefined;
}

export interface SyncLoop {
  start(): void;
  /** Stops for good: no exchange begins, none under way has effects. Resolves when the outbox is no longer touched. */
  stop(): Promise<void>;
  /** Something is worth sending soon (an alert was committed). Keeps to backoff and Retry-After. */
  notify(): void;
  /** One exchange begun after this call, whatever backoff says: for people, and for a last one before a shutdown. */
  syncNow(): Promise<SyncOutcome>;
  status(): SyncStatus;
}

/** Makes the loop; nothing happens before start(), or syncNow(). */
export function createSyncLoop(options: SyncLoopOptions): SyncLoop {
  return new Loop(options);
}

class Loop implements SyncLoop {
  readonly #o: SyncLoopOptions;
  readonly #settings: SyncSettings;
  readonly #outcomes: Record<SyncOutcome, number> = {
    ok: 0,
    unreachable: 0,
    refused: 0,
    malformed: 0,
    unauthorized: 0,
    failed: 0,
  };
  #state: 'idle' | 'started' | 'stopped' = 'idle';
  #circuit = closedCircuit();
  #requestBytes: number;
  readonly #serverClock: ServerClockReader;
  #lastDetail: string | undefined;
  #lastOkMonoMs: number | undefined;
  #timer: { atMonoMs: number; cancel: () => void } | undefined;
  #closeWake: (() => void) | undefined;
  #running: Promise<SyncOutcome> | undefined;
  #following: Promise<SyncOutcome> | undefined;
  #isWanted = false;
  #touching: Promise<unknown> | undefined;

  constructor(options: SyncLoopOptions) {
    this.#o = options;
    this.#settings = { ...DEFAULT_SYNC, ...options.settings };
    this.#requestBytes = this.#settings.maxRequestBytes;
    this.#serverClock = new ServerClockReader(options.clock);
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'started';
    const { wake, identity, url } = this.#o;
    const wakeUrl = endpoint(url, 'agent/v1/wake').href.replace(/^http/, 'ws');
    this.#closeWake = wake?.connect(
      wakeUrl,
      () => identity.accessToken(),
      () => this.notify(),
    );
    this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#closeWake?.();
    // What it fails with is reported by the exchange itself.
    await this.#touching?.catch(() => undefined);
  }

  notify(): void {
    this.#isWanted = true;
    if (this.#running || this.#state !== 'started') return;
    const waitMs = Math.max(this.#settings.coalesceMs, this.#circuit.notBeforeMs - this.#o.clock.monoMs());
    this.#schedule(waitMs);
  }

  syncNow(): Promise<SyncOutcome> {
    if (this.#state === 'stopped')
      return Promise.reject(
        new SkerryError('unavailable', 'the agent is stopping: nothing is sent any more'),
      );
    if (!this.#running) return this.#run();
    this.#following ??= this.#running.then(() => {
      this.#following = undefined;
      return this.syncNow();
    });
    return this.#following;
  }

  status(): SyncStatus {
    return {
      outcomes: this.#outcomes,
      circuit: this.#circuit.state,
      failuresInARow: this.#circuit.failures,
      lastDetail: this.#lastDetail,
      lastOkMonoMs: this.#lastOkMonoMs,
      serverClock: this.#serverClock.read(),
    };
  }

  /** Sets the one timer; an earlier one that is set already stays. */
  #schedule(delayMs: number): void {
    if (this.#state !== 'started') return;
    const atMonoMs = this.#o.clock.monoMs() + delayMs;
    if (this.#timer && this.#timer.atMonoMs <= atMonoMs) return;
    this.#timer?.cancel();
    const cancel = this.#o.timers.after(delayMs, () => {
      this.#timer = undefined;
      // #run never rejects.
      void this.#run();
    });
    this.#timer = { atMonoMs, cancel };
  }

  #run(): Promise<SyncOutcome> {
    this.#running ??= this.#once().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #once(): Promise<SyncOutcome> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isWanted = false;
    this.#circuit = atAttempt(this.#circuit);
    let outcome: SyncOutcome;
    let delayMs: number;
    try {
      [outcome, delayMs] = await this.#exchange();
    } catch (error) {
      outcome = 'failed';
      delayMs = this.#failed(outcome, messageOf(error), undefined);
    }
    this.#outcomes[outcome]++;
    this.#schedule(delayMs);
    if (this.#isWanted && outcome === 'ok') this.#schedule(this.#settings.coalesceMs);
    return outcome;
  }

  async #exchange(): Promise<[SyncOutcome, nextDelayMs: number]> {
    const { clock, outbox, random } = this.#o;
    const { maxSketches, intervalMs, minIntervalMs, maxIntervalMs } = this.#settings;
    const limits = { maxRequestBytes: this.#requestBytes, maxSketches };
    const building = buildOffer(outbox, this.#situation(), limits);
    this.#touching = building;
    const offer = await building;
    const sentMonoMs = clock.monoMs();
    const attempt = await this.#attempt(offer);
    if (attempt.outcome !== 'ok') return [attempt.outcome, this.#refused(attempt)];
    const interpretation = interpret(offer, attempt.response);
    this.#serverClock.note(interpretation.serverWallMs, clock.monoMs() - sentMonoMs);
    if (this.#state !== 'stopped') {
      this.#touching = this.#perform(offer, interpretation);
      await this.#touching;
    }
    this.#circuit = closedCircuit();
    this.#lastDetail = undefined;
    this.#lastOkMonoMs = clock.monoMs();
    this.#requestBytes = Math.min(this.#requestBytes * 2, this.#settings.maxRequestBytes);
    // A server that sees a conflict every time must not turn this into a loop of new epochs: no haste after one.
    const isNewEpoch = interpretation.effects.some((effect) => effect.kind === 'new-epoch');
    if (interpretation.hasMore && interpretation.progressed && !isNewEpoch) return ['ok', 0];
    const spreadMs = intervalMs * (0.9 + 0.2 * random.unit());
    const askedMs = isNewEpoch ? spreadMs : interpretation.nextSyncMs || spreadMs;
    return ['ok', Math.min(Math.max(askedMs, minIntervalMs), maxIntervalMs)];
  }

  #attempt(offer: Offer): Promise<Attempt> {
    const { transport, timers, clock, identity, url } = this.#o;
    const { timeoutMs, maxResponseBytes } = this.#settings;
    const http = { transport, timers, timeoutMs };
    return attemptSync({ http, clock, identity, url, maxResponseBytes }, offer.request);
  }

  #situation(): Parameters<typeof buildOffer>[1] {
    const { clock, boot, reported, seen } = this.#o;
    return {
      clock: {
        boot,
        monoMs: Math.floor(clock.monoMs()),
        wallMs: Math.floor(clock.wallMs()),
        uncertaintyMs: this.#serverClock.errorMs(),
      },
      reported: reported(),
      seen: seen(),
    };
  }

  /** Effects in their order; the first that fails ends it, and the next exchange repeats what is missing. */
  async #perform(offer: Offer, { effects }: Interpretation): Promise<void> {
    const { outbox, applyDesired, log } = this.#o;
    for (const effect of effects) {
      // An answer about an epoch that has ended meanwhile says nothing about the present one.
      const isCurrent = sameBytes(offer.epoch, outbox.epoch);
      switch (effect.kind) {
        case 'acknowledge':
          if (isCurrent) await outbox.acknowledge(effect.acks, effect.sketchCursor, effect.held);
          break;
        case 'new-epoch':
          log('error', 'sync', `a new epoch begins: ${effect.reason}`);
          if (isCurrent) await outbox.newEpoch(effect.reason);
          break;
        case 'desired':
          await applyDesired(effect.desired, effect.instance);
          break;
      }
    }
  }

  #refused(attempt: Exclude<Attempt, { outcome: 'ok' }>): number {
    if (attempt.status === 413)
      this.#requestBytes = Math.max(this.#requestBytes / 2, this.#settings.minRequestBytes);
    return this.#failed(attempt.outcome, attempt.detail, attempt.retryAfterMs);
  }

  #failed(outcome: SyncOutcome, detail: string, retryAfterMs: number | undefined): number {
    const { clock, random, log } = this.#o;
    const nowMonoMs = clock.monoMs();
    const { backoff } = this.#settings;
    this.#circuit = afterFailure(this.#circuit, backoff, nowMonoMs, random.unit(), retryAfterMs);
    this.#lastDetail = detail;
    const delayMs = this.#circuit.retryAtMs - nowMonoMs;
    log('warn', 'sync', detail, { outcome, failures: this.#circuit.failures, retryMs: Math.round(delayMs) });
    return delayMs;
  }
}
