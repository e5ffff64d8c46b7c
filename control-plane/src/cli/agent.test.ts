import { expect, test } from 'vitest';
import { clockOf } from './agent.ts';

const SEEN_MS = Date.parse('2026-11-20T12:00:00Z');
const at = (wallMs: number, status: { uncertaintyMs?: number; arrivalAheadMs?: number } = {}) =>
  clockOf({ lastSeenMs: SEEN_MS, wallMs, status });

test("an agent's clock is shown with how far it is off, how sure that is, and its times of arrival", () => {
  expect(at(SEEN_MS + 40, { uncertaintyMs: 62 })).toBe('right, within 62ms');
  expect(at(SEEN_MS - 7_200_000, { uncertaintyMs: 7_200_020 })).toBe('2h 0m behind, within 2h 0m');
  expect(at(SEEN_MS)).toBe('right, not measured yet');
  expect(at(SEEN_MS, { uncertaintyMs: 5, arrivalAheadMs: 10_800_000 })).toBe(
    'right, within 5ms; times of arrival are 3h 0m ahead',
  );
  expect(clockOf({ lastSeenMs: null, wallMs: 0, status: {} })).toBeUndefined();
});
