// What a technician reads about the clock.
import { expect, test } from 'vitest';
import type { ClockReport } from './agent-time.ts';
import { aheadNotice, clockNotices, clockStatus } from './show.ts';

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

test('devices that were ahead are named, a few of them', () => {
  const ahead = Array.from({ length: 7 }, (_, i) => ({
    device: `d${i}`,
    timeUs: (NOON + (i + 1) * HOUR) * 1_000,
  }));
  expect(aheadNotice('press', [], NOON)).toEqual([]);
  expect(aheadNotice('press', ahead.slice(0, 1), NOON)).toEqual([
    'press: d0 gave times up to 1h 0m ahead of now; what they send is late until then',
  ]);
  expect(aheadNotice('press', ahead, NOON)[0]).toMatch(/^press: d0, d1, d2, d3, d4 and 2 more gave .* 7h 0m/);
});
