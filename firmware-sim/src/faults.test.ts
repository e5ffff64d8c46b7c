import { describe, expect, it } from 'vitest';
import type { Fault } from './faults/fault.ts';
import type { Reading } from './faults/transport.ts';
import { createFaults, type FaultInjector } from './faults.ts';
import { createRandom } from './random.ts';

const always = { at: 0, for: Number.POSITIVE_INFINITY };
const channels = ['flow', 'vibration'];

function inject(...faults: Fault[]): FaultInjector {
  return createFaults(faults, channels, createRandom(17));
}

// One reading a second: second n says flow n and vibration 1000 + n, so whatever comes out can be recognized.
function play(injector: FaultInjector, seconds: number): Reading[] {
  const out: Reading[] = [];
  for (let n = 0; n < seconds; n++)
    out.push(...injector.apply(n * 1e6, Float64Array.of(n, 1000 + n), n * 1000));
  return [...out, ...injector.finish(seconds * 1000)];
}

const flows = (readings: readonly Reading[]) => readings.map((reading) => reading.values[0]!);
const vibrations = (readings: readonly Reading[]) => readings.map((reading) => reading.values[1]!);
const seconds = (readings: readonly Reading[]) => readings.map((reading) => reading.timeUs / 1e6);
const untouched = play(inject(), 2000);

function isOriginal(reading: Reading): boolean {
  const n = reading.timeUs / 1e6;
  return reading.values[0] === n && reading.values[1] === 1000 + n;
}

describe('when faults are there', () => {
  const timing = { kind: 'stuck', channel: 'flow', at: 10_000, for: 5_000 } as const;

  it('a fault begins at its time, ends after its duration, and changes nothing outside', () => {
    const changed = flows(play(inject(timing), 30)).map((flow, n) => flow !== n);
    expect(changed.flatMap((is, n) => (is ? [n] : []))).toEqual([10, 11, 12, 13, 14]);
  });

  it('a fault that repeats comes back every so often', () => {
    const changed = flows(play(inject({ ...timing, every: 20_000 }), 60)).flatMap((flow, n) =>
      flow !== n ? [n] : [],
    );
    expect(changed).toEqual([10, 11, 12, 13, 14, 30, 31, 32, 33, 34, 50, 51, 52, 53, 54]);
  });

  it('says when each begins and ends, once', () => {
    const injector = inject(timing);
    const told = Array.from({ length: 30 }, (_, n) =>
      injector.changes(n * 1000).map(({ state }) => [n, state]),
    ).flat();
    expect(told).toEqual([
      [10, 'begins'],
      [15, 'ends'],
    ]);
  });

  it('one fault draws the same whatever other faults there are', () => {
    const spike: Fault = { kind: 'spike', channel: 'flow', magnitude: 50, probability: 0.1, ...always };
    const noise: Fault = { kind: 'noise', channel: 'vibration', sd: 1, ...always };
    expect(flows(play(inject(spike, noise), 500))).toEqual(flows(play(inject(spike), 500)));
  });
});

describe('faults of the machine', () => {
  it('grow over their ramp, and the worst of several counts', () => {
    const wear = { kind: 'bearing', at: 10_000, for: 60_000, severity: 0.8, ramp: 20_000 } as const;
    const injector = inject(wear, { ...wear, severity: 0.1, ramp: 0 });
    expect([0, 10, 20, 30, 69, 70].map((s) => injector.severities(s * 1000).bearing)).toEqual([
      undefined,
      0.1,
      0.4,
      0.8,
      0.8,
      undefined,
    ]);
  });
});

