/** Recordings of simulated pumps as CSV files, to be replayed and backtested. */
import { writeFileSync } from 'node:fs';
import { recordMachine } from '@skerry/firmware-sim/machines/recording';

export interface PumpRecording {
  seed: number;
  minutes: number;
  /** Time of the first row, milliseconds; by default so that the last row is a minute old. */
  startMs?: number;
  /** Cavitates from then on, seconds after the first row. */
  cavitatesAtS?: number;
}

/** Writes a pump at 2 Hz; returns the number of rows and the time of the first, which is at a full minute. */
export function writePumpRecording(file: string, options: PumpRecording): { rows: number; startMs: number } {
  const { seed, minutes, cavitatesAtS = Number.POSITIVE_INFINITY } = options;
  const recent = Date.now() - (minutes + 1) * 60_000;
  const startMs = options.startMs ?? recent - (recent % 60_000);
  const { channels, timesUs, rows } = recordMachine(
    'pump',
    { seed, hours: minutes / 60, rateHz: 2, startUs: startMs * 1_000 },
    (elapsedS) => (elapsedS < cavitatesAtS ? {} : { cavitation: 0.9 }),
  );
  const width = channels.length;
  const lines = Array.from(timesUs, (timeUs, i) =>
    [timeUs / 1_000, ...rows.subarray(i * width, (i + 1) * width)].join(','),
  );
  writeFileSync(file, `${['ts', ...channels.map(({ name }) => name)].join(',')}\n${lines.join('\n')}\n`);
  return { rows: timesUs.length, startMs };
}

/**
 * Windows of the pump releases (32 ticks, hop 8) that close over so many rows in a row from a full minute on without
 * waiting for silence: `lateness` is 4 ticks. Silence closes at most one more.
 */
export function closedWindows(rows: number): number {
  return Math.floor((rows - 32 - 4) / 8) + 1;
}
