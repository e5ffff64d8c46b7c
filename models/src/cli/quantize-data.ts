/** What `quantize` is given: a release or a bare .onnx file, and recordings or tensors to try it on. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recording } from '@skerry/proto/csv';
import { SkerryError } from '@skerry/proto/errors';
import { inputsOfGraph, shapeOf } from '@skerry/proto/onnx/graph';
import { readTensor } from '@skerry/proto/onnx/tensor';
import { inputsOf, type ReleaseManifest, type ReleaseOutput, releaseManifest } from '@skerry/proto/release';
import { feedOf } from '../evaluate/release-run.ts';
import { onTicks, samplesOf } from '../fit/recording.ts';
import { type Rows, rowCount, windowStarts } from '../fit/scaling.ts';
import { type Model, outputsOfGraph, readModel } from '../graph/reader.ts';
import type { Feed } from '../quantize/calibrate.ts';
import type { Batch, Trial } from '../quantize/trial.ts';
import { openRelease, referenceVariant } from './shared.ts';

/** A model to quantize; the manifest is that of its release, where it has one. */
export interface Source {
  file: string;
  bytes: Uint8Array;
  model: Model;
  manifest: ReleaseManifest | undefined;
}

// As many windows as the agent runs at once.
const BATCH = 128;

/** Opens a release directory (its float32 variant) or an .onnx file. */
export async function openSource(path: string): Promise<Source> {
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new SkerryError('not-found', `${path} is not there`, { hint: 'check the path' });
  const release = info.isDirectory() ? await openRelease(path) : undefined;
  const file = release ? join(path, referenceVariant(release.manifest)) : path;
  const bytes = release
    ? release.files.get(referenceVariant(release.manifest))!
    : new Uint8Array(await readFile(file));
  return { file, bytes, model: readModel(bytes), manifest: release?.manifest };
}

/** The output that is compared: the one named, the one that a release is judged on, or the graph's first. */
export function comparedOutput({ model, manifest }: Source, name: string | undefined): string {
  const outputs = outputsOfGraph(model).map((o) => o.name);
  if (name !== undefined && !outputs.includes(name))
    throw new SkerryError('invalid', `the model has no output "${name}"`, {
      hint: `its outputs are ${outputs.join(', ')}`,
    });
  return name ?? releaseOutput(manifest)?.tensor ?? outputs[0]!;
}

/** The output of a release that says most: one with a threshold, else a score, a class or a value. */
export function releaseOutput(manifest: ReleaseManifest | undefined): ReleaseOutput | undefined {
  const kinds = ['anomaly-score', 'class', 'value'];
  const telling = manifest?.output.filter((o) => kinds.includes(o.kind)) ?? [];
  return telling.find((o) => o.threshold !== undefined) ?? telling[0];
}

/** What a release says that an output is; undefined where it says nothing of it, or there is no release. */
export function kindOf(
  manifest: ReleaseManifest | undefined,
  output: string,
): ReleaseOutput['kind'] | undefined {
  return manifest?.output.find((o) => o.tensor === output)?.kind;
}

/** A manifest for a bare model: windows of consecutive rows of the recording's columns, as its input's shape wants them. */
export function manifestFor(
  source: Source,
  channels: readonly string[],
  layout: string | undefined,
): ReleaseManifest {
  const [input, ...others] = inputsOfGraph(source.model);
  if (!input || others.length > 0)
    throw new SkerryError(
      'unsupported',
      `${source.file} takes ${others.length + 1} inputs; a CSV file fills one`,
      {
        hint: 'give a folder of input_0.pb, input_1.pb, …, or make a release of the model (skerry-model init)',
      },
    );
  const { name, dims } = shapeOf(input);
  const axes = layout?.split(',') ?? guessedLayout(dims, channels.length);
  const sizeOf = (axis: string): number => Number(dims[axes.indexOf(axis)] ?? Number.NaN);
  const length = axes.includes('feature') ? sizeOf('feature') / channels.length : sizeOf('time');
  if (axes.length !== dims.length || !Number.isInteger(length))
    throw new SkerryError(
      'invalid',
      `input "${name}" [${dims.map((d) => d || '?').join(', ')}] takes no windows of ${channels.length} channels (${channels.join(', ')})`,
      { hint: 'choose columns with --channels, or say which axis is which with --layout batch,channel,time' },
    );
  return releaseManifest.parse({
    apiVersion: 'skerry/v1',
    kind: 'Release',
    name: 'model',
    version: '0.0.0',
    window: { channels: channels.map((c) => ({ name: c })), rate: 'any', length },
    input: { tensor: name, layout: axes },
    output: [{ name: 'output', tensor: outputsOfGraph(source.model)[0]!.name, kind: 'value' }],
    variants: [{ name: 'fp32', file: 'model.onnx', precision: 'fp32' }],
  });
}

function guessedLayout(dims: readonly (number | string)[], width: number): string[] {
  if (dims.length === 2) return ['batch', 'feature'];
  return dims[2] === width ? ['batch', 'time', 'channel'] : ['batch', 'channel', 'time'];
}

/** Windows of recordings, and those of them that int8 ranges are taken from. */
export interface Windows extends Pick<Trial, 'batches' | 'timed' | 'perNumber'> {
  calibration: Feed[];
  /** Whether faults are among them, so that ranges need not reach beyond. */
  hasFaults: boolean;
}

