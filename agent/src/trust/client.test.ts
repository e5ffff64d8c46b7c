import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { tufKey } from '@skerry/proto/tuf/metadata';
import {
  addTarget,
  createRoot,
  createSnapshot,
  createTimestamp,
  emptyTargets,
  removeTarget,
  signMetadata,
  signTargets,
} from '@skerry/proto/tuf/repository';
import { describe, expect, test } from 'vitest';
import { TestWorld } from '../sync/test-world.ts';
import { createTrustClient, type TrustOptions } from './client.ts';

const DAY_MS = 86_400_000;
const [OPERATOR, SERVER, NEW_OPERATOR, NEW_SERVER, THIEF] = [1, 2, 3, 4, 5];
const seed = (n: number): Uint8Array => new Uint8Array(32).fill(n);
const publicOf = (n: number) => tufKey(nodeCrypto.publicKey(seed(n)));
const digest = (n: number) => `sha256:${n.toString(16).repeat(64)}`;

/** A repository as operator and control plane make it; each publish is a new version of everything below root. */
class Repository {
  files = new Map<string, Uint8Array>();
  asked: string[] = [];
  version = 0;
  rootVersion = 0;
  targets = emptyTargets(0);
  operator = OPERATOR;
  server = SERVER;
  readonly world: TestWorld;

  constructor(world: TestWorld) {
    this.world = world;
    this.publishRoot();
    this.publish();
  }

  publishRoot(signers: number[] = [this.operator], operator = this.operator, server = this.server): void {
    this.rootVersion++;
    const root = createRoot(nodeCrypto, {
      operatorKeys: [publicOf(operator)],
      onlineKey: publicOf(server),
      nowMs: this.world.wallMs,
      version: this.rootVersion,
    });
    [this.operator, this.server] = [operator, server];
    const bytes = signMetadata(nodeCrypto, root, signers.map(seed));
    this.files.set(`${this.rootVersion}.root.json`, bytes);
  }

  publish(): void {
    const { wallMs: nowMs } = this.world;
    const bytes = signTargets(nodeCrypto, this.targets, { nowMs, privateKeys: [seed(this.operator)] });
    this.targets = { ...this.targets, version: this.targets.version + 1 };
    this.files.set(`${this.targets.version}.targets.json`, bytes);
    this.publishOnline(bytes, this.targets.version);
  }

