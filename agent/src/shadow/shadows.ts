/**
 * Brings every pipeline's shadow to what is wished for: obtained, verified and checked like any release, but into a place
 * of its own. What serves and what is kept to go back to are never touched, and what serves may push a shadow out of
 * memory at any time, never the reverse.
 */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { releaseRef } from '@skerry/proto/release';
import { NoVariantServes, type VariantOutcome } from '../inference/prepare.ts';
import { blame, requireChannels, Unfit } from '../release/fitness.ts';
import { readStoredRelease } from '../release/obtain.ts';
import type { ReleaseTarget } from '../release/slots.ts';
import { type Loaded, loadShadow } from './load.ts';
import {
  newRecord,
  recoverShadow,
  type ShadowRecord,
  ShadowRecords,
  withMarker,
  withoutMarker,
} from './record.ts';
import { Runner } from './runner.ts';
import { Shadow } from './shadow.ts';
import type { ShadowStatus, ShadowsOptions, ShadowWish } from './types.ts';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 10 * 60_000;
/** A shadow that has run so long is none that ends the process. */
const PROVEN_MS = 10 * 60_000;

interface Slot {
  readonly name: string;
  record: ShadowRecord | undefined;
  wish: ShadowWish | undefined;
  state: ShadowStatus['state'];
  error: string | undefined;
  outcomes: readonly VariantOutcome[];
  /** Its files are to go. */
  isDamaged: boolean;
  shadow: Shadow | undefined;
  cancelProof: () => void;
}

export class Shadows {
  readonly #o: ShadowsOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #runner: Runner;
  readonly #records: ShadowRecords;
  /** One after the other: what was read of one isn't loaded beside another. */
  #turn: Promise<void> = Promise.resolve();
  #cancelRetry: () => void = () => undefined;
  #pauses = 0;
  #stopped = false;

