/**
 * A disk that refuses: strace makes calls on the real database's files fail. The agent goes on, acknowledges nothing that
 * isn't stored, and has everything that it acknowledged.
 */
import { join } from 'node:path';
import { createRandom } from '@skerry/firmware-sim/random';
import { afterAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { until } from '../e2e/support/until.ts';
import { writeContents } from './disk.ts';
import { liveTraced } from './power-cut.ts';
import { Site } from './site.ts';
import { readStored } from './stored.ts';
import { hasStrace, straceFailing } from './strace.ts';

const SEED = Number(process.env.SKERRY_SEED ?? 1);
const TITLE = hasStrace ? 'a disk that refuses' : 'a disk that refuses (skipped: apt-get install strace)';
/** A small buffer, so that LevelDB writes tables, too. */
const BUFFER = { maxBytes: '2MiB' };

/** Now and then, and for a while. Counted by thread: four work for LevelDB, and opening it takes few calls of each. */
const FAULTS = [
  'write:error=EIO:when=30+40',
  'write:error=ENOSPC:when=30+40',
  'write:error=EROFS:when=30..31',
  'fdatasync:error=EIO:when=15+20',
];

describe.skipIf(!hasStrace)(TITLE, () => {
  const folder = scratchFolder();
  const sites: Site[] = [];

  afterAll(() => Promise.all(sites.map((site) => site.end())));

  async function createBusySite(id: string): Promise<Site> {
    const site = await Site.create(folder, id, { buffer: BUFFER });
    sites.push(site);
    await site.agent.start();
    await site.agent.stop();
    site.startPumps(2);
    return site;
  }

  async function expectAllThere(site: Site): Promise<void> {
    expect(await site.kept()).toBe(site.acknowledged);
    expect(await site.verify()).toMatchObject({ code: 0 });
    await site.agent.stop();
    const { results, damaged } = await readStored(site.agent.dataDir, site.agent.id);
    expect(damaged).toBe(false);
    await site.expectResults(results);
  }

  test('bad blocks, no space, a read-only file system, failing syncs', async () => {
    const site = await createBusySite('gateway-1');
    for (const fault of FAULTS) {
      const program = site.launch({}, straceFailing(join(site.agent.dataDir, 'db'), fault));
      await until(`the disk to refuse ${fault}`, () => attempts(program.stderr) >= 2);
      const { acknowledged } = site;
      await until(`PUBACKs after ${fault}`, () => site.acknowledged > acknowledged + 100, 60_000).catch(
        (error: Error) => {
          throw new Error(`${error.message}; the agent said: ${program.stderr}`);
        },
      );
      expect(program.running, program.stderr).toBe(true);
      await program.kill();
    }
    await site.agent.start();
    await site.finishPumps();
    await expectAllThere(site);
  }, 180_000);

  test('syncs fail, and then the power is cut', async () => {
    const random = createRandom(SEED).fork('failing syncs');
    const site = await createBusySite('gateway-2');
    for (const nth of [60, 90]) {
      const { disk } = await liveTraced(site, { point: 'journal.append.after', nth }, [
        'fdatasync:error=EIO:when=15+20',
      ]);
      expect(attempts(site.agent.log)).toBeGreaterThan(0);
      writeContents(site.agent.dataDir, disk.afterPowerCut(random));
    }
    await site.agent.start();
    await site.finishPumps();
    await expectAllThere(site);
  });
});

/** How often the agent said that it tries again what the disk refused. */
function attempts(log: string): number {
  return log.split('trying again in').length - 1;
}
