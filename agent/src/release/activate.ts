/**
 * Brings every pipeline to the release that is wished for: performs the steps of slots.ts one after the other. Whatever
 * fails, what served before still does. A release that itself is wrong is refused and not tried again; what may change
 * by itself (network, metadata, disk) is tried again after a pause.
 */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { releaseRef } from '@skerry/proto/release';
import type { Candidate } from '../inference/engine.ts';
import { type LoadableRelease, NoVariantServes, type VariantOutcome } from '../inference/prepare.ts';
import { blame, requireChannels, Unfit } from './fitness.ts';
import { blobsOf } from './kept-blobs.ts';
import { readStoredRelease } from './obtain.ts';
import type { ReleaseStatus, Releases, ReleasesOptions } from './releases.ts';
import { readSlots, writeSlots } from './slot-store.ts';
import {
  beginAttempt,
  EMPTY_RECORD,
  endAttempt,
  endStandIn,
  failAttempt,
  keptDigests,
  type ReleaseTarget,
  reconcile,
  recover,
  revert,
  type SlotRecord,
  type Step,
  substitute,
  withdrawn,
} from './slots.ts';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** The keeper of all pipelines' releases. */
export function createReleases(options: ReleasesOptions): Releases {
  return new Keeper(options);
}

interface Slot {
  record: SlotRecord;
  wish: ReleaseTarget | undefined;
  state: ReleaseStatus['state'];
  error: string | undefined;
  outcomes: readonly VariantOutcome[];
}

class Keeper implements Releases {
  readonly #options: ReleasesOptions;
  readonly #slots = new Map<string, Slot>();
  /** One attempt at a time: two models being loaded would need the memory of both. */
  #turn: Promise<void> = Promise.resolve();
  #cancelRetry: () => void = () => undefined;
  #pauses = 0;
  #stopped = false;

