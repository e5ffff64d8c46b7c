/** Replays a CSV file in real time over MQTT, row by row: a file of any size passes through bounded memory. */
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRecordingReader, type RecordingOptions } from '@skerry/proto/csv';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import type { Publisher } from '../ports.ts';
import { createReplay, type ReplayOptions, type Span } from '../replay.ts';

/** What a replay did: rows read, lines skipped (and why the first was), messages sent and acknowledged. */
export interface ReplaySummary {
  readonly rows: number;
  readonly skipped: number;
  readonly firstSkipped: string | undefined;
  readonly published: number;
  readonly acknowledged: number;
}

/** How to read the file, how to replay it, and who is told. */
export interface RunReplayOptions extends ReplayOptions {
  readonly file: string;
  readonly reading: Pick<RecordingOptions, 'time' | 'separator'>;
  readonly signal: AbortSignal;
  readonly onProgress?: (rows: number, timeUs: number) => void;
}

/**
 * Replays until the file ends or `signal`. Throws SkerryError where the file can't be read as a recording, before `connect`
 * is asked for a connection.
 */
export async function runReplay(
  connect: () => Promise<Publisher>,
  options: RunReplayOptions,
): Promise<ReplaySummary> {
  const { span, columns } = await scan(options);
  const publisher = await connect();
  const replay = createReplay(columns, span, Date.now(), options);
  let rows = 0;
  const { rejected } = await eachRow(options, async (row) => {
    const { dueMs, messages } = replay(row);
    const waitMs = dueMs - Date.now();
    if (waitMs > 0) await pause(waitMs, options.signal);
    if (options.signal.aborted) return;
    for (const message of messages) await publisher.send(message, options.signal);
    rows++;
    options.onProgress?.(rows, row.timeUs);
  });
  await publisher.close(options.signal);
  const { published, acknowledged } = publisher.counts;
  return {
    rows,
    skipped: rejected.fields + rejected.time,
    firstSkipped: rejected.first,
    published,
    acknowledged,
  };
}

interface OwnedRow {
  readonly timeUs: number;
  readonly values: Float64Array;
}

// The whole file once, for its span: rows may be out of order, so the first and the last aren't enough.
async function scan(options: RunReplayOptions): Promise<{ span: Span; columns: readonly string[] }> {
  let fromUs = Number.POSITIVE_INFINITY;
  let toUs = Number.NEGATIVE_INFINITY;
  const { header, rejected } = await eachRow(options, ({ timeUs }) => {
    fromUs = Math.min(fromUs, timeUs);
    toUs = Math.max(toUs, timeUs);
  });
  if (header !== undefined && fromUs <= toUs) return { span: { fromUs, toUs }, columns: header.columns };
  throw new SkerryError(
    'invalid',
    `${options.file} has no row to replay (${rejected.first ?? 'only a header'})`,
    {
      hint: 'give a CSV file with a header and at least one row',
    },
  );
}

async function eachRow(options: RunReplayOptions, onRow: (row: OwnedRow) => Promise<void> | void) {
  let ready: OwnedRow[] = [];
  const take = () => {
    const rows = ready;
    ready = [];
    return rows;
  };
  const reader = createRecordingReader(
    ({ timeUs, values }) => ready.push({ timeUs, values: values.slice() }),
    { ...options.reading, file: options.file },
  );
  for await (const chunk of readChunks(options.file)) {
    reader.push(chunk);
    for (const row of take()) {
      if (options.signal.aborted) return reader;
      await onRow(row);
    }
  }
  reader.end();
  for (const row of take()) await onRow(row);
  return reader;
}

async function* readChunks(file: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(file, 'utf8');
  } catch (error) {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(error)}`, {
      hint: 'check the path',
      cause: error,
    });
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.min(ms, 0x7fff_ffff), undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
