import type { InferenceBackend } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print, printJson, printTable } from '@skerry/proto/node/program';
import { averagePrecision, rocAuc, spearman } from '../evaluate/metrics.ts';
import { judgedOutput, scoresOf } from '../evaluate/release-run.ts';
import { onTicks, samplesOf } from '../fit/recording.ts';
import { type Rows, rowCount, windowStarts } from '../fit/scaling.ts';
import { countEpisodes } from '../fit/threshold.ts';
import { type CsvFlags, openRelease, readCsv, withCsvFlags, withVariant } from './shared.ts';

interface EvalFlags extends CsvFlags {
  data: string;
  labels?: string;
  json?: boolean;
}

interface VariantFigures {
  variant: string;
  windows: number;
  past: number;
  episodes: number;
  auc?: number;
  averagePrecision?: number;
  /** With the first variant of the release. */
  spearman: number;
}

/** `eval DIR --data DATA.csv [--labels COLUMN]`: what every variant of a release makes of a recording. */
export function addEval(program: Command, backend: InferenceBackend): void {
  withCsvFlags(program.command('eval <release>'))
    .description('score a recording with every variant of a release, against labels where there are any')
    .requiredOption('--data <csv>', 'a recording with the channels of the release')
    .option(
      '--labels <column>',
      'a column that is 0 in healthy rows; a window is faulty if any of its rows is',
    )
    .option('--json', 'print the figures as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  skerry-model eval releases/press/1.0.0 --data test.csv --labels anomaly',
    )
    .action(async (directory: string, flags: EvalFlags) => {
      const release = await openRelease(directory);
      const { manifest } = release;
      const channels = manifest.window.channels.map((c) => c.name);
      const recording = await readCsv(flags.data, flags);
      const columns = flags.labels === undefined ? channels : [...channels, flags.labels];
      const samples = samplesOf(recording, columns);
      const { rate, maxGap, length, hop } = manifest.window;
      const stretches = (rate === 'any' ? [samples.rows] : onTicks(samples, rate, maxGap))
        .filter((rows) => rowCount(rows) >= length)
        .map((rows) => parted(rows, channels.length, length, hop));
      if (stretches.length === 0)
        throw new SkerryError('invalid', `${flags.data} holds no window of ${length} rows`);
      const { threshold, sustain } = judgedOutput(manifest);
      const labels = stretches.flatMap((s) => s.labels);
      const figures: VariantFigures[] = [];
      let first: number[] | undefined;
      for (const variant of manifest.variants) {
        const scores: number[] = [];
        let episodes = 0;
        await withVariant(backend, release, variant.file, async (session) => {
          for (const { rows } of stretches) {
            const part = await scoresOf(session, manifest, rows);
            episodes += countEpisodes(part, threshold, sustain);
            scores.push(...part);
          }
        });
        first ??= scores;
        figures.push({
          variant: variant.name,
          windows: scores.length,
          past: scores.filter((s) => s > threshold).length / scores.length,
          episodes,
          ...(flags.labels === undefined
            ? {}
            : { auc: rocAuc(scores, labels), averagePrecision: averagePrecision(scores, labels) }),
          spearman: spearman(first, scores),
        });
      }
      if (flags.json) printJson({ release: `${manifest.name}@${manifest.version}`, variants: figures });
      else printFigures(`${manifest.name}@${manifest.version} on ${flags.data}`, figures);
    });
}

/** The channels' rows without the label column behind them, and each window's label. */
function parted(
  rows: Rows,
  channels: number,
  length: number,
  hop: number,
): { rows: Rows; labels: boolean[] } {
  const count = rowCount(rows);
  const values = new Float64Array(count * channels);
  const faulty = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const at = row * rows.width;
    values.set(rows.values.subarray(at, at + channels), row * channels);
    if (rows.width > channels && rows.values[at + channels]! > 0) faulty[row] = 1;
  }
  const labels = windowStarts(count, length, hop).map((start) =>
    faulty.subarray(start, start + length).includes(1),
  );
  return { rows: { width: channels, values }, labels };
}

function printFigures(title: string, figures: readonly VariantFigures[]): void {
  const number = (x: number | undefined): string => (x === undefined ? '-' : x.toFixed(4));
  print(title);
  printTable(
    ['variant', 'windows', 'past threshold', 'episodes', 'auc', 'average precision', 'spearman'],
    figures.map((f) => [
      f.variant,
      String(f.windows),
      number(f.past),
      String(f.episodes),
      number(f.auc),
      number(f.averagePrecision),
      number(f.spearman),
    ]),
  );
}
