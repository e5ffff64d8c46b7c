import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { healthyRecording } from '@skerry/firmware-sim/machines/recording';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareVariants } from '../evaluate/variants.ts';
import type { FittedAnomaly } from '../fit/anomaly.ts';
import { normalizeRows } from '../fit/scaling.ts';
import { countEpisodes } from '../fit/threshold.ts';
import { answersOf } from '../fit/windows.ts';
import { checkGolden } from '../golden/golden.ts';
import { encodeModel } from '../graph/builder.ts';
import { initializersOf, type Model, readModel } from '../graph/reader.ts';
import { catalogueDirectory } from '../node/catalogue-directory.ts';
import { fitPump, PUMP_RECIPES } from './pump.ts';
import { mixedRecordings, PUMP_RATE_HZ, pumpRows } from './pump-metrics.ts';

const backend = createOrtNodeBackend();

describe.each(PUMP_RECIPES.map((recipe) => [recipe.version, recipe] as const))(
  'pump-anomaly %s',
  (version, recipe) => {
    const directory = catalogueDirectory('pump-anomaly', version);
    let release: Awaited<ReturnType<typeof readReleaseDirectory>>;
    let made: FittedAnomaly;
    /** With the graphs that are released: from 2.0.0 on they hold more than the fit of the score. */
    let fitted: FittedAnomaly;
    beforeAll(async () => {
      release = await readReleaseDirectory(directory);
      made = (await fitPump(backend, recipe)).fitted;
      const [fp32, int8] = ['fp32.onnx', 'int8.onnx'].map((file) => release.files.get(file)!);
      fitted = { ...made, fp32: fp32!, int8: int8! };
    });

    it('is what its recipe makes: the same weights, the same scaling', () => {
      const input = Array.isArray(release.manifest.input)
        ? release.manifest.input[0]
        : release.manifest.input;
      expect(input?.normalize).toEqual({ mean: [...fitted.scaling.mean], std: [...fitted.scaling.std] });
      const files = [
        ['fp32.onnx', made.fp32, ['project', 'rebuild', 'inverse_complement']],
        ['int8.onnx', made.int8, ['project_q']],
      ] as const;
      for (const [file, bytes, weights] of recipe.severity ? files.slice(0, 1) : files) {
        const stored = initializersOf(readModel(release.files.get(file)!));
        const fresh = initializersOf(readModel(bytes));
        if (!recipe.severity) expect([...stored.keys()]).toEqual([...fresh.keys()]);
        for (const name of weights) expect(stored.get(name)).toEqual(fresh.get(name));
      }
    });

    it('loses nothing in int8: AUC within .01 and Spearman at least .98 over healthy and cavitating pumps', async () => {
      const report = await compareVariants(backend, fitted, mixedRecordings(fitted, 0.5));
      expect(Math.abs(report.auc.int8 - report.auc.fp32)).toBeLessThanOrEqual(0.01);
      expect(report.spearman).toBeGreaterThanOrEqual(0.98);
      expect(report.accepted).toBe(true);
    });

    it('stays quiet on a healthy pump it never saw, and names vibration once one cavitates', async () => {
      const { int8, scaling, options, width } = fitted;
      const quiet = healthyRecording('pump', { seed: 901, hours: 8, rateHz: PUMP_RATE_HZ });
      const shape = { ...options, width };
      const healthy = await answersOf(backend, int8, normalizeRows(pumpRows(quiet), scaling), shape);
      expect(countEpisodes(healthy.score, 1, options.sustain)).toBe(0);
      const worst = mixedRecordings(fitted, 0.2).at(-1)!;
      const { score, attribution } = await answersOf(backend, int8, worst.rows, shape);
      const last = score.length - 1;
      expect(score[last]).toBeGreaterThan(1);
      const shares = attribution.subarray(last * width, (last + 1) * width);
      expect(release.manifest.window.channels[shares.indexOf(Math.max(...shares))]?.name).toBe('vibration');
    });

    it('passes its golden vectors in both variants', async () => {
      for (const { file } of release.manifest.variants) {
        const report = await golden(release, { path: join(directory, file) });
        expect(report.cases).toBeGreaterThanOrEqual(16);
        expect(report.refusals).toEqual([]);
      }
    });

    it('fails them with one wrong weight', async () => {
      // The top exponent bit of float32 weights; the sign bit of the int8 weights that rebuild the window.
      const damaged = [
        ['fp32.onnx', 'project', 4, 6],
        ['fp32.onnx', 'rebuild', 4, 6],
        // Of a dense net's tens of thousands of int8 weights one may be wrong within the tolerance: there digests tell.
        ...(recipe.severity
          ? (['severity_0_weight', 'severity_2_weight', 'severity_4_weight'] as const).map(
              (weight) => ['fp32.onnx', weight, 4, 6] as const,
            )
          : [['int8.onnx', 'rebuild_q', 1, 7] as const]),
      ] as const;
      for (const [file, weight, size, bit] of damaged)
        for (const share of [0, 0.21, 0.43, 0.68, 0.999]) {
          const model = readModel(release.files.get(file)!);
          flip(model, weight, share, size, bit);
          const { refusals } = await golden(release, { bytes: encodeModel(model) });
          expect(refusals.length, `${weight} at ${share}`).toBeGreaterThan(0);
        }
    });
  },
);

async function golden(
  { manifest, files }: Awaited<ReturnType<typeof readReleaseDirectory>>,
  model: { path: string } | { bytes: Uint8Array },
): ReturnType<typeof checkGolden> {
  const session = await backend.create(model);
  return checkGolden(session, manifest, files.get(manifest.golden!.file)!).finally(() => session.release());
}

/** Flips a bit of the last (most significant) byte of the weight that lies the given share of the way in. */
function flip(model: Model, name: string, share: number, size: number, bit: number): void {
  const bytes = model.graph.initializer!.find((t) => t.name === name)!.rawData!;
  const element = Math.floor((share * bytes.length) / size);
  bytes[element * size + size - 1]! ^= 1 << bit;
}
