import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { createRandom } from '@skerry/firmware-sim/random';
import { type Recording, readRecording } from '@skerry/proto/csv';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { describe, expect, it } from 'vitest';
import { SKAB_TRAIN_ROWS, skabBenchmark } from './skab-benchmark.ts';

const tools = { backend: createOrtNodeBackend(), crypto: nodeCrypto, clock: systemClock };

/** Three sensors that move together, until one leaves the others at row 700 of 1,000. */
function run(seed: number): Recording {
  const random = createRandom(seed);
  const lines = Array.from({ length: 1_000 }, (_, i) => {
    const load = Math.sin(i / 20);
    const noise = (): number => 0.1 * random.normal();
    const isFaulty = i >= 700;
    const values = [load + noise(), -2 * load + noise(), 3 + load + noise() + (isFaulty ? 2 : 0)];
    const time = new Date(1_000 * i).toISOString().slice(0, 19).replace('T', ' ');
    return `${time};${values.map((x) => x.toFixed(4)).join(';')};${isFaulty ? '1.0' : '0.0'};0.0`;
  });
  return readRecording([`datetime;a;b;c;anomaly;changepoint\n${lines.join('\n')}\n`], { file: 'run.csv' });
}

describe('the SKAB harness', () => {
  it('judges the rows behind the first 400, the release as its rivals and controls', async () => {
    const recordings = [1, 2].map((seed) => ({ name: `${seed}`, recording: run(seed) }));
    const figures = await skabBenchmark(tools, recordings);
    expect(figures.map(({ detector }) => detector)).toEqual([
      'window PCA, int8, on the agent',
      'window PCA, fp32, on the agent',
      'k-means',
      'autoencoder',
      'always on',
      'no sensor: on after the first fifth',
    ]);
    const by = (name: string) => figures.find(({ detector }) => detector.startsWith(name))!;
    expect(by('window PCA, int8')).toMatchObject({ rows: 2 * (1_000 - SKAB_TRAIN_ROWS) });
    expect(by('window PCA, int8').auc).toBeGreaterThan(0.99);
    expect(by('window PCA, int8').f1).toBeGreaterThan(0.95);
    expect(by('always on')).toMatchObject({ auc: 0.5, falseAlarmRate: 1, missRate: 0 });
    expect(by('always on').f1).toBeCloseTo(2 / 3, 2);
  });

  const data = process.env.SKERRY_DATA;
  it.skipIf(!data)(
    'AUC .85, F1 .78 with at most 15 % false alarms, int8 on the agent (needs SKERRY_DATA)',
    { timeout: 600_000 },
    async () => {
      const folder = join(data ?? '', 'skab', 'data');
      const recordings = ['valve1', 'valve2', 'other'].flatMap((group) =>
        readdirSync(join(folder, group)).map((file) => ({
          name: `${group}/${file}`,
          recording: readRecording([readFileSync(join(folder, group, file), 'utf8')], { file }),
        })),
      );
      const [int8, fp32] = await skabBenchmark(tools, recordings);
      expect(int8!.auc).toBeGreaterThanOrEqual(0.85);
      expect(int8!.f1).toBeGreaterThanOrEqual(0.78);
      expect(int8!.falseAlarmRate).toBeLessThanOrEqual(0.15);
      expect(Math.abs(int8!.auc - fp32!.auc)).toBeLessThanOrEqual(0.01);
    },
  );
});
