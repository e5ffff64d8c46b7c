// What whoever holds the control plane, or once held a key, can't do: the attacks of the TUF specification, by their names.
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import {
  addTarget,
  createRoot,
  createTimestamp,
  signMetadata,
  signTargets,
} from '@skerry/proto/tuf/repository';
import { describe, expect, test } from 'vitest';
import {
  DAY_MS,
  digest,
  NEW_OPERATOR,
  NEW_SERVER,
  OPERATOR,
  publicOf,
  SERVER,
  seed,
  setUp,
  THIEF,
} from './test-repository.ts';

describe('who holds the control plane', () => {
  test('rollback: cannot offer an older timestamp', async () => {
    const { client, repository } = await setUp(nodeCrypto);
    const old = repository.files.get('timestamp.json')!;
    repository.add('1.1.0', 2);
    await client.refresh();
    repository.files.set('timestamp.json', old);
    await expect(client.refresh()).rejects.toThrow(
      'timestamp metadata refused (rollback): version 2 offered, 3 trusted',
    );
    expect(client.target('pump/1.1.0')).toBeDefined();
  });

  test('rollback: cannot offer older targets, even by signing a new snapshot of them', async () => {
    const { client, repository } = await setUp(nodeCrypto);
    const old = repository.files.get('2.targets.json')!;
    repository.add('1.1.0', 2);
    await client.refresh();
    repository.publishOnline(old, 2);
    await expect(client.refresh()).rejects.toThrow(
      /snapshot metadata refused \(rollback\): it lists targets/,
    );
    expect(client.trusted().targets).toBe(3);
  });

  test('rollback: cannot offer an older snapshot under a new timestamp', async () => {
    const { client, repository } = await setUp(nodeCrypto);
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

  test('arbitrary installation: cannot list a release of its own', async () => {
    const { client, repository, world } = await setUp(nodeCrypto);
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

  test('mix and match: cannot serve files of different times together', async () => {
    const { client, repository } = await setUp(nodeCrypto);
    const old = repository.copy();
    repository.add('1.1.0', 2);
    repository.files.set('3.snapshot.json', old.get('2.snapshot.json')!);
    await expect(client.refresh()).rejects.toThrow(/snapshot metadata refused \(mismatch\)/);
    expect(client.trusted()).toEqual({ root: 1, timestamp: 3 });
  });

  test('indefinite freeze: cannot pass off as new what is good no more', async () => {
    const { client, world } = await setUp(nodeCrypto);
    await client.refresh();
    world.wallMs += DAY_MS;
    await expect(client.refresh()).rejects.toThrow(/timestamp metadata refused \(expired\)/);
  });

  test.each([
    ['1.root.json', /root metadata refused \(mismatch\): the first root is not the one/],
    ['timestamp.json', /timestamp metadata refused \((signatures|malformed)\)/],
    ['2.snapshot.json', /snapshot metadata refused \(mismatch\)/],
    ['2.targets.json', /targets metadata refused \(mismatch\)/],
  ])('arbitrary installation: cannot change a byte of %s', async (name, refusal) => {
    const { client, repository } = await setUp(nodeCrypto);
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
  ])('endless data: cannot fill the memory with an endless %s', async (name, role) => {
    const { client, repository } = await setUp(nodeCrypto);
    repository.files.set(name, new Uint8Array(6_000_000).fill(32));
    await expect(client.refresh()).rejects.toThrow(new RegExp(`${role} metadata refused \\(too-long\\)`));
  });

  test('endless data: a fetcher that stops reading at the bound is the same refusal', async () => {
    const { client } = await setUp(nodeCrypto, {
      fetchMetadata: async () => {
        throw new SkerryError('too-large', 'too much');
      },
    });
    await expect(client.refresh()).rejects.toMatchObject({ code: 'untrusted' });
  });
});

describe('wrong target', () => {
  test('a release is vouched for under its own path and version alone', async () => {
    const { client, repository } = await setUp(nodeCrypto);
    repository.add('1.1.0', 2);
    await client.refresh();
    expect(client.target('pump/1.0.0')?.digest).toBe(digest(1));
    expect(client.target('pump/1.1.0')?.digest).toBe(digest(2));
    for (const path of ['pump', 'pump/1.0', 'pump/1.0.0/', '../pump/1.0.0', 'PUMP/1.0.0', '__proto__'])
      expect(client.target(path), path).toBeUndefined();
  });
});

describe('key compromise', () => {
  test('of one operator of three, where two must sign: neither a list nor a root of the thief’s is taken', async () => {
    const { client, repository, world } = await setUp(nodeCrypto);
    const root = (version: number, threshold: number) =>
      createRoot(nodeCrypto, {
        operatorKeys: [OPERATOR, NEW_OPERATOR, THIEF].map((n) => publicOf(nodeCrypto, n)),
        onlineKey: publicOf(nodeCrypto, SERVER),
        nowMs: world.wallMs,
        version,
        threshold,
      });
    const put = (version: number, threshold: number, signers: number[]): void => {
      const bytes = signMetadata(nodeCrypto, root(version, threshold), signers.map(seed));
      repository.files.set(`${version}.root.json`, bytes);
    };
    const list = (signers: number[]): void => {
      repository.targets = { ...repository.targets, version: 2 };
      const privateKeys = signers.map(seed);
      const bytes = signTargets(nodeCrypto, repository.targets, { nowMs: world.wallMs, privateKeys });
      repository.files.set('3.targets.json', bytes);
      repository.publishOnline(bytes, 3);
    };
    put(2, 2, [OPERATOR, NEW_OPERATOR]);
    list([OPERATOR, NEW_OPERATOR]);
    await client.refresh();
    list([THIEF]);
    await expect(client.refresh()).rejects.toThrow(/targets metadata refused \(signatures\): 1 of the 2/);
    put(3, 1, [THIEF]);
    await expect(client.refresh()).rejects.toThrow(/root metadata refused \(signatures\): 1 of the 2/);
    expect(client.trusted()).toMatchObject({ root: 2, targets: 3 });
  });
});

describe('keys', () => {
  test('a new operator key, handed over by the old one, signs from then on', async () => {
    const { client, repository, open } = await setUp(nodeCrypto);
    await client.refresh();
    repository.publishRoot([OPERATOR, NEW_OPERATOR], NEW_OPERATOR);
    repository.add('1.1.0', 2);
    await client.refresh();
    expect(client.trusted()).toEqual({ root: 2, timestamp: 3, snapshot: 3, targets: 3 });
    expect((await open()).target('pump/1.1.0')).toBeDefined();
  });

  test('a key that was never handed over is refused, and nothing changes', async () => {
    const { client, repository } = await setUp(nodeCrypto);
    await client.refresh();
    repository.publishRoot([THIEF], THIEF);
    repository.add('6.6.6', 6);
    await expect(client.refresh()).rejects.toThrow(/root metadata refused \(signatures\)/);
    expect(client.trusted()).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
  });

  test("fast forward: after the server's key was stolen and raced ahead, a new one begins again at its own numbers", async () => {
    const { client, repository } = await setUp(nodeCrypto);
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
    const { client, repository } = await setUp(nodeCrypto);
    await client.refresh();
    repository.publishRoot([OPERATOR, NEW_OPERATOR], NEW_OPERATOR, NEW_SERVER);
    await expect(client.refresh()).rejects.toThrow(/signatures/);
    expect(client.target('pump/1.0.0')).toBeUndefined();
  });

  test('an expired root is refused', async () => {
    const { client, world, repository } = await setUp(nodeCrypto);
    world.wallMs += 366 * DAY_MS;
    repository.publish();
    await expect(client.refresh()).rejects.toThrow(/root metadata refused \(expired\)/);
  });
});