/**
 * Cuts recordings into windows. A label column says of each row what it is: 0 for healthy. Of a classifier a window has
 * the label that most of its rows have, and all windows calibrate; else a window with any faulty row is faulty and only
 * healthy ones do.
 */
export function windowsOf(
  source: Source,
  manifest: ReleaseManifest,
  recordings: readonly Recording[],
  { label, output }: { label: string | undefined; output: string },
): Windows {
  const { length, hop } = manifest.window;
  const batchSize = fixedBatch(source, manifest);
  const size = batchSize ?? BATCH;
  const calibration: Feed[] = [];
  const batches: Batch[] = [];
  const stretches = recordings.flatMap((recording) => labelledRows(manifest, recording, label));
  const isClass = kindOf(source.manifest, output) === 'class' || hasClasses(stretches);
  for (const [recording, { rows, labels }] of stretches.entries()) {
    const starts = windowStarts(rowCount(rows), length, hop);
    const labelAt = (start: number): number =>
      isClass ? mostFrequent(labels!, start, length) : faulty(labels, start, length);
    const healthy = isClass ? starts : starts.filter((start) => labelAt(start) === 0);
    for (const chunk of chunks(starts, size, batchSize !== undefined))
      batches.push({
        feed: feedOf(manifest, rows, chunk),
        windows: chunk.length,
        recording,
        ...(labels ? { labels: chunk.map(labelAt) } : {}),
      });
    for (const chunk of chunks(healthy, size, batchSize !== undefined))
      calibration.push(feedOf(manifest, rows, chunk));
  }
  if (calibration.length === 0)
    throw new SkerryError('invalid', `the data fills no healthy window of ${length} rows`, {
      hint: 'give a longer recording, or one with more rows whose label is 0',
    });
  const { rows } = stretches.find((s) => rowCount(s.rows) >= length)!;
  const starts = windowStarts(rowCount(rows), length, hop);
  const timed = (batchSize === undefined ? [1, BATCH] : [batchSize]).map((windows) => ({
    feed: feedOf(
      manifest,
      rows,
      Array.from({ length: windows }, (_, i) => starts[i % starts.length]!),
    ),
    windows,
    recording: 0,
  }));
  return { batches, timed, calibration, hasFaults: isClass };
}

/** How many windows the model takes at once, where it takes no other number. */
function fixedBatch({ model }: Source, manifest: ReleaseManifest): number | undefined {
  const [input] = inputsOf(manifest);
  const declared = inputsOfGraph(model).find((i) => i.name === input?.tensor);
  const at = input?.layout.indexOf('batch') ?? -1;
  const size = declared && at >= 0 ? shapeOf(declared).dims[at] : undefined;
  return typeof size === 'number' ? size : undefined;
}

interface LabelledRows {
  rows: Rows;
  labels: Float64Array | undefined;
}

function labelledRows(
  manifest: ReleaseManifest,
  recording: Recording,
  label: string | undefined,
): LabelledRows[] {
  const names = manifest.window.channels.map((c) => c.name);
  const samples = samplesOf(recording, label === undefined ? names : [...names, label]);
  const { rate, maxGap } = manifest.window;
  const stretches = rate === 'any' ? [samples.rows] : onTicks(samples, rate, maxGap);
  return stretches.map((rows) => split(rows, names.length));
}

/** Channels and, where there is one more column, labels. */
function split(rows: Rows, width: number): LabelledRows {
  if (rows.width === width) return { rows, labels: undefined };
  const count = rowCount(rows);
  return {
    rows: { width, values: rows.values.filter((_, i) => i % rows.width < width) },
    labels: Float64Array.from({ length: count }, (_, r) => rows.values[r * rows.width + width]!),
  };
}

function hasClasses(stretches: readonly LabelledRows[]): boolean {
  return stretches.some(({ labels }) => labels?.some((l) => l > 1));
}

function faulty(labels: Float64Array | undefined, start: number, length: number): number {
  return labels?.subarray(start, start + length).some((l) => l !== 0) ? 1 : 0;
}

function mostFrequent(labels: Float64Array, start: number, length: number): number {
  const counts = new Map<number, number>();
  for (const l of labels.subarray(start, start + length))
    counts.set(Math.round(l), (counts.get(Math.round(l)) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

function chunks(starts: readonly number[], size: number, whole: boolean): number[][] {
  const all: number[][] = [];
  for (let at = 0; at < starts.length; at += size) all.push(starts.slice(at, at + size));
  return whole ? all.filter((chunk) => chunk.length === size) : all;
}

/** Feeds from a folder of ONNX tensors (input_0.pb, …), or from its folders where each holds one set of inputs. */
export async function tensorFeeds(model: Model, folder: string): Promise<Feed[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const folders = [folder, ...entries.filter((e) => e.isDirectory()).map((e) => join(folder, e.name))];
  const names = inputsOfGraph(model).map((i) => i.name ?? '');
  const feeds: Feed[] = [];
  for (const one of folders) {
    const feed: Record<string, Feed[string]> = {};
    for (const file of await readdir(one)) {
      const index = /^input_(\d+)\.pb$/.exec(file)?.[1];
      if (index === undefined) continue;
      const { name, tensor } = readTensor(new Uint8Array(await readFile(join(one, file))));
      feed[names.includes(name) ? name : (names[Number(index)] ?? name)] = tensor;
    }
    if (Object.keys(feed).length > 0) feeds.push(feed);
  }
  return feeds;
}
