/**
 * Which model serves each pipeline, and what happens when a run fails: one try of the same release on the next
 * backend, and an error result where that fails too. Three failures in a row make the standby the one that serves.
 */
import type { Crypto } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import type { Inferred, WindowBatch } from '../pipeline/types.ts';
import type { BackendName, Log } from '../ports.ts';
import { failedRun, type LoadedModel } from './model.ts';
import { type LoadableRelease, type Prepared, type PrepareOptions, prepareRelease } from './prepare.ts';

const FAILURES_UNTIL_STANDBY = 3;

export interface EngineOptions extends PrepareOptions {
  log: Log;
}

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
}

export interface Engine {
  /** Loads and checks a release; nothing changes for any pipeline. Rejects as prepareRelease does. */
  prepare(release: LoadableRelease): Promise<Candidate>;
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
export function createEngine(options: EngineOptions): Engine {
  const slots = new Map<string, Slot>();
  return {
    async prepare(release) {
      const { model, outcomes } = await prepareRelease(options, release);
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

class Slot {
  readonly #options: EngineOptions;
  readonly #release: LoadableRelease;
  readonly #crypto: Crypto;
  #model: LoadedModel;
  #standby: LoadedModel | undefined;
  /** Those that failed too often; runs may still be under way on them, so they are freed with the slot. */
  readonly #former: LoadedModel[] = [];
  /** Backends that have had their turn, the one that serves included. */
  readonly #tried = new Set<BackendName>();
  #failures = 0;
  #running = 0;
  #retired = false;
  #freed: Promise<void> | undefined;

  constructor(options: EngineOptions, release: LoadableRelease, model: LoadedModel) {
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
    return { manifest, digest, variant: this.#model.variant, backend: this.#model.backend };
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

  async #retry(windows: WindowBatch, failed: LoadedModel, error: unknown): Promise<Inferred> {
    try {
      const standby = await this.#requireStandby();
      const inferred = await standby.run(windows);
      if (this.#failures >= FAILURES_UNTIL_STANDBY && this.#model === failed) this.#swap(standby);
      return inferred;
    } catch (second) {
      if (second instanceof SkerryError && second.code !== 'unsupported')
        this.#log('the standby failed too', { error: messageOf(second) });
      return failedRun(this.#crypto, this.#release.manifest, windows, failed, error);
    }
  }

  /** The same release on the next backend where it passes; each backend is asked once. */
  async #requireStandby(): Promise<LoadedModel> {
    if (this.#standby) return this.#standby;
    const backends = this.#options.backends.filter(({ name }) => !this.#tried.has(name));
    for (const { name } of backends) this.#tried.add(name);
    if (backends.length === 0)
      throw new SkerryError('unsupported', `${releaseRef(this.#release.manifest)} has no other backend here`);
    const { model } = await prepareRelease({ ...this.#options, backends }, this.#release);
    this.#standby = model;
    return model;
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
