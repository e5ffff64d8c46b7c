// What the agent holds the time to be, and what a clock that is wrong, set, or not there does to it.
import { describe, expect, test } from 'vitest';
import { ServerClockReader } from '../sync/server-clock.ts';
import { AgentTime, type ClockSettings, DEFAULT_CLOCK } from './agent-time.ts';

const NOON = Date.parse('2026-11-20T12:00:00Z');
const MADE = Date.parse('2026-11-01T00:00:00Z');
const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A machine at noon by its own clock, unless that is off by `offMs`; started with what its store says. */
function machine({
  offMs = 0,
  lastKnownMs,
  settings,
}: {
  offMs?: number;
  lastKnownMs?: number;
  settings?: Partial<ClockSettings>;
} = {}) {
  const at = { trueMs: NOON, offMs };
  const clock = { wallMs: () => at.trueMs + at.offMs, monoMs: () => at.trueMs - NOON };
  const server = new ServerClockReader(clock);
  const time = new AgentTime({
    clock,
    server: () => server.read(),
    settings: { ...DEFAULT_CLOCK, ...settings },
    notBeforeMs: MADE,
  });
  if (lastKnownMs !== undefined) time.resume(lastKnownMs);
  return {
    time,
    pass: (ms: number) => {
      at.trueMs += ms;
    },
    set: (ms: number) => {
      at.offMs = ms;
    },
    /** Answers, and lets the second pass within which that is noticed. */
    answer: (roundTripMs = 20) => {
      server.note(at.trueMs - roundTripMs / 2, roundTripMs);
      at.trueMs += SECOND;
    },
    nowMs: () => at.trueMs,
  };
}

describe('the time', () => {
  test('is the wall clock where nothing speaks against it, and nobody knows how far that is off', () => {
    const { time } = machine({ offMs: -3 * HOUR });
    expect(time.report()).toEqual({
      state: 'unconfirmed',
      nowMs: NOON - 3 * HOUR,
      wallMs: NOON - 3 * HOUR,
      uncertaintyMs: undefined,
      arrivalAheadMs: 0,
    });
  });

  test('is confirmed by a control plane that agrees, within half the round trip and what has drifted since', () => {
    const { time, answer, pass } = machine({ offMs: 300 });
    answer(20);
    expect(time.report()).toMatchObject({ state: 'confirmed', nowMs: NOON + SECOND + 300 });
    expect(time.uncertaintyMs()).toBeCloseTo(310.5);
    pass(HOUR);
    expect(time.uncertaintyMs()).toBeCloseTo(310.5 + 1_800);
  });

  test.each([-30 * DAY, -2 * HOUR, 2 * HOUR, 14 * 365 * DAY])(
    "is the control plane's where the wall clock is off by %d ms, whenever it jumps",
    (offMs) => {
      const { time, answer, set, pass, nowMs } = machine();
      answer(20);
      set(offMs);
      pass(10 * SECOND);
      expect(time.state).toBe('disputed');
      expect(time.nowMs()).toBe(nowMs());
      expect(time.uncertaintyMs()).toBeCloseTo(15.5);
      set(0);
      expect(time.report()).toMatchObject({ state: 'confirmed', nowMs: nowMs() });
    },
  );

  test('is not known to a machine that starts in 1970, and runs on from the last commit', () => {
    const { time, pass } = machine({ offMs: -NOON, lastKnownMs: NOON - 5 * DAY });
    pass(HOUR);
    expect(time.report()).toMatchObject({
      state: 'unknown',
      nowMs: NOON - 5 * DAY + HOUR,
      wallMs: HOUR,
      uncertaintyMs: undefined,
    });
  });

  test('is not before the program was made, even at the first start', () => {
    const { time } = machine({ offMs: -NOON });
    expect([time.state, time.nowMs()]).toEqual(['unknown', MADE]);
  });

  test('is not known where the clock starts behind the last commit, until somebody sets it', () => {
    const { time, set } = machine({ offMs: -2 * HOUR, lastKnownMs: NOON - HOUR });
    expect([time.state, time.nowMs()]).toEqual(['unknown', NOON - HOUR]);
    set(0);
    expect([time.state, time.nowMs()]).toEqual(['unconfirmed', NOON]);
  });

  test('a clock that NTP slews back by less than the tolerance is the same clock after a restart', () => {
    expect(machine({ offMs: -30 * SECOND, lastKnownMs: NOON }).time.state).toBe('unconfirmed');
  });

  test('a clock that was ahead and is set right is believed', () => {
    const { time, set } = machine({ offMs: 3 * HOUR, lastKnownMs: NOON - SECOND });
    set(0);
    expect([time.state, time.nowMs()]).toEqual(['unconfirmed', NOON]);
  });

  test('trust: confirmed waits for the control plane at every start', () => {
    const { time, answer } = machine({ settings: { trust: 'confirmed' } });
    expect([time.state, time.nowMs()]).toEqual(['unknown', NOON]);
    answer();
    expect(time.state).toBe('confirmed');
  });
});

describe('the latest that it can be', () => {
  test('is the wall clock; after it went back, what it was before, carried on', () => {
    const { time, set, pass } = machine();
    expect(time.latestMs()).toBe(NOON);
    set(-5 * HOUR);
    pass(SECOND);
    expect(time.latestMs()).toBe(NOON + SECOND);
  });

  test('with a control plane, is the later of the two clocks', () => {
    const { time, answer, set, nowMs } = machine({ offMs: -5 * HOUR });
    answer(20);
    expect(time.latestMs()).toBeCloseTo(nowMs() + 10.5);
    set(HOUR);
    expect(time.latestMs()).toBe(nowMs() + HOUR);
  });

  test('on a machine that was off for it knows not how long, is as far as it may have been off', () => {
    const { time } = machine({
      offMs: -NOON,
      lastKnownMs: NOON - 5 * DAY,
      settings: { maxOff: 30 * DAY },
    });
    expect(time.latestMs()).toBe(NOON + 25 * DAY);
  });
});

describe('the time of arrival', () => {
  test('never goes back, and runs on at the pace of monotonic time while the clock is behind', () => {
    const { time, set, pass } = machine();
    expect(time.stamp().arrivalMs).toBe(NOON);
    set(-2 * HOUR);
    pass(SECOND);
    expect(time.stamp().arrivalMs).toBe(NOON + SECOND);
    pass(HOUR);
    expect(time.stamp().arrivalMs).toBe(NOON + HOUR + SECOND);
    expect(time.report().arrivalAheadMs).toBe(2 * HOUR);
    set(SECOND);
    expect(time.stamp().arrivalMs).toBe(NOON + HOUR + 2 * SECOND);
    expect(time.report().arrivalAheadMs).toBe(0);
  });

  test('goes on from what was given before the start', () => {
    const { time, pass } = machine({ offMs: -NOON, lastKnownMs: NOON - DAY });
    time.continueFrom(NOON - DAY + 90 * SECOND);
    expect(time.stamp().arrivalMs).toBe(NOON - DAY + 90 * SECOND);
    pass(SECOND);
    expect(time.stamp().arrivalMs).toBe(NOON - DAY + 91 * SECOND);
    time.continueFrom(NOON - 2 * DAY);
    expect(time.stamp().arrivalMs).toBe(NOON - DAY + 91 * SECOND);
  });

  test('does not follow a wall clock that the control plane contradicts', () => {
    const { time, answer, set, pass, nowMs } = machine();
    answer();
    set(10 * 365 * DAY);
    pass(SECOND);
    expect(time.stamp().arrivalMs).toBe(nowMs());
  });
});
