import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { createRoot, removeTarget, signMetadata } from '@skerry/proto/tuf/repository';
import { describe, expect, test } from 'vitest';
import { TestWorld } from '../sync/test-world.ts';
import { createTrustClient } from './client.ts';
import { DAY_MS, digest, NEW_OPERATOR, NEW_SERVER, publicOf, seed, setUp } from './test-repository.ts';

describe('a refresh', () => {
  test('trusts what the operator signed, and only that', async () => {
    const { client } = await setUp(nodeCrypto);
    expect(client.target('pump/1.0.0')).toBeUndefined();
    const state = await client.refresh();
    expect(state.trusted).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
    expect(client.target('pump/1.0.0')).toEqual({ digest: digest(1), lengthBytes: 1 });
    expect(client.target('pump/9.9.9')).toBeUndefined();
    expect(client.target('toString')).toBeUndefined();
  });

  test('with nothing new fetches the next root and the timestamp, and no more', async () => {
    const { client, repository } = await setUp(nodeCrypto);
    await client.refresh();
    repository.asked = [];
    await client.refresh();
    expect(repository.asked).toEqual(['2.root.json', 'timestamp.json']);
  });

  test('asked for twice at once is made once', async () => {
    const { client, repository } = await setUp(nodeCrypto);
    await Promise.all([client.refresh(), client.refresh()]);
    expect(repository.asked.filter((name) => name === 'timestamp.json')).toHaveLength(1);
  });

  test('a yanked release is vouched for no more', async () => {
    const { client, repository } = await setUp(nodeCrypto);
    await client.refresh();
    repository.targets = removeTarget(repository.targets, 'pump/1.0.0');
    repository.publish();
    await client.refresh();
    expect(client.target('pump/1.0.0')).toBeUndefined();
  });
});

describe('offline', () => {
  test('what is trusted survives a restart and a refresh that fails', async () => {
    const { client, repository, open } = await setUp(nodeCrypto);
    await client.refresh();
    repository.files.clear();
    const restarted = await open();
    await expect(restarted.refresh()).rejects.toThrow('has no timestamp.json');
    expect(restarted.target('pump/1.0.0')).toEqual({ digest: digest(1), lengthBytes: 1 });
    expect(restarted.trusted()).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
  });

  test('targets vouch for 90 days, warn 14 days before, and then vouch for nothing until renewed', async () => {
    const { client, world, repository } = await setUp(nodeCrypto);
    await client.refresh();
    world.wallMs += 75 * DAY_MS;
    expect(client.state().expiresSoon).toBe(false);
    world.wallMs += 2 * DAY_MS;
    expect(client.state().expiresSoon).toBe(true);
    expect(client.target('pump/1.0.0')).toBeDefined();
    world.wallMs += 13 * DAY_MS;
    expect(client.target('pump/1.0.0')).toBeUndefined();
    expect(client.state().targetsExpireMs).toBeLessThanOrEqual(world.wallMs);
    repository.publish();
    await client.refresh();
    expect(client.target('pump/1.0.0')).toBeDefined();
  });

  test('a clock set back does not make expired metadata good again', async () => {
    const { client, world, repository, open } = await setUp(nodeCrypto);
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

describe('the store', () => {
  test('a damaged root is fetched again from the one that the token names, and nothing rolls back', async () => {
    const { client, world, repository, open } = await setUp(nodeCrypto);
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
    const { client, world, open } = await setUp(nodeCrypto);
    await client.refresh();
    world.damage('t/targets', world.stored('t/targets')!.replaceAll('1.0.0', '6.6.6'));
    expect((await open()).target('pump/6.6.6')).toBeUndefined();
    expect(world.lines.join()).toContain('set aside');
  });

  test('an agent that is enrolled elsewhere begins with the other root, and keeps nothing of the first', async () => {
    const { client, world, open } = await setUp(nodeCrypto);
    await client.refresh();
    const rootBytes = signMetadata(
      nodeCrypto,
      createRoot(nodeCrypto, {
        operatorKeys: [publicOf(nodeCrypto, NEW_OPERATOR)],
        onlineKey: publicOf(nodeCrypto, NEW_SERVER),
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
  const { repository, open } = await setUp(nodeCrypto);
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
