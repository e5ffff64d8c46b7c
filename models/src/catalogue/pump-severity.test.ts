import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { recordMachine } from '@skerry/firmware-sim/machines/recording';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLive } from '../evaluate/live.ts';
import { spearman } from '../evaluate/metrics.ts';
import type { Scaling } from '../fit/scaling.ts';
import { oneWindow } from '../fit/windows.ts';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { catalogueDirectory } from '../node/catalogue-directory.ts';
import { kernelsOf } from '../node/kernels.ts';
import { PUMP_RECIPES, PUMP_WINDOW } from './pump.ts';
import { PUMP_CHANNELS, PUMP_RATE_HZ } from './pump-metrics.ts';
import {
  addSeverity,
  CAVITATION,
  CAVITATION_ALERT,
  severityWindows,
  trainSeverity,
} from './pump-severity.ts';

const backend = createOrtNodeBackend();
const recipe = PUMP_RECIPES.findLast(({ severity }) => severity !== undefined)!;
const directory = catalogueDirectory('pump-anomaly', recipe.version);
const shape = { length: PUMP_WINDOW.length, hop: PUMP_WINDOW.hop, width: PUMP_CHANNELS.length };

let release: Awaited<ReturnType<typeof readReleaseDirectory>>;
let scaling: Scaling;
beforeAll(async () => {
  release = await readReleaseDirectory(directory);
  const input = [release.manifest.input].flat()[0]!;
  const { mean, std } = input.normalize!;
  scaling = { mean: Float64Array.from(mean), std: Float64Array.from(std) };
});

async function cavitation(file: string, windows: readonly Float64Array[]): Promise<number[]> {
  const session = await backend.create({ path: join(directory, file) });
  const answers: number[] = [];
  for (const window of windows)
    answers.push(
      Number((await session.run({ window: oneWindow(window, shape) }, [CAVITATION]))[CAVITATION]!.data[0]),
    );
  await session.release();
  return answers;
}

describe('the severity of a cavitation', () => {
  it('is trained alike each time: the same windows and seed give the same graph, byte by byte', () => {
    const windows = severityWindows(1, 0.2, scaling, shape);
    const trained = (): Uint8Array => {
      const g = new GraphBuilder('severity');
      const x = g.input('x', 'float32', ['batch', shape.length * shape.width]);
      addSeverity(g, trainSeverity(windows, { seed: 1, epochs: 1 }), x);
      return encodeModel(g.build());
    };
    expect(trained()).toEqual(trained());
  });

  it('is told within .03 on a pump it never saw, and alike by both variants', async () => {
    const { windows, severities } = severityWindows(9_201, 2, scaling, shape);
    const [fp32, int8] = [await cavitation('fp32.onnx', windows), await cavitation('int8.onnx', windows)];
    for (const answers of [fp32, int8]) {
      const squares = answers.reduce((sum, answer, i) => sum + (answer - severities[i]!) ** 2, 0);
      expect(Math.sqrt(squares / answers.length)).toBeLessThan(0.03);
    }
    expect(spearman(fp32, int8)).toBeGreaterThan(0.98);
  });

  it('is computed in int8: every product of its net, and only the score’s two in float', async () => {
    expect(await kernelsOf(release.files.get('int8.onnx')!)).toMatchObject({
      QGemm: 3,
      Gemm: 2,
      QuantizeLinear: 1,
    });
  });

  it("comes out of the agent's pipeline, and asks for the strainer to be looked at once it matters", async () => {
    expect(release.manifest.rules[0]?.do).toEqual([{ publish: 'maintenance/{device}/strainer' }]);
    const onsetS = 600;
    const { channels, timesUs, rows } = recordMachine(
      'pump',
      { seed: 9_301, hours: 1 / 3, rateHz: PUMP_RATE_HZ },
      (elapsedS) => ({ cavitation: elapsedS >= onsetS ? 0.3 : 0 }),
    );
    const columns = channels.map(({ name }) => name);
    const rejected = { fields: 0, time: 0, first: undefined };
    const session = await backend.create({ path: join(directory, 'int8.onnx') });
    const { results } = await runLive(
      { manifest: release.manifest, variant: 'int8', session, crypto: nodeCrypto, clock: systemClock },
      { columns, numericColumns: columns, timesUs, rows, rejected },
    );
    await session.release();
    const seconds = ({ toUs }: { toUs: number }): number => (toUs - timesUs[0]!) / 1e6;
    const before = results.filter((result) => seconds(result) < onsetS);
    const after = results.filter((result) => seconds(result) > onsetS + 60);
    expect(before.length).toBeGreaterThan(100);
    for (const { outputs } of before) expect(outputs[CAVITATION]).toBeLessThan(CAVITATION_ALERT);
    for (const { outputs } of after) expect(outputs[CAVITATION]).toBeGreaterThan(CAVITATION_ALERT);
  });
});