  constructor(options: ReleasesOptions) {
    this.#options = options;
    for (const { name } of options.pipelines)
      this.#slots.set(name, {
        record: EMPTY_RECORD,
        wish: undefined,
        state: 'none',
        error: undefined,
        outcomes: [],
      });
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      for (const [name, slot] of this.#slots) {
        const stored = await readSlots(this.#options, name);
        const recovered = recover(stored, this.#options.machineBoot);
        slot.record = stored;
        if (recovered === stored) continue;
        const { refused } = recovered;
        if (refused)
          this.#options.log('error', 'release', refused.reason, { pipeline: name, digest: refused.digest });
        await this.#persist(name, slot, recovered);
      }
      await this.#convergeAll();
    });
  }

  apply(wishes: ReadonlyMap<string, ReleaseTarget>): Promise<void> {
    this.#wish(wishes);
    return this.#inTurn(() => this.#convergeAll());
  }

  bring(bring: () => Promise<ReadonlyMap<string, ReleaseTarget>>): Promise<void> {
    return this.#inTurn(async () => {
      this.#wish(await bring());
      await this.#convergeAll();
    });
  }

  #wish(wishes: ReadonlyMap<string, ReleaseTarget>): void {
    for (const [name, wish] of wishes) {
      const slot = this.#slots.get(name);
      if (slot) slot.wish = wish;
    }
  }

  revert(pipeline: string, reason: string): Promise<void> {
    return this.#inTurn(async () => {
      const slot = this.#require(pipeline);
      const record = revert(slot.record, reason);
      const target = record.active!;
      const { engine, changeOver, crypto, blobs } = this.#options;
      const candidate = await this.#prepare(slot, await readStoredRelease(crypto, blobs, target));
      await this.#persist(pipeline, slot, record);
      await changeOver(pipeline, candidate, () => engine.serve(pipeline, candidate));
      Object.assign(slot, { state: 'failed', error: reason });
      this.#options.log('warn', 'release', `went back to ${releaseRef(target)}: ${reason}`, { pipeline });
    });
  }

  withdraw(pipeline: string): Promise<void> {
    return this.#inTurn(async () => {
      const { engine, changeOver, log } = this.#options;
      const slot = this.#require(pipeline);
      const { active } = slot.record;
      if (!active && !engine.serving(pipeline)) return;
      await this.#persist(pipeline, slot, withdrawn(slot.record));
      await changeOver(pipeline, undefined, () => engine.withdraw(pipeline));
      Object.assign(slot, { wish: undefined, state: 'none', error: undefined });
      const ref = active ? releaseRef(active) : 'the release';
      log('warn', 'release', `${ref} was taken back; nothing serves`, { pipeline });
    });
  }

  exclusively(work: () => Promise<void>): Promise<void> {
    return this.#inTurn(work);
  }

  status(pipeline: string): ReleaseStatus {
    const { record, wish, state, error, outcomes } = this.#require(pipeline);
    const serving = this.#options.engine.serving(pipeline)?.digest;
    return {
      active: [record.active, record.previous].find((target) => target?.digest === serving),
      previous: record.previous,
      substitute: record.active?.digest === serving ? substitute(record) : undefined,
      trying: wish?.digest === serving ? undefined : wish,
      state,
      error,
      outcomes,
    };
  }

  knownDigests(): string[] {
    return [...this.#slots.values()].flatMap(({ record }) => keptDigests(record));
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    return this.#turn;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#turn.then(() => (this.#stopped ? undefined : work()));
    this.#turn = next.catch(() => undefined); // the caller of `next` hears of it
    return next;
  }

  async #convergeAll(): Promise<void> {
    let again = false;
    for (const [name, slot] of this.#slots) {
      if (this.#stopped) return;
      try {
        again = (await this.#converge(name, slot)) || again;
      } catch (error) {
        this.#options.log('error', 'release', 'the slots can not be stored', { pipeline: name, error });
        again = true;
      }
    }
    await this.#retain();
    this.#cancelRetry();
    if (!again) this.#pauses = 0;
    else {
      const ceilingMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#pauses++, 20));
      // Half fixed, half jitter: never at once, and not all agents together.
      const pauseMs = ceilingMs * (0.5 + 0.5 * this.#options.random.unit());
      this.#cancelRetry = this.#options.timers.after(pauseMs, () => {
        this.apply(new Map()).catch((error: unknown) =>
          this.#options.log('error', 'release', 'trying again failed', { error: messageOf(error) }),
        );
      });
    }
  }

  /** Steps until there is nothing to do; says whether to come back later. */
  async #converge(name: string, slot: Slot): Promise<boolean> {
    let [isMended, isActiveLost] = [false, false];
    for (;;) {
      const loaded = this.#options.engine.serving(name)?.digest;
      const step = reconcile(slot.wish, slot.record, loaded, isActiveLost);
      switch (step.kind) {
        case 'none':
          if (loaded !== undefined && !isActiveLost)
            Object.assign(slot, { state: 'active', error: undefined });
          return isActiveLost;
        case 'refuse':
          Object.assign(slot, { state: 'failed', error: step.reason });
          return isActiveLost;
        case 'stand-in':
          if (await this.#standIn(name, slot, step.target)) continue;
          return true;
        case 'load':
        case 'activate': {
          const failure = await this.#attempt(name, slot, step);
          if (!failure) isActiveLost = false;
          else if (!isMended && failure.obtained && (await this.#mend(name, step.target, failure.error)))
            isMended = true;
          else if (step.kind === 'load') isActiveLost = true;
          else return true;
        }
      }
    }
  }

  /** Lets the previous release serve for an active one that can't be loaded; the slots stay as they are. */
  async #standIn(name: string, slot: Slot, target: ReleaseTarget): Promise<boolean> {
    const { engine, changeOver, crypto, blobs, log } = this.#options;
    const [ref, why] = [releaseRef(target), slot.error];
    try {
      const release = await readStoredRelease(crypto, blobs, target);
      requireChannels(this.#options.pipelines.find((p) => p.name === name)!, release.manifest);
      await this.#persistIfItCan(name, slot, this.#attempted(slot.record, target));
      const candidate = await this.#prepare(slot, release);
      await changeOver(name, candidate, () => engine.serve(name, candidate));
      log('warn', 'release', `${ref} stands in`, { pipeline: name, why });
      Object.assign(slot, { state: 'failed', error: `${why}; ${ref} stands in` });
      return true;
    } catch (error) {
      log('error', 'release', `${ref} can't stand in`, { pipeline: name, error });
      return false;
    } finally {
      await this.#persistIfItCan(name, slot, endStandIn(slot.record));
    }
  }

  /** Performs a step. Returns what stood in its way where that may change; a release at fault is refused here. */
  async #attempt(
    name: string,
    slot: Slot,
    step: Extract<Step, { kind: 'load' | 'activate' }>,
  ): Promise<{ error: unknown; obtained: boolean } | undefined> {
    const { target } = step;
    const { log, obtain } = this.#options;
    let obtained = step.kind === 'load' || step.known;
    try {
      if (!obtained) {
        Object.assign(slot, { state: 'fetching', error: undefined });
        await obtain(name, target);
        obtained = true;
      }
      Object.assign(slot, { state: 'verifying', error: undefined });
      await this.#activate(name, slot, target);
      log('info', 'release', `${releaseRef(target)} serves`, { pipeline: name, digest: target.digest });
      return undefined;
    } catch (caught) {
      const error = obtained ? blame(caught) : caught;
      // What served before and has nothing to give way to may fail by its surroundings: it gets further tries.
      const final =
        error instanceof Unfit && (step.kind === 'activate' || slot.record.previous !== undefined);
      const reason = messageOf(error);
      log('error', 'release', `${releaseRef(target)} is not activated`, { pipeline: name, error });
      await this.#persist(name, slot, failAttempt(slot.record, target.digest, final ? reason : undefined));
      // A link that failed says nothing about the release: it is still on its way.
      const away = !obtained && error instanceof SkerryError && error.code === 'unavailable';
      Object.assign(slot, { state: away ? 'fetching' : 'failed', error: reason });
      return final ? undefined : { error, obtained };
    }
  }

  async #activate(name: string, slot: Slot, target: ReleaseTarget): Promise<void> {
    const { engine, crashPoint, changeOver, crypto, blobs } = this.#options;
    const before = slot.record;
    const release = await readStoredRelease(crypto, blobs, target);
    requireChannels(this.#options.pipelines.find((p) => p.name === name)!, release.manifest);
    const persist = before.active?.digest === target.digest ? this.#persistIfItCan : this.#persist;
    await persist.call(this, name, slot, this.#attempted(before, target));
    crashPoint('release.activating');
    const candidate = await this.#prepare(slot, release);
    try {
      await persist.call(this, name, slot, endAttempt(slot.record, target));
      crashPoint('release.activated');
      await changeOver(name, candidate, () => engine.serve(name, candidate));
    } catch (error) {
      await engine.discard(candidate);
      if (slot.record.active?.digest !== target.digest) throw error; // the pointer was never written
      await this.#persist(name, slot, before);
      throw blame(error); // that the agent was stopping is not the release's fault
    }
  }

  #attempted(record: SlotRecord, { digest }: ReleaseTarget): SlotRecord {
    return beginAttempt(record, digest, this.#options.machineBoot);
  }

  async #prepare(slot: Slot, release: LoadableRelease): Promise<Candidate> {
    try {
      const candidate = await this.#options.engine.prepare(release);
      slot.outcomes = candidate.outcomes;
      return candidate;
    } catch (error) {
      if (error instanceof NoVariantServes) slot.outcomes = error.outcomes;
      throw error;
    }
  }

  /** Fetches anew what was on the device and is damaged or missing there; says whether that went well. */
  async #mend(name: string, target: ReleaseTarget, error: unknown): Promise<boolean> {
    if (!(error instanceof SkerryError) || !['untrusted', 'not-found'].includes(error.code)) return false;
    await this.#retain(target.digest);
    try {
      await this.#options.obtain(name, target);
      return true;
    } catch (second) {
      const ref = releaseRef(target);
      this.#options.log('warn', 'release', `${ref} can't be fetched anew`, { pipeline: name, error: second });
      return false;
    }
  }

  /** Removes every blob that no release here needs, `except` this one's own. */
  async #retain(except?: string): Promise<void> {
    const { crypto, blobs, log, shadowed } = this.#options;
    const targets = [...this.#slots.values()]
      // Without the wishes where something is to be mended: their downloads may begin again.
      .flatMap(({ record, wish }) => [
        record.active,
        record.previous,
        except === undefined ? wish : undefined,
      ])
      .concat(except === undefined ? (shadowed?.() ?? []) : [])
      .filter((target) => target !== undefined && target.digest !== except);
    try {
      const needed = await blobsOf(crypto, blobs, targets as ReleaseTarget[]);
      if (!needed) return;
      for (const digest of await this.#carried()) needed.add(digest);
      await blobs.retain(needed);
    } catch (error) {
      log('warn', 'release', 'files that nobody needs could not be removed', { error });
    }
  }

  /** Files of releases that were installed while the agent was down, until their wish is taken up. */
  async #carried(): Promise<string[]> {
    const { carried, crypto, blobs } = this.#options;
    const digests: string[] = [];
    for (const name of this.#slots.keys()) {
      const target = carried?.(name);
      if (target) digests.push(...((await blobsOf(crypto, blobs, [target])) ?? []));
    }
    return digests;
  }

  async #persist(name: string, slot: Slot, record: SlotRecord): Promise<void> {
    await writeSlots(this.#options, name, slot.record, record);
    slot.record = record;
  }

  /** What has served goes on serving, on a disk that refuses as well: only the marker of the attempt is missing then. */
  async #persistIfItCan(name: string, slot: Slot, record: SlotRecord): Promise<void> {
    try {
      await this.#persist(name, slot, record);
    } catch (error) {
      this.#options.log('warn', 'release', 'the slots can not be stored', { pipeline: name, error });
    }
  }

  #require(pipeline: string): Slot {
    const slot = this.#slots.get(pipeline);
    if (!slot) throw new SkerryError('not-found', `there is no pipeline ${pipeline}`);
    return slot;
  }
}
