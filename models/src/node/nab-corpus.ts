/** Streams and labels of the Numenta Anomaly Benchmark as its repository lays them out: data/FOLDER/FILE.csv, labels/. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RowWindow } from '@skerry/agent/evaluation/nab';
import { type Recording, readRecording } from '@skerry/proto/csv';
import { reasonOf, SkerryError } from '@skerry/proto/errors';

export interface NabStream {
  /** FOLDER/FILE.csv. */
  name: string;
  recording: Recording;
  windows: RowWindow[];
}

/** Every stream that labels/combined_windows.json names, in its order. Throws SkerryError where one can't be read. */
export async function readNab(folder: string): Promise<NabStream[]> {
  const labels = JSON.parse(await text(join(folder, 'labels', 'combined_windows.json'))) as Record<
    string,
    [string, string][]
  >;
  const streams: NabStream[] = [];
  for (const [name, times] of Object.entries(labels)) {
    const file = join(folder, 'data', name);
    const recording = readRecording([await text(file)], { file });
    streams.push({
      name,
      recording,
      windows: times.map(([from, to]) => [rowAt(recording, from, name), rowAt(recording, to, name)]),
    });
  }
  return streams;
}

/** The first row at or behind a time; labels are written as `2014-04-11 09:00:00.000000`, without a zone. */
function rowAt({ timesUs }: Recording, time: string, name: string): number {
  const timeUs = Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`) * 1_000;
  const row = timesUs.findIndex((t) => t >= timeUs);
  if (row === -1)
    throw new SkerryError('invalid', `${name}: a labelled window ends behind the data, ${time}`);
  return row;
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'name a folder with data/ and labels/ as in the benchmark',
      cause,
    });
  }
}
