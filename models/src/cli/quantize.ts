import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceBackend } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print, printJson } from '@skerry/proto/node/program';
import { formatBytes } from '@skerry/proto/units';
import { spearman, sqnrDb } from '../evaluate/metrics.ts';
import { feedOf, judgedOutput, scoresOf } from '../evaluate/release-run.ts';
import { rowCount, windowStarts } from '../fit/scaling.ts';
import { encodeModel } from '../graph/builder.ts';
import { readModel } from '../graph/reader.ts';
import { calibrate, RANGE_MULTIPLIER } from '../quantize/calibrate.ts';
import { calibratedValues, planQuantization } from '../quantize/plan.ts';
import { quantizeModel } from '../quantize/qdq.ts';
import {
  type CsvFlags,
  numberOption,
  openRelease,
  readCsv,
  referenceVariant,
  rowsFor,
  withCsvFlags,
} from './shared.ts';

interface QuantizeFlags extends CsvFlags {
  data: string;
  out: string;
  multiplier: number;
  perTensor?: boolean;
  json?: boolean;
}

/** `quantize DIR --data HEALTHY.csv --out FILE`: the release's float32 model as static int8. */
export function addQuantize(program: Command, backend: InferenceBackend): void {
  withCsvFlags(program.command('quantize <release>'))
    .description("make an int8 model of a release's float32 one, calibrated on a healthy recording")
    .requiredOption('--data <csv>', 'a recording of healthy operation, with the channels of the release')
    .requiredOption('--out <file>', 'where the int8 model is written')
    .option(
      '--multiplier <factor>',
      'how far beyond the healthy range int8 reaches; less clips anomalies',
      numberOption(1, 64),
      RANGE_MULTIPLIER,
    )
    .option('--per-tensor', 'one scale per weight instead of one per output')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Releases made by "fit" hold an int8 variant already; this is for models from elsewhere. The threshold stays that of the
release: the report says how the scores moved.

Example:
  skerry-model quantize releases/press/1.0.0 --data healthy.csv --out releases/press/1.0.0/int8.onnx`,
    )
    .action((directory: string, flags: QuantizeFlags) => quantizeRelease(backend, directory, flags));
}

async function quantizeRelease(
  backend: InferenceBackend,
  directory: string,
  flags: QuantizeFlags,
): Promise<void> {
  const release = await openRelease(directory);
  const { manifest } = release;
  const source = referenceVariant(manifest);
  const bytes = new Uint8Array(await readFile(join(directory, source)));
  const model = readModel(bytes);
  const plan = planQuantization(model);
  if (plan.length === 0)
    throw new SkerryError(
      'unsupported',
      `${source} has no Gemm, MatMul or Conv with constant weights to quantize`,
    );
  const stretches = rowsFor(manifest, await readCsv(flags.data, flags));
  const { length, hop } = manifest.window;
  const feeds = stretches.map((rows) => feedOf(manifest, rows, windowStarts(rowCount(rows), length, hop)));
  if (feeds.length === 0) throw new SkerryError('invalid', `${flags.data} holds no window of ${length} rows`);
  const ranges = await calibrate(backend, model, calibratedValues(plan), feeds, flags.multiplier);
  const int8 = encodeModel(quantizeModel(model, plan, ranges, { perChannel: !flags.perTensor }));
  await writeFile(flags.out, int8);
  const scores = async (file: { bytes: Uint8Array }): Promise<number[]> => {
    const session = await backend.create(file);
    const all: number[] = [];
    try {
      for (const rows of stretches) all.push(...(await scoresOf(session, manifest, rows)));
    } finally {
      await session.release();
    }
    return all;
  };
  const [before, after] = [await scores({ bytes }), await scores({ bytes: int8 })];
  const highest = (list: number[]): number => list.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const report = {
    file: flags.out,
    nodes: plan.length,
    sizeBytes: { fp32: bytes.length, int8: int8.length },
    spearman: spearman(before, after),
    sqnrDb: sqnrDb(before, after),
    highestHealthyScore: { fp32: highest(before), int8: highest(after) },
    threshold: judgedOutput(manifest).threshold,
  };
  if (flags.json) printJson(report);
  else
    print(
      `${flags.out}: ${report.nodes} nodes in int8, ${formatBytes(bytes.length)} -> ${formatBytes(int8.length)}; on ${flags.data} the scores agree with ` +
        `Spearman ${report.spearman.toFixed(4)}, SQNR ${report.sqnrDb.toFixed(1)} dB, highest ${report.highestHealthyScore.fp32.toPrecision(4)} -> ${report.highestHealthyScore.int8.toPrecision(4)}`,
    );
}
