/** A CSV recording as the batches that backtest takes, read as a stream. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createRecordingReader, type RecordingHeader, type RecordingReader } from '@skerry/proto/csv';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import type { PipelineConfig } from '../config.ts';
import { SampleColumns } from '../pipeline/samples.ts';
import type { SampleBatch } from '../pipeline/types.ts';

const CHUNK_ROWS = 4_096;

export interface RecordingSource {
  file: string;
  pipeline: PipelineConfig;
  /** Time column, where its name doesn't say so. */
  time: string | undefined;
  /** A column that names the device, or the device's name itself. */
  device: string | undefined;
  /** A column that is 0, or empty, in rows where nothing was wrong. */
  label: string | undefined;
  /** Told of every row in order: whether its label says that something was wrong. */
  onLabel: ((device: string, timeUs: number, isFaulty: boolean) => void) | undefined;
  /** Told after every chunk: the share of the file read, and rows so far. */
  onProgress(share: number, rows: number): void;
}

/** Rows by chunk. Throws SkerryError where the file can't be read or lacks a channel's column. */
export async function* recordingBatches(source: RecordingSource): AsyncGenerator<SampleBatch> {
  const channels = Object.keys(source.pipeline.source.channels);
  const columns = new SampleColumns(source.pipeline.name, channels.length);
  const values = new Float64Array(channels.length);
  let at: number[] | undefined;
  let deviceField = -1;
  let labelField = -1;
  let rows = 0;
  const reader = createRecordingReader(
    (row, header) => {
      if (!at) {
        at = channelColumns(source, header);
        deviceField = source.device === undefined ? -1 : header.fields.indexOf(source.device);
        labelField = labelColumn(source, header);
      }
      for (let c = 0; c < at.length; c++) values[c] = row.values[at[c]!]!;
      const named = deviceField >= 0 ? row.fields[deviceField] : source.device;
      const device = named || 'recording';
      columns.push(device, row.timeUs, values);
      if (labelField >= 0) source.onLabel?.(device, row.timeUs, isFaulty(row.fields[labelField]!));
      rows++;
    },
    { file: source.file, ...(source.time !== undefined && { time: source.time }) },
  );
  yield* chunks(source, reader, columns, () => rows);
  if (rows === 0)
    throw new SkerryError(
      'invalid',
      `${source.file} has no row with a time: ${reader.rejected.first ?? 'it is empty'}`,
    );
}

async function* chunks(
  source: RecordingSource,
  reader: RecordingReader,
  columns: SampleColumns,
  rows: () => number,
): AsyncGenerator<SampleBatch> {
  const sizeBytes = await stat(source.file).then(
    (s) => s.size,
    (cause: unknown) => {
      throw new SkerryError('not-found', `${source.file} can't be read: ${reasonOf(cause)}`, {
        hint: 'check --input',
        cause,
      });
    },
  );
  let readBytes = 0;
  for await (const text of createReadStream(source.file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    reader.push(text as string);
    readBytes += (text as string).length;
    if (columns.count < CHUNK_ROWS) continue;
    yield columns.take()!;
    source.onProgress(Math.min(1, readBytes / sizeBytes), rows());
  }
  reader.end();
  const rest = columns.take();
  if (rest) yield rest;
  source.onProgress(1, rows());
}

function labelColumn({ file, label }: RecordingSource, { fields }: RecordingHeader): number {
  if (label === undefined) return -1;
  const at = fields.indexOf(label);
  if (at >= 0) return at;
  throw new SkerryError('invalid', `${file} has no column ${label}; it has ${fields.join(', ')}`, {
    hint: 'check --labels',
  });
}

function isFaulty(label: string): boolean {
  const text = label.trim().toLowerCase();
  return text !== '' && text !== 'false' && Number(text) !== 0;
}

/** Each channel's column: the payload's name for it, the channel's own, or the only one there is. */
function channelColumns({ file, pipeline }: RecordingSource, header: RecordingHeader): number[] {
  const entries = Object.entries(pipeline.source.channels);
  return entries.map(([channel, path]) => {
    const exact = [path, channel].map((name) => header.columns.indexOf(name)).find((index) => index >= 0);
    if (exact !== undefined) return exact;
    if (entries.length === 1 && header.columns.length === 1) return 0;
    throw new SkerryError(
      'invalid',
      `${file} has no column for channel ${channel}; it has ${header.columns.join(', ')}`,
      {
        hint: `name its column under source.channels of pipeline ${pipeline.name}`,
      },
    );
  });
}
