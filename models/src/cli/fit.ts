import { basename, extname } from 'node:path';
import type { InferenceBackend } from '@skerry/agent/ports';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Command, Option, print, printJson } from '@skerry/proto/node/program';
import { digestOfRows } from '../catalogue/dataset.ts';
import { type FittedRecording, fitRecording } from '../fit/from-recording.ts';
import { type Rows, rowCount } from '../fit/scaling.ts';
import { writeFiles } from '../node/write-files.ts';
import { assembleAnomaly } from '../pack/assemble.ts';
import { fitCard } from '../pack/fit-card.ts';
import { ociLayout } from '../pack/oci.ts';
import { type CsvFlags, listOption, numberOption, readCsv, wholeOption, withCsvFlags } from './shared.ts';

interface FitFlags extends CsvFlags {
  out: string;
  rows?: number;
  channels?: string[];
  name?: string;
  releaseVersion: string;
  rate?: 'any';
  length?: number;
  hop?: number;
  explained: number;
  sustain: number;
  margin: number;
  json?: boolean;
}

/** `fit DATA.csv`: a ready anomaly release from a recording of healthy operation. */
export function addFit(program: Command, backend: InferenceBackend): void {
  withCsvFlags(program.command('fit <data>'))
    .description('fit an anomaly release to a recording of healthy operation')
    .requiredOption('--out <directory>', 'where the release is written')
    .option('--rows <n>', 'use the first n rows only', wholeOption(1, 1e9))
    .option(
      '--channels <names>',
      'columns to use, separated by commas (default: every numeric one that changes)',
      listOption,
    )
    .option('--name <name>', 'name of the release (default: the file name)')
    .option('--release-version <version>', 'version of the release', '1.0.0')
    .addOption(
      new Option(
        '--rate <any>',
        'windows of consecutive rows, whatever their times (default: found)',
      ).choices(['any']),
    )
    .option('--length <n>', 'rows in a window (default: 10, or 32 from 2000 rows on)', wholeOption(2, 512))
    .option('--hop <n>', 'rows from window to window (default: 1, or a quarter)', wholeOption(1, 512))
    .option('--explained <share>', 'variance that the model keeps', numberOption(0.01, 0.999), 0.85)
    .option('--sustain <n>', 'windows in a row that make an alert', wholeOption(1, 1000), 1)
    .option('--margin <factor>', 'threshold over the highest healthy score', numberOption(0.1, 100), 4 / 3)
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      `
Examples:
  skerry-model fit healthy.csv --out releases/press/1.0.0 --name press
  skerry-model fit plant.csv --rows 400 --separator ';' --channels Pressure,Flow --out press`,
    )
    .action(async (data: string, flags: FitFlags) => {
      const recording = await readCsv(data, flags);
      const fit = await fitRecording(backend, recording, {
        channels: flags.channels,
        rows: flags.rows,
        rate: flags.rate,
        length: flags.length,
        hop: flags.hop,
        explained: flags.explained,
        sustain: flags.sustain,
        margin: flags.margin,
      });
      await writeRelease(backend, fit, flags, flags.name ?? nameOf(data));
    });
}

async function writeRelease(
  backend: InferenceBackend,
  fit: FittedRecording,
  flags: FitFlags,
  name: string,
): Promise<void> {
  const { fitted, sampling } = fit;
  const dataset = digestOfRows(nodeCrypto, [...fit.train, ...fit.heldOut]);
  const intervalMs = sampling.rateHz ? 1_000 / sampling.rateHz : 0;
  const { manifest, files } = await assembleAnomaly(backend, fitted, longest(fit), {
    name,
    version: flags.releaseVersion,
    description: `Anomalies of ${fit.channels.join(', ')}, fitted to a recording of healthy operation`,
    channels: fit.channels.map((channel) => ({ name: channel })),
    window: {
      rate: sampling.rate,
      ...(sampling.rateHz ? { maxGap: fit.maxGap, lateness: intervalMs <= 10_000 ? '2s' : '0s' } : {}),
    },
    samplesPerHour: fit.samplesPerHour,
    provenance: {
      dataset,
      rows: rowsIn(fit.train) + rowsIn(fit.heldOut),
      heldOutRows: rowsIn(fit.heldOut),
      rowsSkipped: fit.skipped,
      code: 'skerry-model fit',
      createdBy: 'skerry-model',
    },
  });
  const card = fitCard(manifest, fit, dataset);
  await writeFiles(flags.out, new Map<string, Uint8Array | string>([...files, ['CARD.md', card]]));
  const outcome = {
    release: `${manifest.name}@${manifest.version}`,
    digest: ociLayout(nodeCrypto, manifest, files).digest,
    directory: flags.out,
    channels: fit.channels,
    rate: sampling.rate,
    window: { length: fitted.options.length, hop: fitted.options.hop },
    components: fitted.pca.variances.length,
    explained: fitted.pca.explained,
    rows: { train: rowsIn(fit.train), heldOut: rowsIn(fit.heldOut), skipped: fit.skipped },
    sizeBytes: { fp32: fitted.fp32.length, int8: fitted.int8.length },
  };
  if (flags.json) printJson(outcome);
  else
    print(
      `${outcome.release} in ${flags.out}: ${fit.channels.length} channels at ${sampling.rate}, windows of ${outcome.window.length} every ${outcome.window.hop}, ` +
        `${outcome.components} components; fitted to ${outcome.rows.train} rows, threshold from ${outcome.rows.heldOut} others`,
    );
}

function rowsIn(parts: readonly Rows[]): number {
  return parts.reduce((sum, rows) => sum + rowCount(rows), 0);
}

/** The longest stretch: the drift reference and the golden vectors come from one recording without a break. */
function longest(fit: FittedRecording): Rows {
  return [...fit.train, ...fit.heldOut].reduce((a, b) => (rowCount(b) > rowCount(a) ? b : a));
}

function nameOf(file: string): string {
  const plain = basename(file, extname(file))
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 64);
  return plain === '' ? 'anomaly' : plain;
}
