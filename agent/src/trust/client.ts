/**
 * The client's workflow of TUF (specification 1.0.31, section 5) over Store, Clock and Crypto: which releases may be
 * newly activated. What it promises:
 *
 * 1. No metadata older than what is trusted is accepted, whichever role, whoever serves it.
 * 2. A release absent from trusted targets, or with other bytes, is never vouched for.
 * 3. A refresh that fails, wherever, leaves what is trusted usable until targets expire.
 * 4. Expiry is judged against the later of the wall clock and last trusted time. That moves only when a whole refresh
 *    holds, hence never past the timestamp's expiry, so a clock that once ran ahead can't poison it for long.
 */
import { fromUtf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import {
  expiresMs,
  type FileMeta,
  type Metadata,
  parseMetadata,
  ROLES,
  type RoleName,
  refusal,
} from '@skerry/proto/tuf/metadata';
import {
  ed25519Check,
  type SignatureCheck,
  verifyFirstRoot,
  verifyNextRoot,
  verifyNotExpired,
  verifySnapshot,
  verifyTargets,
  verifyTimestamp,
} from '@skerry/proto/tuf/verify';
import type { Clock, Crypto, Log, Store } from '../ports.ts';
import {
  firstRootOps,
  loadRoles,
  loadRoot,
  loadTrustedTime,
  metadataOp,
  type TrustedSet,
  trustedTimeOp,
} from './state.ts';

/** The most that a role's file may hold; more is refused unread. */
export const MAX_METADATA_BYTES: Record<RoleName, number> = {
  root: 512_000,
  timestamp: 16_384,
  snapshot: 2_000_000,
  targets: 5_000_000,
};
const MAX_ROOT_STEPS = 256;
const SOON_MS = 14 * 86_400_000;

export interface TrustOptions {
  store: Store;
  crypto: Crypto;
  clock: Clock;
  log: Log;
  /**
   * Fetches `N.root.json`, `timestamp.json`, …: at most `maxBytes`, undefined where there is no such file. Rejects
   * with SkerryError unavailable where nobody answers, too-large past the bound.
   */
  fetchMetadata(name: string, maxBytes: number): Promise<Uint8Array | undefined>;
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
}

export interface TrustClient {
  /**
   * Fetches and verifies newer metadata. Throws SkerryError untrusted, naming role and reason, or unavailable; what
   * was trusted before still is. A call during a refresh joins it.
   */
  refresh(): Promise<TrustState>;
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

  return {
    async refresh() {
      running ??= workflow.run().finally(() => {
        running = undefined;
      });
      await running;
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

class Workflow {
  set: TrustedSet = {};
  trustedMs = 0;
  readonly #options: TrustOptions;
  readonly #check: SignatureCheck;
  readonly #pin: string;

  constructor(options: TrustOptions, check: SignatureCheck, pin: string) {
    this.#options = options;
    this.#check = check;
    this.#pin = pin;
  }

  nowMs(): number {
    return Math.max(this.#options.clock.wallMs(), this.trustedMs);
  }

  state(): TrustState {
    const trusted: Record<string, number> = {};
    for (const role of ROLES) {
      const version = this.set[role]?.signed.version;
      if (version !== undefined) trusted[role] = version;
    }
    const targetsExpireMs = this.set.targets && expiresMs(this.set.targets.signed);
    const expiresSoon = targetsExpireMs !== undefined && targetsExpireMs - this.nowMs() < SOON_MS;
    return { trusted, targetsExpireMs, expiresSoon };
  }

  /** One refresh: root, timestamp, snapshot, targets, at one fixed instant (5.1). */
  async run(): Promise<void> {
    const nowMs = this.nowMs();
    const root = await this.#updateRoot();
    verifyNotExpired('root', root.signed, nowMs);
    const timestamp = await this.#updateTimestamp(root, nowMs);
    const snapshot = await this.#updateSnapshot(root, timestamp.signed.meta['snapshot.json'], nowMs);
    const named = snapshot.signed.meta['targets.json'];
    if (!named) throw refusal('snapshot', 'malformed', 'it lists no targets.json');
    await this.#updateTargets(root, named, nowMs);
    this.trustedMs = nowMs;
    await this.#options.store.batch([trustedTimeOp(nowMs)], { sync: true });
  }

  async #updateRoot(): Promise<Metadata<'root'>> {
    let root = this.set.root ?? (await this.#firstRoot());
    const before = root;
    for (let step = 0; step < MAX_ROOT_STEPS; step++) {
      const bytes = await this.#fetch('root', `${root.signed.version + 1}.root.json`);
      if (!bytes) break;
      const next = parseMetadata('root', bytes);
      verifyNextRoot(this.#check, root.signed, next);
      await this.#options.store.batch([metadataOp(next)], { sync: true });
      root = next;
      this.set.root = root;
    }
    // A new root may have retired keys: what they signed then counts no more, neither for use nor against rollback.
    if (root !== before)
      this.set = await loadRoles(this.#options.store, this.#check, root, this.#options.log);
    return root;
  }

  async #firstRoot(): Promise<Metadata<'root'>> {
    const { anchor, store, crypto, log } = this.#options;
    const bytes = 'rootBytes' in anchor ? anchor.rootBytes : await this.#need('root', '1.root.json');
    if (digestOf(crypto, bytes) !== this.#pin)
      throw refusal('root', 'mismatch', 'the first root is not the one that the enrolment token names');
    const root = parseMetadata('root', bytes);
    verifyFirstRoot(this.#check, root);
    const held = await store.get('t/pin');
    const samePin = held !== undefined && fromUtf8(held) === this.#pin;
    await store.batch(firstRootOps(this.#pin, root, samePin), { sync: true });
    this.set = await loadRoles(store, this.#check, root, log);
    this.trustedMs = await loadTrustedTime(store);
    return root;
  }

  async #updateTimestamp(root: Metadata<'root'>, nowMs: number): Promise<Metadata<'timestamp'>> {
    const trusted = this.set.timestamp;
    const offered = parseMetadata('timestamp', await this.#need('timestamp', 'timestamp.json'));
    verifyTimestamp(this.#check, root.signed, trusted?.signed, offered);
    const current = trusted?.signed.version === offered.signed.version ? trusted : offered;
    verifyNotExpired('timestamp', current.signed, nowMs);
    if (current !== trusted) await this.#trust(current);
    return current;
  }

  async #updateSnapshot(
    root: Metadata<'root'>,
    named: FileMeta,
    nowMs: number,
  ): Promise<Metadata<'snapshot'>> {
    const { crypto } = this.#options;
    const trusted = this.set.snapshot;
    const current =
      trusted && isNamed(crypto, trusted, named)
        ? trusted
        : verifySnapshot(
            crypto,
            this.#check,
            root.signed,
            named,
            trusted?.signed,
            await this.#needNamed('snapshot', named),
          );
    verifyNotExpired('snapshot', current.signed, nowMs);
    if (current !== trusted) await this.#trust(current);
    return current;
  }

  async #updateTargets(root: Metadata<'root'>, named: FileMeta, nowMs: number): Promise<void> {
    const { crypto } = this.#options;
    const trusted = this.set.targets;
    const current =
      trusted && isNamed(crypto, trusted, named)
        ? trusted
        : verifyTargets(crypto, this.#check, root.signed, named, await this.#needNamed('targets', named));
    verifyNotExpired('targets', current.signed, nowMs);
    if (current !== trusted) await this.#trust(current);
  }

  async #trust(metadata: Metadata): Promise<void> {
    await this.#options.store.batch([metadataOp(metadata)], { sync: true });
    Object.assign(this.set, { [metadata.role]: metadata });
  }

  #needNamed(role: 'snapshot' | 'targets', named: FileMeta): Promise<Uint8Array> {
    const isConsistent = this.set.root?.signed.consistent_snapshot ?? false;
    return this.#need(role, `${isConsistent ? `${named.version}.` : ''}${role}.json`, named.length);
  }

  async #need(role: RoleName, name: string, lengthBytes?: number): Promise<Uint8Array> {
    const bytes = await this.#fetch(role, name, lengthBytes);
    if (!bytes) throw new SkerryError('unavailable', `the control plane has no ${name}`);
    return bytes;
  }

  /** Never more than the length that is named, and never more than the role may have. */
  async #fetch(role: RoleName, name: string, lengthBytes?: number): Promise<Uint8Array | undefined> {
    const bound = this.#options.maxBytes?.[role] ?? MAX_METADATA_BYTES[role];
    const maxBytes = Math.min(bound, lengthBytes ?? bound);
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#options.fetchMetadata(name, maxBytes);
    } catch (error) {
      if (!(error instanceof SkerryError) || error.code !== 'too-large') throw error;
      throw refusal(role, 'too-long', `${name} is longer than ${maxBytes} bytes`);
    }
    if (bytes && bytes.length > maxBytes)
      throw refusal(role, 'too-long', `${name} is longer than ${maxBytes} bytes`);
    return bytes;
  }
}

/** Whether trusted metadata is the very file that the role above it names, so that it needn't be fetched. */
function isNamed(crypto: Crypto, metadata: Metadata, named: FileMeta): boolean {
  const sha256 = named.hashes?.sha256;
  return (
    metadata.signed.version === named.version &&
    (named.length === undefined || named.length === metadata.bytes.length) &&
    (sha256 === undefined || digestOf(crypto, metadata.bytes) === `sha256:${sha256.toLowerCase()}`)
  );
}
