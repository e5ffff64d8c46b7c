import { describe, expect, it } from 'vitest';
import { createMachine, machineModels } from './catalog.ts';
import { type MachineKind, machineKinds, type Severities } from './machine.ts';
import { healthyRecording, type MachineRecording, recordMachine } from './recording.ts';

function column(recording: MachineRecording, name: string): number[] {
  const width = recording.channels.length;
  const index = recording.channels.findIndex((channel) => channel.name === name);
  return Array.from(recording.timesUs, (_, r) => recording.rows[r * width + index]!);
}

const mean = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const centred = (xs: readonly number[]) => {
  const middle = mean(xs);
  return xs.map((x) => x - middle);
};
const deviation = (xs: readonly number[]) => Math.sqrt(mean(centred(xs).map((x) => x * x)));
const correlation = (xs: readonly number[], ys: readonly number[]) => {
  const dy = centred(ys);
  return mean(centred(xs).map((dx, i) => dx * dy[i]!)) / (deviation(xs) * deviation(ys));
};
// Reading to reading: what is left when slow changes of load are taken out.
const steps = (xs: readonly number[]) => xs.slice(1).map((x, i) => x - xs[i]!);

function record(kind: MachineKind, hours: number, severities: Severities = {}, seed = 3): MachineRecording {
  return recordMachine(kind, { seed, hours, rateHz: 1 }, () => severities);
}

describe.each(machineKinds)('a %s', (kind) => {
  it('gives the same readings for the same seed and times, and others for another seed', () => {
    const options = { seed: 5, hours: 0.05, rateHz: 2 };
    expect(healthyRecording(kind, options)).toEqual(healthyRecording(kind, options));
    expect(healthyRecording(kind, { ...options, seed: 6 }).rows).not.toEqual(
      healthyRecording(kind, options).rows,
    );
  });

  it('stays within what its sensors can report, healthy or failing', () => {
    for (const severity of [0, 1]) {
      const failing = Object.fromEntries(
        Object.keys(machineModels[kind].faults).map((name) => [name, severity]),
      );
      const recording = record(kind, 0.2, failing);
      for (const { name, range } of recording.channels) {
        const xs = column(recording, name);
        expect(Math.min(...xs)).toBeGreaterThanOrEqual(range[0]);
        expect(Math.max(...xs)).toBeLessThanOrEqual(range[1]);
      }
    }
  });

  it('is stationary: hours later its channels lie where they lay', () => {
    const recording = healthyRecording(kind, { seed: 11, hours: 8, rateHz: 0.1 });
    for (const { name } of recording.channels) {
      const xs = column(recording, name);
      const [early, late] = [xs.slice(0, xs.length / 2), xs.slice(xs.length / 2)];
      expect(Math.abs(mean(early) - mean(late))).toBeLessThan(0.75 * deviation(xs));
    }
  });

  it('refuses a time before the last one, and a parameter it does not have', () => {
    const machine = createMachine(kind, { seed: 1 });
    machine.step(2e6);
    expect(() => machine.step(1e6)).toThrow('time ran backwards');
    expect(() => createMachine(kind, { seed: 1, params: { colour: 3 } })).toThrow('has no parameter colour');
  });

  it('survives a silence of weeks', () => {
    const machine = createMachine(kind, { seed: 1 });
    machine.step(0);
    expect(machine.step(40 * 86_400 * 1e6).every(Number.isFinite)).toBe(true);
  });
});

describe('a pump', () => {
  const healthy = record('pump', 2);
  const cavitating = record('pump', 0.5, { cavitation: 1 }, 4);

  it('moves all its channels together with the load', () => {
    const flow = column(healthy, 'flow');
    for (const name of ['discharge', 'current', 'vibration'])
      expect(correlation(flow, column(healthy, name))).toBeGreaterThan(0.8);
    expect(correlation(flow, column(healthy, 'suction'))).toBeLessThan(-0.8);
  });

  it('cavitates with collapsed suction, tripled vibration, and flow and current that fluctuate apart', () => {
    expect(mean(column(cavitating, 'suction'))).toBeLessThan(0.4 * mean(column(healthy, 'suction')));
    expect(mean(column(cavitating, 'vibration'))).toBeGreaterThan(3 * mean(column(healthy, 'vibration')));
    for (const name of ['flow', 'current']) {
      expect(deviation(steps(column(cavitating, name)))).toBeGreaterThan(
        2.5 * deviation(steps(column(healthy, name))),
      );
    }
    const together = correlation(column(healthy, 'flow'), column(healthy, 'current'));
    const apart = correlation(column(cavitating, 'flow'), column(cavitating, 'current'));
    expect(together).toBeGreaterThan(0.95);
    expect(apart).toBeLessThan(0.75);
  });

  it('shows mild cavitation in how channels go together before any of them leaves its healthy range', () => {
    const mild = record('pump', 0.5, { cavitation: 0.04 }, 4);
    const suctionGivenFlow = lineFit(column(healthy, 'flow'), column(healthy, 'suction'));
    const residual = (recording: MachineRecording) => {
      const flow = column(recording, 'flow');
      return column(recording, 'suction').map((y, i) => y - suctionGivenFlow(flow[i]!));
    };
    const outside = (name: string) => {
      const xs = column(healthy, name);
      const [low, high] = [Math.min(...xs), Math.max(...xs)];
      return mean(column(mild, name).map((x) => (x < low || x > high ? 1 : 0)));
    };
    for (const { name } of healthy.channels) expect(outside(name)).toBeLessThan(0.1);
    expect(mean(residual(mild))).toBeLessThan(-2 * deviation(residual(healthy)));
  });
});

describe('a motor', () => {
  const healthy = record('motor', 0.1);

  it('shows a bearing fault in the envelope long before the velocity', () => {
    const early = record('motor', 0.1, { bearing: 0.1 });
    expect(mean(column(early, 'envelope'))).toBeGreaterThan(5 * mean(column(healthy, 'envelope')));
    expect(mean(column(early, 'vibration'))).toBeLessThan(1.15 * mean(column(healthy, 'vibration')));
    const late = record('motor', 0.1, { bearing: 1 });
    expect(mean(column(late, 'vibration'))).toBeGreaterThan(2 * mean(column(healthy, 'vibration')));
  });

  it('turns slower and draws more under load', () => {
    const long = record('motor', 0.5);
    expect(correlation(column(long, 'speed'), column(long, 'current'))).toBeLessThan(-0.95);
  });
});

describe('a room', () => {
  const healthy = record('room', 1);

  it('cools, airs out and heats at full power with the window open', () => {
    const open = record('room', 1, { 'window-open': 1 });
    expect(mean(column(open, 'temperature'))).toBeLessThan(mean(column(healthy, 'temperature')) - 3);
    expect(mean(column(open, 'co2'))).toBeLessThan(mean(column(healthy, 'co2')) - 100);
    expect(mean(column(open, 'heater'))).toBeGreaterThan(95);
  });

  it('overheats with a heater that is stuck, though the thermostat wants less', () => {
    const stuck = record('room', 1, { 'heater-stuck': 1 });
    expect(mean(column(stuck, 'temperature'))).toBeGreaterThan(30);
    expect(mean(column(stuck, 'heater'))).toBeGreaterThan(95);
  });
});

// Least squares of y on x.
function lineFit(xs: readonly number[], ys: readonly number[]): (x: number) => number {
  const slope = (correlation(xs, ys) * deviation(ys)) / deviation(xs);
  const intercept = mean(ys) - slope * mean(xs);
  return (x) => intercept + slope * x;
}
