/** What this host takes from the platform, as structural types, and the bindings of wrangler.jsonc. */
import type { Topic } from '../ports.ts';

export type SqlStorageValue = ArrayBuffer | string | number | null;

export interface SqlStorage {
  exec(
    query: string,
    ...bindings: (SqlStorageValue | Uint8Array)[]
  ): { toArray(): Record<string, SqlStorageValue>[] };
}

export interface ObjectStorage {
  readonly sql: SqlStorage;
  transactionSync<T>(body: () => T): T;
  setAlarm(atMs: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

/** A WebSocket that outlives the object's memory (hibernation). */
export interface HibernatingSocket {
  readonly readyState: number;
  send(message: string): void;
  close(code?: number, reason?: string): void;
}

export interface ObjectState {
  readonly storage: ObjectStorage;
  acceptWebSocket(socket: HibernatingSocket, tags?: string[]): void;
  getWebSockets(tag?: string): HibernatingSocket[];
  waitUntil(promise: Promise<unknown>): void;
}

export interface ObjectNamespace<S extends ObjectStub = ObjectStub> {
  idFromName(name: string): unknown;
  get(id: unknown): S;
}

/** A Durable Object from outside: its `fetch`, and its methods by RPC. */
export interface ObjectStub {
  fetch(request: Request): Promise<Response>;
  call(method: string, args: unknown[]): Promise<unknown>;
}

export interface R2Object {
  readonly size: number;
}

export interface R2ObjectBody extends R2Object {
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface R2Bucket {
  head(key: string): Promise<R2Object | null>;
  get(key: string, options?: { range: { offset: number; length: number } }): Promise<R2ObjectBody | null>;
  put(key: string, value: Uint8Array): Promise<unknown>;
}

/** When each topic last changed in an object: numbers that only grow while it lives. */
export type TopicVersions = Partial<Record<Topic, number>>;

export interface FleetStub extends ObjectStub {
  drive(): Promise<void>;
  changed(topic: Topic): Promise<void>;
  versions(): Promise<TopicVersions>;
}

export interface ShardStub extends ObjectStub {
  wake(agents: readonly string[] | 'all'): Promise<void>;
  versions(): Promise<TopicVersions>;
}

/** The bindings of wrangler.jsonc. */
export interface Env {
  FLEET: ObjectNamespace<FleetStub>;
  SHARD: ObjectNamespace<ShardStub>;
  BLOBS: R2Bucket;
  ASSETS?: { fetch(request: Request): Promise<Response> };
  /** How many shards this deployment has; it never changes afterwards. */
  SHARDS: string;
  /** How long results and alerts are kept, as a duration; 30d where it is left out. */
  RETENTION?: string;
  /** Exchanges that a shard takes in a second, 200 by default. */
  SYNCS_PER_SECOND?: string;
  /** A secret that stands for a login code as long as it is set: how the first administrator comes in. */
  BOOTSTRAP_CODE?: string;
}
