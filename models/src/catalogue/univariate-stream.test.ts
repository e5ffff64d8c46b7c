import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { healthyRecording, recordMachine } from '@skerry/firmware-sim/machines/recording';
import { createRandom } from '@skerry/firmware-sim/random';
import { sameBytes } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { describe, expect, it } from 'vitest';
import { runLive } from '../evaluate/live.ts';
import { nabBenchmark } from '../evaluate/nab-benchmark.ts';
import { MEMORY_SIZE, streamScore } from '../fit/stream.ts';
import { checkGolden } from '../golden/golden.ts';
import { catalogueDirectory } from '../node/catalogue-directory.ts';
import { readNab } from '../node/nab-corpus.ts';
import { buildUnivariateStream, STREAM_THRESHOLD, STREAM_VERSION } from './univariate-stream.ts';

const backend = createOrtNodeBackend();
const directory = catalogueDirectory('univariate-anomaly', STREAM_VERSION);

async function liveModel() {
  const { manifest } = await readReleaseDirectory(directory);
  const session = await backend.create({ path: join(directory, 'fp32.onnx') });
  return { manifest, variant: 'fp32', session, crypto: nodeCrypto, clock: systemClock };
}

/** The samples of a stream that are past the threshold, by the formulas. */
function alarms(values: Iterable<number>): number[] {
  const memory = new Float64Array(MEMORY_SIZE);
  const scores = Array.from(values, (x) => streamScore(memory, x));
  return [...scores.keys()].filter((i) => scores[i]! > STREAM_THRESHOLD);
}

describe('univariate-anomaly 2', () => {
  it('is rebuilt byte by byte, golden vectors apart, which any backend passes', async () => {
    const { manifest, files } = await buildUnivariateStream(backend);
    const stored = await readReleaseDirectory(directory);
    expect(stored.manifest).toEqual(manifest);
    expect(sameBytes(stored.files.get('fp32.onnx')!, files.get('fp32.onnx')!)).toBe(true);
    const session = await backend.create({ bytes: stored.files.get('fp32.onnx')! });
    const report = await checkGolden(session, manifest, stored.files.get('golden.pb')!);
    await session.release();
    expect(report).toEqual({ cases: 39, refusals: [] });
  });

  it("scores through the agent's pipeline, from the first sample on, what its formulas say", async () => {
    const rows = Float64Array.from({ length: 1_200 }, (_, i) => (i === 900 ? 9 : Math.sin(i / 7)));
    const timesUs = rows.map((_, i) => i * 60e6);
    const rejected = { fields: 0, time: 0, first: undefined };
    const model = await liveModel();
    const { results } = await runLive(model, {
      columns: ['value'],
      numericColumns: ['value'],
      timesUs,
      rows,
      rejected,
    });
    await model.session.release();
    const memory = new Float64Array(MEMORY_SIZE);
    const want = Array.from(rows, (x) => streamScore(memory, x));
    expect(results.map(({ toUs }) => toUs)).toEqual([...timesUs]);
    for (const [i, { outputs }] of results.entries()) expect(outputs.score).toBeCloseTo(want[i]!, 2);
    expect(results.flatMap(({ decision }, i) => (decision === 'alert' ? [i] : []))).toContain(900);
  });

  it('leaves healthy motors alone in their first ten minutes: less than one alarm each, at a sample a second', () => {
    let count = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const { channels, rows } = healthyRecording('motor', { seed, hours: 1 / 6, rateHz: 1 });
      const envelope = channels.findIndex(({ name }) => name === 'envelope');
      count += alarms(rows.filter((_, i) => i % channels.length === envelope)).length;
    }
    expect(count).toBeLessThan(10);
  });

  it('still reports a bearing that fails two minutes after the first sample', () => {
    const { channels, rows } = recordMachine('motor', { seed: 1, hours: 1 / 20, rateHz: 1 }, (elapsedS) => ({
      bearing: elapsedS < 120 ? 0 : 0.4,
    }));
    const envelope = channels.findIndex(({ name }) => name === 'envelope');
    expect(alarms(rows.filter((_, i) => i % channels.length === envelope))).toContain(120);
  });

  it('still reports a step of ten times the range at sample 150, at once', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed);
      const before = Float64Array.from({ length: 150 }, () => 50 + random.normal());
      const step = 10 * (Math.max(...before) - Math.min(...before));
      const after = Float64Array.from({ length: 50 }, () => 50 + step + random.normal());
      expect(alarms([...before, ...after]).filter((i) => i >= 150)[0]).toBe(150);
    }
  });

  const data = process.env.SKERRY_DATA;
  it.skipIf(!data)(
    'scores above 70 on half of NAB, far above the controls (needs SKERRY_DATA)',
    { timeout: 600_000 },
    async () => {
      const model = await liveModel();
      const figures = await nabBenchmark(await readNab(join(data ?? '', 'nab')), model, 'release');
      await model.session.release();
      const [release, nothing, random, gaussian] = figures;
      expect(release!.standard).toBeGreaterThan(70);
      expect(release!.atOwnThreshold).toBeGreaterThan(71.5);
      expect(release!.leftOut).toBeGreaterThan(70);
      expect(nothing!.standard).toBe(0);
      expect(random!.standard).toBeLessThan(20);
      expect(gaussian!.standard).toBeLessThan(45);
    },
  );
});
