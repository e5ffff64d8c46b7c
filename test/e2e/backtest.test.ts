/** `skerry-agent backtest` against labels: what it prints, and the picture. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, runProgram } from './support/program.ts';
import { scratchFolder } from './support/scratch.ts';

const folder = scratchFolder();
const START_MS = Date.UTC(2024, 0, 1);
const instant = (minute: number): string =>
  new Date(START_MS + 60_000 * minute).toISOString().slice(0, 19).replace('T', ' ');

/** 1,500 minutes of a tank's level that jumps at minute 700, labelled from 695 to 720, and at 1,200, which isn't. */
function writeTank(): string {
  const file = join(folder, 'tank.csv');
  const rows = Array.from({ length: 1_500 }, (_, i) => {
    const value = i === 700 || i === 1_200 ? 50 * (i / 700) ** 4 : Math.sin(i / 5);
    return `${instant(i)},${value.toFixed(4)},${i >= 695 && i <= 720 ? 1 : 0}`;
  });
  writeFileSync(file, `timestamp,value,fault\n${rows.join('\n')}\n`);
  return file;
}

function backtest(...more: string[]): ReturnType<typeof runProgram> {
  return runProgram('skerry-agent', [
    ...['backtest', '-c', join(ROOT, 'agent/examples/univariate.yaml'), '--pipeline', 'univariate'],
    ...['--input', writeTank(), '--out', join(folder, 'results.ndjson'), ...more],
  ]);
}

test('labels in a column: windows, alerts and their delay are judged, and a picture is drawn', async () => {
  const plot = join(folder, 'tank.svg');
  const { code, stdout, stderr } = await backtest('--labels', 'fault', '--plot', plot, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { judged, inferUs } = JSON.parse(stdout) as {
    judged: Record<string, number>;
    inferUs: { p50: number; p95: number };
  };
  expect(judged).toMatchObject({ windows: 1_500, faulty: 26, truePositives: 1, falsePositives: 1 });
  expect(judged).toMatchObject({ stretches: 1, stretchesDetected: 1, medianDelayS: 300, falseAlerts: 1 });
  expect(judged).not.toHaveProperty('nab');
  expect(inferUs.p95).toBeGreaterThanOrEqual(inferUs.p50);
  const svg = readFileSync(plot, 'utf8');
  expect(svg.match(/class="label"/g)).toHaveLength(1);
  expect(svg.match(/class="alert"/g)).toHaveLength(2);
});

test('labelled windows in a file, as in NAB: its score is among what is printed', async () => {
  const windows = join(folder, 'windows.json');
  writeFileSync(windows, JSON.stringify({ 'tank.csv': [[instant(695), instant(720)]] }));
  const { code, stdout } = await backtest('--windows', windows);
  expect(code).toBe(0);
  expect(stdout).toMatch(/alerts: 1 of 1 labelled stretches, 300 s after their start/);
  expect(stdout).toMatch(
    /NAB score: standard \d+\.\d, low false positives \d+\.\d, low false negatives \d+\.\d/,
  );
});

test('a column of labels that is not there is named, with those that are', async () => {
  const { code, stderr } = await backtest('--labels', 'anomaly');
  expect(code).toBe(1);
  expect(stderr).toMatch(/has no column anomaly; it has timestamp, value, fault/);
});
