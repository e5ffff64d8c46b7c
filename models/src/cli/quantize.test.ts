import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { recordMachine } from '@skerry/firmware-sim/machines/recording';
import { createRandom } from '@skerry/firmware-sim/random';
import { toTensorProto } from '@skerry/proto/onnx/tensor';
import { encode, onnx } from '@skerry/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../graph/builder.ts';
import { float32 } from '../graph/tensor.ts';
import type { QuantizationReport } from '../quantize/report.ts';
import { autoencoder, convClassifier, normals, recurrentNet } from '../quantize/test-nets.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

describe('skerry-model quantize', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const quantize = (model: string, data: string, ...flags: string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      const args = [
        'quantize',
        resolvePath(folder, model),
        '--data',
        at(data),
        '--out',
        at('int8.onnx'),
        ...flags,
      ];
      execFile(process.execPath, ['--conditions=source', MAIN, ...args], (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
      });
    });
  const reportOf = ({ stdout }: Outcome): QuantizationReport => JSON.parse(stdout) as QuantizationReport;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-quantize-'));
    await writeFile(at('conv.onnx'), encodeModel(convClassifier(40)));
    await writeFile(at('dense.onnx'), encodeModel(autoencoder()));
    await writeFile(at('gru.onnx'), encodeModel(recurrentNet('GRU')));
    const random = createRandom(8);
    const rows = Array.from({ length: 64 * 60 }, (_, i) => {
      const wave = Math.sin(i / 7);
      return [i, wave + random.normal() / 5, wave * random.normal(), random.normal()].join();
    });
    await writeFile(at('waves.csv'), `time,a,b,c\n${rows.join('\n')}\n`);
    // 16 columns that move together; the last tenth of the rows leaves the others' plane.
    const sensors = Array.from({ length: 2_000 }, (_, i) => {
      const fault = i >= 1_800 ? 1 : 0;
      const common = random.normal();
      const values = Array.from(
        { length: 16 },
        (_, c) => common + random.normal() / 5 + (c === 3 ? 9 * fault : 0),
      );
      return [i, ...values, fault].join();
    });
    const names = Array.from({ length: 16 }, (_, c) => `s${c}`);
    await writeFile(at('sensors.csv'), `time,${names.join()},fault\n${sensors.join('\n')}\n`);
    const proto = toTensorProto('x', float32([12, 4, 8], normals(384)));
    await mkdir(at('tensors'));
    await writeFile(at('tensors/input_0.pb'), encode(onnx.TensorProto, proto));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('takes a bare conv net and a recording, and writes model, report and picture', async () => {
    const flags = ['--report', at('report.json'), '--picture', at('report.svg')];
    const done = await quantize('conv.onnx', 'waves.csv', ...flags, '--json');
    expect(done, done.stderr).toMatchObject({ code: 0 });
    const report = reportOf(done);
    expect(JSON.parse(await readFile(at('report.json'), 'utf8'))).toEqual(report);
    expect(await readFile(at('report.svg'), 'utf8')).toContain('</svg>');
    expect((await readFile(at('int8.onnx'))).length).toBe(report.sizeBytes.int8);
    expect(report.sizeBytes.fp32 / report.sizeBytes.int8).toBeGreaterThan(3);
    expect(report.settings).toMatchObject({
      mode: 'static',
      method: 'minmax',
      widen: 1,
      activations: 'uint8',
    });
    expect(report.agreement).toMatchObject({ windows: 60, accepted: true });
    expect(report.agreement.flips).toBeLessThan(0.1);
    expect(report.latency.map((l) => l.windows)).toEqual([1, 128]);
    expect(report.kernels.int8).toMatchObject({ QLinearConv: 6 });
    expect(report.kernels.int8.FusedConv).toBeUndefined();
  });

  it('judges a reconstruction by its residual, calibrates on healthy rows and reaches beyond them', async () => {
    const flags = ['--labels', 'fault', '--rebuilds', 'x', '--json'];
    const done = await quantize('dense.onnx', 'sensors.csv', ...flags);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    const { agreement, settings, highestHealthyScore } = reportOf(done);
    expect(settings).toMatchObject({ widen: 8 });
    expect(agreement).toMatchObject({ windows: 2_000, accepted: true });
    expect(Math.abs(agreement.auc!.fp32 - agreement.auc!.int8)).toBeLessThanOrEqual(0.01);
    expect(highestHealthyScore!.int8).toBeGreaterThan(0);
  });

  it('quantizes a recurrent net dynamically from a folder of tensors', async () => {
    const wrong = await quantize('gru.onnx', 'tensors', '--exclude', 'Gemm:dense2');
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('every layer is excluded') });
    const done = await quantize('gru.onnx', 'tensors', '--dynamic', '--json', '--exclude', 'Gemm:dense2');
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(reportOf(done)).toMatchObject({
      nodes: 1,
      layers: [
        { op: 'GRU', int8: true },
        { op: 'Gemm', int8: false },
      ],
    });
  });

  it('finds the way in which a catalogue model stays as good as float32, keeps its threshold, and fails where none is allowed', async () => {
    const release = join(import.meta.dirname, '..', '..', 'catalog', 'pump-anomaly', '1.1.0');
    const [hours, rateHz] = [0.5, 2];
    const { channels, timesUs, rows } = recordMachine('pump', { seed: 31, hours, rateHz }, (elapsedS) =>
      elapsedS >= 1_200 ? { cavitation: 0.05 } : {},
    );
    const lines = [...timesUs].map((us, i) => {
      const values = rows.subarray(i * channels.length, (i + 1) * channels.length);
      return [us / 1e6, ...values, i >= 1_200 * rateHz ? 1 : 0].join();
    });
    const header = `time,${channels.map((c) => c.name).join()},fault`;
    await writeFile(at('pump.csv'), `${header}\n${lines.join('\n')}\n`);
    const flags = ['--labels', 'fault', '--min-sqnr', '35'];
    const done = await quantize(release, 'pump.csv', ...flags, '--json');
    expect(done, done.stderr).toMatchObject({ code: 0 });
    const report = reportOf(done);
    expect(report).toMatchObject({ threshold: 1, nodes: 2, settings: { mode: 'dynamic' } });
    expect(report.notes).toContainEqual(expect.stringContaining('in every run'));
    expect(report.spearman).toBeGreaterThanOrEqual(0.98);
    expect(Math.abs(report.agreement.auc!.fp32 - report.agreement.auc!.int8)).toBeLessThanOrEqual(0.01);
    expect(report.thresholdFactor).toBeCloseTo(1, 1);

    const forced = await quantize(release, 'pump.csv', ...flags, '--no-dynamic', '--no-exclude-more');
    expect(forced).toMatchObject({ code: 1, stderr: expect.stringContaining('not as good as float32') });
  });
});