describe('faults of a sensor', () => {
  it('spike: about as many readings as its probability says jump by its magnitude, both ways', () => {
    const out = flows(
      play(inject({ kind: 'spike', channel: 'flow', magnitude: 50, probability: 0.05, ...always }), 2000),
    );
    const jumps = out.map((flow, n) => flow - n).filter((jump) => jump !== 0);
    expect(new Set(jumps)).toEqual(new Set([50, -50]));
    // 100 expected, standard deviation 9.7
    expect(jumps.length).toBeGreaterThan(60);
    expect(jumps.length).toBeLessThan(140);
  });

  it('drift: creeps away by so much a minute', () => {
    const out = flows(
      play(inject({ kind: 'drift', channel: 'flow', perMinute: -6, at: 60_000, for: 600_000 }), 200),
    );
    expect(out[59]).toBe(59);
    expect(out[120]).toBeCloseTo(120 - 6, 9);
    expect(out[180]).toBeCloseTo(180 - 12, 9);
  });

  it('stuck: keeps the last value from before, on its channel only', () => {
    const out = play(inject({ kind: 'stuck', channel: 'flow', at: 10_000, for: 5_000 }), 20);
    expect(flows(out).slice(9, 16)).toEqual([9, 9, 9, 9, 9, 9, 15]);
    expect(vibrations(out)).toEqual(vibrations(untouched).slice(0, 20));
  });

  it('noise: has its standard deviation and no bias', () => {
    const errors = flows(play(inject({ kind: 'noise', channel: 'flow', sd: 3, ...always }), 2000)).map(
      (flow, n) => flow - n,
    );
    const mean = errors.reduce((sum, x) => sum + x, 0) / errors.length;
    const sd = Math.sqrt(errors.reduce((sum, x) => sum + (x - mean) ** 2, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan(0.27);
    expect(sd).toBeCloseTo(3, 0);
  });
});

describe('faults of the transport', () => {
  it('dropout: loses as many readings as its probability says, and changes none of the others', () => {
    const out = play(inject({ kind: 'dropout', probability: 0.3, ...always }), 2000);
    expect(out.length).toBeGreaterThan(1300);
    expect(out.length).toBeLessThan(1500);
    expect(out.every(isOriginal)).toBe(true);
  });

  it('dropout of a channel: the reading comes without that channel', () => {
    const out = play(inject({ kind: 'dropout', channel: 'vibration', probability: 1, ...always }), 10);
    expect(flows(out)).toEqual(flows(untouched).slice(0, 10));
    expect(vibrations(out).every(Number.isNaN)).toBe(true);
  });

  it('clock-skew: times are off by the offset and run away by the rate, values are not', () => {
    const out = play(inject({ kind: 'clock-skew', offset: -2_000, ppm: 1_000, ...always }), 1001);
    expect(out[0]!.timeUs).toBe(-2e6);
    expect(out[1000]!.timeUs).toBe(1000e6 - 2e6 + 1e6);
    expect(flows(out)).toEqual(flows(untouched).slice(0, 1001));
  });

  it('duplicate: sends some readings twice, the same both times, and none that was not', () => {
    const out = play(inject({ kind: 'duplicate', probability: 0.2, ...always }), 2000);
    expect(out.every(isOriginal)).toBe(true);
    expect(new Set(seconds(out)).size).toBe(2000);
    expect(out.length).toBeGreaterThan(2330);
    expect(out.length).toBeLessThan(2470);
  });

  it('reorder: loses, doubles and invents nothing, and lets none be overtaken by more than its depth', () => {
    const out = play(inject({ kind: 'reorder', probability: 0.3, depth: 4, ...always }), 2000);
    expect(out.every(isOriginal)).toBe(true);
    const order = seconds(out);
    expect(order).not.toEqual(seconds(untouched));
    expect(order.toSorted((a, b) => a - b)).toEqual(seconds(untouched));
    const overtakenBy = order.map(
      (n, i) => order.slice(Math.max(0, i - 20), i).filter((earlier) => earlier > n).length,
    );
    expect(Math.max(...overtakenBy)).toBeGreaterThan(0);
    expect(Math.max(...overtakenBy)).toBeLessThanOrEqual(4);
  });

  it('reorder: is over when it is over', () => {
    const out = seconds(
      play(inject({ kind: 'reorder', probability: 1, depth: 9, at: 10_000, for: 10_000 }), 40),
    );
    expect(out.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(out.slice(21)).toEqual(seconds(untouched).slice(21, 40));
  });

  it('readings lost before reordering do not free what is held back', () => {
    const lossy: Fault[] = [
      { kind: 'dropout', probability: 0.5, ...always },
      { kind: 'reorder', probability: 0.3, depth: 3, ...always },
    ];
    const out = seconds(play(inject(...lossy), 500));
    expect(new Set(out).size).toBe(out.length);
    expect(out).not.toEqual(out.toSorted((a, b) => a - b));
  });

  it('reboot: the device is off while it lasts, and what was held back is gone', () => {
    const injector = inject(
      { kind: 'reboot', at: 5_000, for: 3_000 },
      { kind: 'reorder', probability: 1, depth: 100, ...always },
    );
    const off = Array.from({ length: 10 }, (_, n) => {
      const isOff = injector.isOff(n * 1000);
      if (!isOff) injector.apply(n * 1e6, Float64Array.of(n, 1000 + n), n * 1000);
      return isOff;
    });
    expect(off).toEqual([false, false, false, false, false, true, true, true, false, false]);
    expect(seconds(injector.finish(10_000))).toEqual([8, 9]);
  });
});
