/**
 * The way to the control plane: enrolment, trust and sync, in that order, for as long as it takes. Nothing of it holds
 * up the pipelines; without a network the agent works on and this tries again.
 */
import type { Crypto } from '@skerry/proto/crypto';
import type { ApplyDelta } from '@skerry/proto/delta';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { skerry } from '@skerry/proto/wire';
import { type EnrolRequest, type Identity, openIdentity } from './identity/identity.ts';
import type { Blobs, Clock, Log, Random, Store, Timers, Transport, Wake } from './ports.ts';
import { Downloads } from './release/download.ts';
import { obtainManaged } from './release/obtain.ts';
import type { ReleaseTarget } from './release/slots.ts';
import { DEFAULT_BACKOFF, fullJitterMs } from './sync/backoff.ts';
import type { MeterSettings } from './sync/byte-budget.ts';
import { BusyError, endpoint, type Http } from './sync/http.ts';
import { createSyncLoop, type SyncLoop, type SyncStatus } from './sync/loop.ts';
import { type Meter, openMeter } from './sync/meter.ts';
import type { OutboxReader, SampleReader } from './sync/outbox-reader.ts';
import { trustAnchor } from './trust/anchor.ts';
import type { TrustClient, TrustOptions } from './trust/client.ts';
import { createMetadataFetcher } from './trust/fetch-metadata.ts';
import { TrustKeeper } from './trust/keeper.ts';

export interface LinkOptions {
  url: string;
  enrollToken: string | undefined;
  intervalMs: number;
  /** How often signed metadata is looked at when nothing else asks for it. */
  trustIntervalMs?: number;
  /** The first root, where the enrolment token names none. */
  rootBytes?: Uint8Array | undefined;
  /** Left out where bytes cost nothing. */
  metered?: MeterSettings | undefined;
  agentId: string;
  boot: string;
  labels: Readonly<Record<string, string>>;
  facts: Readonly<Record<string, string>>;
  store: Store;
  blobs: Blobs;
  crypto: Crypto;
  clock: Clock;
  timers: Timers;
  random: Random;
  transport: Transport;
  wake: Wake;
  log: Log;
  outbox: OutboxReader;
  samples?: SampleReader;
  /** Left out where no deltas are taken. */
  applyDelta?: ApplyDelta | undefined;
  reported(): skerry.v1.IReported;
  seen(): { instance: string; generation: number };
  applyDesired(desired: skerry.v1.IDesired, instance: string): Promise<void>;
}

export type LinkState = 'connected' | 'unreachable' | 'pending-approval';

export interface Link {
  start(): void;
  /** For good; exchanges under way are broken off. */
  stop(): Promise<void>;
  /** Something is worth sending soon. */
  notify(): void;
  /** The release that trusted targets list as NAME@VERSION. Throws SkerryError unavailable, untrusted or not-found. */
  resolve(name: string, version: string): Promise<ReleaseTarget>;
  /**
   * Gets and verifies a release that the control plane wishes; `bases` are releases here that it may be near to, by digest.
   * Throws SkerryError.
   */
  obtain(target: ReleaseTarget, bases?: readonly string[]): Promise<void>;
  state(): LinkState;
  status(): SyncStatus | undefined;
  /** What a metered link may carry, and what of it is left now. */
  metered(): { bytesPerHour: number; leftBytes: number } | undefined;
  /** Role → version of the trusted metadata. */
  trusted(): Record<string, number>;
  /** Why newer metadata was refused; empty where all is well. */
  trustProblem(): string;
  /** The trust client. Throws SkerryError untrusted where no root is known. */
  trust(): Promise<TrustClient>;
  /** Ed25519 with the device key. */
  sign(message: Uint8Array): Uint8Array;
  /** What a person should know: refused enrolment, expiring trust. */
  notices(): string[];
}

