// How captured windows are labelled: the built console in a real browser, over a real control plane in this process.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackedRelease } from '@skerry/proto/pack';
import type { skerry } from '@skerry/proto/wire';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingChromium, PATIENCE, startChromium } from './chromium.ts';
import { lowContrast } from './contrast.ts';
import type { Gateway } from './gateway.ts';
import { buildConsole, CHANNELS, pumpPipeline, type Site, startSite } from './site.ts';

const RECORDED_MS = Date.UTC(2014, 1, 14, 14, 30);
const TICKS = 16;

if (missingChromium) process.stderr.write(`samples: ${missingChromium}\n`);

describe.skipIf(missingChromium)('captured windows', () => {
  const dir = mkdtempSync(join(tmpdir(), 'skerry-samples-'));
  let site: Site;
  let browser: Browser;
  let gateway: Gateway;
  let release: PackedRelease;
  let signedIn: Awaited<ReturnType<BrowserContext['storageState']>>;
  const mistakes: string[] = [];

  const sampleOf = (i: number, reason: string, score: number): skerry.v1.ICapturedWindow => {
    const fromUs = 1_000 * (RECORDED_MS + 16_000 * i);
    const values = Float32Array.from(
      { length: TICKS * CHANNELS.length },
      (_, at) => 2 + (at % CHANNELS.length) + 0.3 * Math.sin(at / 5 + i),
    );
    return {
      id: `window-${i}`,
      pipeline: 'pumps',
      device: `pump-${i}`,
      release: 'pump-anomaly@1.0.0',
      releaseDigest: release.digest,
      fromUs,
      toUs: fromUs + 16_000_000,
      channels: [...CHANNELS],
      privateChannels: ['operator'],
      values: new Uint8Array(values.buffer),
      reason,
      inclusion: reason === 'random' ? 0.1 : 0,
      score,
      threshold: 1,
    };
  };

  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ storageState: signedIn, ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => mistakes.push(error.message));
    await page.goto(`${site.url}/#/samples`);
    await page.getByRole('list', { name: 'Captured windows' }).waitFor();
    return page;
  };

  /** The window is drawn: before that no key labels it. */
  const shows = async (page: Page, device: string): Promise<void> => {
    await page.getByRole('heading', { name: device }).waitFor();
    await page.getByRole('button', { name: '1 normal', disabled: false }).waitFor();
    await page.getByRole('img', { name: /^vibration: 16 values/ }).waitFor();
  };

  const item = (page: Page, device: string) =>
    page.getByRole('list', { name: 'Captured windows' }).getByRole('button', { name: device });

  const listHas = (page: Page, count: number): Promise<void> =>
    expect.poll(() => page.locator('.sample-list li').count(), PATIENCE).toBe(count);

  const labelOf = async (id: string): Promise<unknown> =>
    ((await (await site.call('GET', `/api/v1/samples/oslo-gw1/${id}`)).json()) as { label: unknown }).label;

  beforeAll(async () => {
    const consoleDir = join(dir, 'console');
    buildConsole(consoleDir);
    site = await startSite(join(dir, 'data'), consoleDir);
    release = await site.push('pump-anomaly', '1.0.0');
    gateway = await site.gateway({ id: 'oslo-gw1', labels: {}, pipelines: [pumpPipeline(release)] });
    // One after the other, so that their order is known: the newest first.
    for (const sample of [
      sampleOf(3, 'random', 0.2),
      sampleOf(2, 'novel', 0.4),
      sampleOf(1, 'threshold', 0.97),
    ]) {
      gateway.samples = [sample];
      await gateway.sync();
    }
    browser = await startChromium();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${site.url}/#login=${await site.controlPlane.loginCode()}`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    signedIn = await context.storageState();
    await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    await site?.controlPlane.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('keys label one after the other, and take it back; after a reload the labels are there', async () => {
    const page = await open();
    const keys = page.keyboard;
    await shows(page, 'pump-1');
    expect(await page.locator('.readout').textContent()).toContain('0.97 of 1.00');
    await page.getByText('private, and never sent: operator').waitFor();
    await keys.press('2');
    await shows(page, 'pump-2');
    await item(page, 'pump-1').getByText('anomaly').waitFor();
    await keys.press('t');
    await keys.type('worn bearing');
    await keys.press('Enter');
    await shows(page, 'pump-3');
    await keys.press('1');
    await item(page, 'pump-3').getByText('normal').waitFor();
    await page.getByRole('button', { name: 'U undo pump-3' }).waitFor();
    await keys.press('u');
    await item(page, 'pump-3').getByText('to label').waitFor();
    await page.reload();
    await shows(page, 'pump-3');
    await keys.press('ArrowLeft');
    await shows(page, 'pump-2');
    await page.getByRole('status').getByText('worn bearing').waitFor();
    // A label in use has a key of its own from then on.
    await page.getByRole('button', { name: '4 worn bearing', pressed: true }).waitFor();
    expect(await Promise.all(['window-1', 'window-2', 'window-3'].map(labelOf))).toEqual([
      'anomaly',
      'worn bearing',
      null,
    ]);
  });

  test('the download is the labelled dataset, line by line what the API gives', async () => {
    const page = await open({ acceptDownloads: true });
    await page.getByText('2 of 3 have a label').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download labelled' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('samples.ndjson');
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\n');
    const { items } = (await (await site.call('GET', '/api/v1/samples?labelled=yes')).json()) as {
      items: { label: string; values: number[][] }[];
    };
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(items);
    expect(items.map(({ label }) => label)).toEqual(['anomaly', 'worn bearing']);
    expect(items[0]!.values).toHaveLength(TICKS);
  });

  test('filters show those of one reason, or those that are still to label', async () => {
    const page = await open();
    await page.getByLabel('Reason').selectOption('novel');
    await item(page, 'pump-1').waitFor({ state: 'detached' });
    await listHas(page, 1);
    await page.getByRole('button', { name: 'To label' }).click();
    await page.getByText('No captured window is like that').waitFor();
    await page.getByLabel('Reason').selectOption('');
    await shows(page, 'pump-3');
    await listHas(page, 1);
  });

  test('what another captures and labels meanwhile appears by itself', async () => {
    const page = await open();
    await page.getByText('live', { exact: true }).waitFor();
    gateway.samples = [sampleOf(4, 'disagreement', 0.7)];
    await gateway.sync();
    await item(page, 'pump-4').waitFor();
    await site.call('POST', '/api/v1/samples/oslo-gw1/window-4/label', '{"label":"normal"}');
    await item(page, 'pump-4').getByText('normal').waitFor();
  });

  test('a viewer sees the windows, and no key of theirs labels one', async () => {
    const code = await site.controlPlane.loginCode('viewer');
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${site.url}/#login=${code}`);
    await page.getByRole('link', { name: 'Samples', exact: true }).click();
    await page.getByText('labelling needs the role operator').waitFor();
    await page.getByRole('img', { name: /^vibration: 16 values/ }).waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('button', { name: '1 normal' }).count()).toBe(0);
    expect(await labelOf('window-3')).toBeNull();
  });

  test('the page fits 400 px and is readable in both themes', async () => {
    const wrong: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [400, 1280]) {
        const page = await open({ colorScheme, viewport: { width, height: 800 } });
        await shows(page, 'pump-3');
        const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (over > 0) wrong.push(`${width} px is ${over} px too narrow`);
        wrong.push(...(await page.evaluate(lowContrast)).map((low) => `${colorScheme}, ${width} px: ${low}`));
      }
    expect(wrong).toEqual([]);
    expect(mistakes).toEqual([]);
  });
});
