import { expect, test } from 'vitest';
import {
  afterFailure,
  atAttempt,
  type Circuit,
  closedCircuit,
  fullJitterMs,
  retryAfterMs,
} from './backoff.ts';

const policy = { baseMs: 1_000, maxMs: 60_000, openAfter: 3, maxRetryAfterMs: 600_000 };
const fail = (circuit: Circuit, nowMs: number, unit = 0.5, retryAfter?: number) =>
  afterFailure(atAttempt(circuit), policy, nowMs, unit, retryAfter);

test('waits spread from 0 to a ceiling that doubles up to its maximum', () => {
  expect([0, 1, 2, 10].map((n) => fullJitterMs(n, policy, 0.999))).toEqual([999, 1_998, 3_996, 59_940]);
  expect(fullJitterMs(5, policy, 0)).toBe(0);
});

test('while the circuit is closed a wake may come before the wait is over', () => {
  const circuit = fail(closedCircuit(), 1_000);
  expect(circuit).toEqual({ state: 'closed', failures: 1, retryAtMs: 1_500, notBeforeMs: 1_000 });
});

test('Retry-After holds off wakes as well, up to its maximum', () => {
  expect(fail(closedCircuit(), 0, 0, 30_000)).toMatchObject({ retryAtMs: 30_000, notBeforeMs: 30_000 });
  expect(fail(closedCircuit(), 0, 0, 10 ** 9)).toMatchObject({ notBeforeMs: 600_000 });
});

test('three failures open it, one probe is let through, and its failure opens it again', () => {
  let circuit = closedCircuit();
  for (let i = 0; i < 3; i++) circuit = fail(circuit, 0);
  expect(circuit).toEqual({ state: 'open', failures: 3, retryAtMs: 2_000, notBeforeMs: 2_000 });
  expect(atAttempt(circuit).state).toBe('half-open');
  expect(fail(circuit, 2_000)).toMatchObject({ state: 'open', failures: 4, notBeforeMs: 6_000 });
});

test('Retry-After is read as seconds and as a date, and nonsense says nothing', () => {
  const now = Date.parse('2026-11-20T09:00:00Z');
  const read = (value: string | null, date?: string) =>
    retryAfterMs(
      new Headers({ ...(value !== null && { 'retry-after': value }), ...(date && { date }) }),
      now,
    );
  expect(read('120')).toBe(120_000);
  expect(read('Fri, 20 Nov 2026 09:01:00 GMT')).toBe(60_000);
  expect(read('Fri, 20 Nov 2026 08:00:00 GMT')).toBe(0);
  for (const nonsense of ['soon', '-5', '', '1e3', '12 parsecs', null])
    expect(read(nonsense)).toBeUndefined();
});

test("a date is read by its writer's clock: an agent without one is not held off for decades", () => {
  const headers = new Headers({
    date: 'Fri, 20 Nov 2026 09:00:00 GMT',
    'retry-after': 'Fri, 20 Nov 2026 09:00:30 GMT',
  });
  expect(retryAfterMs(headers, 0)).toBe(30_000);
});
