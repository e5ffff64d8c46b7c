import { nodeCrypto } from '@skerry/proto/node/crypto';
import { expect, test } from 'vitest';
import { backtest } from './backtest.ts';
import { SampleColumns } from './pipeline/samples.ts';
import { DIGEST, drain, meanModel, testConfig, testPipeline, testRelease } from './pipeline/test-pipeline.ts';
import type { Concluded, SampleBatch } from './pipeline/types.ts';

function pipelineUnderTest() {
  const pipeline = testPipeline(nodeCrypto, testConfig(), { limits: { maxBatch: 7 } });
  const window = { rate: 'any', length: 8, hop: 1, channels: [{ name: 'a', range: [-2, 2] }] };
  pipeline.setRelease(testRelease(window, { output: [score] }), DIGEST, 'test@1.0.0');
  return pipeline;
}

const score = { name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 0.9, sustain: 3 };

async function* recording(rows: number, chunkRows: number): AsyncGenerator<SampleBatch> {
  const columns = new SampleColumns('p', 1);
  for (let i = 0; i < rows; i++) {
    columns.push('d', i * 300e6, [i === 40 ? 99 : Math.sin(i / 30)]);
    if (columns.count === chunkRows) yield columns.take()!;
  }
  const rest = columns.take();
  if (rest) yield rest;
}

test('a recording gives one result per sample once warmed up, and accounts for every sample', async () => {
  const pipeline = pipelineUnderTest();
  const rows: Concluded['rows'] = [];
  const infer = async (windows: Parameters<typeof meanModel>[1]) => meanModel(pipeline.manifest!, windows);
  const report = await backtest(
    pipeline,
    infer,
    recording(500, 64),
    (concluded) => void rows.push(...concluded.rows),
  );
  expect(report).toMatchObject({
    results: 499 - 7,
    open: 7,
    counters: { received: 500, rejected: { range: 1 } },
  });
  expect(report.alerts).toBeGreaterThan(1);
  expect(report.decisions).toMatchObject({ normal: expect.any(Number), pending: expect.any(Number) });
  expect(rows).toHaveLength(492);
});

test('its results are those of the live pipeline fed sample by sample', async () => {
  const [replayed, live] = [pipelineUnderTest(), pipelineUnderTest()];
  const got: Concluded['rows'] = [];
  const infer = async (windows: Parameters<typeof meanModel>[1]) => meanModel(replayed.manifest!, windows);
  await backtest(replayed, infer, recording(200, 33), (concluded) => void got.push(...concluded.rows));
  const expected: Concluded['rows'] = [];
  let seq = 0;
  for await (const one of recording(200, 1)) {
    live.acceptRow('d', one.timeUs[0]!, one.values, one.timeUs[0]!);
    const batch = live.takePending();
    if (batch) live.feed(batch, ++seq, 0, 'live');
    expected.push(...drain(live).rows);
  }
  const plain = (rows: Concluded['rows']) => rows.map(({ producedMs: _, ...row }) => row);
  expect(plain(got)).toEqual(plain(expected));
});
