import { expect, test } from 'vitest';
import { isWithin, isZone, timeOfDay } from './time-of-day.ts';

const at = (time: string): number => Date.parse(`2026-11-20T${time}:00Z`);
const window = (from: string, to: string) => ({ from: timeOfDay.parse(from), to: timeOfDay.parse(to) });

test('a window holds from its beginning up to its end, at the place that is meant', () => {
  const day = window('08:00', '17:30');
  expect(['07:59', '08:00', '17:29', '17:30'].map((t) => isWithin(day, 'UTC', at(t)))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(isWithin(day, 'Asia/Tokyo', at('00:00'))).toBe(true);
});

test('one whose end comes first goes over midnight', () => {
  const night = window('22:00', '05:00');
  expect(['21:59', '23:00', '00:00', '04:59', '05:00'].map((t) => isWithin(night, 'UTC', at(t)))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test('what is no time and no zone is known as such', () => {
  for (const text of ['24:00', '7:00', '07:60', 'noon'])
    expect(timeOfDay.safeParse(text).success).toBe(false);
  expect(['Europe/Oslo', 'UTC', 'Atlantis'].map(isZone)).toEqual([true, true, false]);
});
