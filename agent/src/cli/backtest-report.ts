/** What `backtest` says at its end: counts, and where labels were given what the results are worth against them. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { print, printJson } from '@skerry/proto/node/program';
import type { ReleaseManifest, ReleaseOutput } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import type { BacktestReport } from '../backtest.ts';
import { type JudgedResult, type Judgement, judge } from '../evaluation/judge.ts';
import { plotSvg } from '../evaluation/plot.ts';
import { parseWindows, type Stretch, StretchCollector } from '../evaluation/stretches.ts';

export interface JudgeOptions {
  input: string;
  labels?: string;
  windows?: string;
  plot?: string;
}

/** Keeps what a judgement and a picture need, device by device, while results go by. */
export interface BacktestJudge {
  onLabel(device: string, timeUs: number, isFaulty: boolean): void;
  onResults(rows: readonly ResultRow[]): void;
  /** The judgement where there are labels; writes the picture where one is wanted. */
  finish(release: string): Promise<Judgement | undefined>;
}

/**
 * Undefined where neither labels nor a picture is asked for. Throws SkerryError where the windows can't be read, or the
 * release has no output with a threshold.
 */
export async function createBacktestJudge(
  options: JudgeOptions,
  manifest: ReleaseManifest,
): Promise<BacktestJudge | undefined> {
  const { input, labels, windows, plot } = options;
  if (labels === undefined && windows === undefined && plot === undefined) return undefined;
  const output = judgedOutput(manifest);
  const given =
    windows === undefined
      ? undefined
      : parseWindows(await textOf(windows), { file: windows, recording: input });
  const devices = new Map<string, { results: JudgedResult[]; labelled: StretchCollector }>();
  const deviceOf = (name: string) => {
    let device = devices.get(name);
    if (!device) {
      device = { results: [], labelled: new StretchCollector() };
      devices.set(name, device);
    }
    return device;
  };
  const stretchesOf = (labelled: StretchCollector): readonly Stretch[] => given ?? labelled.stretches;
  return {
    onLabel: (device, timeUs, isFaulty) => deviceOf(device).labelled.add(timeUs, isFaulty),
    onResults(rows) {
      for (const row of rows) {
        const value = row.outputs[output.name];
        if (value === undefined) continue; // an error result has no score to judge
        const score = typeof value === 'number' ? value : Math.max(...value);
        deviceOf(row.device).results.push({
          fromUs: row.fromUs,
          // A window of a rate ends before `toUs`; one of consecutive samples with the sample there.
          lastUs: manifest.window.rate === 'any' ? row.toUs : row.toUs - 1,
          score,
          isPast: score > output.threshold,
          isAlert: row.decision === 'alert',
        });
      }
    },
    async finish(release) {
      const series = [...devices.values()].map(({ results, labelled }) => ({
        results,
        stretches: stretchesOf(labelled),
      }));
      if (plot !== undefined)
        await writePlots(plot, devices, stretchesOf, { release, input, threshold: output.threshold });
      if (labels === undefined && windows === undefined) return undefined;
      return judge(series, { nab: windows !== undefined });
    },
  };
}

/** The output that is judged: the first with a threshold. */
function judgedOutput(manifest: ReleaseManifest): ReleaseOutput & { threshold: number } {
  const output = manifest.output.find((o) => o.threshold !== undefined);
  if (output?.threshold !== undefined) return { ...output, threshold: output.threshold };
  throw new SkerryError(
    'unsupported',
    `${manifest.name}: no output has a threshold, so there is nothing to judge`,
    {
      hint: 'leave out --labels, --windows and --plot',
    },
  );
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'check --windows',
      cause,
    });
  });
}

/** One picture; with several devices one each, the device's name before the ending. */
async function writePlots(
  file: string,
  devices: ReadonlyMap<string, { results: JudgedResult[]; labelled: StretchCollector }>,
  stretchesOf: (labelled: StretchCollector) => readonly Stretch[],
  about: { release: string; input: string; threshold: number },
): Promise<void> {
  for (const [device, { results, labelled }] of devices) {
    const title = `${about.release} on ${basename(about.input)}${devices.size > 1 ? `, ${device}` : ''}`;
    const svg = plotSvg({ title, results, stretches: stretchesOf(labelled), threshold: about.threshold });
    const path = devices.size > 1 ? file.replace(/(\.svg)?$/, `-${encodeURIComponent(device)}.svg`) : file;
    await writeFile(path, svg).catch((cause: unknown) => {
      throw new SkerryError('failed', `${path} can't be written: ${reasonOf(cause)}`, {
        hint: 'choose another place with --plot',
        cause,
      });
    });
  }
}

/** Prints the report, as JSON or for people. */
export function tellBacktest(
  report: BacktestReport,
  judged: Judgement | undefined,
  told: { seconds: number; inferUs: { p50: number; p95: number }; json: boolean; out: string; plot?: string },
): void {
  const { seconds, inferUs, out, plot } = told;
  const samplesPerSecond = Math.round(report.counters.received / seconds);
  if (told.json) {
    printJson({
      ...report,
      seconds,
      samplesPerSecond,
      inferUs,
      out,
      ...(judged && { judged }),
      ...(plot && { plot }),
    });
    return;
  }
  const { received, rejected, used, gap, skipped } = report.counters;
  print(`${received} samples in ${seconds.toFixed(2)} s: ${samplesPerSecond} samples/s`);
  print(
    `${report.results} results (${
      Object.entries(report.decisions)
        .map(([d, n]) => `${d} ${n}`)
        .join(', ') || 'none'
    }), ${report.alerts} alert episodes → ${out}`,
  );
  print(`samples: used ${used}, gap ${gap}, skipped ${skipped}, open ${report.open}`);
  print(`latency a window: ${inferUs.p50} µs (median), ${inferUs.p95} µs (95 %)`);
  const reasons = Object.entries(rejected).filter(([, n]) => n > 0);
  if (reasons.length > 0) print(`rejected: ${reasons.map(([reason, n]) => `${reason} ${n}`).join(', ')}`);
  if (judged) for (const line of judgementLines(judged)) print(line);
  if (plot) print(`picture → ${plot}`);
}

/** A judgement for people. */
export function judgementLines(j: Judgement): string[] {
  const share = (x: number): string => (Number.isNaN(x) ? '-' : x.toFixed(3));
  const lines = [
    `windows: ${j.windows}, ${j.faulty} faulty; precision ${share(j.precision)}, recall ${share(j.recall)}, F1 ${share(j.f1)}, false alarms ${share(j.falseAlarmRate)} of the healthy`,
    `scores: AUC ${share(j.auc)}, average precision ${share(j.averagePrecision)}`,
    `alerts: ${j.stretchesDetected} of ${j.stretches} labelled stretches, ${Number.isNaN(j.medianDelayS) ? '-' : `${Math.round(j.medianDelayS)} s`} after their start (median); ` +
      `${j.falseAlerts} false ones in ${j.healthyHours.toFixed(1)} healthy hours: ${share(j.falseAlertsPerHour)} an hour, ${share(j.falseAlertsPerDay)} a day`,
  ];
  if (j.nab)
    lines.push(
      `NAB score: standard ${j.nab.standard.toFixed(1)}, low false positives ${j.nab.lowFalsePositives.toFixed(1)}, low false negatives ${j.nab.lowFalseNegatives.toFixed(1)}`,
    );
  return lines;
}
