import { describe, expect, it } from 'vitest';
import { createReplay, type ReplayOptions } from './replay.ts';
import { parseSpeed } from './speed.ts';

const recordedUs = Date.UTC(2020, 1, 8) * 1000;
const nowMs = Date.UTC(2026, 0, 1);
const span = { fromUs: recordedUs, toUs: recordedUs + 3_600e6 };
const options: ReplayOptions = { topic: 'lab/x', device: 'x', codec: 'json', qos: 1, speed: 1, toNow: false };

function due(overrides: Partial<ReplayOptions>, atS: number): { dueMs: number; ts: number } {
  const replay = createReplay(['value'], span, nowMs, { ...options, ...overrides });
  const { dueMs, messages } = replay({ timeUs: recordedUs + atS * 1e6, values: [4] });
  return { dueMs, ts: JSON.parse(messages[0]!.payload).ts };
}

describe('a replay', () => {
  it('publishes device, time and columns', () => {
    const replay = createReplay(['a', 'b'], span, nowMs, options);
    expect(replay({ timeUs: recordedUs, values: [1, 2] }).messages).toEqual([
      {
        topic: 'lab/x',
        payload: `{"device":"x","ts":${recordedUs / 1000},"a":1,"b":2}`,
        qos: 1,
        retain: false,
      },
    ]);
  });

  it('keeps the recorded times and the recorded pace', () => {
    expect(due({}, 0)).toEqual({ dueMs: nowMs, ts: recordedUs / 1000 });
    expect(due({}, 600)).toEqual({ dueMs: nowMs + 600_000, ts: recordedUs / 1000 + 600_000 });
  });

  it('is due sooner at a higher speed, and at once at max', () => {
    expect(due({ speed: 60 }, 600).dueMs).toBe(nowMs + 10_000);
    expect(due({ speed: Number.POSITIVE_INFINITY }, 600).dueMs).toBe(nowMs);
  });

  it('within a time: as fast as that takes, and never slower than it was recorded', () => {
    expect(due({ speed: { withinMs: 120_000 } }, 3_600).dueMs).toBe(nowMs + 120_000);
    expect(due({ speed: { withinMs: 86_400_000 } }, 3_600).dueMs).toBe(nowMs + 3_600_000);
  });

  it('puts the device into the topic where that asks for it', () => {
    const replay = createReplay(['a'], span, nowMs, {
      ...options,
      topic: 'replay/{device}/value',
      device: 'press-7',
    });
    expect(replay({ timeUs: recordedUs, values: [1] }).messages[0]!.topic).toBe('replay/press-7/value');
  });

  it('shifted to now, never sends a time from the future, and the last row is now when it is sent', () => {
    for (const speed of [0.5, 1, 60, Number.POSITIVE_INFINITY]) {
      for (const atS of [0, 600, 3_600]) {
        const { dueMs, ts } = due({ speed, toNow: true }, atS);
        expect(ts).toBeLessThanOrEqual(dueMs);
      }
    }
    expect(due({ speed: 1, toNow: true }, 0).ts).toBe(nowMs);
    const last = due({ speed: 60, toNow: true }, 3_600);
    expect(last.ts).toBe(last.dueMs);
  });
});

describe('speeds', () => {
  it('are a factor or max', () => {
    expect(parseSpeed('60x')).toBe(60);
    expect(parseSpeed('0.5x')).toBe(0.5);
    expect(parseSpeed('max')).toBe(Number.POSITIVE_INFINITY);
    for (const text of ['60', '0x', '-1x', 'fast', '']) expect(() => parseSpeed(text)).toThrow('is no speed');
  });
});