const TIMEOUT_MS = 30_000;
const DEFAULT_TRUST_INTERVAL_MS = 6 * 3_600_000;
/** Pauses while an operator has not approved yet: often at first, since somebody may be waiting for it. */
const PENDING = { baseMs: 5_000, maxMs: 60_000 };

/** Makes the link; nothing happens before start(). */
export async function createLink(options: LinkOptions): Promise<Link> {
  const stopping = new AbortController();
  const meter = options.metered && (await openMeter(options.metered, options));
  const through = (kind: 'state' | 'bulk'): Transport =>
    meter ? meter.transport(kind, options.transport) : options.transport;
  const transport = through('state');
  const http: Http = { transport, timers: options.timers, timeoutMs: TIMEOUT_MS, signals: [stopping.signal] };
  const bulk: Http = { ...http, transport: through('bulk') };
  const identity = await openIdentity({ ...options, http });
  const wake = meter ? meter.wake(options.wake) : options.wake;
  return new AgentLink({ ...options, transport, wake }, { http, bulk, identity, meter, stopping });
}

interface LinkParts {
  http: Http;
  /** For releases, which leave a metered link's reserve alone. */
  bulk: Http;
  identity: Identity;
  meter: Meter | undefined;
  stopping: AbortController;
}

class AgentLink implements Link {
  readonly #o: LinkOptions;
  readonly #http: Http;
  readonly #bulk: Http;
  readonly #downloads: Downloads;
  readonly #meter: Meter | undefined;
  readonly #identity: Identity;
  readonly #stopping: AbortController;
  readonly #trust: TrustKeeper;
  #loop: SyncLoop | undefined;
  #cancel: () => void = () => undefined;
  #failures = 0;
  /** Times that the control plane has answered: not yet. */
  #asked = 0;
  #stopped = false;
  #problem: string | undefined;

