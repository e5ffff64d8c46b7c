/** What the agent asks of the keeper of its releases, and what that asks of the agent. */
import type { Crypto } from '@skerry/proto/crypto';
import type { EvidenceChange } from '../evidence/types.ts';
import type { Candidate, Engine } from '../inference/engine.ts';
import type { VariantOutcome } from '../inference/prepare.ts';
import type { Blobs, CrashPoint, Log, Random, Store, Timers } from '../ports.ts';
import type { ReleaseTarget } from './slots.ts';

export interface ReleasesOptions {
  /** Of agent.yaml: which channels each pipeline has. */
  pipelines: readonly { name: string; channels: readonly string[] }[];
  engine: Engine;
  store: Store;
  blobs: Blobs;
  crypto: Crypto;
  timers: Timers;
  random: Random;
  log: Log;
  crashPoint: CrashPoint;
  machineBoot?: string | undefined;
  /** Gets and verifies a release that was never active here; afterwards its files are in Blobs. */
  obtain(pipeline: string, target: ReleaseTarget): Promise<void>;
  /**
   * Lets the pipeline change over between two batches: calls `serve` at that moment, together with telling the
   * pipeline; without a candidate the pipeline has no release from then on. Rejects with SkerryError, and changes
   * nothing, where the pipeline can't serve it.
   */
  changeOver(pipeline: string, candidate: Candidate | undefined, serve: () => void): Promise<void>;
  /**
   * The agent gives back the release that was active, for this reason: what is to be written in one batch with that. Left
   * out where nobody asks.
   */
  reversion?(pipeline: string, digest: string, reason: string): EvidenceChange;
  /** What was installed by hand for a pipeline: its files came while nobody had wished for them. */
  carried?(pipeline: string): ReleaseTarget | undefined;
  /** Releases that are to run as shadows, whose files stay. */
  shadowed?(): readonly ReleaseTarget[];
}

/** What is true of a pipeline's releases, as it is reported. */
export interface ReleaseStatus {
  /** What serves: the active release, or the previous one where it stands in. */
  active: ReleaseTarget | undefined;
  previous: ReleaseTarget | undefined;
  /** What the agent may go back to by itself; undefined where that was taken back, or serves already. */
  substitute: ReleaseTarget | undefined;
  /** The wish that isn't fulfilled yet. */
  trying: ReleaseTarget | undefined;
  state: 'none' | 'fetching' | 'verifying' | 'active' | 'failed';
  error: string | undefined;
  /** How every variant did when this release, or the one that failed, was last checked. */
  outcomes: readonly VariantOutcome[];
}

export interface Releases {
  /** Reads the slots and loads what was active, without network. A release that can't be loaded is reported. */
  start(): Promise<void>;
  /** The wishes by pipeline; those not named keep what they have. Resolves when each was tried once. */
  apply(wishes: ReadonlyMap<string, ReleaseTarget>): Promise<void>;
  /**
   * The same with wishes whose files `bring` puts into Blobs, where none is removed meanwhile. Rejects, and changes no
   * wish, where it does.
   */
  bring(bring: () => Promise<ReadonlyMap<string, ReleaseTarget>>): Promise<void>;
  /** Back to the previous release, which is then wished for. Throws SkerryError precondition where there is none. */
  revert(pipeline: string, reason: string): Promise<void>;
  /** Serves nothing any more: a first release was taken back. Its files stay until another one has replaced it. */
  withdraw(pipeline: string): Promise<void>;
  /** Runs `work` while no release is being brought, so that a process that ends by a model knows by which one. */
  exclusively(work: () => Promise<void>): Promise<void>;
  status(pipeline: string): ReleaseStatus;
  /** Digests that are or were active here, over all pipelines. */
  knownDigests(): string[];
  /** Begins nothing more; resolves when what was under way has ended. */
  stop(): Promise<void>;
}