  /** Snapshot and timestamp over some targets, as the server, or who stole its key, signs them. */
  publishOnline(targetsBytes: Uint8Array, targetsVersion: number): void {
    const { wallMs: nowMs } = this.world;
    const version = ++this.version;
    const snapshot = signMetadata(
      nodeCrypto,
      createSnapshot(nodeCrypto, { targetsBytes, targetsVersion, version, nowMs }),
      [seed(this.server)],
    );
    this.files.set(`${version}.snapshot.json`, snapshot);
    const timestamp = createTimestamp(nodeCrypto, {
      snapshotBytes: snapshot,
      snapshotVersion: version,
      version,
      nowMs,
    });
    this.files.set('timestamp.json', signMetadata(nodeCrypto, timestamp, [seed(this.server)]));
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

  get anchor() {
    return { rootDigest: digestOf(nodeCrypto, this.files.get('1.root.json')!) };
  }
}

async function setUp(options: Partial<TrustOptions> = {}) {
  const world = new TestWorld();
  const repository = new Repository(world);
  repository.add('1.0.0', 1);
  const { anchor } = repository;
  const open = (more: Partial<TrustOptions> = {}) =>
    createTrustClient({
      ...world,
      crypto: nodeCrypto,
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

describe('a refresh', () => {
  test('trusts what the operator signed, and only that', async () => {
    const { client } = await setUp();
    expect(client.target('pump/1.0.0')).toBeUndefined();
    const state = await client.refresh();
    expect(state.trusted).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
    expect(client.target('pump/1.0.0')).toEqual({ digest: digest(1), lengthBytes: 1 });
    expect(client.target('pump/9.9.9')).toBeUndefined();
    expect(client.target('toString')).toBeUndefined();
  });

  test('with nothing new fetches the next root and the timestamp, and no more', async () => {
    const { client, repository } = await setUp();
    await client.refresh();
    repository.asked = [];
    await client.refresh();
    expect(repository.asked).toEqual(['2.root.json', 'timestamp.json']);
  });

  test('asked for twice at once is made once', async () => {
    const { client, repository } = await setUp();
    await Promise.all([client.refresh(), client.refresh()]);
    expect(repository.asked.filter((name) => name === 'timestamp.json')).toHaveLength(1);
  });

  test('a yanked release is vouched for no more', async () => {
    const { client, repository } = await setUp();
    await client.refresh();
    repository.targets = removeTarget(repository.targets, 'pump/1.0.0');
    repository.publish();
    await client.refresh();
    expect(client.target('pump/1.0.0')).toBeUndefined();
  });
});

describe('offline', () => {
  test('what is trusted survives a restart and a refresh that fails', async () => {
    const { client, repository, open } = await setUp();
    await client.refresh();
    repository.files.clear();
    const restarted = await open();
    await expect(restarted.refresh()).rejects.toThrow('has no timestamp.json');
    expect(restarted.target('pump/1.0.0')).toEqual({ digest: digest(1), lengthBytes: 1 });
    expect(restarted.trusted()).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
  });

  test('targets vouch for 90 days, warn 14 days before, and then refuse by name', async () => {
    const { client, world } = await setUp();
    await client.refresh();
    world.wallMs += 75 * DAY_MS;
    expect(client.state().expiresSoon).toBe(false);
    world.wallMs += 2 * DAY_MS;
    expect(client.state().expiresSoon).toBe(true);
    expect(client.target('pump/1.0.0')).toBeDefined();
    world.wallMs += 13 * DAY_MS;
    expect(() => client.target('pump/1.0.0')).toThrow(/targets metadata refused \(expired\)/);
  });

  test('a clock set back does not make expired metadata good again', async () => {
    const { client, world, repository, open } = await setUp();
    await client.refresh();
    const old = repository.copy();
    world.wallMs += 60 * DAY_MS;
    repository.publish();
    await client.refresh();
    world.wallMs -= 59 * DAY_MS;
    repository.files = old;
    world.entries.delete('t/timestamp');
    const restarted = await open();
    await expect(restarted.refresh()).rejects.toThrow(/timestamp metadata refused \(expired\)/);
  });
});

describe('who holds the control plane', () => {
  test('cannot roll back the timestamp', async () => {
    const { client, repository } = await setUp();
    const old = repository.files.get('timestamp.json')!;
    repository.add('1.1.0', 2);
    await client.refresh();
    repository.files.set('timestamp.json', old);
    await expect(client.refresh()).rejects.toThrow(
      'timestamp metadata refused (rollback): version 2 offered, 3 trusted',
    );
    expect(client.target('pump/1.1.0')).toBeDefined();
  });

  test('cannot roll back targets, even by signing a new snapshot of the old ones', async () => {
    const { client, repository } = await setUp();
    const old = repository.files.get('2.targets.json')!;
    repository.add('1.1.0', 2);
    await client.refresh();
    repository.publishOnline(old, 2);
    await expect(client.refresh()).rejects.toThrow(
      /snapshot metadata refused \(rollback\): it lists targets/,
    );
    expect(client.trusted().targets).toBe(3);
  });

  test('cannot roll back the snapshot under a new timestamp', async () => {
    const { client, repository } = await setUp();
    const old = repository.files.get('2.snapshot.json')!;
    repository.add('1.1.0', 2);
    await client.refresh();
    const timestamp = createTimestamp(nodeCrypto, {
      snapshotBytes: old,
      snapshotVersion: 2,
      version: 9,
      nowMs: repository.world.wallMs,
    });
    repository.files.set('timestamp.json', signMetadata(nodeCrypto, timestamp, [seed(SERVER)]));
    await expect(client.refresh()).rejects.toThrow(/timestamp metadata refused \(rollback\): it names/);
  });

  test('cannot list a release of its own', async () => {
    const { client, repository, world } = await setUp();
    await client.refresh();
    const targets = addTarget(repository.targets, {
      path: 'pump/6.6.6',
      digest: digest(6),
      lengthBytes: 6,
    });
    const bytes = signTargets(nodeCrypto, targets, {
      nowMs: world.wallMs,
      privateKeys: [seed(SERVER)],
    });
    repository.files.set('3.targets.json', bytes);
    repository.publishOnline(bytes, 3);
    await expect(client.refresh()).rejects.toThrow(/targets metadata refused \(signatures\)/);
    expect(client.target('pump/6.6.6')).toBeUndefined();
    expect(client.target('pump/1.0.0')).toBeDefined();
  });

  test('cannot mix files of different times', async () => {
    const { client, repository } = await setUp();
    const old = repository.copy();
    repository.add('1.1.0', 2);
    repository.files.set('3.snapshot.json', old.get('2.snapshot.json')!);
    await expect(client.refresh()).rejects.toThrow(/snapshot metadata refused \(mismatch\)/);
    expect(client.trusted()).toEqual({ root: 1, timestamp: 3 });
  });

  test('cannot keep an agent on what is good no more', async () => {
    const { client, world } = await setUp();
    await client.refresh();
    world.wallMs += DAY_MS;
    await expect(client.refresh()).rejects.toThrow(/timestamp metadata refused \(expired\)/);
  });

  test.each([
    ['1.root.json', /root metadata refused \(mismatch\): the first root is not the one/],
    ['timestamp.json', /timestamp metadata refused \((signatures|malformed)\)/],
    ['2.snapshot.json', /snapshot metadata refused \(mismatch\)/],
    ['2.targets.json', /targets metadata refused \(mismatch\)/],
  ])('cannot change a byte of %s', async (name, refusal) => {
    const { client, repository } = await setUp();
    const bytes = repository.files.get(name)!.slice();
    bytes[bytes.length >> 1]! ^= 1;
    repository.files.set(name, bytes);
    await expect(client.refresh()).rejects.toThrow(refusal);
    expect(client.target('pump/1.0.0')).toBeUndefined();
  });

  test.each([
    ['2.root.json', 'root'],
    ['timestamp.json', 'timestamp'],
    ['2.snapshot.json', 'snapshot'],
    ['2.targets.json', 'targets'],
  ])('cannot fill the memory with an endless %s', async (name, role) => {
    const { client, repository } = await setUp();
    repository.files.set(name, new Uint8Array(6_000_000).fill(32));
    await expect(client.refresh()).rejects.toThrow(new RegExp(`${role} metadata refused \\(too-long\\)`));
  });

  test('a fetcher that stops reading at the bound is the same refusal', async () => {
    const { client } = await setUp({
      fetchMetadata: async () => {
        throw new SkerryError('too-large', 'too much');
      },
    });
    await expect(client.refresh()).rejects.toMatchObject({ code: 'untrusted' });
  });
});

describe('keys', () => {
  test('a new operator key, handed over by the old one, signs from then on', async () => {
    const { client, repository, open } = await setUp();
    await client.refresh();
    repository.publishRoot([OPERATOR, NEW_OPERATOR], NEW_OPERATOR);
    repository.add('1.1.0', 2);
    await client.refresh();
    expect(client.trusted()).toEqual({ root: 2, timestamp: 3, snapshot: 3, targets: 3 });
    expect((await open()).target('pump/1.1.0')).toBeDefined();
  });

  test('a key that was never handed over is refused, and nothing changes', async () => {
    const { client, repository } = await setUp();
    await client.refresh();
    repository.publishRoot([THIEF], THIEF);
    repository.add('6.6.6', 6);
    await expect(client.refresh()).rejects.toThrow(/root metadata refused \(signatures\)/);
    expect(client.trusted()).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
  });

  test("after the server's key was stolen and raced ahead, a new one begins again at its own numbers", async () => {
    const { client, repository } = await setUp();
    repository.version = 1_000_000;
    repository.publish();
    await client.refresh();
    repository.publishRoot([OPERATOR], OPERATOR, NEW_SERVER);
    repository.version = 0;
    repository.publish();
    const { trusted } = await client.refresh();
    expect(trusted).toMatchObject({ root: 2, timestamp: 1, snapshot: 1 });
  });

  test('targets by a retired key vouch for nothing, even before new ones arrive', async () => {
    const { client, repository } = await setUp();
    await client.refresh();
    repository.publishRoot([OPERATOR, NEW_OPERATOR], NEW_OPERATOR, NEW_SERVER);
    await expect(client.refresh()).rejects.toThrow(/signatures/);
    expect(client.target('pump/1.0.0')).toBeUndefined();
  });

  test('an expired root is refused', async () => {
    const { client, world, repository } = await setUp();
    world.wallMs += 366 * DAY_MS;
    repository.publish();
    await expect(client.refresh()).rejects.toThrow(/root metadata refused \(expired\)/);
  });
});

describe('the store', () => {
  test('a damaged root is fetched again from the one that the token names, and nothing rolls back', async () => {
    const { client, world, repository, open } = await setUp();
    const old = repository.files.get('timestamp.json')!;
    repository.add('1.1.0', 2);
    await client.refresh();
    world.damage('t/root', '{');
    const restarted = await open();
    expect(restarted.trusted()).toEqual({});
    repository.files.set('timestamp.json', old);
    await expect(restarted.refresh()).rejects.toThrow(/timestamp metadata refused \(rollback\)/);
    expect(restarted.target('pump/1.1.0')).toBeDefined();
  });

  test('altered targets on disk vouch for nothing', async () => {
    const { client, world, open } = await setUp();
    await client.refresh();
    world.damage('t/targets', world.stored('t/targets')!.replaceAll('1.0.0', '6.6.6'));
    expect((await open()).target('pump/6.6.6')).toBeUndefined();
    expect(world.lines.join()).toContain('set aside');
  });

  test('an agent that is enrolled elsewhere begins with the other root, and keeps nothing of the first', async () => {
    const { client, world, open } = await setUp();
    await client.refresh();
    const other = new Repository(world);
    other.publishRoot();
    const rootBytes = signMetadata(
      nodeCrypto,
      createRoot(nodeCrypto, {
        operatorKeys: [publicOf(NEW_OPERATOR)],
        onlineKey: publicOf(NEW_SERVER),
        nowMs: world.wallMs,
      }),
      [seed(NEW_OPERATOR)],
    );
    const moved = await open({ anchor: { rootBytes }, fetchMetadata: async () => undefined });
    expect(moved.trusted()).toEqual({});
    await expect(moved.refresh()).rejects.toThrow('no timestamp.json');
    expect(moved.trusted()).toEqual({ root: 1 });
    expect(world.stored('t/targets')).toBeUndefined();
    expect(world.stored('t/root')).toBe(fromUtf8(rootBytes));
  });
});

test('a first root with another digest than the token names is refused whoever signed it', async () => {
  const { repository, open } = await setUp();
  const client = await open({ anchor: { rootDigest: digestOf(nodeCrypto, utf8('another')) } });
  await expect(client.refresh()).rejects.toThrow(/enrolment token/);
  expect(repository.asked).toEqual(['1.root.json']);
});

const folder = join(process.env.SKERRY_DATA ?? '', 'update_security/tuf_static_tuf-on-ci-0.11');

test.skipIf(!process.env.SKERRY_DATA || !existsSync(folder))(
  'a repository that tuf-on-ci signed is followed from its first root to its targets (SKERRY_DATA)',
  async () => {
    const world = new TestWorld();
    world.wallMs = Date.parse('2025-02-09T09:17:23Z');
    const client = await createTrustClient({
      ...world,
      crypto: nodeCrypto,
      anchor: { rootBytes: new Uint8Array(readFileSync(join(folder, 'initial_root.json'))) },
      fetchMetadata: async (name) => {
        const file = join(folder, 'metadata', name);
        return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
      },
      // Its keys are ECDSA; the workflow is the same whatever the key type.
      checkSignature: (key, message, signature) =>
        verify('sha256', message, createPublicKey(key.keyval.public), signature),
    });
    const { trusted } = await client.refresh();
    expect(trusted).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 1 });
    // It is listed by a delegated role, and those permit nothing here.
    expect(client.target('delegatedrole/artifact')).toBeUndefined();
  },
);
