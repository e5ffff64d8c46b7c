/**
 * The agent's process is killed (SIGKILL) at every crash point that its code marks and at random times, while pumps
 * publish at QoS 1. SKERRY_KILLS says how many kills follow on those at each point; SKERRY_SEED draws others.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@skerry/firmware-sim/random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreement } from '../e2e/support/agent.ts';
import { ControlPlane } from '../e2e/support/control-plane.ts';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { until } from '../e2e/support/until.ts';
import { markedCrashPoints } from './crash-points.ts';
import { keptSamples, pumpRelease, Site } from './site.ts';
import { readStored } from './stored.ts';

const KILLS = Number(process.env.SKERRY_KILLS ?? 8);
const SEED = Number(process.env.SKERRY_SEED ?? 1);
const LIFE_MAX_MS = 1_500;
const KILL_TIMEOUT_MS = 20_000;

/** Points that no gateway here comes to, and why. */
const UNREACHABLE = [
  'alerts.commit.before', // only tests append alerts by themselves
  'alerts.commit.after',
  'shadow.loading', // releases from disk have no rollouts; the simulation's agents end there
];

/** Passed again and again in every life with traffic, and up to which time through them the agent may live. */
const BUSY: readonly (readonly [point: string, nthMax: number])[] = [
  ['journal.append.before', 40],
  ['journal.append.after', 40],
  ['progress.commit.before', 40],
  ['progress.commit.after', 40],
  // Once an exchange, which is once a second.
  ['outbox.acknowledge.before', 2],
  ['outbox.acknowledge.after', 2],
];

const folder = scratchFolder();
const random = createRandom(SEED).fork('kills');
const sites: Site[] = [];
const killedAt = new Set<string>();
let controlPlane: ControlPlane;
let kills = 0;

beforeAll(async () => {
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
});

afterAll(async () => {
  await Promise.all(sites.map((site) => site.end()));
  await controlPlane?.stop();
});

async function createSite(...args: Parameters<typeof Site.create>): Promise<Site> {
  const site = await Site.create(...args);
  sites.push(site);
  return site;
}

async function killAt(site: Site, ...at: Parameters<Site['killAt']>): Promise<void> {
  await site.killAt(...at);
  killedAt.add(at[0]);
  kills++;
}

function killBusy(site: Site, [point, nthMax]: (typeof BUSY)[number]): Promise<void> {
  return killAt(site, point, 1 + Math.floor(random.uniform() * nthMax));
}

async function killAfter(site: Site, lifeMs: number): Promise<void> {
  const program = site.launch({});
  await sleep(lifeMs);
  if (!program.running) throw new Error(`the agent ended by itself: ${program.stderr}`);
  await program.kill();
  kills++;
}

/** Every acknowledged sample is in the ledger, and the ledger adds up. */
async function expectNothingLost(site: Site): Promise<void> {
  expect(site.acknowledged - (await site.kept())).toBe(0);
  expect(await site.verify()).toMatchObject({ code: 0 });
}

test(
  'nothing acknowledged is lost and no result counts twice, wherever the agent is killed',
  async () => {
    const site = await createSite(folder, 'gateway-1', {}, controlPlane);
    for (const point of ['outbox.open.before', 'outbox.open.after']) await killAt(site, point);
    // A release's first activation is a story of its own (below).
    await site.agent.start();
    await site.agent.kill();
    site.startPumps(2);
    // Before the first exchange with results, and then not for many blocks.
    for (const point of ['outbox.offer.before', 'outbox.offer.after']) await killAt(site, point);
    for (const busy of BUSY) await killBusy(site, busy);
    const beganMs = Date.now();
    for (let i = 1; i <= KILLS; i++) {
      // In turn, since a release that dies three times in a row while it is loaded is given up.
      if (i % 2 === 0) await killBusy(site, BUSY[Math.floor(random.uniform() * BUSY.length)]!);
      else await killAfter(site, random.uniform() * LIFE_MAX_MS);
      if (i % 20 === 0) say(progress(i, site, beganMs));
    }
    await site.agent.start();
    await site.finishPumps();
    const count = await agreement(site.agent, controlPlane);
    await expectNothingLost(site);

    // Once a minute, with nothing else going on.
    await site.agent.kill();
    for (const point of ['outbox.maintain.before', 'outbox.maintain.after'])
      await killAt(site, point, 1, { clockFactor: 100 });
    await site.agent.start();
    expect(await agreement(site.agent, controlPlane)).toBeGreaterThanOrEqual(count);
    await expectNothingLost(site);
    const held = await controlPlane.results({ agent: site.agent.id });
    await site.expectResults(held);
    say(
      `${kills} kills: ${site.acknowledged} samples acknowledged, 0 missing; ${held.length} results, 0 twice`,
    );
    await site.agent.stop();
  },
  120_000 + KILLS * KILL_TIMEOUT_MS,
);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function progress(done: number, site: Site, beganMs: number): string {
  const seconds = Math.round((Date.now() - beganMs) / 1_000);
  return `${done} of ${KILLS} kills, ${site.acknowledged} samples acknowledged, ${seconds} s`;
}

