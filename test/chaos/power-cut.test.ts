/**
 * The power is cut, which a kill can't show: then only what was synced is sure to be there. strace writes down what the
 * real agent asks of its disk, and disk.ts says what a disk may make of it. SKERRY_CUTS says how often.
 */
import { createRandom } from '@skerry/firmware-sim/random';
import { afterAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { type End, liveUntilPowerCut } from './power-cut.ts';
import { Site } from './site.ts';
import { storedResults } from './stored.ts';
import { hasStrace } from './strace.ts';

const CUTS = Number(process.env.SKERRY_CUTS ?? 6);
const SEED = Number(process.env.SKERRY_SEED ?? 1);
const CUT_TIMEOUT_MS = 30_000;
const TITLE = hasStrace ? 'a power cut' : 'a power cut (skipped: apt-get install strace)';

const POINTS = [
  'journal.append.after',
  'journal.append.before',
  'progress.commit.after',
  'progress.commit.before',
];
const NTH_MAX = 60;
const LIFE_MIN_MS = 300;
const LIFE_MAX_MS = 2_500;

describe.skipIf(!hasStrace)(TITLE, () => {
  const folder = scratchFolder();
  const sites: Site[] = [];

  afterAll(() => Promise.all(sites.map((site) => site.end())));

  async function createSite(id: string): Promise<Site> {
    const site = await Site.create(folder, id);
    sites.push(site);
    // A release's first activation is a story of its own: kill.test.ts.
    await site.agent.start();
    await site.agent.stop();
    site.startPumps(2);
    return site;
  }

  test(
    'nothing acknowledged is lost and no result counts twice',
    async () => {
      const random = createRandom(SEED).fork('cuts');
      const site = await createSite('gateway-1');
      const ends = Array.from({ length: CUTS }, (_, i) => drawEnd(i, random.uniform()));
      let compared = 0;
      for (const [i, end] of ends.entries()) {
        if (await liveUntilPowerCut(site, end, random)) compared++;
        if ((i + 1) % 10 === 0) say(`${i + 1} of ${CUTS} cuts, ${site.acknowledged} samples acknowledged`);
      }
      expect(compared).toBeGreaterThan(0);
      await site.agent.start();
      await site.finishPumps();
      const kept = await site.kept();
      expect(await site.verify()).toMatchObject({ code: 0 });
      await site.agent.stop();
      const results = await storedResults(site.agent);
      say(
        `${CUTS} cuts: ${site.acknowledged} samples acknowledged, ${site.acknowledged - kept} missing; ` +
          `${results.length} results, ${results.length - new Set(results.map(({ id }) => id)).size} twice`,
      );
      expect(kept).toBe(site.acknowledged);
      await site.expectResults(results);
    },
    60_000 + CUTS * CUT_TIMEOUT_MS,
  );

  test('where syncs are only pretended, the same does lose what was acknowledged', async () => {
    const random = createRandom(SEED).fork('pretended');
    const site = await createSite('gateway-2');
    for (const nth of [20, 40])
      await liveUntilPowerCut(site, { point: 'journal.append.after', nth }, random, [
        'fsync,fdatasync:retval=0',
      ]);
    await site.agent.start();
    await site.finishPumps();
    const missing = site.acknowledged - (await site.kept());
    say(`syncs pretended: ${site.acknowledged} samples acknowledged, ${missing} missing`);
    expect(missing).toBeGreaterThan(0);
  });
});

/** By turns at a place in the code and at any time. */
function drawEnd(i: number, share: number): End {
  return i % 2 === 0
    ? { point: POINTS[(i / 2) % POINTS.length]!, nth: 1 + Math.floor(share * NTH_MAX) }
    : { afterMs: LIFE_MIN_MS + share * (LIFE_MAX_MS - LIFE_MIN_MS) };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
