import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLive } from '../evaluate/live.ts';
import { checkGolden } from '../golden/golden.ts';
import { catalogueDirectory } from '../node/catalogue-directory.ts';
import { LIFE_ALERT_H, LIFE_RECIPE, lifeGraph, lifeRuns, trainLife } from './life.ts';
import { LIFE_CAP_H, LIFE_CHANNELS, LIFE_LENGTH, type LifeRun } from './life-data.ts';
import { measureLife } from './life-metrics.ts';

const backend = createOrtNodeBackend();
const directory = catalogueDirectory('bearing-life', LIFE_RECIPE.version);
let release: Awaited<ReturnType<typeof readReleaseDirectory>>;
let unseen: LifeRun[];
beforeAll(async () => {
  release = await readReleaseDirectory(directory);
  unseen = lifeRuns(9_901, 20);
});

describe('bearing-life', () => {
  it('is trained alike each time: the same runs and seed give the same graph, byte by byte', () => {
    const runs = unseen.slice(0, 1);
    const trained = (): Uint8Array => lifeGraph(trainLife(runs, { epochs: 1 }));
    expect(trained()).toEqual(trained());
  });

  it('errs far less than guesses that know less, on motors it never saw, and no more in int8', async () => {
    const graphs = { fp32: release.files.get('fp32.onnx')!, int8: release.files.get('int8.onnx')! };
    const { rmse, spearman } = await measureLife(
      backend,
      graphs,
      lifeRuns(LIFE_RECIPE.firstSeed, 20),
      unseen,
    );
    expect(rmse.int8).toBeLessThan(0.8 * rmse.level);
    expect(rmse.int8).toBeLessThan(0.5 * rmse.mean);
    expect(Math.abs(rmse.int8 - rmse.fp32)).toBeLessThan(3);
    expect(spearman).toBeGreaterThan(0.98);
  });

  it('passes its golden vectors in both variants', async () => {
    for (const { file } of release.manifest.variants) {
      const session = await backend.create({ path: join(directory, file) });
      const golden = release.files.get(release.manifest.golden!.file)!;
      const report = await checkGolden(session, release.manifest, golden).finally(() => session.release());
      expect(report).toEqual({ cases: 40, refusals: [] });
    }
  });

  it("counts down through the agent's pipeline, and alerts before the bearing fails", async () => {
    const names = LIFE_CHANNELS.map(({ name }) => name);
    const rejected = { fields: 0, time: 0, first: undefined };
    const session = await backend.create({ path: join(directory, 'int8.onnx') });
    const { manifest } = release;
    const model = { manifest, variant: 'int8', session, crypto: nodeCrypto, clock: systemClock };
    const alertsH: number[] = [];
    for (const run of lifeRuns(9_951, 5)) {
      const timesUs = Float64Array.from({ length: run.hours }, (_, hour) => hour * 3.6e9);
      const recording = { columns: names, numericColumns: names, timesUs, rows: run.rows, rejected };
      const { results } = await runLive(model, recording);
      expect(results).toHaveLength(run.hours - LIFE_LENGTH + 1);
      expect(results[0]!.outputs.hours_left).toBeGreaterThan(0.5 * LIFE_CAP_H);
      expect(results.at(-1)!.outputs.hours_left).toBeLessThan(30);
      alertsH.push(run.hours - results.find(({ decision }) => decision === 'alert')!.toUs / 3.6e9);
    }
    await session.release();
    const medianH = alertsH.sort((a, b) => a - b)[2];
    expect(medianH).toBeGreaterThan(LIFE_ALERT_H / 2);
    expect(medianH).toBeLessThan(LIFE_ALERT_H * 1.5);
  });
});
