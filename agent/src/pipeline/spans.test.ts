import { expect, test } from 'vitest';
import { Spans } from './spans.ts';

const HOUR_US = 3_600e6;

function spansOf(...hours: [number, number][]): Spans {
  const spans = new Spans();
  for (const [from, to] of hours) spans.add(from * HOUR_US, to * HOUR_US);
  return spans;
}

const hours = (spans: Spans): number[][] =>
  spans.list.map(({ fromUs, toUs }) => [fromUs / HOUR_US, toUs / HOUR_US]);

test('windows one after another are one stretch, overlapping or with an hour between', () => {
  expect(hours(spansOf([0, 2], [1, 3], [3, 4], [4.5, 5]))).toEqual([[0, 5]]);
});

test('a jump begins another, ahead or back, in the order of time', () => {
  expect(hours(spansOf([10, 11], [90, 91], [40, 41], [42, 43]))).toEqual([
    [10, 11],
    [40, 43],
    [90, 91],
  ]);
});

test('ends are exclusive: what touches a stretch does not meet it', () => {
  const spans = spansOf([10, 11]);
  const meets = (from: number, to: number) => spans.meets(from * HOUR_US, to * HOUR_US);
  expect([meets(9, 10), meets(11, 12), meets(9, 10.1), meets(10.5, 10.6), meets(9, 20)]).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
  expect(new Spans().meets(0, HOUR_US)).toBe(false);
});

test('beyond eight the nearest two become one, so that nothing measured is ever forgotten', () => {
  const nine = Array.from({ length: 9 }, (_, i): [number, number] => [10 * i, 10 * i + (i === 5 ? 7 : 4)]);
  const spans = spansOf(...nine);
  expect(hours(spans)).toHaveLength(8);
  expect(hours(spans)).toContainEqual([50, 64]);
  for (const [from, to] of nine) expect(spans.meets(from * HOUR_US, to * HOUR_US)).toBe(true);
});
