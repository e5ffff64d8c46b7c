import { readRecording } from '@skerry/proto/csv';
import { expect, test } from 'vitest';
import { healthyRecording, recordMachine } from './machines/recording.ts';
import { csvLines } from './recording-csv.ts';

const options = { seed: 1, hours: 0.01, rateHz: 2 };

test('a recording written as CSV reads back as what the machine measured', () => {
  const recording = healthyRecording('pump', options);
  const read = readRecording(csvLines(recording));
  expect(read.columns).toEqual(['flow', 'suction', 'discharge', 'current', 'vibration']);
  expect(read.timesUs).toEqual(recording.timesUs);
  expect(read.rows.length).toBe(recording.rows.length);
  for (const [i, value] of read.rows.entries()) expect(value).toBeCloseTo(recording.rows[i]!, 3);
});

test('the fault column is 1 while the fault lasts and 0 elsewhere', () => {
  const isFaulty = (elapsedS: number): boolean => elapsedS >= 10 && elapsedS < 20;
  const recording = recordMachine('pump', options, (s) => (isFaulty(s) ? { cavitation: 1 } : {}));
  const read = readRecording(csvLines(recording, isFaulty));
  const faults = Array.from(read.timesUs, (_, r) => read.rows[r * read.columns.length + 5]);
  expect(faults).toEqual(Array.from(faults, (_, r) => (r >= 20 && r < 40 ? 1 : 0)));
});
