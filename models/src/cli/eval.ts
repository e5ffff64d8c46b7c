import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { type JudgedResult, type Judgement, judge } from '@skerry/agent/evaluation/judge';
import { spearman } from '@skerry/agent/evaluation/metrics';
import { plotSvg } from '@skerry/agent/evaluation/plot';
import { parseWindows, type Stretch, StretchCollector } from '@skerry/agent/evaluation/stretches';
import type { InferenceBackend } from '@skerry/agent/ports';
import type { Recording } from '@skerry/proto/csv';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Command, print, printJson, printTable } from '@skerry/proto/node/program';
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import { runLive } from '../evaluate/live.ts';
import { judgedOutput } from '../evaluate/release-run.ts';
import { type CsvFlags, openRelease, readCsv, withCsvFlags, withVariant } from './shared.ts';

interface EvalFlags extends CsvFlags {
  data: string;
  labels?: string;
  windows?: string;
  plot?: string;
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
  /** Inference a window, in microseconds: half of the windows, and 95 %, took no longer. */
  inferUs: { p50: number; p95: number };
  auc?: number;
  averagePrecision?: number;
  /** Everything that labels tell. */
  judged?: Judgement;
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
    .option(
      '--windows <file>',
      'labelled windows as JSON, [[from, to], …] or by recording as in NAB: its score too',
    )
    .option('--plot <file>', 'a picture of the first variant: scores, labels and alerts, as SVG')
    .option('--json', 'print the figures as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  skerry-model eval releases/press/1.0.0 --data test.csv --labels anomaly --plot press.svg',
    )
    .action((directory: string, flags: EvalFlags) => evaluate(backend, directory, flags));
}

async function evaluate(backend: InferenceBackend, directory: string, flags: EvalFlags): Promise<void> {
  const release = await openRelease(directory);
  const { manifest } = release;
  const recording = await readCsv(flags.data, flags);
  const stretches = await stretchesOf(recording, flags);
  const figures: VariantFigures[] = [];
  let first: JudgedResult[] | undefined;
  for (const { name: variant, file } of manifest.variants) {
    const { results, report } = await withVariant(backend, release, file, (session) =>
      runLive({ manifest, variant, session, crypto: nodeCrypto, clock: systemClock }, recording),
    );
    if (results.length === 0)
      throw new SkerryError('invalid', `${flags.data} fills no window of ${manifest.window.length} samples`);
    const scored = results.map((row) => scoredOf(row, manifest));
    first ??= scored;
    const judged = stretches && judge([{ results: scored, stretches }], { nab: flags.windows !== undefined });
    figures.push({
      variant,
      windows: results.length,
      gaps: report.counters.gapWindows,
      rejected: report.counters.rejected,
      past: scored.filter(({ isPast }) => isPast).length / scored.length,
      alerts: report.alerts,
      inferUs: latencyOf(results),
      ...(judged ? { auc: judged.auc, averagePrecision: judged.averagePrecision, judged } : {}),
      spearman: spearman(
        first.map(({ score }) => score),
        scored.map(({ score }) => score),
      ),
    });
  }
  if (flags.plot !== undefined) await writePlot(flags.plot, first!, stretches ?? [], manifest, flags.data);
  if (flags.json) printJson({ release: releaseRef(manifest), variants: figures });
  else printFigures(`${releaseRef(manifest)} on ${flags.data}`, figures);
}

async function stretchesOf(recording: Recording, flags: EvalFlags): Promise<Stretch[] | undefined> {
  const { labels, windows } = flags;
  if (windows !== undefined) {
    const text = await readFile(windows, 'utf8').catch((cause: unknown) => {
      throw new SkerryError('not-found', `${windows} can't be read: ${reasonOf(cause)}`, {
        hint: 'check --windows',
        cause,
      });
    });
    return parseWindows(text, { file: windows, recording: flags.data });
  }
  if (labels === undefined) return undefined;
  const index = recording.columns.indexOf(labels);
  if (index === -1)
    throw new SkerryError('invalid', `the recording has no column "${labels}"`, {
      hint: `it has ${recording.columns.join(', ')}`,
    });
  const collector = new StretchCollector();
  for (const [row, timeUs] of recording.timesUs.entries())
    collector.add(timeUs, recording.rows[row * recording.columns.length + index]! !== 0);
  return collector.stretches.sort((a, b) => a.fromUs - b.fromUs);
}

function scoredOf(row: ResultRow, manifest: ReleaseManifest): JudgedResult {
  const { name, threshold } = judgedOutput(manifest);
  const value = row.outputs[name];
  const score = Array.isArray(value) ? Math.max(...value) : Number(value);
  return {
    fromUs: row.fromUs,
    // A window of a rate ends before `toUs`; one of consecutive samples with the sample there.
    lastUs: manifest.window.rate === 'any' ? row.toUs : row.toUs - 1,
    score,
    isPast: score > threshold,
    isAlert: row.decision === 'alert',
  };
}

function latencyOf(results: readonly ResultRow[]): { p50: number; p95: number } {
  const sorted = results.map(({ inferUs }) => inferUs).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
  return { p50: at(0.5), p95: at(0.95) };
}

async function writePlot(
  file: string,
  results: readonly JudgedResult[],
  stretches: readonly Stretch[],
  manifest: ReleaseManifest,
  data: string,
): Promise<void> {
  const { threshold } = judgedOutput(manifest);
  const title = `${releaseRef(manifest)} on ${basename(data)}`;
  await writeFile(file, plotSvg({ title, results, stretches, threshold })).catch((cause: unknown) => {
    throw new SkerryError('failed', `${file} can't be written: ${reasonOf(cause)}`, {
      hint: 'choose another place with --plot',
      cause,
    });
  });
}

function printFigures(title: string, figures: readonly VariantFigures[]): void {
  const number = (x: number | undefined): string => (x === undefined || Number.isNaN(x) ? '-' : x.toFixed(4));
  print(title);
  printTable(
    [
      'variant',
      'windows',
      'gaps',
      'past threshold',
      'alerts',
      'auc',
      'average precision',
      'spearman',
      'µs a window',
    ],
    figures.map((f) => [
      f.variant,
      String(f.windows),
      String(f.gaps),
      number(f.past),
      String(f.alerts),
      number(f.auc),
      number(f.averagePrecision),
      number(f.spearman),
      `${f.inferUs.p50} (95 %: ${f.inferUs.p95})`,
    ]),
  );
  if (!figures[0]?.judged) return;
  printTable(
    [
      'variant',
      'precision',
      'recall',
      'f1',
      'false alarms',
      'found',
      'delay',
      'false alerts',
      'a day',
      'NAB',
    ],
    figures.map(({ variant, judged }) => {
      const j = judged!;
      return [
        variant,
        number(j.precision),
        number(j.recall),
        number(j.f1),
        number(j.falseAlarmRate),
        `${j.stretchesDetected} of ${j.stretches}`,
        Number.isNaN(j.medianDelayS) ? '-' : `${Math.round(j.medianDelayS)} s`,
        `${j.falseAlerts} in ${j.healthyHours.toFixed(1)} h`,
        number(j.falseAlertsPerDay),
        j.nab ? j.nab.standard.toFixed(1) : '-',
      ];
    }),
  );
}
