/**
 * The agent's one trust client: opened when it is first needed, on whichever first root is known, and refreshed now and
 * then even when nothing is wished for, so that a control plane (or whoever stands before it) that holds newer metadata
 * back is noticed. Nothing that serves stops by what is found here; a person is told.
 */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { MetadataRefused } from '@skerry/proto/tuf/metadata';
import type { Clock, Crypto, Log, Random, Store, Timers } from '../ports.ts';
import { createTrustClient, type FetchMetadata, type TrustClient, type TrustOptions } from './client.ts';

export interface TrustKeeperOptions {
  store: Store;
  crypto: Crypto;
  clock: Clock;
  timers: Timers;
  random: Random;
  log: Log;
  /** The first root that the operator handed over; undefined where none is known yet. */
  anchor(): TrustOptions['anchor'] | undefined;
  fetchMetadata: FetchMetadata;
  /** How often metadata is looked at when nothing else asks for it. */
  intervalMs: number;
}

/** The first look comes soon after the start, and not in the midst of everything else that happens then. */
const FIRST_MS = 60_000;

export class TrustKeeper {
  readonly #o: TrustKeeperOptions;
  #opening: Promise<TrustClient> | undefined;
  #client: TrustClient | undefined;
  #cancel: () => void = () => undefined;
  #stopped = false;
  #told = '';

  constructor(options: TrustKeeperOptions) {
    this.#o = options;
  }

  /** The client. Throws SkerryError untrusted where no first root is known. */
  client(): Promise<TrustClient> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined; // a store that failed, or a root that wasn't known, may be there the next time
      throw error;
    });
    return this.#opening;
  }

  /** Begins to look now and then. */
  start(): void {
    this.#later(Math.min(FIRST_MS, this.#o.intervalMs));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Role → version of the trusted metadata. */
  trusted(): Record<string, number> {
    return this.#client?.trusted() ?? {};
  }

  /** Why newer metadata was refused at the latest look, in one line; empty where all is well. */
  problem(): string {
    const refused = this.#client?.state().problem;
    if (!refused) return '';
    const isFrozen = refused.reason === 'expired' && refused.role !== 'root' && refused.role !== 'targets';
    return isFrozen
      ? `releases are frozen: ${refused.message}, and the control plane has nothing newer`
      : refused.message;
  }

  /** What a person should know. */
  notices(): string[] {
    const notices = [this.problem()].filter((text) => text !== '');
    const state = this.#client?.state();
    if (state?.expiresSoon)
      notices.push(
        `signed targets expire ${new Date(state.targetsExpireMs ?? 0).toISOString()}: no new release after that`,
      );
    return notices;
  }

  async #open(): Promise<TrustClient> {
    const anchor = this.#o.anchor();
    if (!anchor)
      throw new SkerryError('untrusted', 'no root of trust is known yet, so no release can be verified', {
        hint: 'the operator makes one with skerry key init; trust.root in agent.yaml names a file of it',
      });
    this.#client = await createTrustClient({ ...this.#o, anchor });
    return this.#client;
  }

  #later(delayMs: number): void {
    if (this.#stopped) return;
    // Half fixed, half jitter: not all agents together.
    const waitMs = delayMs * (0.5 + 0.5 * this.#o.random.unit());
    this.#cancel = this.#o.timers.after(waitMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    try {
      if (this.#o.anchor()) await (await this.client()).refresh();
      this.#told = '';
    } catch (error) {
      const refused = error instanceof MetadataRefused;
      // Offline is nothing to tell; a refusal is told once.
      if (refused && error.message !== this.#told) this.#o.log('error', 'trust', this.problem());
      else if (!refused) this.#o.log('debug', 'trust', `metadata was not refreshed: ${messageOf(error)}`);
      if (refused) this.#told = error.message;
    }
    this.#later(this.#o.intervalMs);
  }
}

/** Where there is no control plane: trust begins with the file of `trust.root`, and metadata comes by hand alone. */
export function offlineTrust(
  options: Omit<TrustKeeperOptions, 'anchor' | 'fetchMetadata' | 'intervalMs'> & {
    rootBytes: Uint8Array | undefined;
  },
): TrustKeeper {
  const { rootBytes } = options;
  return new TrustKeeper({
    ...options,
    anchor: () => rootBytes && { rootBytes },
    fetchMetadata: () => Promise.reject(new SkerryError('unavailable', 'no control plane is configured')),
    intervalMs: Number.POSITIVE_INFINITY,
  });
}
