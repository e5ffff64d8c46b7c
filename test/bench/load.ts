/**
 * The load of the agent's benchmark: pumps that read twice a second, one JSON message of about 120 bytes a reading, in
 * event time that goes on from round to round, so that no reading comes twice.
 */
import { closedWindows } from '../e2e/support/recordings.ts';

export interface Load {
  devices: number;
  /** Readings per device. */
  readings: number;
  /** Readings per device of all rounds before. */
  after: number;
  /** Event time of the very first reading, milliseconds; a full minute. */
  startMs: number;
}

export interface LoadMessage {
  topic: string;
  payload: Buffer;
}

/** Rounds whose event time goes on: each takes up where the last one ended. */
export class Clockwork {
  readonly #devices: number;
  readonly #startMs = Math.floor(Date.now() / 60_000) * 60_000 - 86_400_000;
  #after = 0;

  constructor(devices: number) {
    this.#devices = devices;
  }

  /** A round of so many readings a device. */
  next(readings: number): Load {
    const load = { devices: this.#devices, readings, after: this.#after, startMs: this.#startMs };
    this.#after += readings;
    return load;
  }

  /** Results that must be there once every round so far is processed. */
  get results(): number {
    return this.#devices * closedWindows(this.#after);
  }
}

/** The messages of one round, reading by reading over all devices, as a plant sends them. */
export function* messages(load: Load): Generator<LoadMessage> {
  for (let i = 0; i < load.readings; i++) {
    const at = load.after + i;
    for (let d = 0; d < load.devices; d++) yield message(d, at, load.startMs + 500 * at);
  }
}

// Healthy readings that vary enough for their length to be that of real ones.
function message(device: number, at: number, ts: number): LoadMessage {
  const wave = Math.sin(at / 7 + device);
  const flow = (45 + wave).toFixed(3);
  const suction = (0.93 + 0.01 * wave).toFixed(4);
  const discharge = (3.7 - 0.05 * wave).toFixed(4);
  const current = (10 + 0.2 * wave).toFixed(3);
  const vibration = (1.9 + 0.05 * Math.cos(at / 3)).toFixed(4);
  const body = `{"ts":${ts},"flow":${flow},"suction":${suction},"discharge":${discharge},"current":${current},"vibration":${vibration}}`;
  return { topic: `plant/hall/pump/pump-${device}/telemetry`, payload: Buffer.from(body) };
}
