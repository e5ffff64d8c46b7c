/**
 * Keeps the control plane and the agent in step: one exchange at a time, at the server's pace, sooner when something
 * wakes it, again at once while there is a backlog, later and later when nobody answers.
 *
 * Delivery: blocks leave the outbox only after the server has acknowledged them as durable; until then every
 * exchange sends them again under the same numbers. What is lost on the way is repeated, what arrives twice is
 * recognized by the server, so nothing is lost and nothing counts twice.
 */
import { sameBytes } from '@skerry/proto/bytes';
import type { Crypto } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { encode, type skerry, v1 } from '@skerry/proto/wire';
import type { Clock, Log, Random, Timers, Transport, Wake } from '../ports.ts';
import { type Attempt, attemptSync, type FailedExchange, type TokenHolder } from './attempt.ts';
import { afterFailure, atAttempt, closedCircuit } from './backoff.ts';
import type { ByteBudget } from './byte-budget.ts';
import { GiveWay } from './give-way.ts';
import { endpoint } from './http.ts';
import type { OutboxReader, SampleReader } from './outbox-reader.ts';
import { ANSWER_BYTES, limitsOf, paceMs } from './pace.ts';
import { RequestSize } from './request-size.ts';
import { type ServerClock, ServerClockReader } from './server-clock.ts';
import { buildOffer, type Interpretation, interpret, type Offer } from './session.ts';
import { DEFAULT_SYNC, type SyncSettings } from './settings.ts';

/**
 * `failed`: the agent's own side did (the store, applying desired state); `overtaken`: results were broken off for an
 * alert; `deferred`: nothing was sent, since a metered link's budget is used up.
 */
export type SyncOutcome = 'ok' | FailedExchange | 'failed' | 'overtaken' | 'deferred';

