// What a technician reads about the clock.
import { expect, test } from 'vitest';
import type { ClockReport } from './agent-time.ts';
import { clockNotices, clockStatus } from './show.ts';

const NOON = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;
const right: ClockReport = {
  state: 'confirmed',
  nowMs: NOON,
  wallMs: NOON,
  uncertaintyMs: 12.2,
  arrivalAheadMs: 0,
};

test('a clock that is right is no news, and shows how right it is', () => {
  expect(clockNotices(right, true)).toEqual([]);
  expect(clockStatus(right)).toEqual({
    state: 'confirmed',
    time: '2026-11-20T12:00:00.000Z',
    machine: '2026-11-20T12:00:00.000Z',
    uncertaintyMs: 13,
    arrivalAheadMs: 0,
  });
});

test('a clock that nobody has confirmed claims no uncertainty', () => {
  expect(clockStatus({ ...right, uncertaintyMs: undefined })).not.toHaveProperty('uncertaintyMs');
});

test('what is wrong is said with what the agent makes of it', () => {
  expect(clockNotices({ ...right, state: 'disputed', wallMs: NOON + 3 * HOUR }, true)).toEqual([
    "this machine's clock is 3h 0m ahead of the control plane's, which is taken instead",
  ]);
  expect(clockNotices({ ...right, state: 'unknown', wallMs: 0 }, true)).toEqual([
    "this machine doesn't know the time: its clock says 1970-01-01T00:00:00.000Z, and it was later before; it is taken to be 2026-11-20T12:00:00.000Z until the clock is set or the control plane answers",
  ]);
});

test('times of arrival that run ahead concern those who use them', () => {
  const ahead = { ...right, arrivalAheadMs: 2 * HOUR };
  expect(clockNotices(ahead, false)).toEqual([]);
  expect(clockNotices(ahead, true)).toEqual([
    'times of arrival are 2h 0m ahead: the clock was set back, and they never go back',
  ]);
});
