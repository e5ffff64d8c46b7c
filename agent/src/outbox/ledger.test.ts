import { expect, test } from 'vitest';
import { addCounters, arrivalPart, emptyCounters, feedPart } from './counters.ts';
import { addLedgers, check, emptyLedger, moved, openSamples, produced, withdrawn } from './ledger.ts';
import { dropRuns, joinRuns, recordsWithin } from './runs.ts';

test('a result is in exactly one term, wherever it goes', () => {
  let ledger = produced(emptyLedger(), 10, { normal: 8, alert: 2 });
  ledger = moved(ledger, 'pending', 'delivered', 3);
  ledger = moved(ledger, 'pending', 'summarized', 4);
  ledger = moved(ledger, 'summarized', 'evicted', 1);
  check(ledger, 'results');
  expect(ledger).toEqual({
    produced: 10,
    delivered: 3,
    pending: 3,
    summarized: 3,
    evicted: 1,
    decisions: { normal: 8, alert: 2 },
  });
});

test('more than is there can be moved nowhere, and a ledger that does not add up is noticed', () => {
  const ledger = produced(emptyLedger(), 2);
  expect(() => moved(ledger, 'pending', 'delivered', 3)).toThrow('invariant');
  expect(() => moved(ledger, 'delivered', 'pending', -1)).toThrow('invariant');
  expect(() => check({ ...ledger, delivered: 1 }, 'results')).toThrow('results: 2 produced');
});

test('what moves into the next epoch leaves the ledger of this one, and the sum of both stays', () => {
  const before = moved(produced(emptyLedger(), 10, { normal: 10 }), 'pending', 'delivered', 4);
  const taken = { pending: 6, summarized: 0, evicted: 0, decisions: { normal: 6 } };
  const after = withdrawn(before, taken);
  check(after, 'results');
  expect(after).toMatchObject({ produced: 4, pending: 0, decisions: { normal: 4 } });
  expect(addLedgers(after, { ...taken, produced: 6, delivered: 0 })).toEqual(before);
  expect(() => withdrawn(before, { ...taken, pending: 7 })).toThrow('invariant');
});

test('counters part into what arrival and what feeding counted, and make the whole again', () => {
  const whole = {
    received: 20,
    rejected: { malformed: 1, late: 2, full: 3, corrupt: 1, duplicate: 1 },
    used: 5,
    gap: 1,
    skipped: 1,
    windows: 2,
    gapWindows: 1,
    results: { normal: 2 },
  };
  expect(arrivalPart(whole)).toEqual({
    ...emptyCounters(),
    received: 20,
    rejected: { malformed: 1, full: 3, corrupt: 1 },
  });
  expect(feedPart(whole)).toMatchObject({ received: 0, rejected: { late: 2, duplicate: 1 }, used: 5 });
  expect(addCounters(arrivalPart(whole), feedPart(whole))).toEqual(whole);
  expect(openSamples(whole)).toBe(5);
});

test('a range record knows how many records lie under a part of its numbers', () => {
  const runs = joinRuns(
    [
      { seqs: 1, records: 500 },
      { seqs: 1, records: 500 },
    ],
    [
      { seqs: 1, records: 20 },
      { seqs: 1, records: 500 },
    ],
  );
  expect(runs).toEqual([
    { seqs: 2, records: 1000 },
    { seqs: 1, records: 20 },
    { seqs: 1, records: 500 },
  ]);
  expect(recordsWithin(runs, 11, 12, 13)).toEqual({ records: 520, exact: true });
  expect(recordsWithin(runs, 11, 1, 99)).toEqual({ records: 1520, exact: true });
  expect(recordsWithin(runs, 11, 1, 10)).toEqual({ records: 0, exact: true });
  expect(dropRuns(runs, 1)).toEqual([
    { seqs: 1, records: 500 },
    { seqs: 1, records: 20 },
    { seqs: 1, records: 500 },
  ]);
});

test('a range record over very many uneven blocks stays small, keeps its sum and its oldest part exact', () => {
  const one = Array.from({ length: 1000 }, (_, i) => ({ seqs: 1, records: 1 + (i % 7) }));
  const runs = one.reduce((joined: { seqs: number; records: number }[], run) => joinRuns(joined, [run]), []);
  expect(runs.length).toBeLessThanOrEqual(256);
  expect(runs.reduce((sum, run) => sum + run.seqs, 0)).toBe(1000);
  expect(recordsWithin(runs, 1, 1, 1000)).toEqual({
    records: one.reduce((sum, run) => sum + run.records, 0),
    exact: true,
  });
  expect(recordsWithin(runs, 1, 1, 100)).toEqual({
    records: one.slice(0, 100).reduce((sum, run) => sum + run.records, 0),
    exact: true,
  });
  expect(recordsWithin(runs, 1, 900, 901).exact).toBe(false);
});
