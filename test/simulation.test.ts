import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { guardAmbient } from './simulation/ambient.ts';
import { runOffline } from './simulation/offline.ts';
import { PLANTED } from './simulation/planted.ts';
import type { Reference } from './simulation/reference.ts';
import { type RunOptions, reliveSeed, runReference, runSeed } from './simulation/run.ts';

const HOURS = 0.04;
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
/** Seeds that failed once, each with what it found. */
const FAILED = JSON.parse(readFileSync(new URL('simulation/seeds.json', import.meta.url), 'utf8')) as {
  seed: number;
  hours: number;
  story: string;
}[];
const references = new Map<string, Promise<Reference>>();

/** What ought to come out, worked out once. */
function referenceOf(options: RunOptions): Promise<Reference> {
  const key = `${options.seed}/${options.hours}`;
  const reference = references.get(key) ?? runReference(options);
  references.set(key, reference);
  return reference;
}

async function live(options: RunOptions) {
  return runSeed(options, await referenceOf(options));
}

afterAll(() => references.clear());

describe('whatever goes wrong, nothing acknowledged is lost and nothing counts twice; lived again it is the same', () => {
  for (const seed of SEEDS)
    test(`seed ${seed}`, async () => {
      const { broken, tail, digest } = await live({ seed, hours: HOURS });
      expect(broken?.message, tail.slice(-30).join('\n')).toBeUndefined();
      expect(await reliveSeed({ seed, hours: HOURS })).toBe(digest);
    });

  for (const { seed, hours, story } of FAILED)
    test(`seed ${seed} over ${hours} h: ${story}`, async () => {
      expect((await live({ seed, hours })).broken?.message).toBeUndefined();
    });
});

test('other seeds are other histories', async () => {
  const [one, two] = [await live({ seed: 1, hours: HOURS }), await live({ seed: 2, hours: HOURS })];
  expect(one.digest).not.toBe(two.digest);
});

describe('a planted bug is caught', () => {
  for (const plant of PLANTED)
    test(`${plant.name}: within ${plant.seeds} seeds`, async () => {
      for (let seed = 1; seed <= plant.seeds; seed++) {
        const { broken } = await live({ seed, hours: HOURS, plant });
        if (!broken) continue;
        expect(broken.message).toMatch(plant.shows);
        return;
      }
      expect.fail(`${plant.seeds} seeds went by and nobody noticed`);
    });
});

test('hours without a network and a buffer for minutes: alerts all arrive, results are made coarser and then forgotten', async () => {
  const maxBytes = 160 * 1024;
  const { broken, days, peakBytes, final } = await runOffline({
    forMs: 1.5 * 3_600_000,
    samples: 20,
    maxBytes,
    whenFull: 'degrade',
  });
  expect(broken?.message).toBeUndefined();
  const last = days.at(-1)!;
  expect(last.results.summarized).toBeGreaterThan(0);
  expect(last.results.evicted).toBeGreaterThan(0);
  expect(last.alerts).toMatchObject({ summarized: 0, evicted: 0 });
  expect(final.alerts.produced).toBeGreaterThan(0);
  expect(final.alerts.delivered).toBe(final.alerts.produced);
  const { produced, delivered, summarized, evicted, pending } = final.results;
  expect(pending).toBe(0);
  expect(delivered + summarized + evicted).toBe(produced);
  expect(peakBytes).toBeLessThan(1.25 * maxBytes);
});

test('inside the simulation the real time, randomness and timers throw, and outside they are back', () => {
  const before = Date;
  const ambient = guardAmbient();
  ambient.arm();
  const calls = [() => Date.now(), () => new Date(), () => Math.random(), () => setTimeout(() => {}, 0)];
  const threw = calls.map((call) => {
    try {
      call();
      return false;
    } catch {
      return true;
    }
  });
  const known = new Date(0).toISOString();
  ambient.restore();
  expect(threw).toEqual([true, true, true, true]);
  expect(known).toBe('1970-01-01T00:00:00.000Z');
  expect(Date).toBe(before);
  expect(Date.now()).toBeGreaterThan(0);
});
