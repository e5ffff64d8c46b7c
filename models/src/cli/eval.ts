import { systemClock } from '@skerry/agent/adapters/system-clock';
import type { InferenceBackend } from '@skerry/agent/ports';
import type { Recording } from '@skerry/proto/csv';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Command, print, printJson, printTable } from '@skerry/proto/node/program';
import { releaseRef } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import { runLive } from '../evaluate/live.ts';
import { averagePrecision, rocAuc, spearman } from '../evaluate/metrics.ts';
import { judgedOutput } from '../evaluate/release-run.ts';
import { type CsvFlags, openRelease, readCsv, withCsvFlags, withVariant } from './shared.ts';

interface EvalFlags extends CsvFlags {
  data: string;
  labels?: string;
  json?: boolean;
}

/** What one variant made of a recording. */
interface VariantFigures {
  variant: string;
  windows: number;
  /** Windows that could not be filled. */
  gaps: number;
  /** Samples rejected, by reason. */
  rejected: Record<string, number>;
  /** Share of the windows past the threshold. */
  past: number;
  /** Alert episodes opened. */
  alerts: number;
  auc?: number;
  averagePrecision?: number;
  /** Of its scores with those of the first variant. */
  spearman: number;
}

/** `eval DIR --data DATA.csv [--labels COLUMN]`: what every variant of a release makes of a recording. */
export function addEval(program: Command, backend: InferenceBackend): void {
  withCsvFlags(program.command('eval <release>'))
    .description("run a recording through the agent's pipeline with every variant of a release")
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
    .action((directory: string, flags: EvalFlags) => evaluate(backend, directory, flags));
}

async function evaluate(backend: InferenceBackend, directory: string, flags: EvalFlags): Promise<void> {
  const release = await openRelease(directory);
  const { manifest } = release;
  const recording = await readCsv(flags.data, flags);
  const faultyUs = flags.labels === undefined ? undefined : faultyTimes(recording, flags.labels);
  const { name: output, threshold } = judgedOutput(manifest);
  const figures: VariantFigures[] = [];
  let first: number[] | undefined;
  for (const { name: variant, file } of manifest.variants) {
    const { results, report } = await withVariant(backend, release, file, (session) =>
      runLive({ manifest, variant, session, crypto: nodeCrypto, clock: systemClock }, recording),
    );
    if (results.length === 0)
      throw new SkerryError('invalid', `${flags.data} fills no window of ${manifest.window.length} samples`);
    const scores = results.map((row) => Number(row.outputs[output]));
    first ??= scores;
    const labels = faultyUs && results.map((row) => isFaulty(row, faultyUs, manifest.window.rate === 'any'));
    figures.push({
      variant,
      windows: results.length,
      gaps: report.counters.gapWindows,
      rejected: report.counters.rejected,
      past: scores.filter((score) => score > threshold).length / scores.length,
      alerts: report.alerts,
      ...(labels ? { auc: rocAuc(scores, labels), averagePrecision: averagePrecision(scores, labels) } : {}),
      spearman: spearman(first, scores),
    });
  }
  if (flags.json) printJson({ release: releaseRef(manifest), variants: figures });
  else printFigures(`${releaseRef(manifest)} on ${flags.data}`, figures);
}

/** The times of rows whose label isn't 0, ascending. */
function faultyTimes(recording: Recording, label: string): Float64Array {
  const index = recording.columns.indexOf(label);
  if (index === -1)
    throw new SkerryError('invalid', `the recording has no column "${label}"`, {
      hint: `it has ${recording.columns.join(', ')}`,
    });
  return recording.timesUs
    .filter((_, row) => recording.rows[row * recording.columns.length + index]! !== 0)
    .sort();
}

// A window of a rate ends before `toUs`; one of consecutive samples ends with the sample there.
function isFaulty({ fromUs, toUs }: ResultRow, faultyUs: Float64Array, inclusive: boolean): boolean {
  let [low, high] = [0, faultyUs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (faultyUs[middle]! < fromUs) low = middle + 1;
    else high = middle;
  }
  const nextUs = faultyUs[low] ?? Number.POSITIVE_INFINITY;
  return inclusive ? nextUs <= toUs : nextUs < toUs;
}

function printFigures(title: string, figures: readonly VariantFigures[]): void {
  const number = (x: number | undefined): string => (x === undefined ? '-' : x.toFixed(4));
  print(title);
  printTable(
    ['variant', 'windows', 'gaps', 'past threshold', 'alerts', 'auc', 'average precision', 'spearman'],
    figures.map((f) => [
      f.variant,
      String(f.windows),
      String(f.gaps),
      number(f.past),
      String(f.alerts),
      number(f.auc),
      number(f.averagePrecision),
      number(f.spearman),
    ]),
  );
}
