import { describe, expect, it } from 'vitest';
import {
  bestNabThreshold,
  NAB_PROFILES,
  nabCorpus,
  nabOutcome,
  probationRows,
  type ScoredStream,
} from './nab.ts';

const { standard, lowFalseNegatives } = NAB_PROFILES;

/** A stream of 1,000 rows with a window at [400, 499], alarming at the given rows. */
function alarming(...rows: number[]): ScoredStream {
  const scores = new Float64Array(1_000);
  for (const row of rows) scores[row] = 1;
  return { scores, windows: [[400, 499]] };
}

describe('the NAB score', () => {
  it('is 0 for a detector that never alarms and 100 for one that alarms as each window begins', () => {
    for (const profile of Object.values(NAB_PROFILES)) {
      expect(nabCorpus([alarming()], 0.5, profile).normalized).toBe(0);
      expect(nabCorpus([alarming(400)], 0.5, profile).normalized).toBeCloseTo(100, 9);
    }
  });

  it('counts the earliest alarm in a window and no other', () => {
    expect(nabOutcome(alarming(400, 450, 499), 0.5, standard)).toEqual(
      nabOutcome(alarming(400), 0.5, standard),
    );
    const late = nabOutcome(alarming(499), 0.5, standard);
    expect(late.score).toBeGreaterThan(0);
    expect(late.score).toBeLessThan(0.1);
  });

  it('charges an alarm more, the further behind a window it is, and in full before the first', () => {
    const scoreOf = (row: number): number => nabOutcome(alarming(row), 0.5, standard).score;
    expect(scoreOf(500)).toBeGreaterThan(scoreOf(550));
    expect(scoreOf(550)).toBeGreaterThan(scoreOf(900));
    expect(scoreOf(900)).toBeCloseTo(-1.11, 9);
    expect(scoreOf(399)).toBeCloseTo(-1.11, 9);
  });

  it('looks at no row in probation: 15 % of a stream, 750 rows at most', () => {
    expect(probationRows(1_000)).toBe(150);
    expect(probationRows(20_000)).toBe(750);
    expect(nabOutcome(alarming(149), 0.5, standard)).toEqual(nabOutcome(alarming(), 0.5, standard));
  });

  it('weighs a missed window twice where misses matter more', () => {
    expect(nabOutcome(alarming(), 0.5, lowFalseNegatives).score).toBe(-2);
  });

  it('chooses the threshold that pays best for all streams together', () => {
    const scores = new Float64Array(1_000);
    scores[400] = 0.7;
    for (let i = 600; i < 700; i++) scores[i] = 0.6;
    const stream = { scores, windows: [[400, 499]] as const };
    expect(bestNabThreshold([stream], standard)).toBe(0.7);
    expect(bestNabThreshold([{ ...stream, windows: [] }], standard)).toBe(Number.POSITIVE_INFINITY);
  });
});
