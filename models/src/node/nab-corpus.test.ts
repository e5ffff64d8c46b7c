import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { NAB_PROFILES, nabOutcome, normalizedNab } from '@skerry/agent/evaluation/nab';
import { describe, expect, it } from 'vitest';
import { CONTROLS } from '../evaluate/controls.ts';
import { readNab } from './nab-corpus.ts';

const { standard } = NAB_PROFILES;
const data = process.env.SKERRY_DATA;

describe.skipIf(!data)('the NAB score of published detectors (needs SKERRY_DATA)', () => {
  const folder = join(data ?? '', 'nab');

  it('gives every file the published sum and false alarms of the windowed Gaussian', async () => {
    const published = JSON.parse(readFileSync(join(folder, 'published_per_file_scores.json'), 'utf8')) as {
      windowedGaussian: { standard: Record<string, { score: number; threshold: number; FP: number }> };
    };
    const streams = await readNab(folder);
    let compared = 0;
    for (const { name, windows, recording } of streams) {
      const scores = vectorScores(folder, name);
      if (!scores) continue;
      expect(scores.length).toBe(recording.timesUs.length);
      const { score, threshold, FP } = published.windowedGaussian.standard[name]!;
      const outcome = nabOutcome({ scores, windows }, threshold, standard);
      expect(outcome.score).toBeCloseTo(score, 9);
      expect(outcome.falseAlarms).toBe(FP);
      compared++;
    }
    expect(compared).toBe(7);
  });

  it('is run through by our windowed Gaussian, row by row as theirs', async () => {
    for (const { name, recording } of await readNab(folder)) {
      const theirs = vectorScores(folder, name);
      if (!theirs) continue;
      const column = recording.columns.indexOf('value');
      const values = recording.timesUs.map(
        (_, row) => recording.rows[row * recording.columns.length + column]!,
      );
      const ours = CONTROLS['windowed Gaussian']!(values);
      const worst = theirs.reduce((max, score, row) => Math.max(max, Math.abs(score - ours[row]!)), 0);
      expect(worst, name).toBeLessThan(1e-5);
    }
  });

  it('normalizes as published: ARTime on this half', () => {
    expect(normalizedNab(22.4402, 56, standard)).toBeCloseTo(70.04, 2);
  });
});

/** Each row's score by the windowed Gaussian, where the folder has it. */
function vectorScores(folder: string, name: string): number[] | undefined {
  const file = join(folder, 'scorer_vectors', 'windowedGaussian', `${name.split('/')[1]}.gz`);
  if (!existsSync(file)) return undefined;
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.map((line) => Number(line.split(',')[1]));
}
