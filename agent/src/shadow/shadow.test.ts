// One shadow beside one pipeline: real models, the pipeline's own windows, evidence written down.
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { releaseManifest, releaseRef } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import { expect, test } from 'vitest';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { backtest } from '../backtest.ts';
import { Tally } from '../evidence/tally.ts';
import type { EvidenceNotes } from '../evidence/types.ts';
import type { Candidate } from '../inference/engine.ts';
import { createModel } from '../inference/model.ts';
import { breakable, engineOver, loadableFrom } from '../inference/test-engine.ts';
import { summingModel } from '../inference/test-model.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../pipeline/pipeline.ts';
import { SampleColumns } from '../pipeline/samples.ts';
import { testConfig } from '../pipeline/test-pipeline.ts';
import type { SampleBatch } from '../pipeline/types.ts';
import type { Blobs } from '../ports.ts';
import { type TestRelease, testReleases } from '../release/test-release.ts';
import { Shadow, type ShadowOptions } from './shadow.ts';

const release = testReleases(nodeCrypto);
const champion = release({ version: '1.0.0', weights: [1, 0, 0.5, 0.2], sustain: 2 });
const candidate = release({ version: '1.1.0', weights: [0.9, 0.2, 0.5, 0.3], sustain: 2 });
const ROWS = 300;

function memoryBlobs(): Blobs {
  const bytes = new Map<string, Uint8Array>();
  return {
    path: async () => undefined,
    read: async (digest) => bytes.get(digest),
    write: async (digest, content) => void bytes.set(digest, content),
    retain: async () => undefined,
  };
}

const blobs = memoryBlobs();
let failure: SkerryError | undefined;
const engine = engineOver({ blobs, crypto: nodeCrypto, clock: systemClock }, [
  breakable(createOrtNodeBackend(), () => failure),
]);

async function prepared(of: TestRelease): Promise<Candidate> {
  return engine.prepareShadow(await loadableFrom(blobs, of));
}

/** What a shadow says of itself, as the agent's evidence adds it up. */
class Noted implements EvidenceNotes {
  tally: Tally | undefined;
  begun = 0;
  begin(_: string, __: string, activation: ConstructorParameters<typeof Tally>[0]): void {
    this.tally = new Tally(activation);
    this.begun++;
  }
  end(): void {
    this.tally = undefined;
  }
  noteRun(_: string, __: string, { inferUs }: { inferUs: number }, count: number): void {
    this.tally!.noteLatency(inferUs, count);
  }
  noteRow(_: string, __: string, ...[decided, inferred, index]: Parameters<Tally['noteRow']>): void {
    this.tally!.noteRow(decided, inferred, index);
  }
  noteShadow(_: string, windows: Parameters<Tally['noteShadow']>[0]): void {
    this.tally!.noteShadow(windows);
  }
}

function shadowOf(of: Candidate, evidence: EvidenceNotes, options: Partial<ShadowOptions> = {}): Shadow {
  return new Shadow(of, {
    agent: 'agent-1',
    pipeline: 'p',
    crypto: nodeCrypto,
    clock: systemClock,
    evidence,
    reference: undefined,
    maxDevices: 100,
    maxWaitingBytes: 1024 ** 2,
    onWaiting: () => undefined,
    onFlip: () => undefined,
    onGone: () => undefined,
    ...options,
  });
}

function serving(of: TestRelease, hooks: Partial<PipelineOptions> = {}): Pipeline {
  const config = testConfig({ channels: { vibration: 'v', temperature: 't' } });
  const limits = { maxDevices: 100, maxOpenSamples: 1000, maxBatch: 7 };
  const pipeline = createPipeline(config, { agent: 'agent-1', crypto: nodeCrypto, limits, ...hooks });
  pipeline.setRelease(of.manifest, of.target.digest, releaseRef(of.manifest));
  return pipeline;
}

/** What device `d` measures in second `i`: it wanders about the threshold. */
function measured(d: number, i: number): [number, number] {
  return [1.5 + Math.sin(i / (3 + d)), 2 + 3 * Math.cos(i / d)];
}

/** The values of a row's window. */
function valuesAt({ device, fromUs }: ResultRow): number[] {
  const [d, i] = [Number(device.slice(1)), fromUs / 1e6];
  return [...measured(d, i), ...measured(d, i + 1)];
}

/** Three devices. */
async function* recording(rows = ROWS): AsyncGenerator<SampleBatch> {
  const columns = new SampleColumns('p', 2);
  for (let i = 0; i < rows; i++) {
    for (const d of [1, 2, 3]) columns.push(`d${d}`, i * 1e6, measured(d, i));
    if (columns.count >= 60) yield columns.take()!;
  }
  const rest = columns.take();
  if (rest) yield rest;
}

