/**
 * What the agent's core needs of the world. Small, named by what they are for; every adapter and every fake of the
 * simulation implements these and passes the same contract tests.
 */
import type { Crypto } from '@skerry/proto/crypto';
import type { Tensor } from '@skerry/proto/onnx/tensor';

export type { Crypto } from '@skerry/proto/crypto';
export type { Tensor, TensorType } from '@skerry/proto/onnx/tensor';

/** Time. Order and age come from `monoMs`; wall time is only ever shown, sent, or compared with devices' own times. */
export interface Clock {
  /** Milliseconds since the Unix epoch as the machine believes them; may jump. */
  wallMs(): number;
  /** Milliseconds since some fixed instant of this process start; never goes back, fractions allowed. */
  monoMs(): number;
}

/** Timers, so that core never touches the ambient ones. */
export interface Timers {
  /** Runs `fn` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, fn: () => void): () => void;
}

/** Randomness: ids, keys, jitter. */
export interface Random {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  unit(): number;
}

export type StoreOp = { type: 'put'; key: string; value: Uint8Array } | { type: 'del'; key: string };

/**
 * An ordered key-value store (LevelDB, IndexedDB, the simulated disk). Keys order by UTF-8 bytes. A batch is atomic;
 * with `sync` it is durable when the promise resolves. Errors reject with SkerryError: `full` (ENOSPC), `corrupt`,
 * `failed` (EIO, read-only, …).
 */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>;
  batch(ops: readonly StoreOp[], options: { sync: boolean }): Promise<void>;
  /** Entries with gte <= key < lt in order (or reverse), at most `limit`. */
  range(range: {
    gte: string;
    lt: string;
    limit?: number;
    reverse?: boolean;
  }): Promise<[key: string, value: Uint8Array][]>;
  /** Estimated bytes on disk between two keys. */
  approximateSize(gte: string, lt: string): Promise<number>;
  close(): Promise<void>;
}

/** HTTP towards the control plane: `fetch` in production, the network model in the simulation. */
export type Transport = (request: Request) => Promise<Response>;

/** The wake socket: tells that there is something to fetch, nothing more. */
export interface Wake {
  /** Connects and calls `onWake` at every notice; reconnecting is the adapter's affair. Returns how to close it. */
  connect(url: string, accessToken: () => Promise<string>, onWake: () => void): () => void;
}

/** Content-addressed files of releases, fetched once, loaded by path. */
export interface Blobs {
  /** Where the verified blob lies for loading by path, or undefined where it isn't there. */
  path(digest: string): Promise<string | undefined>;
  read(digest: string): Promise<Uint8Array | undefined>;
  /** Stores bytes whose digest has been verified, atomically and durably. */
  write(digest: string, bytes: Uint8Array): Promise<void>;
  /** Removes every blob that isn't named. */
  retain(digests: ReadonlySet<string>): Promise<void>;
  /** Left out where an interrupted download begins anew after a restart. */
  parts?: BlobParts;
}

/** What has arrived of one download that isn't complete: unverified, not synced, and damaged by a power cut at worst. */
export interface BlobParts {
  /** Empty where nothing is kept of this blob. */
  read(digest: string): Promise<Uint8Array>;
  /** Adds bytes; what was kept of another blob goes. */
  append(digest: string, bytes: Uint8Array): Promise<void>;
  clear(): Promise<void>;
  /** The same as `read` piece by piece; left out where a blob is never larger than memory bears. */
  stream?(digest: string): AsyncIterable<Uint8Array>;
  /** Makes what is kept the blob, durably: its digest has been verified. Left out, it is read and written. */
  commit?(digest: string): Promise<void>;
}

export type BackendName = 'native' | 'webgpu' | 'wasm';

/** Makes sessions on one backend. */
export interface InferenceBackend {
  readonly name: BackendName;
  /**
   * Loads a model by path (bytes where there is no file system) on this backend alone. Rejects with SkerryError
   * `unsupported` where the backend isn't there, `invalid` where the model is refused, `full` where memory is short.
   */
  create(model: { path: string } | { bytes: Uint8Array }): Promise<InferenceSession>;
  /** The same in a worker of its own, where runs hold up nothing else; left out where there are no workers. */
  createApart?(model: { path: string } | { bytes: Uint8Array }): Promise<InferenceSession>;
}

/** A loaded model. */
export interface InferenceSession {
  readonly inputs: readonly { name: string; type: string; dims: readonly (number | string)[] }[];
  readonly outputs: readonly { name: string; type: string; dims: readonly (number | string)[] }[];
  /** One run. Rejects with SkerryError `failed`, or `unavailable` where the backend is gone (device lost, worker ended). */
  run(feeds: Readonly<Record<string, Tensor>>, outputs?: readonly string[]): Promise<Record<string, Tensor>>;
  /** Frees what the session holds; further runs reject. */
  release(): Promise<void>;
}

/** One MQTT message on its way out. */
export interface OutMessage {
  topic: string;
  payload: Uint8Array;
  qos: 0 | 1;
  retain: boolean;
}

/** Where results, alerts and status go out: every configured broker. Never rejects; what a broker drops is its own. */
export interface Publisher {
  publish(message: OutMessage): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured log lines; the adapter adds time and writes JSON. */
export type Log = (
  level: LogLevel,
  module: string,
  msg: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/**
 * A named place where a crash is interesting (`outbox.commit`). Production does nothing; the simulation may kill the
 * machine there.
 */
export type CrashPoint = (name: string) => void;

/** Everything the core is given. */
export interface Ports {
  clock: Clock;
  timers: Timers;
  random: Random;
  crypto: Crypto;
  store: Store;
  blobs: Blobs;
  backends: readonly InferenceBackend[];
  publisher: Publisher;
  transport: Transport;
  wake: Wake;
  log: Log;
  crashPoint: CrashPoint;
  /**
   * The machine's own boot, where it tells (Linux: /proc/sys/kernel/random/boot_id): by it a start knows whether the process
   * ended by itself or the power went.
   */
  machineBoot?: string | undefined;
}

/** Whether the machine itself went down in between: both boots are known, and they are two. */
export function isOtherBoot(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && now !== undefined && before !== now;
}
