/** A TUF repository that tests publish to and tamper with, and a trust client that follows it. */
import { type Crypto, digestOf } from '@skerry/proto/crypto';
import { type TufKey, tufKey } from '@skerry/proto/tuf/metadata';
import {
  addTarget,
  createRoot,
  createSnapshot,
  createTimestamp,
  emptyTargets,
  signMetadata,
  signTargets,
} from '@skerry/proto/tuf/repository';
import { TestWorld } from '../sync/test-world.ts';
import { createTrustClient, type TrustClient, type TrustOptions } from './client.ts';

export const DAY_MS = 86_400_000;
export const OPERATOR = 1;
export const SERVER = 2;
export const NEW_OPERATOR = 3;
export const NEW_SERVER = 4;
export const THIEF = 5;
/** The private key of one of them. */
export const seed = (n: number): Uint8Array => new Uint8Array(32).fill(n);
/** Its public key. */
export const publicOf = (crypto: Crypto, n: number): TufKey => tufKey(crypto.publicKey(seed(n)));
/** A release digest. */
export const digest = (n: number): string => `sha256:${n.toString(16).repeat(64)}`;

/** A repository as operator and control plane make it; each publish is a new version of everything below root. */
export class Repository {
  files = new Map<string, Uint8Array>();
  asked: string[] = [];
  version = 0;
  rootVersion = 0;
  targets = emptyTargets(0);
  operator = OPERATOR;
  server = SERVER;
  readonly world: TestWorld;
  readonly #crypto: Crypto;

  constructor(crypto: Crypto, world: TestWorld) {
    this.#crypto = crypto;
    this.world = world;
    this.publishRoot();
    this.publish();
  }

  publishRoot(signers: number[] = [this.operator], operator = this.operator, server = this.server): void {
    this.rootVersion++;
    const root = createRoot(this.#crypto, {
      operatorKeys: [publicOf(this.#crypto, operator)],
      onlineKey: publicOf(this.#crypto, server),
      nowMs: this.world.wallMs,
      version: this.rootVersion,
    });
    [this.operator, this.server] = [operator, server];
    const bytes = signMetadata(this.#crypto, root, signers.map(seed));
    this.files.set(`${this.rootVersion}.root.json`, bytes);
  }

  publish(): void {
    const { wallMs: nowMs } = this.world;
    const bytes = signTargets(this.#crypto, this.targets, { nowMs, privateKeys: [seed(this.operator)] });
    this.targets = { ...this.targets, version: this.targets.version + 1 };
    this.files.set(`${this.targets.version}.targets.json`, bytes);
    this.publishOnline(bytes, this.targets.version);
  }

  /** Snapshot and timestamp over some targets, as the server, or who stole its key, signs them. */
  publishOnline(targetsBytes: Uint8Array, targetsVersion: number): void {
    const { wallMs: nowMs } = this.world;
    const version = ++this.version;
    const snapshot = signMetadata(
      this.#crypto,
      createSnapshot(this.#crypto, { targetsBytes, targetsVersion, version, nowMs }),
      [seed(this.server)],
    );
    this.files.set(`${version}.snapshot.json`, snapshot);
    const timestamp = createTimestamp(this.#crypto, {
      snapshotBytes: snapshot,
      snapshotVersion: version,
      version,
      nowMs,
    });
    this.files.set('timestamp.json', signMetadata(this.#crypto, timestamp, [seed(this.server)]));
  }

  add(version: string, n: number): void {
    this.targets = addTarget(this.targets, {
      path: `pump/${version}`,
      digest: digest(n),
      lengthBytes: n,
    });
    this.publish();
  }

  /** Everything as it stands now, to go back to. */
  copy(): Map<string, Uint8Array> {
    return new Map(this.files);
  }

  get anchor(): { rootDigest: string } {
    return { rootDigest: digestOf(this.#crypto, this.files.get('1.root.json')!) };
  }
}

export interface TrustSetUp {
  world: TestWorld;
  repository: Repository;
  client: TrustClient;
  /** Opens the client again, as a restart does. */
  open(more?: Partial<TrustOptions>): Promise<TrustClient>;
}

/** A repository that lists pump/1.0.0, and a client that has not refreshed yet. */
export async function setUp(crypto: Crypto, options: Partial<TrustOptions> = {}): Promise<TrustSetUp> {
  const world = new TestWorld();
  const repository = new Repository(crypto, world);
  repository.add('1.0.0', 1);
  const { anchor } = repository;
  const open = (more: Partial<TrustOptions> = {}) =>
    createTrustClient({
      ...world,
      crypto,
      fetchMetadata: async (name) => {
        repository.asked.push(name);
        return repository.files.get(name);
      },
      anchor,
      ...options,
      ...more,
    });
  return { world, repository, open, client: await open() };
}
