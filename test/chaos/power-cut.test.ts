/**
 * The power is cut, which a kill can't show: then only what was synced is sure to be there. strace writes down what the
 * real agent asks of its disk, and disk.ts says what a disk may make of it. SKERRY_CUTS says how often.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createRandom } from '@skerry/firmware-sim/random';
import { afterAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { type Contents, type TracedDisk, writeContents } from './disk.ts';
import { type End, liveTraced } from './power-cut.ts';
import { keptSamples, Site } from './site.ts';
import { readStored } from './stored.ts';
import { hasStrace } from './strace.ts';

const CUTS = Number(process.env.SKERRY_CUTS ?? 6);
const SEED = Number(process.env.SKERRY_SEED ?? 1);
const CUT_TIMEOUT_MS = 30_000;
const TITLE = hasStrace ? 'a power cut' : 'a power cut (skipped: apt-get install strace)';

/** Besides the disk that the next life finds, so many others that the same cut may leave are opened. */
const OTHER_DISKS = 10;
const POINTS = [
  'journal.append.after',
  'journal.append.before',
  'progress.commit.after',
  'progress.commit.before',
];
const NTH_MAX = 60;
const LIFE_MIN_MS = 300;
const LIFE_MAX_MS = 2_500;
/** So small that LevelDB writes tables and drops logs in every life. */
const BUFFER = { maxBytes: '2MiB' };

describe.skipIf(!hasStrace)(TITLE, () => {
  const folder = scratchFolder();
  const sites: Site[] = [];

  afterAll(() => Promise.all(sites.map((site) => site.end())));

  async function createSite(id: string, buffer: object = BUFFER): Promise<Site> {
    const site = await Site.create(folder, id, { buffer });
    sites.push(site);
    return site;
  }

  /** With its release active and two pumps that publish. */
  async function createBusySite(...args: Parameters<typeof createSite>): Promise<Site> {
    const site = await createSite(...args);
    await site.agent.start();
    await site.agent.stop();
    site.startPumps(2);
    return site;
  }

  /** What of all acknowledged samples is missing on the worst of some disks that a cut may leave. */
  async function worstMissing(site: Site, disk: TracedDisk, seed: string): Promise<number> {
    const { acknowledged } = site;
    const other = join(folder, 'other');
    let worst = 0;
    for (let i = 0; i < OTHER_DISKS; i++) {
      writeContents(other, disk.afterPowerCut(createRandom(SEED).fork(`${seed} ${i}`)));
      const { samples } = await readStored(other, site.agent.id);
      worst = Math.max(worst, acknowledged - (samples ? keptSamples(samples) : 0));
    }
    return worst;
  }

  test(
    'nothing acknowledged is lost and no result counts twice',
    async () => {
      const random = createRandom(SEED).fork('cuts');
      const site = await createBusySite('gateway-1');
      let compared = 0;
      for (let i = 0; i < CUTS; i++) {
        const life = await liveTraced(site, drawEnd(i, random.uniform()));
        if (life.compared) compared++;
        expect(await worstMissing(site, life.disk, `cut ${i}`)).toBeLessThanOrEqual(0);
        writeContents(site.agent.dataDir, life.disk.afterPowerCut(random));
        if ((i + 1) % 10 === 0) say(`${i + 1} of ${CUTS} cuts, ${site.acknowledged} samples acknowledged`);
      }
      expect(compared).toBeGreaterThan(0);
      await site.agent.start();
      await site.finishPumps();
      const missing = site.acknowledged - (await site.kept());
      expect(await site.verify()).toMatchObject({ code: 0 });
      await site.agent.stop();
      const { results } = await readStored(site.agent.dataDir, site.agent.id);
      const twice = results.length - new Set(results.map(({ id }) => id)).size;
      say(
        `${CUTS} cuts: ${site.acknowledged} samples acknowledged, ${missing} missing; ` +
          `${results.length} results, ${twice} twice`,
      );
      expect(missing).toBe(0);
      await site.expectResults(results);
    },
    60_000 + CUTS * CUT_TIMEOUT_MS,
  );

  test('where syncs are only pretended, the same does lose what was acknowledged', async () => {
    const random = createRandom(SEED).fork('pretended');
    const site = await createBusySite('gateway-2');
    for (const nth of [20, 40]) {
      const { disk } = await liveTraced(site, { point: 'journal.append.after', nth }, [
        'fsync,fdatasync:retval=0',
      ]);
      writeContents(site.agent.dataDir, disk.afterPowerCut(random));
    }
    await site.agent.start();
    await site.finishPumps();
    const missing = site.acknowledged - (await site.kept());
    say(`syncs pretended: ${site.acknowledged} samples acknowledged, ${missing} missing`);
    expect(missing).toBeGreaterThan(0);
  });

  test('durability: os may lose the latest commits, but each of them whole', async () => {
    const random = createRandom(SEED).fork('os');
    const site = await createBusySite('gateway-3', { ...BUFFER, durability: 'os' });
    const { disk } = await liveTraced(site, { point: 'progress.commit.after', nth: 60 });
    const other = join(folder, 'other');
    for (let i = 0; i < OTHER_DISKS; i++) {
      writeContents(other, disk.afterPowerCut(random));
      const { results, damaged } = await readStored(other, site.agent.id);
      expect(damaged).toBe(false);
      expect(new Set(results.map(({ id }) => id)).size).toBe(results.length);
    }
    writeContents(site.agent.dataDir, disk.afterPowerCut(random));
    await site.agent.start();
    await site.finishPumps();
    expect(await site.verify()).toMatchObject({ code: 0 });
  });

  test('a release that was activated is there, every file of it whole', async () => {
    const site = await createSite('gateway-4');
    const { disk } = await liveTraced(site, { point: 'release.activated', nth: 1 });
    const files = blobsIn(disk.contents());
    expect(files.size).toBeGreaterThan(0);
    for (let i = 0; i < 200; i++) {
      const left = blobsIn(disk.afterPowerCut(createRandom(SEED).fork(`blobs ${i}`)));
      expect([...left.keys()].sort()).toEqual([...files.keys()].sort());
      for (const [digest, bytes] of left)
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
    }
  });
});

/** Files of releases by the digest in their name. */
function blobsIn(contents: Contents): Map<string, Uint8Array> {
  const blobs = new Map<string, Uint8Array>();
  for (const [path, content] of contents) {
    const [, first, rest] = /^blobs\/sha256\/(..)\/([0-9a-f]{62})$/.exec(path) ?? [];
    if (first !== undefined && content !== 'folder') blobs.set(`${first}${rest}`, content);
  }
  return blobs;
}

/** By turns at a place in the code and at any time. */
function drawEnd(i: number, share: number): End {
  return i % 2 === 0
    ? { point: POINTS[(i / 2) % POINTS.length]!, nth: 1 + Math.floor(share * NTH_MAX) }
    : { afterMs: LIFE_MIN_MS + share * (LIFE_MAX_MS - LIFE_MIN_MS) };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
