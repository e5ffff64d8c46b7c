/**
 * A model in a worker thread of its own: `run` of onnxruntime computes on the thread that calls it, and one that takes
 * long would hold up MQTT, commits and timers. Handing over a batch costs less than 0.1 ms.
 *
 * Requests carry a number, answers the same one. Inputs are copied over, since the caller still needs them for digests;
 * outputs are moved. When the thread ends by itself, everything asked of it rejects with `unavailable`.
 */
import { Worker } from 'node:worker_threads';
import { type ErrorCode, messageOf, SkerryError } from '@skerry/proto/errors';
import type { InferenceSession, Tensor } from '../ports.ts';

/** What the thread is started with. */
export interface WorkerStart {
  backend: 'native' | 'wasm';
  model: { path: string } | { bytes: Uint8Array };
}

type Asked =
  | { kind: 'run'; feeds: Readonly<Record<string, Tensor>>; outputs: readonly string[] | undefined }
  | { kind: 'release' };
export type WorkerRequest = { id: number } & Asked;

/** `id` 0 answers the start: the session's inputs and outputs. */
export type WorkerAnswer =
  | { id: number; value: unknown }
  | { id: number; error: { code: ErrorCode; message: string; hint: string | undefined } };

const SOURCE = import.meta.url.endsWith('.ts');
const THREAD = new URL(`./ort-worker-thread.${SOURCE ? 'ts' : 'js'}`, import.meta.url);

/**
 * Loads a model in a new thread. Rejects as InferenceBackend.create does, and with `unavailable` where no thread starts.
 * `script` takes the place of the thread's own.
 */
export async function createInWorker(
  backend: WorkerStart['backend'],
  model: WorkerStart['model'],
  script: URL = THREAD,
): Promise<InferenceSession> {
  const thread = new Thread({ backend, model }, script);
  const { inputs, outputs } = await thread.started;
  return {
    inputs,
    outputs,
    run: (feeds, wanted) => thread.run(feeds, wanted),
    release: () => thread.end(),
  };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

class Thread {
  readonly started: Promise<Pick<InferenceSession, 'inputs' | 'outputs'>>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #nextId = 1;
  #ended: SkerryError | undefined;

  constructor(start: WorkerStart, script: URL) {
    this.#worker = new Worker(script, {
      workerData: start,
      ...(SOURCE && { execArgv: ['--conditions=source'] }),
    });
    this.started = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: resolve as Waiting['resolve'], reject });
    });
    this.#worker.on('message', (answer: WorkerAnswer) => this.#answered(answer));
    // An error is followed by `exit`.
    let why = '';
    this.#worker.on('error', (error) => {
      why = `: ${messageOf(error)}`;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#ended ??= new SkerryError(
          'unavailable',
          `the worker that ran the model ended with ${code}${why}`,
        );
        for (const { reject } of this.#waiting.values()) reject(this.#ended);
        this.#waiting.clear();
        resolve();
      });
    });
  }

  run(feeds: Readonly<Record<string, Tensor>>, outputs?: readonly string[]): Promise<Record<string, Tensor>> {
    return this.#ask({ kind: 'run', feeds, outputs }) as Promise<Record<string, Tensor>>;
  }

  /** Frees the model after the runs that were asked for; resolves when the thread is gone. */
  async end(): Promise<void> {
    if (!this.#ended) {
      const released = this.#ask({ kind: 'release' });
      this.#ended = new SkerryError('failed', 'the model in the worker is released already');
      await released;
    }
    await this.#exited;
  }

  #ask(request: Asked): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id } satisfies WorkerRequest);
    });
  }

  #answered(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('value' in answer) waiting?.resolve(answer.value);
    else {
      const { code, message, hint } = answer.error;
      waiting?.reject(new SkerryError(code, message, hint === undefined ? {} : { hint }));
    }
  }
}
