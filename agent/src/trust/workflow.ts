/** One refresh after another (TUF specification 1.0.31, section 5); client.ts says what it promises. */
import { fromUtf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import {
  expiresMs,
  type FileMeta,
  type Metadata,
  MetadataRefused,
  parseMetadata,
  ROLES,
  type RoleName,
  refusal,
} from '@skerry/proto/tuf/metadata';
import {
  type SignatureCheck,
  verifyFirstRoot,
  verifyNextRoot,
  verifyNotExpired,
  verifySnapshot,
  verifyTargets,
  verifyTimestamp,
} from '@skerry/proto/tuf/verify';
import type { Crypto } from '../ports.ts';
import type { FetchMetadata, TrustOptions, TrustState } from './client.ts';
import {
  firstRootOps,
  loadRoles,
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

/** Where the metadata of one refresh comes from. */
export interface Way {
  fetchMetadata: FetchMetadata;
  isCarried: boolean;
}

/** What is trusted, and how it becomes newer. */
export class Workflow {
  set: TrustedSet = {};
  trustedMs = 0;
  #problem: MetadataRefused | undefined;
  #way: Way;
  readonly #options: TrustOptions;
  readonly #check: SignatureCheck;
  readonly #pin: string;

  constructor(options: TrustOptions, check: SignatureCheck, pin: string) {
    this.#options = options;
    this.#check = check;
    this.#pin = pin;
    this.#way = { fetchMetadata: options.fetchMetadata, isCarried: false };
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
    return { trusted, targetsExpireMs, expiresSoon, problem: this.#problem };
  }

  /** One refresh; what it was refused for is remembered until one holds. */
  async run(way: Way): Promise<void> {
    this.#way = way;
    try {
      await this.#refresh();
      this.#problem = undefined;
    } catch (error) {
      // A bad file that somebody carried here says nothing about the control plane.
      if (error instanceof MetadataRefused && !way.isCarried) this.#problem = error;
      throw error;
    }
  }

  /** Root, timestamp, snapshot, targets, at one fixed instant (5.1). */
  async #refresh(): Promise<void> {
    const nowMs = this.nowMs();
    const root = await this.#updateRoot();
    verifyNotExpired('root', root.signed, nowMs);
    const timestamp = await this.#updateTimestamp(root, nowMs);
    const snapshot = await this.#updateSnapshot(root, timestamp.signed.meta['snapshot.json'], nowMs);
    const named = snapshot.signed.meta['targets.json'];
    if (!named) throw refusal('snapshot', 'malformed', 'it lists no targets.json');
    await this.#updateTargets(root, named, nowMs);
    const heldMs = Math.min(nowMs, expiresMs(timestamp.signed), expiresMs(snapshot.signed));
    this.trustedMs = Math.max(this.trustedMs, heldMs);
    await this.#options.store.batch([trustedTimeOp(this.trustedMs)], { sync: true });
  }

  /** Timestamp and snapshot say that nothing newer is held back, which a file carried here can't say anyway. */
  #verifyFresh(role: 'timestamp' | 'snapshot', signed: { expires: string }, nowMs: number): void {
    if (!this.#way.isCarried) verifyNotExpired(role, signed, nowMs);
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
    this.#verifyFresh('timestamp', current.signed, nowMs);
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
    this.#verifyFresh('snapshot', current.signed, nowMs);
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
    if (!bytes)
      throw new SkerryError(
        'unavailable',
        `${this.#way.isCarried ? 'the bundle' : 'the control plane'} has no ${name}`,
      );
    return bytes;
  }

  /** Never more than the length that is named, and never more than the role may have. */
  async #fetch(role: RoleName, name: string, lengthBytes?: number): Promise<Uint8Array | undefined> {
    const bound = this.#options.maxBytes?.[role] ?? MAX_METADATA_BYTES[role];
    const maxBytes = Math.min(bound, lengthBytes ?? bound);
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#way.fetchMetadata(name, maxBytes);
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
