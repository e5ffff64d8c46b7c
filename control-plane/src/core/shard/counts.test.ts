import { expect, test } from 'vitest';
import { countsSince, noCounts, plusCounts, type ReleaseCounts } from './counts.ts';

const counts = (changes: Partial<ReleaseCounts>): ReleaseCounts => ({ ...noCounts(), ...changes });

test('what came since an earlier state is the difference of everything that adds up; memory stays the highest', () => {
  const earlier = counts({ windows: 10, alerts: 1, restarts: 1, memoryBytes: 5, outputs: { score: [4, 6] } });
  const later = counts({ windows: 25, alerts: 3, restarts: 1, memoryBytes: 9, outputs: { score: [9, 16] } });
  expect(countsSince(later, earlier)).toEqual(
    counts({ windows: 15, alerts: 2, memoryBytes: 9, outputs: { score: [5, 10] } }),
  );
  expect(countsSince(later, undefined)).toEqual(later);
});

test('a release that was activated anew counts from its activation', () => {
  const anew = counts({ windows: 3, restarts: 0 });
  expect(countsSince(anew, counts({ windows: 25, restarts: 4 }))).toEqual(anew);
});

test('a shadow beside another release than before is compared anew, and its own windows go on', () => {
  const earlier = counts({ windows: 100, matched: 90, flips: 5, distanceSum: 7 });
  const later = counts({ windows: 140, matched: 30, flips: 6, distanceSum: 1 });
  expect(countsSince(later, earlier)).toMatchObject({ windows: 40, matched: 30, flips: 6, distanceSum: 1 });
});

test('histograms add up on the same edges; on others the first stays', () => {
  const [a, b] = [
    counts({ outputs: { x: [1, 2], y: [1, 1] } }),
    counts({ outputs: { x: [3, 4], y: [1, 1, 1] } }),
  ];
  expect(plusCounts(a, b).outputs).toEqual({ x: [4, 6], y: [1, 1] });
});