/** The recording through the release that serves, `beside` looking on; runs of the shadow whenever `run` says so. */
async function live(
  of: TestRelease,
  shadow?: Shadow,
  run = (shadow: Shadow) => drained(shadow),
): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  const { model } = await prepared(of);
  const pipeline = serving(of, {
    onWindow: (windows, i, { row }) => shadow?.onWindow(of.manifest, windows, i, row),
  });
  await backtest(
    pipeline,
    (windows) => model.run(windows),
    recording(),
    async (concluded) => {
      rows.push(...concluded.rows);
      if (shadow) await run(shadow);
    },
    7,
  );
  await model.release();
  return rows;
}

async function drained(shadow: Shadow): Promise<void> {
  while (shadow.waiting > 0) await shadow.run();
}

const withoutTimes = (rows: readonly ResultRow[]) =>
  rows.map(({ inferUs: _, producedMs: __, ...row }) => row);
const key = (row: ResultRow): string => `${row.device}/${row.fromUs}`;

test('flips and distances are exactly those of a backtest of the shadow on the same windows', async () => {
  const evidence = new Noted();
  const shadow = shadowOf(await prepared(candidate), evidence);
  const served = await live(champion, shadow);
  const alone = new Map((await live(candidate)).map((row) => [key(row), row]));
  const seen = new Set<string>();
  let [matched, flips, distance] = [0, 0, 0];
  for (const row of served) {
    const other = alone.get(key(row))!;
    // Whether a device's first window is pending or an alert isn't decided by itself: sustain is 2.
    if (!seen.has(row.device)) {
      seen.add(row.device);
      continue;
    }
    matched++;
    if (row.decision !== other.decision) flips++;
    distance += Math.abs(Number(row.outputs.anomaly) - Number(other.outputs.anomaly));
  }
  expect(served).toHaveLength(3 * (ROWS - 1));
  expect(flips).toBeGreaterThan(20);
  expect(evidence.tally!.message()).toMatchObject({
    windows: 3 * (ROWS - 1),
    errors: 0,
    alertWindows: [...alone.values()].filter((row) => row.decision === 'alert').length,
    shadow: { matched, flips, shedWindows: 0, championDigest: champion.target.digest },
  });
  expect(evidence.tally!.message().shadow!.sumDistance).toBeCloseTo(distance, 9);
});

test('each flip is told with the row and the values of its window, as it came to what serves', async () => {
  const told: { row: ResultRow; values: number[] }[] = [];
  const evidence = new Noted();
  const shadow = shadowOf(await prepared(candidate), evidence, {
    onFlip: (serving, { data, count }, i, row) => {
      const size = data.length / count;
      expect(serving).toBe(champion.manifest);
      told.push({ row, values: [...data.slice(i * size, (i + 1) * size)] });
    },
  });
  const served = new Map((await live(champion, shadow)).map((row) => [key(row), row]));
  const alone = new Map((await live(candidate)).map((row) => [key(row), row]));
  expect(told).toHaveLength(evidence.tally!.message().shadow!.flips!);
  for (const { row, values } of told) {
    expect(row).toEqual({ ...served.get(key(row)), producedMs: row.producedMs });
    expect(alone.get(key(row))!.decision).not.toBe(row.decision);
    expect(values).toEqual(valuesAt(row).map(Math.fround));
  }
});

test('what serves gives the same results beside a shadow as alone', async () => {
  const shadow = shadowOf(await prepared(candidate), new Noted());
  expect(withoutTimes(await live(champion, shadow))).toEqual(withoutTimes(await live(champion)));
});

test('a shadow that can not keep up leaves windows out, and matches only what it saw in a row', async () => {
  const evidence = new Noted();
  const shadow = shadowOf(await prepared(candidate), evidence, { maxWaitingBytes: 10_000 });
  let turn = 0;
  const served = await live(champion, shadow, async (slow) => {
    if (turn++ % 12 === 11) await drained(slow);
  });
  await drained(shadow);
  const { windows, shadow: compared } = evidence.tally!.message();
  expect(served).toHaveLength(3 * (ROWS - 1));
  expect(compared!.shedWindows).toBeGreaterThan(100);
  expect(windows! + compared!.shedWindows!).toBe(served.length);
  // After each gap a device's first window is decided on too little to be compared.
  expect(compared!.matched).toBeLessThan(windows!);
  const alone = new Map((await live(candidate)).map((row) => [key(row), row]));
  const differing = served.filter((row) => alone.get(key(row))!.decision !== row.decision).length;
  expect(compared!.flips).toBeLessThanOrEqual(differing);
});

