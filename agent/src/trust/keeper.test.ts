import { nodeCrypto } from '@skerry/proto/node/crypto';
import { describe, expect, test } from 'vitest';
import type { TrustOptions } from './client.ts';
import { TrustKeeper } from './keeper.ts';
import { DAY_MS, OPERATOR, setUp } from './test-repository.ts';

const HOUR_MS = 3_600_000;

async function keeping(change: { anchor?: () => TrustOptions['anchor'] | undefined } = {}) {
  const { world, repository } = await setUp(nodeCrypto);
  let isOnline = true;
  const keeper = new TrustKeeper({
    ...world,
    crypto: nodeCrypto,
    anchor: () => repository.anchor,
    fetchMetadata: async (name) => {
      if (!isOnline) throw new Error('no network');
      repository.asked.push(name);
      return repository.files.get(name);
    },
    intervalMs: 6 * HOUR_MS,
    ...change,
  });
  return {
    world,
    repository,
    keeper,
    setOnline(value: boolean) {
      isOnline = value;
    },
    pass: (ms: number) => world.pass(ms),
  };
}

describe('metadata that nobody asks for', () => {
  test('is looked at soon after the start, and then now and then', async () => {
    const { repository, keeper, pass } = await keeping();
    keeper.start();
    await pass(60_000);
    expect(keeper.trusted()).toMatchObject({ timestamp: 2 });
    repository.asked = [];
    for (let hour = 0; hour < 24; hour++) await pass(HOUR_MS);
    const looks = repository.asked.filter((name) => name === 'timestamp.json').length;
    expect(looks).toBeGreaterThanOrEqual(4);
    expect(looks).toBeLessThanOrEqual(8);
  });

  test('a freeze is shown: newer metadata is held back for longer than it is good for', async () => {
    const { world, repository, keeper, pass } = await keeping();
    keeper.start();
    await pass(60_000);
    expect(keeper.notices()).toEqual([]);
    await pass(DAY_MS);
    await pass(7 * HOUR_MS);
    expect(keeper.notices()).toEqual([
      expect.stringMatching(
        /^releases are frozen: timestamp metadata refused \(expired\): it was good until/,
      ),
    ]);
    expect(world.lines.filter((line) => line.includes('frozen'))).toHaveLength(1);
    repository.publish();
    await pass(7 * HOUR_MS);
    expect(keeper.notices()).toEqual([]);
  });

  test('an agent that is offline sees no freeze, and keeps what it trusts', async () => {
    const { keeper, setOnline, pass } = await keeping();
    keeper.start();
    await pass(60_000);
    setOnline(false);
    for (let day = 0; day < 10; day++) await pass(DAY_MS);
    expect(keeper.notices()).toEqual([]);
    expect((await keeper.client()).target('pump/1.0.0')).toBeDefined();
  });

  test('whatever else is refused is named, until it is mended', async () => {
    const { repository, keeper, pass } = await keeping();
    keeper.start();
    await pass(60_000);
    const good = repository.copy();
    repository.publishRoot([OPERATOR + 4], OPERATOR + 4);
    await pass(7 * HOUR_MS);
    expect(keeper.notices()).toEqual([expect.stringContaining('root metadata refused (signatures)')]);
    repository.files = good;
    await pass(7 * HOUR_MS);
    expect(keeper.notices()).toEqual([]);
  });

  test('without a root nothing is fetched, and asking for the client says what is missing', async () => {
    const { repository, keeper, pass } = await keeping({ anchor: () => undefined });
    keeper.start();
    await pass(12 * HOUR_MS);
    expect(repository.asked).toEqual([]);
    await expect(keeper.client()).rejects.toMatchObject({ code: 'untrusted' });
  });
});

describe('metadata carried by hand', () => {
  test('is good although the road took longer than timestamp and snapshot last', async () => {
    const { world, repository, client } = await setUp(nodeCrypto);
    world.wallMs += 30 * DAY_MS;
    await client.takeCarried(async (name) => repository.files.get(name));
    expect(client.target('pump/1.0.0')).toBeDefined();
  });

  test('is refused where the list itself is good no more, or older than what is trusted', async () => {
    const { world, repository, client } = await setUp(nodeCrypto);
    const old = repository.copy();
    repository.add('1.1.0', 2);
    await client.takeCarried(async (name) => repository.files.get(name));
    await expect(client.takeCarried(async (name) => old.get(name))).rejects.toThrow(
      /timestamp metadata refused \(rollback\)/,
    );
    world.wallMs += 91 * DAY_MS;
    await expect(client.takeCarried(async (name) => repository.files.get(name))).rejects.toThrow(
      /targets metadata refused \(expired\)/,
    );
    expect(client.target('pump/1.1.0')).toBeUndefined();
  });
});
