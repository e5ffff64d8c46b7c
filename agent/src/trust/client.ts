/**
 * The client's workflow of TUF (specification 1.0.31, section 5) over Store, Clock and Crypto: which releases may be
 * newly activated. What it promises:
 *
 * 1. No metadata older than what is trusted is accepted, whichever role, whoever serves it.
 * 2. A release absent from trusted targets, or with other bytes, is never vouched for.
 * 3. A refresh that fails, wherever, leaves what is trusted usable until targets expire.
 * 4. Metadata carried by hand is held to the same rules but one: the road takes longer than timestamp and snapshot are
 *    good for, so of these two only the signatures and the numbers are asked. Root and targets must be in date.
 * 5. Expiry is judged against the later of the wall clock and last trusted time. That moves only when a whole refresh
 *    holds, hence never past the timestamp's expiry, so a clock that once ran ahead can't poison it for long.
 */
import { digestOf } from '@skerry/proto/crypto';
import { expiresMs, type MetadataRefused, type RoleName } from '@skerry/proto/tuf/metadata';
import { ed25519Check, type SignatureCheck } from '@skerry/proto/tuf/verify';
import type { Clock, Crypto, Log, Store } from '../ports.ts';
import { loadRoles, loadRoot, loadTrustedTime } from './state.ts';
import { type Way, Workflow } from './workflow.ts';

/**
 * Fetches `N.root.json`, `timestamp.json`, …: at most `maxBytes`, undefined where there is no such file. Rejects with
 * SkerryError unavailable where nobody answers, too-large past the bound.
 */
export type FetchMetadata = (name: string, maxBytes: number) => Promise<Uint8Array | undefined>;

export interface TrustOptions {
  store: Store;
  crypto: Crypto;
  clock: Clock;
  log: Log;
  fetchMetadata: FetchMetadata;
  /** The first root: by digest (`sha256:…`, from the enrolment token), or itself. */
  anchor: { rootDigest: string } | { rootBytes: Uint8Array };
  maxBytes?: Partial<Record<RoleName, number>>;
  /** Ed25519 by default. */
  checkSignature?: SignatureCheck;
}

export interface TrustState {
  /** Role → version of the trusted metadata; a role without any is absent. */
  trusted: Record<string, number>;
  /** When trusted targets expire and nothing new may be activated; undefined without targets. */
  targetsExpireMs: number | undefined;
  /** Targets expire within 14 days, or have. */
  expiresSoon: boolean;
  /** What the latest refresh was refused for; undefined once one held. Offline is no refusal. */
  problem?: MetadataRefused | undefined;
}

export interface TrustClient {
  /**
   * Fetches and verifies newer metadata. Throws SkerryError untrusted, naming role and reason, or unavailable; what
   * was trusted before still is. A call during a refresh joins it.
   */
  refresh(): Promise<TrustState>;
  /** The same with metadata that a person carried here. Throws SkerryError untrusted. */
  takeCarried(fetchMetadata: FetchMetadata): Promise<TrustState>;
  /**
   * The release that trusted targets list under `NAME/VERSION`; undefined where they don't, and where they have expired
   * (state() says so, and a refresh that can't renew them names it).
   */
  target(path: string): { digest: string; lengthBytes: number } | undefined;
  /** Role → version of the trusted metadata. */
  trusted(): Record<string, number>;
  state(): TrustState;
}

/** Opens the trust client on what the store holds. Fetches nothing until the first refresh. */
export async function createTrustClient(options: TrustOptions): Promise<TrustClient> {
  const check = options.checkSignature ?? ed25519Check(options.crypto);
  const pin = pinOf(options);
  const root = await loadRoot(options.store, check, pin, options.log);
  const workflow = new Workflow(options, check, pin);
  if (root) workflow.set = await loadRoles(options.store, check, root, options.log);
  if (root) workflow.trustedMs = await loadTrustedTime(options.store);
  let running: Promise<void> | undefined;
  const run = (way: Way): Promise<void> => {
    running = workflow.run(way).finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    async refresh() {
      await (running ?? run({ fetchMetadata: options.fetchMetadata, isCarried: false }));
      return workflow.state();
    },
    async takeCarried(fetchMetadata) {
      // How the refresh under way ends is for whoever asked for it.
      while (running !== undefined) await running.catch(() => undefined);
      await run({ fetchMetadata, isCarried: true });
      return workflow.state();
    },
    target(path) {
      const targets = workflow.set.targets?.signed;
      if (!targets || !Object.hasOwn(targets.targets, path)) return undefined;
      if (expiresMs(targets) <= workflow.nowMs()) return undefined;
      const { length, hashes } = targets.targets[path]!;
      return hashes.sha256 === undefined
        ? undefined
        : { digest: `sha256:${hashes.sha256.toLowerCase()}`, lengthBytes: length };
    },
    trusted: () => workflow.state().trusted,
    state: () => workflow.state(),
  };
}

function pinOf(options: TrustOptions): string {
  return 'rootDigest' in options.anchor
    ? options.anchor.rootDigest
    : digestOf(options.crypto, options.anchor.rootBytes);
}
