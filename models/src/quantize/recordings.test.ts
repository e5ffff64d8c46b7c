/** The quantizer on models and recordings that nobody here made. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { readRecording } from '@skerry/proto/csv';
import { inputsOfGraph } from '@skerry/proto/onnx/graph';
import { describe, expect, it, test } from 'vitest';
import { agreementOf } from '../evaluate/variants.ts';
import { fitAnomaly } from '../fit/anomaly.ts';
import { samplesOf } from '../fit/recording.ts';
import { normalizeRows, type Rows, sliceRows, windowStarts } from '../fit/scaling.ts';
import { windowTensor } from '../fit/windows.ts';
import { outputsOfGraph, readModel } from '../graph/reader.ts';
import { type Feed, MINMAX } from './calibrate.ts';
import { dynamicQuantizer } from './dynamic.ts';
import type { Quantizer } from './quantizer.ts';
import { type StaticOptions, staticQuantizer } from './static.ts';
import { answersTo, type Batch } from './trial.ts';

const data = process.env.SKERRY_DATA ?? '';
const backend = createOrtNodeBackend();
const OPTIONS: StaticOptions = {
  method: MINMAX,
  multiplier: 1,
  perChannel: true,
  activations: 'uint8',
  reduceRange: false,
};

test("without SKERRY_DATA nothing of others is quantized, and that's said", ({ skip }) => {
  if (!data) skip('SKERRY_DATA is not set: no foreign model or recording was quantized');
});

describe.skipIf(!data)("operators' models (SKERRY_DATA)", () => {
  it.each([
    ['conv1d', 'static'],
    ['autoencoder_gemm_dyn', 'static'],
    ['autoencoder_gemm_dyn', 'dynamic'],
    ['lstm_tanh_bidirectional', 'dynamic'],
  ] as const)('%s stays what it was (%s)', async (name, mode) => {
    const folder = join(data, 'onnx', name);
    const model = readModel(new Uint8Array(await readFile(join(folder, 'model.onnx'))));
    const batches = (await casesOf(folder)).map((feed) => ({ feed, windows: 1, recording: 0 }));
    const feeds = batches.map((b) => b.feed);
    const quantizer: Quantizer =
      mode === 'static'
        ? await staticQuantizer(backend, model, feeds, OPTIONS)
        : dynamicQuantizer(model, { perChannel: true, reduceRange: false });
    expect(inputsOfGraph(quantizer.float).map((i) => i.name)).toEqual(Object.keys(feeds[0]!));
    const output = outputsOfGraph(model)[0]!.name;
    const fp32 = await answersTo(backend, model, { output }, batches);
    const int8 = await answersTo(backend, quantizer.make(new Set()), { output }, batches);
    const agreement = agreementOf({ fp32, int8 }, fp32.length);
    expect(agreement.accepted).toBe(true);
    expect(agreement.sqnrDb).toBeGreaterThan(35);
  });
});

describe.skipIf(!data)(
  'anomaly models of a pump testbed, healthy and faulty rows mixed (SKERRY_DATA)',
  () => {
    const SHAPE = { length: 10, hop: 1 };
    const OPTIONS_OF_FIT = { ...SHAPE, explained: 0.85, sustain: 1, margin: 4 / 3 };

    it.each(['valve1/0.csv', 'valve1/10.csv', 'other/9.csv'])(
      '%s: AUC within .01 and rank correlation at least .98',
      async (file) => {
        const { rows, faulty } = await readRun(join(data, 'skab', 'data', file));
        const [train, held] = [sliceRows(rows, 0, 300), sliceRows(rows, 300, 400)];
        const fitted = await fitAnomaly(backend, [train], [held], OPTIONS_OF_FIT);
        const feedOf = (part: Rows): Feed => {
          const normalized = normalizeRows(part, fitted.scaling);
          const starts = windowStarts(normalized.length / rows.width, SHAPE.length, SHAPE.hop);
          return { window: windowTensor(normalized, starts, { ...SHAPE, width: rows.width }) };
        };
        const mixed = feedOf(sliceRows(rows, 400, faulty.length));
        const windows = mixed.window!.dims[0]!;
        const labels = Array.from({ length: windows }, (_, w) =>
          faulty.slice(400 + w, 410 + w).some((f) => f !== 0) ? 1 : 0,
        );
        const batch: Batch = { feed: mixed, windows, recording: 0 };
        const model = readModel(fitted.fp32);
        const widened = { ...OPTIONS, multiplier: 8 };
        const { make } = await staticQuantizer(backend, model, [feedOf(train)], widened);
        const fp32 = await answersTo(backend, model, { output: 'score' }, [batch]);
        const int8 = await answersTo(backend, make(new Set()), { output: 'score' }, [batch]);
        const agreement = agreementOf({ fp32, int8 }, windows, labels);
        expect(Math.abs(agreement.auc!.fp32 - agreement.auc!.int8)).toBeLessThanOrEqual(0.01);
        expect(agreement.spearman).toBeGreaterThanOrEqual(0.98);
        expect(agreement.accepted).toBe(true);
      },
    );
  },
);

async function casesOf(folder: string): Promise<Feed[]> {
  interface Case {
    inputs: Record<string, { dims: number[]; base64_le: string }>;
  }
  const { cases } = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as { cases: Case[] };
  return cases.map(({ inputs }) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { dims, base64_le: text }]) => {
        const bytes = new Uint8Array(Buffer.from(text, 'base64'));
        return [name, { type: 'float32', dims, data: new Float32Array(bytes.buffer) }];
      }),
    ),
  );
}

async function readRun(file: string): Promise<{ rows: Rows; faulty: number[] }> {
  const recording = await readRecording([await readFile(file, 'utf8')], { file });
  const channels = recording.numericColumns.filter((c) => c !== 'anomaly' && c !== 'changepoint');
  const { rows } = samplesOf(recording, [...channels, 'anomaly']);
  const width = channels.length;
  return {
    rows: { width, values: rows.values.filter((_, i) => i % rows.width < width) },
    faulty: [...rows.values.filter((_, i) => i % rows.width === width)],
  };
}
