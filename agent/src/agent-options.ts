/** What an agent is made of, and what it can be asked for. */
import type { ApplyDelta } from '@skerry/proto/delta';
import type { AgentConfig } from './config.ts';
import type { LocalView } from './local/view.ts';
import type { Compression } from './outbox/blocks.ts';
import type { Origin } from './outbox/repeats.ts';
import type { Ports } from './ports.ts';
import type { ReleaseTarget } from './release/slots.ts';

export interface AgentOptions {
  config: AgentConfig;
  agentId: string;
  version: string;
  facts: Readonly<Record<string, string>>;
  ports: Ports;
  compression?: Compression;
  /** Left out where releases always come whole. */
  applyDelta?: ApplyDelta;
  /** The file of `trust.root`. */
  rootBytes?: Uint8Array | undefined;
  /** Where the database was put that was corrupt at this start: told once by an alert, and shown while this runs. */
  setAside?: string;
  /** Releases from disk (`file:DIR`), verified and in Blobs, by pipeline; called at the start. */
  localReleases: (
    knownDigests: readonly string[],
    nowMs: number,
  ) => Promise<ReadonlyMap<string, ReleaseTarget>>;
  /** When the program was made: no clock that says an earlier time is right. */
  madeMs?: number;
  /** Processing can't go on; the platform restarts the agent. */
  onFatal: (error: unknown) => void;
}

export interface Agent extends LocalView {
  start(): Promise<void>;
  /** Breaks off exchanges, processes and commits what was taken; brokers are to be closed after it. */
  stop(): Promise<void>;
  /**
   * One MQTT message; `done` when it may be acknowledged, which is never once the agent stops. `origin` is known of
   * those that are to be acknowledged: by it a copy of a message without an event time is told. Never throws.
   */
  ingest(topic: string, payload: Uint8Array, done: (error?: Error) => void, origin?: Origin): void;
  /** Tells brokers and whoever listens there that the agent is up. */
  announce(): void;
  /** Resolves when everything ingested is processed and committed. */
  idle(): Promise<void>;
}
