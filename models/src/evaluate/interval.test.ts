import { expect, it } from 'vitest';
import { shareText, wilson } from './interval.ts';

it('gives the interval of the textbook: 81 of 263', () => {
  // Newcombe, Statistics in Medicine 17 (1998) 857, table I: .2553 to .3662.
  const [low, high] = wilson(81, 263);
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
});

it('stays within 0 and 1, and says something of no failure at all', () => {
  expect(wilson(0, 20)[0]).toBe(0);
  expect(wilson(20, 20)[1]).toBe(1);
  expect(shareText(20, 20)).toBe('100.0 % (83.9 to 100.0)');
});
