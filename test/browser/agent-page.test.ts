// A page in a real browser is an agent like any other: it enrols by token, gets its signed release, takes MQTT over
// WebSocket, infers in WebAssembly, keeps its results in IndexedDB and syncs them.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentProcess, pumpPipeline } from '../e2e/support/agent.ts';
import { ControlPlane, type ResultJson } from '../e2e/support/control-plane.ts';
import { completed, makeKey, push, rollOut } from '../e2e/support/operator.ts';
import { freePorts } from '../e2e/support/ports.ts';
import { ROOT, runProgram } from '../e2e/support/program.ts';
import { closedWindows, writePumpRecording } from '../e2e/support/recordings.ts';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { until as untilTrue } from '../e2e/support/until.ts';
import { missingChromium, startChromium } from './chromium.ts';

interface Golden {
  backend: string;
  passed: boolean;
}

if (missingChromium) process.stderr.write(`the page that is an agent: ${missingChromium}\n`);

describe.skipIf(missingChromium)('a page that is an agent', { timeout: 180_000 }, () => {
  const folder = scratchFolder();
  const built = join(ROOT, 'agent/dist/page');
  let controlPlane: ControlPlane;
  let gateway: AgentProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let wsPort: number;
  const mistakes: string[] = [];
  /** What the pages' agents logged. */
  const logged: string[] = [];

  beforeAll(async () => {
    execFileSync(process.execPath, ['--conditions=source', join(ROOT, 'agent/scripts/build-browser.ts')]);
    controlPlane = await ControlPlane.create(folder);
    await controlPlane.start();
    const key = await makeKey(controlPlane, folder);
    await push(controlPlane, key, ['pump-anomaly/1.0.0']);
    const rollout = await rollOut(controlPlane, folder, 'pump-anomaly@1.0.0');
    const pipelines = [pumpPipeline('pump-anomaly')];
    gateway = await AgentProcess.create(folder, 'gateway', { pipelines }, controlPlane);
    [wsPort] = (await freePorts(1)) as [number];
    const port = Number(new URL(gateway.mqttUrl).port);
    gateway.configure({ mqtt: { listen: { host: '127.0.0.1', port, ws: { port: wsPort } } } });
    await gateway.start();
    await completed(controlPlane, rollout); // whoever enrols later gets its release
    browser = await startChromium();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await open();
  });

  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
    await controlPlane?.stop();
  });

  async function open(where = context, query = ''): Promise<Page> {
    const opened = await where.newPage();
    opened.on('console', (message) => logged.push(message.text()));
    opened.on('pageerror', (error) => mistakes.push(error.message));
    await opened.goto(`${gateway.localUrl}/browser/${query}`);
    return opened;
  }

  /** What a person types. */
  const agentYaml = (id: string, more: Record<string, unknown> = {}): string =>
    JSON.stringify({
      apiVersion: 'skerry/v1',
      kind: 'Agent',
      agent: { id, labels: { site: 'tablet' } },
      controlPlane: { url: controlPlane.url, enrollToken: controlPlane.enrollToken, interval: '1s' },
      mqtt: { connect: { url: `ws://127.0.0.1:${wsPort}` } },
      inference: { backends: ['wasm'] },
      pipelines: [pumpPipeline('pump-anomaly')],
      ...more,
    });

  async function configure(target: Page, yaml: string): Promise<void> {
    await target.getByLabel('agent.yaml', { exact: true }).fill(yaml);
    await target.getByRole('button', { name: 'Start' }).click();
  }

  const status = (target: Page) =>
    target.evaluate(() =>
      (globalThis as unknown as { skerryAsk(path: string): Promise<unknown> }).skerryAsk('/api/status'),
    ) as Promise<Awaited<ReturnType<AgentProcess['status']>>>;

  const until = <T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> =>
    untilTrue(what, ask, 45_000).catch((error: Error) => {
      throw new Error([error.message, ...logged.slice(-20)].join('\n'));
    });

  async function publish(seed: number, minutes: number, device: string): Promise<number> {
    const recording = join(folder, `${device}.csv`);
    const { rows } = writePumpRecording(recording, { seed, minutes });
    const sent = await runProgram('skerry-sim', [
      ...['replay', recording, '--mqtt', gateway.mqttUrl, '--topic', 'plant/hall/pump/{device}/telemetry'],
      ...['--device', device, '--speed', 'max', '--qos', '1'],
    ]);
    expect(sent.code).toBe(0);
    return closedWindows(rows);
  }

  const resultsOf = (agent: string, device: string): Promise<ResultJson[]> =>
    controlPlane.results({ agent, device });

  /** The windows of a device as two agents judged them, once both have so many. */
  async function bothResults(
    one: string,
    other: string,
    device: string,
    windows: number,
  ): Promise<[ResultJson[], ResultJson[]]> {
    const of = (agent: string): Promise<ResultJson[]> =>
      until(`results of ${agent}`, async () => {
        const found = await resultsOf(agent, device);
        return found.length >= windows && found.slice(0, windows);
      });
    return Promise.all([of(one), of(other)]);
  }

  test('has nothing of Node in it', () => {
    for (const file of globSync(join(built, '{agent,page}.js'))) {
      const text = readFileSync(file, 'utf8');
      expect(text).not.toMatch(/(from|import\(|import|require\()\s*["']node:/);
    }
    expect(existsSync(join(built, 'index.html'))).toBe(true);
  });

  test('says what of agent.yaml a page cannot do', async () => {
    await configure(page, agentYaml('page-1', { mqtt: { listen: {} } }));
    await page.getByRole('alert').filter({ hasText: "a page can't listen" }).waitFor();
  });

  test('enrols, gets its release, and gives the results that the gateway gives', async () => {
    await configure(page, agentYaml('page-1'));
    await until('the release to serve in the page', async () => {
      const now = await status(page).catch(() => undefined);
      return now?.pipelines[0]?.state === 'active' && now.controlPlane.state === 'connected';
    });
    await until('the gateway to serve', async () => (await gateway.pipeline('pump')).state === 'active');
    const windows = await publish(5, 10, 'pump-1');
    const [own, theirs] = await bothResults('page-1', 'gateway', 'pump-1', windows);
    expect(own!.map(({ from, to }) => `${from} ${to}`)).toEqual(
      theirs!.map(({ from, to }) => `${from} ${to}`),
    );
    for (const [i, { outputs, decision, inputDigest }] of own.entries()) {
      expect(outputs.score).toBeCloseTo(theirs[i]!.outputs.score!, 1);
      expect([decision, inputDigest]).toEqual([theirs[i]!.decision, theirs[i]!.inputDigest]);
    }
    expect((await status(page)).pipelines[0]).toMatchObject({
      release: 'pump-anomaly@1.0.0',
      backend: 'wasm',
      error: '',
    });
    await page.getByText('pump/pump-1').waitFor();
    await page.getByText('control plane connected').waitFor();
    if (process.env.SKERRY_SCREENSHOT) await page.screenshot({ path: process.env.SKERRY_SCREENSHOT });
  });

  test('keeps what it measures over a reload while the control plane is away', async () => {
    await controlPlane.stop();
    const windows = await publish(6, 5, 'pump-2');
    await until('the windows in the page', async () => {
      const now = await status(page);
      return now.pipelines[0]!.devices.includes('pump-2') && now.outbox[0]!.pending >= windows;
    });
    const before = await status(page);
    await page.reload();
    const after = await until('the page to run again', () => status(page).catch(() => undefined));
    expect(after.epoch).toBe(before.epoch);
    expect(after.outbox[0]!.pending).toBe(before.outbox[0]!.pending);
    await controlPlane.start();
    await until('them at the control plane', async () => {
      const found = await resultsOf('page-1', 'pump-2').catch(() => []);
      return found.length === windows;
    });
    const ledger = await controlPlane.skerry<{ ok?: boolean }>('ledger', 'verify');
    expect(JSON.stringify(ledger)).not.toContain('"ok":false');
  });

  test('infers on WebGPU where it is configured, drawn by software here, and reports how its golden vectors went', async () => {
    const drawn = await startChromium({ gpu: 'software' });
    try {
      const other = await open(await drawn.newContext());
      await configure(other, agentYaml('page-2', { inference: { backends: ['webgpu'] } }));
      await until('the release to serve on WebGPU', async () => {
        const [pump] = (await status(other).catch(() => undefined))?.pipelines ?? [];
        if (pump?.error) throw new Error(pump.error);
        return pump?.state === 'active' && pump.backend === 'webgpu';
      });
      const windows = await publish(7, 4, 'pump-3');
      const [own, theirs] = await bothResults('page-2', 'page-1', 'pump-3', windows);
      for (const [i, { outputs, decision }] of own.entries()) {
        expect(outputs.score).toBeCloseTo(theirs[i]!.outputs.score!, 1);
        expect(decision).toBe(theirs[i]!.decision);
      }
    } finally {
      await drawn.close();
    }
    for (const [id, backend] of [
      ['page-1', 'wasm'],
      ['page-2', 'webgpu'],
      ['gateway', 'native'],
    ] as const) {
      const { pipelines } = await controlPlane.get<{ pipelines: { golden: Golden[] }[] }>(`agents/${id}`);
      const passed = pipelines[0]!.golden.filter((outcome) => outcome.passed);
      expect(passed.map((outcome) => outcome.backend)).toContain(backend);
    }
  });

  test('is one tab: a second one says so', async () => {
    const second = await open();
    await second.getByRole('alert').filter({ hasText: 'another tab' }).waitFor();
    await second.close();
  });

  test('takes agent.yaml from where its address says', async () => {
    const elsewhere = await browser.newContext();
    await elsewhere.route(/\d\/panel\.yaml$/, (route) => route.fulfill({ body: agentYaml('page-3') }));
    const third = await open(elsewhere, '?config=/panel.yaml');
    await until('it to run', async () => (await status(third).catch(() => undefined))?.agent === 'page-3');
    await third.goto(`${gateway.localUrl}/browser/?config=/absent.yaml`);
    await third.getByRole('alert').filter({ hasText: '/absent.yaml answered 404' }).waitFor();
    await elsewhere.close();
  });

  test('made no mistake that the browser would show', () => {
    expect(mistakes).toEqual([]);
  });
});
