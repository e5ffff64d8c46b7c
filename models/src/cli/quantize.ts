import { readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import type { InferenceBackend } from '@skerry/agent/ports';
import type { Recording } from '@skerry/proto/csv';
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print, printJson } from '@skerry/proto/node/program';
import { inputsOfGraph } from '@skerry/proto/onnx/graph';
import { outputsOfGraph } from '../graph/reader.ts';
import { kernelsOf } from '../node/kernels.ts';
import { ENTROPY, MINMAX, PERCENTILE, RANGE_MULTIPLIER } from '../quantize/calibrate.ts';
import { dynamicQuantizer } from '../quantize/dynamic.ts';
import { reportPicture } from '../quantize/picture.ts';
import { quantizeMeasured } from '../quantize/quantize.ts';
import type { Quantizer } from '../quantize/quantizer.ts';
import { type QuantizationReport, type QuantizationSettings, reportLines } from '../quantize/report.ts';
import { saturates } from '../quantize/saturation.ts';
import { staticQuantizer } from '../quantize/static.ts';
import type { Trial } from '../quantize/trial.ts';
import {
  comparedOutput,
  kindOf,
  manifestFor,
  openSource,
  releaseOutput,
  type Source,
  tensorFeeds,
  type Windows,
  windowsOf,
} from './quantize-data.ts';
import {
  type QuantizeFlags,
  withDataOptions,
  withInt8Options,
  withReportOptions,
} from './quantize-options.ts';
import { readCsv, withCsvFlags } from './shared.ts';

/** `quantize MODEL --data DATA --out FILE`: a release's float32 model, or a bare one, as int8. */
export function addQuantize(program: Command, backend: InferenceBackend): void {
  const command = withCsvFlags(program.command('quantize <model>')).description(
    "make an int8 model of a float32 one: a release's folder, or an .onnx file",
  );
  withReportOptions(withInt8Options(withDataOptions(command)))
    .addHelpText(
      'after',
      `
Releases made by "fit" hold an int8 variant already; this is for models from elsewhere. Where the result is not as good as
float32 (Spearman below .98, AUC or accuracy off by more than .01), the costliest layers go back to float one by one.

Examples:
  skerry-model quantize releases/press/1.0.0 --data healthy.csv --out releases/press/1.0.0/int8.onnx
  skerry-model quantize net.onnx --data recordings/ --labels fault --out int8.onnx --picture report.svg
  skerry-model quantize lstm.onnx --data test_data_set_0/ --dynamic --out int8.onnx`,
    )
    .action((path: string, flags: QuantizeFlags) => quantizeModelFile(backend, path, flags));
}

async function quantizeModelFile(
  backend: InferenceBackend,
  path: string,
  flags: QuantizeFlags,
): Promise<void> {
  const source = await openSource(path);
  const output = comparedOutput(source, flags.output);
  const trial = {
    ...(await readData(source, output, flags)),
    output,
    ...(flags.rebuilds === undefined ? {} : { rebuilds: inputNamed(source, flags.rebuilds) }),
  };
  const saturatesHere = await saturates(backend);
  const reduceRange = flags.reduceRange ?? saturatesHere;
  const { quantizer, settings } = await quantizerFor(backend, source, trial, flags, reduceRange);
  const judged = releaseOutput(source.manifest);
  const keepsThreshold =
    flags.refitThreshold &&
    judged?.threshold !== undefined &&
    judged.tensor === trial.output &&
    !trial.rebuilds;
  const { int8, report: measured } = await quantizeMeasured(
    { backend, clock: systemClock },
    source,
    quantizer,
    trial,
    {
      exclude: flags.exclude,
      excludeMore: flags.excludeMore,
      minSqnrDb: flags.minSqnr ?? Number.NEGATIVE_INFINITY,
      threshold: keepsThreshold ? { threshold: judged.threshold!, sustain: judged.sustain } : undefined,
    },
  );
  const report: QuantizationReport = {
    file: flags.out,
    source: source.file,
    settings: { ...settings, saturatesHere },
    ...measured,
    ...(judged?.threshold === undefined ? {} : { threshold: judged.threshold }),
    kernels: { fp32: await kernelsOf(source.bytes), int8: await kernelsOf(int8) },
    notes: notesOn(source, trial, settings, saturatesHere, flags),
  };
  await writeFile(flags.out, int8);
  if (flags.report !== undefined) await writeFile(flags.report, `${JSON.stringify(report, null, 2)}\n`);
  if (flags.picture !== undefined) await writeFile(flags.picture, reportPicture(report));
  if (flags.json) printJson(report);
  else for (const line of reportLines(report)) print(line);
  if (!report.agreement.accepted)
    throw new SkerryError(
      'failed',
      `${flags.out} is not as good as float32: Spearman is below .98, or AUC or accuracy are off by more than .01`,
      { hint: 'try --dynamic, another --widen, --method minmax, or --exclude the layers of the least SQNR' },
    );
}

