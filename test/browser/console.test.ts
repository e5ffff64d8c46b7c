// What an operator sees and does: the built console in a real browser, over a real control plane in this process.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackedRelease } from '@skerry/proto/pack';
import { skerry } from '@skerry/proto/wire';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingChromium, PATIENCE, startChromium } from './chromium.ts';
import { lowContrast } from './contrast.ts';
import type { Gateway } from './gateway.ts';
import { buildConsole, pumpAlert, pumpPipeline, pumpWindow, type Site, startSite } from './site.ts';

/** A recording's time, years before any clock that this runs under. */
const RECORDED_MS = Date.UTC(2014, 1, 14, 14, 30);
const ROLLOUT = `
apiVersion: skerry/v1
kind: Rollout
release: pump-anomaly@1.1.0
selector: "site==oslo"
stages: [{ name: canary, agents: 1, soak: 2h }, { name: all, agents: 100% }]
minReached: 1
`;

if (missingChromium) process.stderr.write(`the console: ${missingChromium}\n`);

describe.skipIf(missingChromium)('the console', () => {
  const dir = mkdtempSync(join(tmpdir(), 'skerry-console-'));
  let site: Site;
  let browser: Browser;
  let gateway: Gateway;
  let release: PackedRelease;
  let signedIn: Awaited<ReturnType<BrowserContext['storageState']>>;
  let windows = 0;
  const foreign: string[] = [];
  const mistakes: string[] = [];

  /** The next window of a device, 16 s after the one before. */
  const nextWindow = (score: number, decision: 'normal' | 'alert' = 'normal', device = 'pump-7') =>
    pumpWindow({
      device,
      release,
      fromMs: RECORDED_MS + 16_000 * windows++,
      score,
      decision,
      shares: decision === 'alert' ? { vibration: 0.82 } : {},
    });

  const open = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ storageState: signedIn, ...options });
    const page = await context.newPage();
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url) && !request.url().startsWith('data:'))
        foreign.push(request.url());
    });
    page.on('pageerror', (error) => mistakes.push(`${path}: ${error.message}`));
    await page.goto(`${site.url}/${path}`);
    return page;
  };

  beforeAll(async () => {
    const consoleDir = join(dir, 'console');
    buildConsole(consoleDir);
    site = await startSite(join(dir, 'data'), consoleDir);
    release = await site.push('pump-anomaly', '1.0.0');
    await site.push('pump-anomaly', '1.1.0');
    gateway = await site.gateway({
      id: 'oslo-gw1',
      labels: { site: 'oslo' },
      pipelines: [pumpPipeline(release)],
    });
    gateway.results(Array.from({ length: 40 }, (_, i) => nextWindow(0.4 + 0.1 * Math.sin(i))));
    gateway.ledger = {
      samples: [
        { pipeline: 'pumps', received: 500, rejected: [{ key: 'range', value: 3 }], open: 32, used: 465 },
      ],
      results: { produced: 40, delivered: 40 },
      alerts: {},
    };
    gateway.sketch({
      pipeline: 'pumps',
      device: 'pump-7',
      releaseDigest: release.digest,
      signal: 'vibration',
      counts: [0, 0, 0, 0, 0, 20, 30, 50, 200, 300],
      n: 600,
      toUs: RECORDED_MS * 1_000,
      measures: [{ name: 'psiExcess', value: 2.31 }],
      level: skerry.v1.DriftLevel.DRIFT_LEVEL_ALERT,
    });
    await gateway.sync();
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

  test('a login link signs in once; used again it says what to do', async () => {
    const link = `#login=${await site.controlPlane.loginCode()}`;
    const first = await open(link, { storageState: { cookies: [], origins: [] } });
    await first.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(first.url()).not.toContain('login');
    const second = await open(link, { storageState: { cookies: [], origins: [] } });
    await second.getByRole('alert').waitFor();
    expect(await second.getByRole('alert').textContent()).toContain('ask for a new one, or paste a token');
    await second.getByLabel('Token').fill(await site.controlPlane.adminToken('ida'));
    await second.getByRole('button', { name: 'Sign in' }).click();
    await second.getByText('ida').waitFor();
  });

  test('an agent stands there with what it serves, and its ledger adds up', async () => {
    const page = await open('#/agents');
    const row = page.getByRole('row', { name: /oslo-gw1/ });
    await row.getByText('pump-anomaly@1.0.0').waitFor();
    await expect.poll(() => row.textContent(), PATIENCE).toContain('up');
    await row.getByRole('link').click();
    await page.getByText('golden passed').waitFor();
    await page.getByText('rejected: range').waitFor();
    await expect.poll(() => page.getByText('adds up').count(), PATIENCE).toBe(3);
    expect(await page.getByText('off by').count()).toBe(0);
  });

  test('a new result appears by itself, at the time of its event', async () => {
    const page = await open('#/devices/oslo-gw1/pumps/pump-7');
    await page.getByRole('table').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    await page.evaluate('globalThis.stillHere = true');
    const row = nextWindow(0.77);
    gateway.results([row]);
    await gateway.sync();
    await page.getByRole('table').getByText('0.77').waitFor();
    await expect
      .poll(() => page.locator('tbody tr').first().textContent(), PATIENCE)
      .toContain('2014-02-14 14:40:56');
    await expect.poll(() => page.locator('.readout').textContent(), PATIENCE).toContain('0.77 of 1.00');
    expect(await page.evaluate('globalThis.stillHere')).toBe(true);
  });

  test('an alert names the channel that drives it, and is acknowledged by whom', async () => {
    const page = await open('#/overview');
    await page.getByText('pump-7').first().waitFor();
    const row = nextWindow(1.91, 'alert');
    gateway.results([row]);
    gateway.alert(pumpAlert(row, 'episode-1', 'open'));
    await gateway.sync();
    const card = page.getByRole('article').filter({ hasText: 'pump-7' });
    await card.getByText('1.91').waitFor();
    expect(await card.getByRole('listitem').first().textContent()).toBe('vibration82\u2009%');
    await page.getByTitle('1 open, not acknowledged').waitFor();
    await page.getByRole('link', { name: /^Alerts/ }).click();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page
      .getByRole('row', { name: /pump-7/ })
      .getByText('owner')
      .waitFor();
    await page.getByTitle('1 open, not acknowledged').waitFor({ state: 'detached' });
  });

  test('drift shows each device against the marks, and all together against the reference', async () => {
    const page = await open('#/drift');
    const signal = page.getByRole('listitem').filter({ hasText: 'vibration' });
    // The release's own reference was fetched and laid beside what is seen now.
    await signal.getByRole('img', { name: /^vibration: bin 1 0\s%.\(reference 10\s%\)/ }).waitFor();
    await signal.getByText('alert', { exact: true }).waitFor();
    const scale = signal.getByRole('img', { name: /^psi excess of 1 devices/ });
    expect(await scale.getAttribute('aria-label')).toContain('greatest 2.31, warns at 0.1, alerts at 0.2');
    // Half of the reference lies in five bins that are empty now.
    expect(Number(await signal.locator('.all b').textContent())).toBeGreaterThan(1);
  });

  test('light and dark follow the system until a person chooses', async () => {
    const page = await open('#/overview', { colorScheme: 'light' });
    await page.getByRole('button', { name: 'Dark' }).waitFor();
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.getByRole('button', { name: 'Light' }).click();
    expect(await ground()).toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'Light', pressed: true }).waitFor();
    expect(await ground()).toBe(light);
  });

  test('the keyboard alone finds a rollout, reads what starting it does, and starts it', async () => {
    const id = await site.rollout(ROLLOUT);
    const page = await open('#/rollouts');
    await page.getByRole('table').waitFor();
    const keys = page.keyboard;
    await keys.press('/');
    await keys.type('1.1.0 draft');
    const link = page.getByRole('link', { name: 'pump-anomaly@1.1.0' });
    await tabTo(page, link);
    await keys.press('Enter');
    const start = page.getByRole('button', { name: 'Start', exact: true });
    await start.waitFor();
    expect(page.url()).toContain(id);
    await tabTo(page, start);
    await keys.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Start pump-anomaly@1.1.0?' });
    await dialog.waitFor();
    await expect
      .poll(() => dialog.textContent(), PATIENCE)
      .toContain('"canary", 1 of the agents that match site==oslo');
    await keys.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await keys.press('Enter');
    await tabTo(page, dialog.getByRole('button', { name: 'Start' }));
    await keys.press('Enter');
    await page.getByText('1 of 1').first().waitFor();
    await page.getByRole('button', { name: 'Revert' }).waitFor();
    expect(await page.getByRole('button', { name: 'Start', exact: true }).count()).toBe(0);
  });

  test('a viewer is offered nothing that the server would refuse', async () => {
    const code = await site.controlPlane.loginCode('viewer');
    const page = await open(`#login=${code}`, { storageState: { cookies: [], origins: [] } });
    await page.getByRole('link', { name: 'Rollouts', exact: true }).click();
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByText(/needs the role operator/).waitFor();
    expect(await page.getByRole('button', { name: /^(Revert|Pause|Abort|Promote)$/ }).count()).toBe(0);
  });

  test('without the live stream it says so, and keeps up by asking', async () => {
    const context = await browser.newContext({ storageState: signedIn });
    const page = await context.newPage();
    await page.route('**/api/v1/events', (route) => route.abort());
    await page.goto(`${site.url}/#/devices/oslo-gw1/pumps/pump-7`);
    await page.getByText('reconnecting').waitFor();
    await page.getByRole('table').waitFor();
    gateway.results([nextWindow(0.63)]);
    await gateway.sync();
    await page.getByRole('table').getByText('0.63').waitFor();
    await page.unroute('**/api/v1/events');
    await page.getByText('live', { exact: true }).waitFor();
  });

  test('every page fits 400 px, is readable in both themes, and asks nobody else for anything', async () => {
    const [rollout] = (
      (await (await site.call('GET', '/api/v1/rollouts')).json()) as { items: { id: string }[] }
    ).items;
    /** Each with a text that stands there once it has been answered. */
    const pages: [path: string, text: string][] = [
      ['overview', 'of 1.00'],
      ['devices', 'of 1.00'],
      ['devices/oslo-gw1/pumps/pump-7', 'Why this window'],
      ['alerts', 'oslo-gw1'],
      ['agents', 'pump-anomaly@1.0.0'],
      ['agents/oslo-gw1', 'golden passed'],
      ['rollouts', 'canary'],
      [`rollouts/${rollout!.id}`, 'eligible agents'],
      ['releases', 'signed by'],
      ['releases/pump-anomaly/1.1.0', 'golden vectors'],
      ['drift', 'all together'],
      ['audit', 'chain verified'],
      ['nowhere', 'none of the console'],
    ];
    const wrong: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open('#/overview', { colorScheme, viewport: { width: 400, height: 800 } });
      for (const [path, text] of pages) {
        await page.goto(`${site.url}/#/${path}`);
        await page.getByText(text).first().waitFor();
        const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (over > 0) wrong.push(`${path} is ${over} px too wide`);
        wrong.push(...(await page.evaluate(lowContrast)).map((low) => `${path}, ${colorScheme}: ${low}`));
      }
    }
    expect(wrong).toEqual([]);
    expect(foreign).toEqual([]);
    expect(mistakes).toEqual([]);
  });
});

/** Presses Tab until the focus is there: at most once for everything on a page. */
async function tabTo(page: Page, target: ReturnType<Page['locator']>): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    if ((await target.and(page.locator(':focus')).count()) === 1) return;
  }
  throw new Error('the keyboard does not get there');
}