test('a shadow whose runs fail counts errors, compares nothing, and changes nothing', async () => {
  const evidence = new Noted();
  const shadow = shadowOf(await prepared(candidate), evidence);
  const served = await live(champion, shadow, async (broken) => {
    failure = new SkerryError('failed', 'no kernel');
    await drained(broken);
    failure = undefined;
  });
  expect(withoutTimes(served)).toEqual(withoutTimes(await live(champion)));
  expect(evidence.tally!.message()).toMatchObject({
    windows: served.length,
    errors: served.length,
    shadow: { matched: 0, flips: 0 },
  });
});

test('a shadow that answers with NaN counts errors', async () => {
  const evidence = new Noted();
  const nan = release({ version: '1.2.0', weights: [Number.NaN, 1, 1, 1], golden: [Number.NaN, 1, 1, 1] });
  const { manifest, digest, files } = await loadableFrom(blobs, nan);
  const ungolden = { manifest: { ...manifest, golden: undefined }, digest, files };
  const shadow = shadowOf(await engine.prepareShadow(ungolden), evidence);
  const served = await live(champion, shadow);
  expect(evidence.tally!.message()).toMatchObject({ errors: served.length, nonFinite: served.length });
});

test('another release that serves begins another comparison', async () => {
  const evidence = new Noted();
  const shadow = shadowOf(await prepared(candidate), evidence);
  await live(champion, shadow);
  await live(release({ version: '1.0.1', weights: [1, 0, 0.5, 0.3] }), shadow);
  expect(evidence.begun).toBe(2);
  expect(evidence.tally!.message()).toMatchObject({ windows: 3 * (ROWS - 1) });
});

test('windows that are cut otherwise are not compared, and it says why', async () => {
  const evidence = new Noted();
  const shadow = shadowOf(await prepared(candidate), evidence);
  await live(champion, shadow);
  shadow.follow({ ...champion.manifest, window: { ...champion.manifest.window, hop: 2 } }, 'sha256:other');
  expect(shadow.mismatch).toMatch(/its windows are not those of press@1\.0\.0/);
  expect(evidence.tally).toBeUndefined();
});

test('a policy moves the threshold of the shadow as it would if it served', async () => {
  const evidence = new Noted();
  const shadow = shadowOf(await prepared(champion), evidence);
  const policy = { thresholds: { score: 1_000 } } as Parameters<Shadow['usePolicy']>[0];
  shadow.usePolicy(policy, 3);
  const served = await live(champion, shadow);
  const past = served.filter((row, i) => i >= 3 && row.decision !== 'normal').length;
  expect(past).toBeGreaterThan(0);
  expect(evidence.tally!.message()).toMatchObject({
    alertWindows: 0,
    shadow: { flips: past, sumDistance: 0 },
  });
});

test('a shadow that remembers keeps its own state of every device, from run to run', async () => {
  const evidence = new Noted();
  const session = await createOrtNodeBackend().create({ bytes: summingModel() });
  const { channels, rate, length, hop } = champion.manifest.window;
  const manifest = releaseManifest.parse({
    apiVersion: 'skerry/v1',
    kind: 'Release',
    name: 'press',
    version: '1.4.0',
    window: { channels: channels.map(({ name }) => ({ name })), rate: `${Number(rate)}Hz`, length, hop },
    input: [
      { tensor: 'window', layout: ['batch', 'feature'] },
      { tensor: 'sum_in', state: 'sum' },
    ],
    output: [
      { name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1e6 },
      { name: 'sum', tensor: 'sum_out', kind: 'state', batchAxis: 1 },
    ],
    variants: [{ name: 'fp32', file: 'fp32.onnx', precision: 'fp32' }],
  });
  const model = createModel({
    manifest,
    session,
    variant: 'fp32',
    backend: 'native',
    crypto: nodeCrypto,
    clock: systemClock,
  });
  const shadow = shadowOf(
    { release: { manifest, digest: 'sha256:sum', files: new Map() }, model, outcomes: [] },
    evidence,
  );
  const served = await live(champion, shadow);
  const sums = new Map<string, number>();
  let distance = 0;
  for (const row of served) {
    const own = valuesAt(row).reduce((sum, value) => sum + value, sums.get(row.device) ?? 0);
    sums.set(row.device, own);
    distance += Math.abs(own - Number(row.outputs.anomaly));
  }
  const { shadow: compared } = evidence.tally!.message();
  expect(compared!.matched).toBe(served.length);
  expect(compared!.sumDistance! / distance).toBeCloseTo(1, 4);
});