test('a buffer that is too small is killed while it makes room', async () => {
  const site = await createSite(folder, 'gateway-2', { buffer: { maxBytes: '32KiB' } });
  await site.agent.start();
  site.startPumps(2, 2_000);
  for (const point of ['outbox.evict.before', 'outbox.evict.after']) {
    await until('the buffer to be full', async () => (await gaveWay(site)) > 0);
    await site.agent.kill();
    await killAt(site, point, 2);
    await site.agent.start();
  }
  await site.finishPumps();
  await expectNothingLost(site);
  const metrics = await until('every window', async () => {
    const now = await site.agent.metrics();
    return now.sum('skerry_agent_results_total') >= site.closedWindows && now;
  });
  // No result is there twice: as many as there were windows.
  expect(metrics.sum('skerry_agent_results_total')).toBe(metrics.sum('skerry_agent_windows_total'));
  expect(metrics.sum('skerry_agent_results_total')).toBeLessThanOrEqual((await site.backtest()).length);
  await site.agent.stop();
});

async function gaveWay(site: Site): Promise<number> {
  const metrics = await site.agent.metrics();
  const records = (state: string): number => metrics.sum('skerry_agent_outbox_records', { state });
  return records('summarized') + records('evicted');
}

test('an agent that finds itself restored from an image is killed while it begins a new epoch', async () => {
  const site = await createSite(folder, 'gateway-3', {}, controlPlane);
  const held = () => controlPlane.results({ agent: site.agent.id });
  const image = join(folder, 'image');
  await site.agent.start();
  site.startPumps(1);
  await until('results', async () => (await held()).length > 0);
  await site.agent.stop();
  const { samples } = await readStored(site.agent.dataDir, site.agent.id);
  const keptInImage = keptSamples(samples!);
  cpSync(site.agent.dataDir, image, { recursive: true });
  await site.agent.start();
  const { epoch } = await site.agent.status();
  const before = (await held()).length;
  await until('more results', async () => (await held()).length > before + 20);
  await site.agent.stop();

  rmSync(site.agent.dataDir, { recursive: true });
  cpSync(image, site.agent.dataDir, { recursive: true });
  // Until then PUBACKs of the life before may still be read.
  await until('the pump to be alone', () => site.pumps.every((pump) => !pump.connected));
  const acknowledgedBefore = site.acknowledged;
  for (const point of ['outbox.epoch.before', 'outbox.epoch.after']) await killAt(site, point);
  await site.agent.start();
  await site.finishPumps();
  await until('everything to be delivered', async () => {
    const metrics = await site.agent.metrics();
    return metrics.sum('skerry_agent_outbox_records', { state: 'pending' }) === 0;
  });
  expect((await site.agent.status()).epoch).not.toBe(epoch);
  expect(await site.kept()).toBe(keptInImage + site.acknowledged - acknowledgedBefore);
  expect(await site.verify()).toMatchObject({ code: 0 });
  const ids = (await held()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const known = new Set((await site.backtest()).map(({ id }) => id));
  expect(ids.filter((id) => !known.has(id))).toEqual([]);
  await site.agent.stop();
});

test('a release is killed while it is activated', async () => {
  const site = await createSite(folder, 'gateway-4');
  await killAt(site, 'release.activated');
  await site.agent.start();
  expect((await site.agent.pipeline('pump')).release).toBe('pump-anomaly@1.0.0');
  await site.agent.stop();
  // A new one may be what took the process down: it is refused, and what served before still does. The first time
  // through that point is for 1.0.0, which is loaded at every start.
  site.agent.configure({ pipelines: [pumpRelease('1.1.0')] });
  await killAt(site, 'release.activating', 2);
  await site.agent.start();
  const pump = await site.agent.pipeline('pump');
  expect(pump.release).toBe('pump-anomaly@1.0.0');
  expect(pump.error).toMatch('ended while this release was loaded');
  await site.agent.stop();
});

test('these were all the crash points that the code marks', () => {
  expect([...killedAt, ...UNREACHABLE].sort()).toEqual(markedCrashPoints());
});
