import { describe, expect, it } from 'vitest';
import { createDevice, type DeviceOptions, type DeviceOutput } from './device.ts';

const startUs = Date.UTC(2026, 0, 1) * 1000;
const pump: DeviceOptions = {
  id: 'pump-1',
  machine: 'pump',
  params: {},
  seed: 7,
  rateHz: 2,
  topic: 'plant/hall-1/pump/pump-1/telemetry',
  statusTopic: 'plant/hall-1/pump/pump-1/status',
  qos: 1,
  codec: 'json',
  faults: [],
};

const published = (outputs: readonly DeviceOutput[]) =>
  outputs.flatMap((output) => (output.kind === 'publish' ? [output.message] : []));
const times = (outputs: readonly DeviceOutput[]) =>
  published(outputs).map(({ payload }) => JSON.parse(payload).ts as number);

describe('a device', () => {
  it('publishes what a pump says, under its topic', () => {
    const [message] = published(createDevice(pump, startUs).step(startUs));
    expect(message).toMatchObject({ topic: pump.topic, qos: 1, retain: false });
    const body = JSON.parse(message!.payload);
    expect(Object.keys(body)).toEqual(['ts', 'flow', 'suction', 'discharge', 'current', 'vibration']);
    expect(body.ts).toBe(Date.UTC(2026, 0, 1));
    expect(body.flow).toBeGreaterThan(30);
  });

  it('says the same for the same seed and start, however often it is asked', () => {
    const once = createDevice(pump, startUs).step(startUs + 60e6);
    const device = createDevice(pump, startUs);
    const often = Array.from({ length: 601 }, (_, i) => device.step(startUs + i * 100_000)).flat();
    expect(often).toEqual(once);
    expect(createDevice({ ...pump, seed: 8 }, startUs).step(startUs + 60e6)).not.toEqual(once);
    expect(createDevice({ ...pump, id: 'pump-2' }, startUs).step(startUs + 60e6)).not.toEqual(once);
  });

  it('reads at whole multiples of its period, wherever it starts', () => {
    const device = createDevice({ ...pump, rateHz: 4 }, startUs + 130_000);
    expect(device.nextUs).toBe(startUs + 250_000);
    expect(times(device.step(startUs + 1e6))).toEqual([250, 500, 750, 1000].map((ms) => startUs / 1000 + ms));
    expect(device.nextUs).toBe(startUs + 1.25e6);
  });

  it('goes off without a goodbye when it reboots, and comes back', () => {
    const device = createDevice({ ...pump, faults: [{ kind: 'reboot', at: 2_000, for: 2_000 }] }, startUs);
    const kinds = device.step(startUs + 6e6).map((output) => output.kind);
    expect(kinds.join(' ')).toBe(
      `${'publish '.repeat(4)}fault power-off fault power-on ${'publish '.repeat(5)}`.trim(),
    );
  });

  it('shows a fault in what it publishes', () => {
    const fault = { kind: 'cavitation', at: 60_000, for: 60_000, severity: 1, ramp: 0 } as const;
    const bodies = published(createDevice({ ...pump, faults: [fault] }, startUs).step(startUs + 119e6)).map(
      ({ payload }) => JSON.parse(payload) as Record<string, number>,
    );
    const mean = (from: number, to: number) =>
      bodies.slice(from, to).reduce((sum, b) => sum + b.vibration!, 0) / (to - from);
    expect(mean(120, 239)).toBeGreaterThan(2 * mean(0, 120));
  });

  it('catches up on the last thousand readings after a long silence, and counts the rest', () => {
    const device = createDevice(pump, startUs);
    device.step(startUs);
    const outputs = device.step(startUs + 3_600e6);
    expect(published(outputs).length).toBe(1001);
    expect(device.skipped).toBe(7_200 - 1_001);
    expect(times(outputs).at(-1)).toBe(startUs / 1000 + 3_600_000);
  });

  it('sends what is still held back when it stops', () => {
    const device = createDevice(
      {
        ...pump,
        faults: [{ kind: 'reorder', at: 0, for: Number.POSITIVE_INFINITY, probability: 1, depth: 50 }],
      },
      startUs,
    );
    const all = [...times(device.step(startUs + 10e6)), ...times(device.finish())];
    expect(all.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 21 }, (_, i) => startUs / 1000 + i * 500),
    );
  });
});
