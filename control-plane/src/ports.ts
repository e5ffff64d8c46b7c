/** What the control plane's core needs of the world; each has a Node and a Workers adapter. */
import type { Crypto } from '@skerry/proto/crypto';

export type { Crypto } from '@skerry/proto/crypto';

export type SqlValue = string | number | Uint8Array | null;

/**
 * One actor's own SQLite database, synchronous. Node: `node:sqlite` (WAL). Workers: a Durable Object's SQL storage.
 * Statements may be cached by their text.
 */
export interface Sql {
  all<T extends Record<string, SqlValue>>(query: string, ...params: readonly SqlValue[]): T[];
  /** Runs a statement; returns how many rows changed. */
  run(query: string, ...params: readonly SqlValue[]): number;
  /** Everything inside commits together or, when it throws, not at all. Not nested. */
  transaction<T>(body: () => T): T;
}

/** What an actor is given. `setAlarm` replaces the one alarm; undefined clears it; it survives restarts. */
export interface ActorPorts {
  sql: Sql;
  crypto: Crypto;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  random: { bytes(length: number): Uint8Array; unit(): number };
  setAlarm(atMs: number | undefined): void;
}

/** What a shard is given beyond that: it looks inside compressed blocks as they arrive. */
export interface ShardPorts extends ActorPorts {
  /** The decompressed bytes. Throws where they are damaged or longer than `maxBytes`. */
  inflate(codec: 'gzip' | 'zstd', bytes: Uint8Array, maxBytes: number): Uint8Array;
}

/**
 * An actor as routes see it: every synchronous method, awaited. Methods that return promises are excluded by type, so
 * that no actor can let another event in halfway: a Durable Object and Node's queue behave alike.
 */
export type ActorRef<A> = {
  readonly [K in keyof A as A[K] extends (...args: never[]) => infer R
    ? R extends PromiseLike<unknown>
      ? never
      : K
    : never]: A[K] extends (...args: infer P) => infer R ? (...args: P) => Promise<R> : never;
};

/** Content-addressed bytes: release manifests and files. */
export interface Blobs {
  /** Undefined where it isn't there. `range` is [first, last] inclusive. */
  get(
    digest: string,
    range?: readonly [number, number],
  ): Promise<{ bytes: Uint8Array; sizeBytes: number } | undefined>;
  has(digest: string): Promise<number | undefined>;
  /** Stores bytes whose digest has been verified; idempotent. */
  put(digest: string, bytes: Uint8Array): Promise<void>;
}

/** Tells connected agents and consoles that there is something to fetch; nothing more travels here. */
export interface Notifier {
  wakeAgents(agents: readonly string[] | 'all'): void;
  changed(topic: Topic): void;
}

/** What the console is told has changed. */
export type Topic =
  | 'agents'
  | 'rollouts'
  | 'releases'
  | 'policies'
  | 'results'
  | 'alerts'
  | 'drift'
  | 'samples';

/** The other end of Notifier.changed: the live stream behind `/api/v1/events`. */
export interface Changes {
  /** Calls back at every change; the returned function ends it. */
  subscribe(listener: (topic: Topic) => void): () => void;
}

/** Timers, so that routes and the coordinator never touch the ambient ones. */
export interface Timers {
  /** Runs `fn` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, fn: () => void): () => void;
}

/** What an agent claims in its private_key_jwt assertion, once its signature has been verified. */
export interface AssertionClaims {
  jti: string;
  expiresMs: number;
}

/** The tokens of agents: JWTs, asynchronous because WebCrypto is. All throw SkerryError unauthorized. */
export interface AgentTokens {
  /** A 15-minute access token (JWT, HS256) for a subject: an agent and its key. */
  issue(key: Uint8Array, subject: string, nowMs: number): Promise<string>;
  /** The subject that an access token names. */
  verify(key: Uint8Array, token: string, nowMs: number): Promise<string>;
  /** Who an assertion says it is from, before anything is verified. */
  subject(assertion: string): string;
  /** Verifies an assertion (RFC 7523, EdDSA) by the agent's 32-byte public key, for one of the audiences. */
  verifyAssertion(
    publicKey: Uint8Array,
    assertion: string,
    audiences: readonly string[],
    nowMs: number,
  ): Promise<AssertionClaims>;
}
