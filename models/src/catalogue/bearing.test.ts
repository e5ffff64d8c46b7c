import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLive } from '../evaluate/live.ts';
import { checkGolden } from '../golden/golden.ts';
import { catalogueDirectory } from '../node/catalogue-directory.ts';
import { BEARING_RECIPE } from './bearing.ts';
import { asRows, BEARING_LENGTH, bearingConditions, bearingReadings } from './bearing-data.ts';
import { bearingAnswers } from './bearing-metrics.ts';
import { bearingGraph, trainBearing } from './bearing-net.ts';
import { digestOfRows } from './dataset.ts';

const backend = createOrtNodeBackend();
const directory = catalogueDirectory('bearing-fault', BEARING_RECIPE.version);
let release: Awaited<ReturnType<typeof readReleaseDirectory>>;
beforeAll(async () => {
  release = await readReleaseDirectory(directory);
});

async function withVariant<T>(
  file: string,
  use: (session: Awaited<ReturnType<typeof backend.create>>) => Promise<T>,
): Promise<T> {
  const session = await backend.create({ path: join(directory, file) });
  return use(session).finally(() => session.release());
}

describe('bearing-fault', () => {
  it('was trained on the readings that its recipe makes', () => {
    const { waves } = bearingReadings(BEARING_RECIPE.trainSeed, BEARING_RECIPE.trainReadings);
    expect(release.manifest.provenance.dataset).toBe(digestOfRows(nodeCrypto, [asRows(waves)]));
  });

  it('is trained alike each time: the same readings and seed give the same graph, byte by byte', () => {
    const trained = (): Uint8Array =>
      bearingGraph(trainBearing(bearingReadings(1, 16), { seed: 1, epochs: 1 }));
    expect(trained()).toEqual(trained());
  });

  it('names the flaw of machines it never saw, in both variants, and loses nothing that matters in int8', async () => {
    const readings = bearingReadings(9_001, 400, 0.3);
    for (const { file } of release.manifest.variants) {
      const { named } = await withVariant(file, (session) => bearingAnswers(session, readings));
      const right = named.filter((condition, r) => condition === readings.conditions[r]).length;
      expect(right, file).toBeGreaterThan(0.97 * named.length);
    }
  });

  it('passes its golden vectors in both variants', async () => {
    for (const { file } of release.manifest.variants) {
      const golden = release.files.get(release.manifest.golden!.file)!;
      const report = await withVariant(file, (session) => checkGolden(session, release.manifest, golden));
      expect(report).toEqual({ cases: 24, refusals: [] });
    }
  });

  it("gives a share by condition through the agent's pipeline, and alerts after three readings with a flaw", async () => {
    const outer = bearingReadings(9_101, 16, 0.5).waves.filter((_, r) => r % 4 === 1);
    const healthy = bearingReadings(9_102, 32).waves.filter((_, r) => r % 4 === 0);
    const rows = asRows([...healthy, ...outer]).values;
    const timesUs = Float64Array.from(rows, (_, i) => Math.round((i * 1e6) / 8192));
    const rejected = { fields: 0, time: 0, first: undefined };
    const recording = {
      columns: ['acceleration'],
      numericColumns: ['acceleration'],
      timesUs,
      rows,
      rejected,
    };
    const { results } = await withVariant('int8.onnx', (session) =>
      runLive(
        { manifest: release.manifest, variant: 'int8', session, crypto: nodeCrypto, clock: systemClock },
        recording,
      ),
    );
    expect(results).toHaveLength(rows.length / BEARING_LENGTH);
    expect(results.map(({ decision }) => decision).slice(-4)).toEqual([
      'pending',
      'pending',
      'alert',
      'alert',
    ]);
    const shares = results.at(-1)!.outputs.condition as number[];
    expect(bearingConditions[shares.indexOf(Math.max(...shares))]).toBe('outer-race');
  });
});
