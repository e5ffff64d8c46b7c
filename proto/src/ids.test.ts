import { expect, test } from 'vitest';
import { toBase32, utf8 } from './bytes.ts';
import { cohortPlace, cohortSize } from './cohort.ts';
import { crc32c } from './crc32c.ts';
import { type ResultKey, resultId } from './ids.ts';
import { nodeCrypto } from './node/crypto.ts';
import { shardOf } from './shard.ts';

const key: ResultKey = {
  agent: 'oslo-gw1',
  pipeline: 'pump',
  device: 'p3',
  releaseDigest: `sha256:${'ab'.repeat(32)}`,
  fromUs: 1_795_000_000_000_000,
  toUs: 1_795_000_016_000_000,
};

test('a result id depends on agent, pipeline, device, release and window, and on nothing else', () => {
  const id = resultId(nodeCrypto, key);
  expect(id).toMatch(/^[a-z2-7]{26}$/);
  expect(resultId(nodeCrypto, { ...key })).toBe(id);
  for (const [name, value] of Object.entries(key))
    expect(
      resultId(nodeCrypto, { ...key, [name]: typeof value === 'number' ? value + 1 : `${value}x` }),
    ).not.toBe(id);
});

test('a result id never changes between versions: agents in the field hold it', () => {
  expect(resultId(nodeCrypto, key)).toBe('6c3umzusa4eqsvedu4w56uoeb4');
});

test('parts of a result id cannot be shifted into each other', () => {
  const a = resultId(nodeCrypto, { ...key, pipeline: 'pump', device: 'p3' });
  const b = resultId(nodeCrypto, { ...key, pipeline: 'pum', device: 'pp3' });
  expect(a).not.toBe(b);
});

test('base32 is that of RFC 4648, lower case and unpadded', () => {
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((t) => toBase32(utf8(t)))).toEqual([
    '',
    'my',
    'mzxq',
    'mzxw6',
    'mzxw6yq',
    'mzxw6ytb',
    'mzxw6ytboi',
  ]);
});

test('CRC-32C gives the published check values', () => {
  expect(crc32c(utf8('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa); // RFC 3720, B.4
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test('places in a cohort are uniform, and another salt draws them anew', () => {
  const agents = Array.from({ length: 4_000 }, (_, i) => `agent-${i}`);
  const low = agents.filter((a) => cohortPlace(nodeCrypto, 's1', a) < 0.1 * 2 ** 52);
  expect(low.length / agents.length).toBeCloseTo(0.1, 1);
  const both = low.filter((a) => cohortPlace(nodeCrypto, 's2', a) < 0.1 * 2 ** 52);
  expect(both.length / low.length).toBeLessThan(0.2);
});

test('a percentage takes at least one agent and never more than there are', () => {
  expect([
    cohortSize(0.05, 0),
    cohortSize(0.05, 3),
    cohortSize(0.05, 100),
    cohortSize(0.051, 100),
    cohortSize(1, 7),
  ]).toEqual([0, 1, 5, 6, 7]);
});

test('every agent has one shard, and shards share evenly', () => {
  const counts = new Array<number>(4).fill(0);
  for (let i = 0; i < 4_000; i++) counts[shardOf(`agent-${i}`, 4)]!++;
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