export interface SyncLoopOptions {
  transport: Transport;
  /** Breaks off whatever is under way, for good. */
  stopping?: AbortSignal;
  crypto: Crypto;
  clock: Clock;
  timers: Timers;
  random: Random;
  log: Log;
  identity: TokenHolder;
  /** Left out where there is no wake socket; the interval alone then paces. */
  wake?: Wake;
  outbox: OutboxReader;
  /** Left out where nothing is captured. */
  samples?: SampleReader;
  /** Left out where the link isn't metered. The transport does the counting. */
  budget?: ByteBudget | undefined;
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
    overtaken: 0,
    deferred: 0,
  };
  #state: 'idle' | 'started' | 'stopped' = 'idle';
  #circuit = closedCircuit();
  readonly #size: RequestSize;
  readonly #giveWay: GiveWay;
  readonly #serverClock: ServerClockReader;
  #lastDetail: string | undefined;
  #lastOkMonoMs: number | undefined;
  #timer: { atMonoMs: number; cancel: () => void } | undefined;
  #closeWake: (() => void) | undefined;
  #running: Promise<SyncOutcome> | undefined;
  #following: Promise<SyncOutcome> | undefined;
  #isWanted = false;
  /** The last block of results that anybody may have seen, in this epoch and since the start. */
  #offeredThrough = 0;
  #stateBytes = ANSWER_BYTES;
  #touching: Promise<unknown> | undefined;

  constructor(options: SyncLoopOptions) {
    this.#o = options;
    this.#settings = { ...DEFAULT_SYNC, ...options.settings };
    const { minRequestBytes, startRequestBytes, maxRequestBytes, targetMs, patienceMs } = this.#settings;
    this.#size = new RequestSize({
      minBytes: minRequestBytes,
      startBytes: startRequestBytes,
      maxBytes: maxRequestBytes,
      targetMs,
    });
    this.#giveWay = new GiveWay(options.timers, patienceMs);
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
      // Whoever answers there says that the network is back, so backoff doesn't hold this one up.
      () => this.#ask(this.#circuit.notBeforeMs),
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
    this.#ask(this.#circuit.retryAtMs);
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

  #ask(notBeforeMs: number): void {
    this.#isWanted = true;
    this.#giveWay.ask();
    if (this.#running || this.#state !== 'started') return;
    this.#schedule(Math.max(this.#settings.coalesceMs, notBeforeMs - this.#o.clock.monoMs()));
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
    const dryMs = this.#o.budget?.waitMs('state', this.#stateBytes) ?? 0;
    if (dryMs > 0) return this.#defer(dryMs);
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

  #defer(delayMs: number): SyncOutcome {
    this.#outcomes.deferred++;
    this.#schedule(delayMs);
    return 'deferred';
  }

  async #exchange(): Promise<[SyncOutcome, nextDelayMs: number]> {
    const { clock, outbox, budget, random } = this.#o;
    // After one that was broken off, the alert goes alone.
    const isProbe = this.#isProbe();
    const limits = limitsOf(this.#settings, this.#size.bytes, budget, this.#giveWay.isBrokenOff || isProbe);
    const building = buildOffer(outbox, this.#situation(), limits, this.#o.samples);
    this.#touching = building;
    const offer = await building;
    this.#stateBytes = offer.stateBytes + ANSWER_BYTES;
    this.#offeredThrough = Math.max(this.#offeredThrough, offer.lanes.find(isResults)?.lastSent ?? 0);
    const sentMonoMs = clock.monoMs();
    const { attempt, sentBytes } = await this.#attempt(offer);
    const tookMs = clock.monoMs() - sentMonoMs;
    if (attempt.outcome !== 'ok') {
      if (attempt.outcome === 'unreachable' || attempt.status === 413) this.#size.failed();
      // Results that were broken off for an alert are no failure: it goes at once, and they after it.
      if (this.#giveWay.isBrokenOff) return ['overtaken', 0];
      return [attempt.outcome, this.#failed(attempt.outcome, attempt.detail, attempt.retryAfterMs)];
    }
    const answer = interpret(offer, attempt.response);
    const interpretation = { ...answer, progressed: answer.progressed || isProbe };
    this.#serverClock.note(interpretation.serverWallMs, tookMs);
    if (this.#state !== 'stopped') {
      this.#touching = this.#perform(offer, interpretation);
      await this.#touching;
    }
    this.#circuit = closedCircuit();
    this.#lastDetail = undefined;
    this.#lastOkMonoMs = clock.monoMs();
    this.#size.answered(sentBytes, tookMs);
    return ['ok', paceMs(interpretation, this.#settings, budget, this.#stateBytes, random.unit())];
  }

  /**
   * At first, and after a failure, nothing new is offered until somebody answers: what nobody has seen can still be
   * joined, if it must give way meanwhile. What was offered before is offered again, so that a network which loses
   * every other exchange holds up nothing.
   */
  #isProbe(): boolean {
    if (this.#lastOkMonoMs !== undefined && this.#circuit.failures === 0) return false;
    const { firstPending = 0 } = this.#o.outbox.lanes().find(isResults) ?? {};
    return this.#lastOkMonoMs === undefined || firstPending === 0 || firstPending > this.#offeredThrough;
  }

  async #attempt(offer: Offer): Promise<{ attempt: Attempt; sentBytes: number }> {
    const { transport, timers, stopping } = this.#o;
    const { timeoutMs, maxResponseBytes } = this.#settings;
    const body = encode(v1.SyncRequest, offer.request);
    const signal = this.#giveWay.begin(offer.hasBulk);
    const signals = [stopping, signal].filter((given) => given !== undefined);
    const http = { transport, timers, timeoutMs, signals };
    try {
      return {
        attempt: await attemptSync({ ...this.#o, http, maxResponseBytes }, body),
        sentBytes: body.length,
      };
    } finally {
      this.#giveWay.end();
    }
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
        case 'release-samples':
          await this.#o.samples?.release(effect.ids);
          break;
        case 'new-epoch':
          log('error', 'sync', `a new epoch begins: ${effect.reason}`);
          if (isCurrent) await outbox.newEpoch(effect.reason);
          this.#offeredThrough = 0;
          break;
        case 'desired':
          await applyDesired(effect.desired, effect.instance);
          break;
      }
    }
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

function isResults({ lane }: { lane: string }): boolean {
  return lane === 'result';
}