function notesOn(
  source: Source,
  trial: Trial,
  settings: Omit<QuantizationSettings, 'saturatesHere'>,
  saturatesHere: boolean,
  flags: QuantizeFlags,
): string[] {
  const notes: string[] = [];
  if (saturatesHere && !settings.reduceRange)
    notes.push(
      'int8 products saturate on this processor, so the answers are wrong here: leave out --no-reduce-range',
    );
  if (settings.method !== undefined && settings.method !== 'minmax' && givesScore(source, trial))
    notes.push(
      `--method ${settings.method} cuts off what is rare, which is what a score is there for: prefer minmax`,
    );
  const { manifest } = source;
  const file = basename(flags.out);
  if (manifest && !manifest.variants.some((v) => v.file === file))
    notes.push(`put { name: int8, file: ${file}, precision: int8 } first under "variants" of model.yaml`);
  return notes;
}

async function quantizerFor(
  backend: InferenceBackend,
  source: Source,
  trial: Trial & Pick<Windows, 'calibration' | 'hasFaults'>,
  flags: QuantizeFlags,
  reduceRange: boolean,
): Promise<{ quantizer: Quantizer; settings: Omit<QuantizationSettings, 'saturatesHere'> }> {
  const perChannel = !flags.perTensor;
  if (flags.dynamic)
    return {
      quantizer: dynamicQuantizer(source.model, { perChannel, reduceRange }),
      settings: { mode: 'dynamic', perChannel, reduceRange },
    };
  const { method: name, activations } = flags;
  const widen =
    flags.widen ?? flags.multiplier ?? (givesScore(source, trial) && !trial.hasFaults ? RANGE_MULTIPLIER : 1);
  const method = {
    minmax: MINMAX,
    percentile: { ...PERCENTILE, percentile: flags.percentile, bins: flags.bins },
    entropy: { ...ENTROPY, bins: flags.bins, levels: flags.levels },
  }[name];
  const options = { method, multiplier: widen, perChannel, activations, reduceRange };
  return {
    quantizer: await staticQuantizer(backend, source.model, trial.calibration, options),
    settings: { mode: 'static', method: name, widen, activations, perChannel, reduceRange },
  };
}

/** Whether the compared output is a score, which anomalies drive far beyond what healthy data show. */
function givesScore(source: Source, { output, rebuilds }: Trial): boolean {
  if (rebuilds !== undefined) return true;
  const kind = kindOf(source.manifest, output);
  if (kind !== undefined) return kind === 'anomaly-score';
  const dims = outputsOfGraph(source.model).find((o) => o.name === output)?.dims ?? [];
  return dims.slice(1).every((d) => d === 1);
}

function inputNamed({ model }: Source, name: string): string {
  const names = inputsOfGraph(model).map((i) => i.name ?? '');
  if (!names.includes(name))
    throw new SkerryError('invalid', `the model has no input "${name}"`, {
      hint: `its inputs are ${names.join(', ')}`,
    });
  return name;
}

async function readData(source: Source, output: string, flags: QuantizeFlags): Promise<Windows> {
  const files = await csvFiles(flags.data);
  if (files.length === 0) return tensorWindows(source, flags.data);
  const recordings: Recording[] = [];
  for (const file of files) recordings.push(await readCsv(file, flags));
  const channels =
    flags.channels ?? recordings[0]!.numericColumns.filter((c) => c !== flags.labels && c !== flags.time);
  const manifest = source.manifest ?? manifestFor(source, channels, flags.layout);
  return windowsOf(source, manifest, recordings, { label: flags.labels, output });
}

/** The CSV files that a path stands for: itself, or those in the folder; none where the folder holds other things. */
async function csvFiles(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return [path];
  return (await readdir(path))
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => join(path, name));
}

async function tensorWindows(source: Source, folder: string): Promise<Windows> {
  const calibration = await tensorFeeds(source.model, folder);
  if (calibration.length === 0)
    throw new SkerryError('invalid', `${folder} holds neither CSV files nor tensors`, {
      hint: 'give a CSV file, a folder of *.csv, or a folder of input_0.pb, …',
    });
  const batches = calibration.map((feed) => ({ feed, windows: 1, recording: 0 }));
  return { batches, calibration, timed: batches.slice(0, 1), perNumber: true, hasFaults: false };
}
