import type { Coordinator } from '../coordinator.ts';
import type { FleetActor } from '../core/fleet/fleet-actor.ts';
import type { ShardActor } from '../core/shard/shard-actor.ts';
import type { ActorRef, AgentTokens, Blobs, Changes, Crypto, Notifier, Timers } from '../ports.ts';
import type { Deltas } from './deltas.ts';

/** The largest bodies that are taken, in bytes. */
export interface BodyLimits {
  json: number;
  metadata: number;
  sync: number;
  blob: number;
  /** Of all syncs under way together. */
  syncsInFlight: number;
}

export const DEFAULT_LIMITS: BodyLimits = {
  json: 1024 * 1024,
  metadata: 4 * 1024 * 1024,
  sync: 4 * 1024 * 1024,
  blob: 512 * 1024 * 1024,
  syncsInFlight: 256 * 1024 * 1024,
};

/** A file of the built console. */
export interface Asset {
  bytes: Uint8Array;
  contentType: string;
  /** Whether its name carries a hash of its content. */
  immutable: boolean;
}

/** What the app is made of; the hosts differ in nothing else. */
export interface AppDeps {
  fleet: ActorRef<FleetActor>;
  /** In the order of shardOf. */
  shards: readonly ActorRef<ShardActor>[];
  coordinator: Coordinator;
  blobs: Blobs;
  notifier: Notifier;
  changes: Changes;
  timers: Timers;
  tokens: AgentTokens;
  crypto: Crypto;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs something after the answer; the host keeps it alive and logs what it throws. */
  later(task: () => Promise<void>): void;
  log(level: 'info' | 'warn' | 'error', module: string, msg: string, fields?: Record<string, unknown>): void;
  /** Performs a webhook's request. Left out where nothing may be sent: webhooks then wait, and are given up after a day. */
  post?(request: Request): Promise<Response>;
  /** A console file by its path, undefined where there is none. */
  asset?(path: string): Promise<Asset | undefined>;
  limits?: Partial<BodyLimits>;
  /** Left out where the host makes no deltas: then blobs are sent whole. */
  deltas?: Deltas;
}
