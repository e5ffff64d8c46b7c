/**
 * Which model serves each pipeline, and what happens when a run fails: the same batch on the next backend, and an error
 * result only where that fails too. A backend that is gone (failure.ts) is replaced at once, one whose runs fail after
 * three in a row. Where every backend has had its turn, one that is gone is loaded anew, at most every half minute.
 */
import type { Crypto } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import type { Inferred, WindowBatch } from '../pipeline/types.ts';
import type { BackendName, InferenceBackend, Log } from '../ports.ts';
import { isGone } from './failure.ts';
import { ModelMemory, partOf, type Room } from './memory.ts';
import { failedRun, type LoadedModel } from './model.ts';
import { type LoadableRelease, type Prepared, type PrepareOptions, prepareRelease } from './prepare.ts';

const FAILURES_UNTIL_STANDBY = 3;
const REVIVAL_PAUSE_MS = 30_000;

export interface EngineOptions extends Omit<PrepareOptions, 'memory'> {
  /** `inference.maxMemory`: of all model files that are loaded at one time. */
  maxMemoryBytes: number;
  /** `inference.shadow.maxMemory`: of that, what shadows may take. Left out: all. */
  maxShadowBytes?: number;
  /** Ends the shadows, whose memory what serves needs. */
  makeRoom?: () => Promise<void>;
  log: Log;
}

type SlotOptions = EngineOptions & PrepareOptions & { memory: ModelMemory };

/** A release that has passed everything and serves nobody yet. */
export interface Candidate extends Prepared {
  release: LoadableRelease;
}

/** What serves a pipeline. */
export interface Serving {
  manifest: ReleaseManifest;
  digest: string;
  variant: string;
  backend: BackendName;
  /** Of the model's file, and about what it takes of memory. */
  fileBytes: number;
}

export interface Engine {
  /** Loads and checks a release; nothing changes for any pipeline. Rejects as prepareRelease does. */
  prepare(release: LoadableRelease): Promise<Candidate>;
  /** The same in the memory that is left for shadows; it never serves, and its model is the caller's to free. */
  prepareShadow(release: LoadableRelease): Promise<Candidate>;
  /** From the next run on the candidate serves; the former model is freed when its last run ends. */
  serve(pipeline: string, candidate: Candidate): void;
  /** Nothing serves the pipeline from the next run on. */
  withdraw(pipeline: string): void;
  /** Frees a candidate that won't serve. */
  discard(candidate: Candidate): Promise<void>;
  serving(pipeline: string): Serving | undefined;
  /** One batch. Never rejects for what a model does: then `error` is set. Throws where nothing serves the pipeline. */
  run(pipeline: string, windows: WindowBatch): Promise<Inferred>;
  /** Frees every model. */
  close(): Promise<void>;
}

/** Creates an engine with nothing loaded. */
export function createEngine(given: EngineOptions): Engine {
  const options: SlotOptions = { ...given, memory: new ModelMemory(given.maxMemoryBytes) };
  const shadowMemory: Room = partOf(options.memory, given.maxShadowBytes ?? given.maxMemoryBytes);
  const slots = new Map<string, Slot>();
  return {
    async prepare(release) {
      const { model, outcomes } = await prepareServing(options, release);
      return { release, model, outcomes };
    },
    async prepareShadow(release) {
      const { model, outcomes } = await prepareRelease({ ...options, memory: shadowMemory }, release);
      return { release, model, outcomes };
    },
    serve(pipeline, { release, model }) {
      // It frees itself, and logs what goes wrong; nobody waits for it.
      void slots.get(pipeline)?.retire();
      slots.set(pipeline, new Slot(options, release, model));
    },
    withdraw(pipeline) {
      void slots.get(pipeline)?.retire();
      slots.delete(pipeline);
    },
    discard: ({ model }) => model.release(),
    serving: (pipeline) => slots.get(pipeline)?.serving(),
    async run(pipeline, windows) {
      const slot = slots.get(pipeline);
      if (!slot) throw new SkerryError('precondition', `pipeline ${pipeline} has no release that serves`);
      return slot.run(windows);
    },
    async close() {
      const all = [...slots.values()];
      slots.clear();
      await Promise.all(all.map((slot) => slot.retire()));
    },
  };
}

/** What is to serve has room before any shadow: where its variants may not all fit, those end first. */
async function prepareServing(options: SlotOptions, release: LoadableRelease): Promise<Prepared> {
  const bytes = release.manifest.variants.map(({ file }) => release.files.get(file)?.sizeBytes ?? 0);
  const neededBytes = bytes.reduce((sum, size) => sum + size, 0);
  if (neededBytes > options.memory.leftBytes) await options.makeRoom?.();
  return prepareRelease(options, release);
}

class NoBackendLeft extends SkerryError {
  constructor(ref: string) {
    super('unsupported', `${ref} has no other backend here`);
  }
}

class Slot {
  readonly #options: SlotOptions;
  readonly #release: LoadableRelease;
  readonly #crypto: Crypto;
  #model: LoadedModel;
  #standby: LoadedModel | undefined;
  /** Those that failed too often; runs may still be under way on them, so they are freed with the slot. */
  readonly #former: LoadedModel[] = [];
  /** Backends that have had their turn, the one that serves included. */
  readonly #tried = new Set<BackendName>();
  #preparing: Promise<LoadedModel> | undefined;
  #revivalNotBeforeMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #running = 0;
  #retired = false;
  #freed: Promise<void> | undefined;

