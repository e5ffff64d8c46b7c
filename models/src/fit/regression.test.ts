import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createRandom } from '@skerry/firmware-sim/random';
import { print } from '@skerry/proto/node/program';
import { describe, expect, it } from 'vitest';
import { fitRegression, regressionGraph } from './regression.ts';
import { oneWindow } from './windows.ts';

const OUTPUTS = { scaled: { name: 'hours', factor: 100 }, rest: { name: 'urgency' } };

/** Windows of an indicator that grows tenfold in as many steps as are left, from levels of any height. */
function growing(count: number): { windows: Float64Array[]; shares: number[] } {
  const random = createRandom(2);
  const shares = Array.from({ length: count }, () => random.uniform());
  const windows = shares.map((share) => {
    const level = 10 ** random.uniform();
    return Float64Array.from(
      { length: 8 },
      (_, t) => level * 10 ** (t / (5 + 40 * share)) * (1 + 0.01 * random.normal()),
    );
  });
  return { windows, shares };
}

const OPTIONS = { length: 8, width: 1, hidden: [32, 16], floor: [0.01], seed: 1, epochs: 60 } as const;

describe('a regression on windows', () => {
  it('learns how fast an indicator grows, whatever its level', () => {
    const { windows, shares } = growing(2_000);
    const regression = fitRegression(windows.slice(0, 1_600), shares.slice(0, 1_600), OPTIONS);
    const errors = windows.slice(1_600).map((w, i) => Math.abs(regression.predict(w) - shares[1_600 + i]!));
    expect(errors.reduce((sum, e) => sum + e, 0) / errors.length).toBeLessThan(0.1);
  });

  it('answers the same as its graph in ONNX Runtime, between 0 and 1', async () => {
    const { windows, shares } = growing(300);
    const regression = fitRegression(windows, shares, { ...OPTIONS, epochs: 3 });
    const session = await createOrtNodeBackend().create({ bytes: regressionGraph(regression, OUTPUTS) });
    for (const window of [...windows.slice(0, 20), new Float64Array(8), new Float64Array(8).fill(1e6)]) {
      const got = await session.run({ window: oneWindow(window, { length: 8, width: 1 }) });
      const share = regression.predict(window);
      expect(Number(got.hours!.data[0])).toBeCloseTo(100 * share, 2);
      expect(Number(got.urgency!.data[0])).toBeCloseTo(1 - share, 4);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    await session.release();
  });
});

const data = process.env.SKERRY_DATA;
const CAP = 125;
const LENGTH = 30;
// The sensors of FD001 that change; columns are unit, cycle, three settings, 21 sensors.
const SENSORS = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21].map((sensor) => sensor + 4);

describe.skipIf(!data)('on turbofan engines (needs SKERRY_DATA)', () => {
  it('guesses the cycles that engines it never saw have left, far better than their mean', () => {
    const text = gunzipSync(readFileSync(join(data ?? '', 'cmapss', 'train_FD001.txt.gz'))).toString('utf8');
    const engines = Map.groupBy(
      text
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/).map(Number)),
      ([unit]) => unit!,
    );
    const [known, unseen] = [examples(), examples()];
    for (const [unit, rows] of engines) {
      const { windows, left } = unit <= 80 ? known : unseen;
      for (let end = LENGTH; end <= rows.length; end += 4) {
        const part = rows.slice(end - LENGTH, end);
        windows.push(Float64Array.from(part.flatMap((row) => SENSORS.map((column) => row[column]!))));
        left.push(Math.min(CAP, rows.length - end));
      }
    }
    const regression = fitRegression(
      known.windows,
      known.left.map((cycles) => cycles / CAP),
      {
        length: LENGTH,
        width: SENSORS.length,
        hidden: [64, 32],
        floor: SENSORS.map(() => 0.01),
        seed: 1,
        epochs: 16,
      },
    );
    const rmse = (guess: (window: Float64Array) => number): number =>
      Math.sqrt(
        unseen.windows.reduce((sum, w, i) => sum + (guess(w) - unseen.left[i]!) ** 2, 0) / unseen.left.length,
      );
    const mean = known.left.reduce((sum, cycles) => sum + cycles, 0) / known.left.length;
    const [ours, byMean] = [rmse((window) => CAP * regression.predict(window)), rmse(() => mean)];
    print(
      `C-MAPSS FD001, 80 engines known, 20 not: ${ours.toFixed(1)} cycles; their mean: ${byMean.toFixed(1)}`,
    );
    expect(ours).toBeLessThan(0.6 * byMean);
  });
});

function examples(): { windows: Float64Array[]; left: number[] } {
  return { windows: [], left: [] };
}