  constructor(options: LinkOptions, parts: LinkParts) {
    this.#o = options;
    this.#http = parts.http;
    this.#bulk = parts.bulk;
    this.#downloads = new Downloads(parts.bulk, options.clock, {
      ...(parts.meter && { budget: parts.meter.budget }),
    });
    this.#meter = parts.meter;
    this.#identity = parts.identity;
    this.#stopping = parts.stopping;
    this.#trust = new TrustKeeper({
      ...options,
      anchor: () => this.#anchor(),
      fetchMetadata: createMetadataFetcher(parts.http, endpoint(options.url, 'tuf/').href),
      intervalMs: options.trustIntervalMs ?? DEFAULT_TRUST_INTERVAL_MS,
    });
  }

  start(): void {
    if (this.#identity.enrolment()?.status === 'approved') this.#connect();
    else void this.#enrol();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#trust.stop();
    // A control plane that takes connections and says nothing would hold the process for as long as a timeout.
    this.#stopping.abort(new SkerryError('unavailable', 'the agent is stopping'));
    await this.#loop?.stop();
  }

  notify(): void {
    this.#loop?.notify();
  }

  async resolve(name: string, version: string): Promise<ReleaseTarget> {
    const trust = await this.#openTrust();
    const path = `${name}/${version}`;
    if (!trust.target(path)) await trust.refresh();
    const listed = trust.target(path);
    if (!listed)
      throw new SkerryError('not-found', `${name}@${version} is not among the trusted targets`, {
        hint: 'push it with skerry release push, or correct the version in agent.yaml',
      });
    return { name, version, digest: listed.digest };
  }

  async obtain(target: ReleaseTarget, bases: readonly string[] = []): Promise<void> {
    const { applyDelta, blobs, crypto, log, url } = this.#o;
    const fetching = {
      http: this.#bulk,
      downloads: this.#downloads,
      crypto,
      blobs,
      url,
      log,
      applyDelta,
      bases,
      accessToken: () => this.#identity.accessToken(),
    };
    await obtainManaged(await this.#openTrust(), fetching, target);
  }

  state(): LinkState {
    if (this.#identity.enrolment()?.status === 'pending') return 'pending-approval';
    const status = this.#loop?.status();
    return status?.lastOkMonoMs !== undefined && status.failuresInARow === 0 ? 'connected' : 'unreachable';
  }

  status(): SyncStatus | undefined {
    return this.#loop?.status();
  }

  metered(): ReturnType<Link['metered']> {
    const budget = this.#meter?.budget;
    return (
      budget && {
        bytesPerHour: budget.settings.bytesPerHour,
        leftBytes: Math.max(0, Math.floor(budget.level)),
      }
    );
  }

  trusted(): Record<string, number> {
    return this.#trust.trusted();
  }

  trustProblem(): string {
    return this.#trust.problem();
  }

  trust(): Promise<TrustClient> {
    return this.#openTrust();
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#identity.sign(message);
  }

  notices(): string[] {
    const problem = this.#problem ?? this.#loop?.status().lastDetail;
    const notices = problem === undefined ? [] : [`control plane: ${problem}`];
    const dryMs = this.#meter?.budget.waitMs('state', 1) ?? 0;
    if (dryMs > 0)
      notices.push(`the metered link's budget is used up: it goes on in ${Math.ceil(dryMs / 1000)} s`);
    return [...notices, ...this.#trust.notices()];
  }

  async #enrol(): Promise<void> {
    const { log } = this.#o;
    try {
      const enrolment = await this.#identity.enrol(this.#enrolment());
      if (this.#stopped) return;
      this.#problem = undefined;
      this.#failures = 0;
      if (enrolment.status === 'approved') {
        log('info', 'link', `enrolled as ${enrolment.agent}`, { instance: enrolment.instance });
        return this.#connect();
      }
      // Half at least, so that approving many at once doesn't find them all asking at once.
      const pauseMs = PENDING.baseMs / 2 + fullJitterMs(this.#asked++, PENDING, this.#o.random.unit());
      this.#later(Math.min(pauseMs, PENDING.maxMs));
    } catch (error) {
      if (this.#stopped) return;
      // A refusal may end too (a token that is made valid, an approval), so it is tried again, only told louder.
      const away = error instanceof SkerryError && error.code === 'unavailable';
      const changed = this.#problem !== messageOf(error);
      this.#problem = messageOf(error);
      if (changed) log(away ? 'info' : 'error', 'link', `not enrolled yet: ${messageOf(error)}`);
      const askedMs = error instanceof BusyError ? error.retryAfterMs : 0;
      const waitMs = fullJitterMs(this.#failures++, DEFAULT_BACKOFF, this.#o.random.unit());
      this.#later(Math.min(askedMs, DEFAULT_BACKOFF.maxRetryAfterMs) + waitMs);
    }
  }

  #later(delayMs: number): void {
    if (!this.#stopped) this.#cancel = this.#o.timers.after(delayMs, () => void this.#enrol());
  }

  #connect(): void {
    this.#loop = createSyncLoop({
      ...this.#o,
      identity: this.#identity,
      stopping: this.#stopping.signal,
      budget: this.#meter?.budget,
      settings: { intervalMs: this.#o.intervalMs },
    });
    this.#loop.start();
    this.#trust.start();
  }

  /** Opens trust; where no root is known, asking again may bring it: the operator may have made it after this agent enrolled. */
  async #openTrust(): Promise<TrustClient> {
    if (!this.#anchor()) await this.#identity.enrol(this.#enrolment());
    return this.#trust.client();
  }

  #enrolment(): EnrolRequest {
    const { enrollToken, labels, facts } = this.#o;
    return { labels, facts, ...(enrollToken !== undefined && { token: enrollToken }) };
  }

  #anchor(): TrustOptions['anchor'] | undefined {
    const { enrollToken, rootBytes } = this.#o;
    return trustAnchor({
      enrolledDigest: this.#identity.enrolment()?.rootDigest,
      enrollToken,
      rootBytes,
    });
  }
}