  constructor(options: SlotOptions, release: LoadableRelease, model: LoadedModel) {
    this.#options = options;
    this.#release = release;
    this.#crypto = options.crypto;
    this.#model = model;
    // In the configured order those before it had their turn when it was prepared.
    for (const { name } of options.backends) {
      this.#tried.add(name);
      if (name === model.backend) break;
    }
  }

  serving(): Serving {
    const { manifest, digest } = this.#release;
    const { variant, backend, fileBytes } = this.#model;
    return { manifest, digest, variant, backend, fileBytes };
  }

  async run(windows: WindowBatch): Promise<Inferred> {
    this.#running++;
    try {
      return await this.#runOrRetry(windows);
    } finally {
      this.#running--;
      if (this.#retired && this.#running === 0) await this.#free();
    }
  }

  async #runOrRetry(windows: WindowBatch): Promise<Inferred> {
    const model = this.#model;
    try {
      const inferred = await model.run(windows);
      this.#failures = 0;
      return inferred;
    } catch (error) {
      this.#failures++;
      this.#log('a run failed', { backend: model.backend, variant: model.variant, error: messageOf(error) });
      return this.#retry(windows, model, error);
    }
  }

  /** The same batch on the next backend, and on those behind it while that is gone, too. */
  async #retry(windows: WindowBatch, first: LoadedModel, firstError: unknown): Promise<Inferred> {
    const giveUp = (): Inferred =>
      failedRun(this.#crypto, this.#release.manifest, windows, first, firstError);
    for (let [failed, error] = [first, firstError]; ; ) {
      let standby: LoadedModel;
      try {
        standby = await this.#requireStandby(failed, error);
      } catch (none) {
        if (!(none instanceof NoBackendLeft)) this.#log('no standby passed', { error: messageOf(none) });
        return giveUp();
      }
      try {
        const inferred = await standby.run(windows);
        const isDue = isGone(error) || this.#failures >= FAILURES_UNTIL_STANDBY;
        if (isDue && this.#model === failed) this.#swap(standby);
        return inferred;
      } catch (second) {
        this.#log('the standby failed too', { backend: standby.backend, error: messageOf(second) });
        // A run that fails everywhere is about its input, and says nothing against the standby.
        if (!isGone(second)) return giveUp();
        if (standby === this.#model) [failed, error] = [standby, second];
        else this.#dropStandby(standby);
      }
    }
  }

  /** The standby, loaded where there is none yet; runs that fail at the same time share it. */
  async #requireStandby(failed: LoadedModel, error: unknown): Promise<LoadedModel> {
    if (this.#standby) return this.#standby;
    // What failed has been replaced meanwhile, by another run.
    if (this.#model !== failed) return this.#model;
    this.#preparing ??= this.#prepareStandby(failed, error).finally(() => {
      this.#preparing = undefined;
    });
    return this.#preparing;
  }

  async #prepareStandby(failed: LoadedModel, error: unknown): Promise<LoadedModel> {
    const options = this.#options;
    const untried = options.backends.filter(({ name }) => !this.#tried.has(name));
    const backends = untried.length === 0 && isGone(error) ? this.#revivable(failed.backend) : untried;
    if (backends.length === 0) throw new NoBackendLeft(releaseRef(this.#release.manifest));
    for (const { name } of backends) this.#tried.add(name);
    const { model } = await prepareServing({ ...options, backends }, this.#release);
    // Those behind it keep their turn.
    const passed = backends.findIndex(({ name }) => name === model.backend);
    for (const { name } of backends.slice(passed + 1)) this.#tried.delete(name);
    this.#standby = model;
    return model;
  }

  /** The backend that is gone, unless it was loaded anew a moment ago. */
  #revivable(gone: BackendName): readonly InferenceBackend[] {
    const { backends, clock } = this.#options;
    if (clock.monoMs() < this.#revivalNotBeforeMs) return [];
    this.#revivalNotBeforeMs = clock.monoMs() + REVIVAL_PAUSE_MS;
    return backends.filter(({ name }) => name === gone);
  }

  #dropStandby(standby: LoadedModel): void {
    if (this.#standby !== standby) return; // another run did
    this.#standby = undefined;
    this.#former.push(standby);
  }

  #swap(standby: LoadedModel): void {
    this.#former.push(this.#model);
    this.#model = standby;
    this.#standby = undefined;
    this.#failures = 0;
    this.#log('the standby serves from now on', { backend: standby.backend, variant: standby.variant });
  }

  retire(): Promise<void> {
    this.#retired = true;
    return this.#running === 0 ? this.#free() : Promise.resolve();
  }

  #free(): Promise<void> {
    this.#freed ??= (async () => {
      for (const model of [this.#model, this.#standby, ...this.#former]) {
        try {
          await model?.release();
        } catch (error) {
          this.#log('a model could not be freed', { error: messageOf(error) });
        }
      }
    })();
    return this.#freed;
  }

  #log(msg: string, fields: Record<string, unknown>): void {
    this.#options.log('warn', 'inference', msg, { release: releaseRef(this.#release.manifest), ...fields });
  }
}
