import { readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { InferenceBackend } from '@skerry/agent/ports';
import type { Recording } from '@skerry/proto/csv';
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print, printJson } from '@skerry/proto/node/program';
import { inputsOfGraph } from '@skerry/proto/onnx/graph';
import { kernelsOf } from '../node/kernels.ts';
import { reportPicture } from '../quantize/picture.ts';
import { type QuantizationReport, type QuantizationSettings, reportLines } from '../quantize/report.ts';
import { saturates } from '../quantize/saturation.ts';
import {
  comparedOutput,
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
import { type Given, givesScore, quantizeBest } from './quantize-ways.ts';
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
  const given = {
    ...(await readData(source, output, flags)),
    output,
    ...(flags.rebuilds === undefined ? {} : { rebuilds: inputNamed(source, flags.rebuilds) }),
  };
  const saturatesHere = await saturates(backend);
  const best = await quantizeBest(backend, source, given, flags, flags.reduceRange ?? saturatesHere);
  const { int8, settings } = best;
  const threshold = releaseOutput(source.manifest)?.threshold;
  const report: QuantizationReport = {
    file: flags.out,
    source: source.file,
    settings: { ...settings, saturatesHere },
    ...best.report,
    ...(threshold === undefined ? {} : { threshold }),
    kernels: { fp32: await kernelsOf(source.bytes), int8: await kernelsOf(int8) },
    notes: notesOn(source, given, { ...settings, saturatesHere }, flags),
  };
  await writeFile(flags.out, int8);
  if (flags.report !== undefined) await writeFile(flags.report, `${JSON.stringify(report, null, 2)}\n`);
  if (flags.picture !== undefined) await writeFile(flags.picture, reportPicture(report));
  if (flags.json) printJson(report);
  else for (const line of reportLines(report)) print(line);
  if (!best.holds)
    throw new SkerryError(
      'failed',
      `${flags.out} is not as good as float32: Spearman is below .98, AUC or accuracy are off by more than .01, or --min-sqnr isn't reached`,
      { hint: 'try --dynamic, another --widen, --method minmax, or --exclude the layers of the least SQNR' },
    );
}

function notesOn(
  source: Source,
  given: Given,
  settings: QuantizationSettings,
  flags: QuantizeFlags,
): string[] {
  const notes: string[] = [];
  if (settings.mode === 'dynamic' && !flags.dynamic)
    notes.push('static int8 was not as good as float32, so ranges are found in every run');
  if (settings.saturatesHere && !settings.reduceRange)
    notes.push(
      'int8 products saturate on this processor, so the answers are wrong here: leave out --no-reduce-range',
    );
  if (settings.method !== undefined && settings.method !== 'minmax' && givesScore(source, given))
    notes.push(
      `--method ${settings.method} cuts off what is rare, which is what a score is there for: prefer minmax`,
    );
  const { manifest } = source;
  const file = basename(flags.out);
  if (manifest && !manifest.variants.some((v) => v.file === file))
    notes.push(`put { name: int8, file: ${file}, precision: int8 } first under "variants" of model.yaml`);
  return notes;
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
