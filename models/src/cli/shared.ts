/** What the commands of skerry-model share: options that several have, and reading recordings and releases. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { InferenceBackend, InferenceSession } from '@skerry/agent/ports';
import { type Recording, readRecording } from '@skerry/proto/csv';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { type Command, InvalidArgumentError } from '@skerry/proto/node/program';
import { type ReleaseDirectory, readReleaseDirectory } from '@skerry/proto/node/release-directory';
import type { ReleaseManifest } from '@skerry/proto/release';
import { onTicks, samplesOf } from '../fit/recording.ts';
import type { Rows } from '../fit/scaling.ts';

/** How a command's CSV files are read. */
export interface CsvFlags {
  time?: string;
  separator?: string;
}

/** Adds `--time` and `--separator`. */
export function withCsvFlags(command: Command): Command {
  return command
    .option('--time <column>', 'the time column (found by its name or its values where left out)')
    .option('--separator <character>', 'between fields (found from the header where left out)');
}

/** Parses a number of an option; anything outside [min, max] is wrong usage. */
export function numberOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max))
      throw new InvalidArgumentError(`Give a number from ${min} to ${max}.`);
    return value;
  };
}

/** Like numberOption, whole numbers only. */
export function wholeOption(min: number, max: number): (text: string) => number {
  const parse = numberOption(min, max);
  return (text) => {
    const value = parse(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('Give a whole number.');
    return value;
  };
}

/** `a,b` as its parts, without empty ones. */
export function listOption(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Reads a recording from a CSV file. */
export async function readCsv(file: string, flags: CsvFlags): Promise<Recording> {
  const chunks: string[] = [];
  try {
    if ((await stat(file)).isDirectory())
      throw new SkerryError('invalid', `${file} is a folder`, { hint: 'name a CSV file' });
    for await (const chunk of createReadStream(file, 'utf8')) chunks.push(chunk as string);
  } catch (cause) {
    if (cause instanceof SkerryError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new SkerryError('not-found', `${file} is not there`, { hint: 'check the path', cause });
    throw new SkerryError('failed', `${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'check the path',
      cause,
    });
  }
  return readRecording(chunks, {
    file,
    ...(flags.time === undefined ? {} : { time: flags.time }),
    ...(flags.separator === undefined ? {} : { separator: separatorOf(flags.separator) }),
  });
}

function separatorOf(text: string): string {
  const separator = text === '\\t' || text === 'tab' ? '\t' : text;
  if (separator.length !== 1)
    throw new SkerryError('invalid', `--separator ${JSON.stringify(text)}: expected one character, or "tab"`);
  return separator;
}

/** A release on disk together with the directory that it came from. */
export interface OpenedRelease extends ReleaseDirectory {
  directory: string;
}

/** Reads and checks a release directory. */
export async function openRelease(directory: string): Promise<OpenedRelease> {
  return { ...(await readReleaseDirectory(directory)), directory };
}

/** Stretches of rows of a release's channels from a recording, on its ticks. */
export function rowsFor(manifest: ReleaseManifest, recording: Recording): Rows[] {
  const names = manifest.window.channels.map((c) => c.name);
  const samples = samplesOf(recording, names);
  const { rate, maxGap } = manifest.window;
  const stretches = rate === 'any' ? [samples.rows] : onTicks(samples, rate, maxGap);
  return stretches.filter((rows) => rows.values.length >= manifest.window.length * rows.width);
}

/** Runs `use` with a variant's session and releases it; from bytes, since the graph may have been made plain. */
export async function withVariant<T>(
  backend: InferenceBackend,
  release: OpenedRelease,
  file: string,
  use: (session: InferenceSession) => Promise<T>,
): Promise<T> {
  const session = await backend.create({ bytes: release.files.get(file)! });
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

/** The float32 variant, or the first. */
export function referenceVariant(manifest: ReleaseManifest): string {
  return (manifest.variants.find((v) => v.precision === 'fp32') ?? manifest.variants[0]!).file;
}
