import { expect, test } from 'vitest';
import { age, count, duration, percent, shortStamp, stamp, value } from './format.ts';

test('durations have two units at most', () => {
  expect([0, 40, 59_999, 60_000, 3_600_000, 9_000_000, 90_000_000].map(duration)).toEqual([
    '0 s',
    '40 ms',
    '59 s',
    '1 min',
    '1 h',
    '2 h 30 min',
    '1 d 1 h',
  ]);
});

test('what is less than a second old, or ahead of the clock, is now', () => {
  expect(age(10_000, 9_500)).toBe('now');
  expect(age(10_000, 12_000)).toBe('now');
  expect(age(70_000, 10_000)).toBe('1 min ago');
});

test('times are UTC, with milliseconds only where there are some', () => {
  const ms = Date.UTC(2014, 1, 14, 14, 30);
  expect(stamp(ms)).toBe('2014-02-14 14:30:00');
  expect(stamp(ms + 250)).toBe('2014-02-14 14:30:00.250');
  expect(shortStamp(ms, ms + 60_000)).toBe('14:30:00');
  expect(shortStamp(ms, ms + 86_400_000)).toBe('2014-02-14 14:30:00');
});

test('numbers keep about the same width', () => {
  expect([0, 0.0004, 0.012, 0.5, 1.239, 12.34, 123.4, 12_345, Number.NaN].map(value)).toEqual([
    '0.00',
    '4.0e-4',
    '0.012',
    '0.50',
    '1.24',
    '12.3',
    '123',
    '12\u2009345',
    '–',
  ]);
  expect(count(1_203_998)).toBe('1\u2009203\u2009998');
  expect([0, 0.004, 0.25, 1].map(percent)).toEqual(['0\u2009%', '0.4\u2009%', '25\u2009%', '100\u2009%']);
});
