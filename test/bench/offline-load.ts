/**
 * The load of the benchmark `offline`: pumps at 2 Hz that send ten seconds of readings in one JSON list, as devices on a
 * metered link do, so that an hour of a plant can be replayed as fast as the agent takes it. One pump in a hundred
 * cavitates for a while in the middle third.
 */
export interface OfflineLoad {
  devices: number;
  minutes: number;
  /** Event time of the first reading, milliseconds; a full minute. */
  startMs: number;
}

const READINGS_PER_MESSAGE = 20;
const STEP_MS = 500;
const SLOT_MS = READINGS_PER_MESSAGE * STEP_MS;

/** Readings in all. */
export function readingsOf({ devices, minutes }: OfflineLoad): number {
  return devices * slots(minutes) * READINGS_PER_MESSAGE;
}

/** Devices whose every reading of the middle third is an anomaly. */
export function faultyDevices({ devices }: OfflineLoad): string[] {
  return Array.from({ length: Math.ceil(devices / 100) }, (_, i) => deviceName(100 * i));
}

/** The messages of all pumps, ten seconds by ten seconds. */
export function* offlineMessages(load: OfflineLoad): Generator<{ topic: string; payload: Buffer }> {
  const total = slots(load.minutes);
  const topics = Array.from({ length: load.devices }, (_, d) => `plant/hall/pump/${deviceName(d)}/telemetry`);
  for (let slot = 0; slot < total; slot++) {
    const isMiddle = 3 * slot >= total && 3 * slot < 2 * total;
    const times = Array.from(
      { length: READINGS_PER_MESSAGE },
      (_, i) => load.startMs + slot * SLOT_MS + i * STEP_MS,
    );
    for (let d = 0; d < load.devices; d++) {
      const values = isMiddle && d % 100 === 0 ? CAVITATING : HEALTHY;
      const readings = times.map((ts, i) => `{"ts":${ts},${values[(7 * d + 3 * slot + i) % values.length]}}`);
      yield { topic: topics[d]!, payload: Buffer.from(`[${readings.join(',')}]`) };
    }
  }
}

function deviceName(device: number): string {
  return `pump-${device}`;
}

function slots(minutes: number): number {
  return Math.floor((minutes * 60_000) / SLOT_MS);
}

// Made once: what is measured is who reads them.
const HEALTHY = readings(1.9);
const CAVITATING = readings(12);

function readings(vibration: number): string[] {
  return Array.from({ length: 97 }, (_, i) => {
    const wave = Math.sin(i / 7);
    const flow = (45 + wave).toFixed(3);
    const suction = (0.93 + 0.01 * wave).toFixed(4);
    const discharge = (3.7 - 0.05 * wave).toFixed(4);
    const current = (10 + 0.2 * wave).toFixed(3);
    const shaking = (vibration + 0.05 * Math.cos(i / 3)).toFixed(4);
    return `"flow":${flow},"suction":${suction},"discharge":${discharge},"current":${current},"vibration":${shaking}`;
  });
}
