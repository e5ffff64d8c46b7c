import { describe, expect, it } from 'vitest';
import { countEpisodes, hoursBetweenFalseAlarms, sustainedLevels, thresholdFrom } from './threshold.ts';

describe('the alert threshold', () => {
  it('is the margin above the highest level that healthy scores sustained, not above a single peak', () => {
    const scores = [0, 9, 0, 0, 5, 6, 0];
    expect([...sustainedLevels(scores, 2)]).toEqual([0, 0, 0, 0, 5, 0]);
    expect(thresholdFrom([scores, [1, 1]], { sustain: 2, margin: 1.5 })).toBe(7.5);
    expect(thresholdFrom([scores], { sustain: 1, margin: 1 })).toBe(9);
  });

  it('holds no level where a recording has fewer windows than must sustain', () => {
    expect([...sustainedLevels([1, 2], 3)]).toEqual([]);
  });

  it('counts an episode once, until the score has stayed below as long as it must have stayed above', () => {
    expect(countEpisodes([2, 2, 0, 2, 2, 2], 1, 2)).toBe(1);
    expect(countEpisodes([2, 2, 0, 0, 2, 2], 1, 2)).toBe(2);
    expect(countEpisodes([2, 0, 2, 0, 2, 0], 1, 2)).toBe(0);
  });

  it('states hours between false alarms with the exact Poisson bound at 95 %', () => {
    // Table of the upper 95 % limit of a Poisson mean: 2.996 for no event, 4.744 for one, 6.296 for two.
    expect(hoursBetweenFalseAlarms(0, 299.6)).toEqual({
      estimate: undefined,
      atLeast: expect.closeTo(100, 1),
    });
    expect(hoursBetweenFalseAlarms(1, 474.4)).toEqual({ estimate: 474.4, atLeast: expect.closeTo(100, 1) });
    expect(hoursBetweenFalseAlarms(2, 629.6)).toEqual({ estimate: 314.8, atLeast: expect.closeTo(100, 1) });
  });
});
