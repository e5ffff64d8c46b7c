import { expect, test } from 'vitest';
import { meaning } from './drift.ts';
import type { DeviceDrift, DiagnosedDrift } from './model.ts';

const device = (change: Partial<DeviceDrift>): DeviceDrift => ({
  agent: 'gw',
  device: 'p1',
  fromUs: 0,
  toUs: 1,
  n: 500,
  missing: 0,
  level: 'ok',
  measures: {},
  counts: [],
  backend: 'native',
  ...change,
});
const signal = (devices: DeviceDrift[], change: Partial<DiagnosedDrift> = {}): DiagnosedDrift => ({
  pipeline: 'press',
  releaseDigest: 'sha256:a',
  signal: 'vibration',
  isOutput: false,
  counts: [],
  n: 0,
  missing: 0,
  devices,
  ...change,
});

test('a signal says what its drift means, how it lies in time, and how often a healthy device looks like it', () => {
  const text = meaning(
    signal(
      [
        device({ hoursBetweenFalseAlarms: 50 }),
        device({
          level: 'alert',
          pattern: 'daily',
          sinceUs: 1_790_000_000_000_000,
          hoursBetweenFalseAlarms: 26,
        }),
      ],
      {
        diagnosis: {
          kind: 'sensor-fault',
          text: "gw/p1 drifts, and the 5 others don't",
          drifting: 1,
          judged: 6,
          devices: ['gw/p1'],
        },
      },
    ),
  );
  expect(text).toBe(
    "sensor fault: gw/p1 drifts, and the 5 others don't · at this time every day; now since 2026-09-21 14:13:20 · a healthy device looks like an alert once in 1 d 2 h",
  );
});

test('where nothing drifts and nothing is known, nothing is said', () => {
  expect(meaning(signal([device({})]))).toBe('');
});