  constructor(options: ShadowsOptions) {
    this.#o = options;
    this.#records = new ShadowRecords(options.ports.store, options.ports.log);
    for (const name of options.lanes.keys())
      this.#slots.set(name, {
        name,
        record: undefined,
        wish: undefined,
        state: 'fetching',
        error: undefined,
        outcomes: [],
        isDamaged: false,
        shadow: undefined,
        cancelProof: () => undefined,
      });
    this.#runner = new Runner({
      ...options.ports,
      maxCpu: options.config.inference.shadow.maxCpu,
      isBusy: options.isBusy,
      shadows: () => [...this.#slots.values()].flatMap(({ shadow }) => shadow ?? []),
    });
  }

  /** Reads what the last process left. */
  async start(): Promise<void> {
    for (const slot of this.#slots.values()) {
      const stored = await this.#records.read(slot.name);
      if (!stored) continue;
      slot.record = recoverShadow(stored, this.#o.ports.machineBoot);
      if (slot.record === stored) continue;
      if (slot.record.refused !== undefined)
        this.#log('error', slot, slot.record.refused, { digest: stored.digest });
      await this.#persist(slot, slot.record);
    }
  }

  /** All wishes: what isn't named ends at once. The rest is brought in the background. */
  apply(wishes: ReadonlyMap<string, ShadowWish>): void {
    if (this.#stopped || this.#o.config.inference.shadow.maxCpu === 0) return;
    for (const slot of this.#slots.values()) {
      const wish = wishes.get(slot.name);
      if (slot.wish?.target.digest !== wish?.target.digest) {
        void this.#end(slot);
        Object.assign(slot, { state: 'fetching', error: undefined, outcomes: [] });
      }
      slot.wish = wish;
      if (wish) slot.shadow?.usePolicy(wish.policy, wish.policyGeneration);
    }
    this.#bringAll();
  }

  /** The releases that are wished for, whose files stay. */
  wished(): ReleaseTarget[] {
    return [...this.#slots.values()].flatMap(({ wish, isDamaged }) =>
      wish && !isDamaged ? [wish.target] : [],
    );
  }

  /** Frees all memory for what serves; they come back after a pause. */
  async giveWay(): Promise<void> {
    const loaded = [...this.#slots.values()].filter(({ shadow }) => shadow);
    for (const slot of loaded) Object.assign(slot, { state: 'verifying', error: GAVE_WAY });
    await Promise.all(loaded.map((slot) => this.#end(slot)));
    if (loaded.length > 0) this.#retryLater();
  }

  status(pipeline: string): ShadowStatus | undefined {
    const slot = this.#slots.get(pipeline);
    if (!slot?.wish) return undefined;
    const { wish, state, error, outcomes, shadow } = slot;
    const { variant = '', backend = '' } = shadow?.candidate.model ?? {};
    const mismatch = shadow?.mismatch;
    return {
      target: wish.target,
      state: mismatch === undefined ? state : 'failed',
      error: mismatch ?? error,
      outcomes,
      variant,
      backend,
      counts: shadow?.counts(),
    };
  }

  /** An orderly end: nobody is to blame for it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#runner.stop();
    this.#cancelRetry();
    await this.#turn;
    for (const slot of this.#slots.values()) {
      await this.#unload(slot);
      if (slot.record?.at !== undefined) await this.#persistIfItCan(slot, withoutMarker(slot.record));
    }
  }

  #bringAll(): void {
    this.#turn = this.#turn.then(async () => {
      let again = false;
      for (const slot of this.#slots.values()) {
        if (this.#stopped) return;
        again = (await this.#bring(slot)) || again;
      }
      if (again) this.#retryLater();
      else this.#pauses = 0;
      this.#o.onChange();
    });
  }

  #retryLater(): void {
    const { timers, random } = this.#o.ports;
    if (this.#stopped) return;
    this.#cancelRetry();
    const ceilingMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#pauses++, 20));
    this.#cancelRetry = timers.after(ceilingMs * (0.5 + 0.5 * random.unit()), () => this.#bringAll());
  }

  /** Whether to come back later. Never rejects. */
  async #bring(slot: Slot): Promise<boolean> {
    const { wish } = slot;
    if (!wish) return this.#forget(slot);
    if (slot.shadow) return false;
    const { target } = wish;
    if (slot.record?.digest !== target.digest) slot.record = newRecord(target.digest);
    if (slot.record.refused !== undefined) {
      Object.assign(slot, { state: 'failed', error: slot.record.refused });
      return false;
    }
    try {
      if (!slot.record.passed) await this.#obtain(slot, target);
      await this.#loadOrMend(slot, wish);
      return false;
    } catch (caught) {
      return await this.#failed(slot, wish, caught);
    }
  }

  #marked(slot: Slot, at: 'loading' | 'running'): ShadowRecord {
    return withMarker(slot.record!, at, this.#o.ports.machineBoot);
  }

  async #obtain(slot: Slot, target: ReleaseTarget): Promise<void> {
    Object.assign(slot, { state: 'fetching', error: undefined });
    await this.#o.obtain(slot.name, target);
  }

  /** Loads it; what is damaged or missing on disk is fetched anew, once. */
  async #loadOrMend(slot: Slot, wish: ShadowWish): Promise<void> {
    const { releases } = this.#o;
    const load = (): Promise<void> => releases.exclusively(() => this.#load(slot, wish));
    try {
      await load();
    } catch (error) {
      const isDamaged = error instanceof SkerryError && ['untrusted', 'not-found'].includes(error.code);
      if (!isDamaged) throw error;
      this.#log('warn', slot, 'its files are damaged, and fetched anew', { error: error.message });
      slot.isDamaged = true;
      try {
        // Removes what nobody needs.
        await releases.apply(new Map());
      } finally {
        slot.isDamaged = false;
      }
      slot.record = { ...slot.record!, passed: false };
      await this.#obtain(slot, wish.target);
      await load();
    }
  }

  async #load(slot: Slot, wish: ShadowWish): Promise<void> {
    const { config, engine, lanes, ports } = this.#o;
    const { crypto, blobs, crashPoint } = ports;
    const isWished = (): boolean => !this.#stopped && slot.wish?.target.digest === wish.target.digest;
    if (!isWished()) return;
    Object.assign(slot, { state: 'verifying', error: undefined });
    const release = await readStoredRelease(crypto, blobs, wish.target);
    requireChannels(lanes.get(slot.name)!.pipeline, release.manifest);
    await this.#persist(slot, this.#marked(slot, 'loading'));
    crashPoint('shadow.loading');
    let loaded: Loaded;
    try {
      const { maxLatency: maxLatencyMs } = config.inference.shadow;
      loaded = await loadShadow({ engine, blobs, maxLatencyMs }, release);
    } catch (error) {
      if (error instanceof NoVariantServes) slot.outcomes = error.outcomes;
      throw blame(error);
    }
    slot.outcomes = loaded.candidate.outcomes;
    try {
      await this.#persist(slot, { ...this.#marked(slot, 'running'), passed: true });
    } catch (error) {
      await loaded.candidate.model.release();
      throw error;
    }
    if (isWished()) this.#begin(slot, wish, loaded);
    else await loaded.candidate.model.release();
  }

  #begin(slot: Slot, wish: ShadowWish, { candidate, reference }: Loaded): void {
    const { agentId, config, evidence, engine, lanes, ports } = this.#o;
    const shadow = new Shadow(candidate, {
      agent: agentId,
      pipeline: slot.name,
      ...ports,
      evidence,
      reference,
      maxDevices: config.limits.maxDevices,
      maxWaitingBytes: config.inference.shadow.maxWaiting,
      onWaiting: () => this.#runner.wake(),
      onFlip: (...flipped) => lanes.get(slot.name)!.capture?.onDisagreement(...flipped),
      onGone: (error) => this.#gone(slot, error),
    });
    shadow.usePolicy(slot.wish!.policy, slot.wish!.policyGeneration);
    const serving = engine.serving(slot.name);
    if (serving) shadow.follow(serving.manifest, serving.digest);
    slot.shadow = shadow;
    lanes.get(slot.name)!.shadow = shadow;
    Object.assign(slot, { state: 'active', error: undefined });
    this.#log(
      'info',
      slot,
      `${releaseRef(wish.target)} runs beside what serves`,
      shadow.mismatch === undefined ? {} : { but: shadow.mismatch },
    );
    slot.cancelProof = ports.timers.after(PROVEN_MS, () => {
      if (slot.record && slot.record.ends > 0) void this.#persistIfItCan(slot, { ...slot.record, ends: 0 });
    });
  }

  #gone(slot: Slot, error: unknown): void {
    this.#log('warn', slot, 'its backend is gone; it is loaded anew', { error: messageOf(error) });
    Object.assign(slot, { state: 'verifying', error: messageOf(error) });
    void this.#end(slot);
    this.#retryLater();
  }

  async #failed(slot: Slot, wish: ShadowWish, error: unknown): Promise<boolean> {
    if (slot.wish?.target.digest !== wish.target.digest) return false;
    const reason = messageOf(error);
    const isFinal = error instanceof Unfit;
    this.#log('error', slot, `${releaseRef(wish.target)} can't run beside what serves`, { error: reason });
    const left = withoutMarker(slot.record!);
    await this.#persistIfItCan(slot, isFinal ? { ...left, refused: reason } : left);
    const code = error instanceof SkerryError ? error.code : 'failed';
    // Its bytes are on their way, or there is no room for it now: neither says anything about the release.
    const state = code === 'unavailable' ? 'fetching' : code === 'full' ? 'verifying' : 'failed';
    Object.assign(slot, { state, error: reason });
    return !isFinal;
  }

  /** Nothing is wished for any more; nothing of it needs to come back later. */
  async #forget(slot: Slot): Promise<boolean> {
    // Also where it was wished away while the agent was down.
    this.#o.evidence.end(slot.name, 'shadow');
    if (!slot.record) return false;
    slot.record = undefined;
    try {
      await this.#records.remove(slot.name);
    } catch (error) {
      this.#log('warn', slot, 'what is stored of it can not be removed', { error });
    }
    return false;
  }

  /** Takes the shadow from its pipeline at once, and its evidence with it; its memory is free when this resolves. */
  #end(slot: Slot): Promise<void> {
    if (slot.shadow) this.#o.evidence.end(slot.name, 'shadow');
    this.#turn = this.#turn.then(async () => {
      if (!slot.shadow && slot.record?.at !== undefined)
        await this.#persistIfItCan(slot, withoutMarker(slot.record));
    });
    return this.#unload(slot);
  }

  async #unload(slot: Slot): Promise<void> {
    const { shadow } = slot;
    slot.cancelProof();
    slot.shadow = undefined;
    this.#o.lanes.get(slot.name)!.shadow = undefined;
    try {
      await shadow?.close();
    } catch (error) {
      this.#log('warn', slot, 'its model could not be freed', { error: messageOf(error) });
    }
  }

  async #persist(slot: Slot, record: ShadowRecord): Promise<void> {
    await this.#records.put(slot.name, record);
    slot.record = record;
  }

  async #persistIfItCan(slot: Slot, record: ShadowRecord): Promise<void> {
    try {
      await this.#persist(slot, record);
    } catch (error) {
      this.#log('warn', slot, 'its record can not be stored', { error: messageOf(error) });
    }
  }

  #log(level: 'info' | 'warn' | 'error', { name }: Slot, msg: string, fields: Record<string, unknown>): void {
    this.#o.ports.log(level, 'shadow', msg, { pipeline: name, ...fields });
  }
}

const GAVE_WAY = 'it gave its memory to what serves; it is tried again';
