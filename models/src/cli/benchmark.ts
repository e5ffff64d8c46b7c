import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import type { InferenceBackend } from '@skerry/agent/ports';
import { type Recording, readRecording } from '@skerry/proto/csv';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Command, print, printJson, printTable } from '@skerry/proto/node/program';
import { releaseRef } from '@skerry/proto/release';
import { type NabFigures, nabBenchmark } from '../evaluate/nab-benchmark.ts';
import { type SkabFigures, skabBenchmark } from '../evaluate/skab-benchmark.ts';
import { catalogueDirectory } from '../node/catalogue-directory.ts';
import { readNab } from '../node/nab-corpus.ts';
import { openRelease, withVariant } from './shared.ts';

const UNIVARIATE = catalogueDirectory('univariate-anomaly', '2.1.0');

/** `benchmark nab|skab FOLDER`: public benchmarks through the agent's own pipeline, beside controls. */
export function addBenchmark(program: Command, backend: InferenceBackend): void {
  const benchmark = program
    .command('benchmark')
    .description("public benchmarks through the agent's own pipeline, beside controls");
  benchmark
    .command('nab <folder>')
    .description('the Numenta Anomaly Benchmark: a folder with its data/ and labels/')
    .option('--release <dir>', 'a release of one channel called value', UNIVARIATE)
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', '\nExample:\n  skerry-model benchmark nab ../NAB')
    .action((folder: string, flags: { release: string; json?: boolean }) => runNab(backend, folder, flags));
  benchmark
    .command('skab <folder>')
    .description('the Skoltech Anomaly Benchmark: a folder whose data/ holds valve1, valve2 and other')
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', '\nExample:\n  skerry-model benchmark skab ../SKAB')
    .action((folder: string, flags: { json?: boolean }) => runSkab(backend, folder, flags));
}

async function runNab(
  backend: InferenceBackend,
  folder: string,
  flags: { release: string; json?: boolean },
): Promise<void> {
  const release = await openRelease(flags.release);
  const { manifest } = release;
  const { name: variant, file } = manifest.variants[0]!;
  const streams = await readNab(folder);
  const figures = await withVariant(backend, release, file, (session) =>
    nabBenchmark(
      streams,
      { manifest, variant, session, crypto: nodeCrypto, clock: systemClock },
      releaseRef(manifest),
      onDone(streams.length),
    ),
  );
  if (flags.json) return printJson({ streams: streams.length, figures });
  print(`${streams.length} streams, one setting and one threshold for all of them; normalized scores`);
  printTable(
    [
      'detector',
      'standard',
      'low FP',
      'low FN',
      'left out',
      'own threshold',
      'threshold',
      'found',
      'false alarms',
    ],
    figures.map(nabRow),
  );
}

function nabRow(f: NabFigures): string[] {
  const one = (x: number | undefined): string => (x === undefined ? '-' : x.toFixed(1));
  return [
    f.detector,
    one(f.standard),
    one(f.lowFalsePositives),
    one(f.lowFalseNegatives),
    one(f.leftOut),
    one(f.atOwnThreshold),
    Number.isFinite(f.threshold) ? f.threshold.toFixed(4) : '-',
    `${f.detected} of ${f.windows}`,
    `${f.falseAlarms} in ${f.rows} rows`,
  ];
}

async function runSkab(backend: InferenceBackend, folder: string, flags: { json?: boolean }): Promise<void> {
  const runs = await readRuns(folder);
  const tools = { backend, crypto: nodeCrypto, clock: systemClock };
  const figures = await skabBenchmark(tools, runs, onDone(runs.length));
  if (flags.json) return printJson({ runs: runs.length, figures });
  print(`${runs.length} runs, fitted to the first 400 rows of each, judged on the rest, row by row`);
  printTable(['detector', 'AUC', 'F1', 'false alarms', 'missed', 'F1 without one run'], figures.map(skabRow));
}

function skabRow(f: SkabFigures): string[] {
  const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
  const [least, greatest] = f.f1LeftOut;
  return [
    f.detector,
    f.auc.toFixed(3),
    f.f1.toFixed(3),
    percent(f.falseAlarmRate),
    percent(f.missRate),
    `${least.toFixed(3)} to ${greatest.toFixed(3)}`,
  ];
}

async function readRuns(folder: string): Promise<{ name: string; recording: Recording }[]> {
  const runs: { name: string; recording: Recording }[] = [];
  for (const group of ['valve1', 'valve2', 'other']) {
    const at = join(folder, 'data', group);
    const files = await readdir(at).catch((cause: unknown) => {
      throw new SkerryError('not-found', `${at} can't be read: ${reasonOf(cause)}`, {
        hint: 'name a folder whose data/ holds valve1, valve2 and other',
        cause,
      });
    });
    for (const file of files.filter((name) => name.endsWith('.csv')).sort())
      runs.push({
        name: `${group}/${file}`,
        recording: readRecording([await readFile(join(at, file), 'utf8')], { file: join(at, file) }),
      });
  }
  return runs;
}

/** Progress on a terminal's stderr. */
function onDone(total: number): (name: string) => void {
  let done = 0;
  return (name) => {
    if (!process.stderr.isTTY) return;
    process.stderr.write(`\r\x1b[K${++done} of ${total}: ${name}${done === total ? '\n' : ''}`);
  };
}
