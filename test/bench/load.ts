/**
 * The load of the agent's benchmark: pumps that read twice a second, one JSON message of about 120 bytes a reading, in
 * event time that goes on from round to round, so that no reading comes twice.
 */
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
