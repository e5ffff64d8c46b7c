/**
 * A pump that publishes at QoS 1, as a device does: MQTT.js with a session of its own, readings kept until their PUBACK
 * has come and sent again after every reconnect. Each reading has its own event time, so a repeated one is a duplicate.
 */
import { createMachine } from '@skerry/firmware-sim/machines/catalog';
import { connect, type MqttClient } from 'mqtt';
import { until } from '../e2e/support/until.ts';

const STEP_US = 500_000;
const IN_FLIGHT = 20;
const EVERY_MS = 5;
const RECONNECT_MS = 50;

/** One reading, as it was published. */
export interface Reading {
  device: string;
  ts: number;
  values: Readonly<Record<string, number>>;
}

export class Pump {
  readonly id: string;
  /** Everything published, in order. */
  readonly readings: Reading[] = [];
  acknowledged = 0;
  readonly #machine: ReturnType<typeof createMachine>;
  readonly #client: MqttClient;
  readonly #timer: NodeJS.Timeout;
  #nextUs: number;
  /** Connected, with everything sent again that was kept: MQTT.js drops what it is given in between. */
  #ready = false;

  /** Begins to publish, wherever the broker is just now; the first reading is of `fromMs`. */
  constructor(id: string, mqttUrl: string, options: { seed: number; fromMs: number; perSecond: number }) {
    this.id = id;
    this.#nextUs = options.fromMs * 1_000;
    this.#machine = createMachine('pump', { seed: options.seed });
    this.#client = connect(mqttUrl, {
      clientId: id,
      clean: false,
      protocolVersion: 4,
      reconnectPeriod: RECONNECT_MS,
    });
    // The broker dies all the time; the client comes back by itself.
    this.#client.on('error', () => undefined);
    this.#client.on('connect', () => {
      this.#ready = true;
    });
    this.#client.on('close', () => {
      this.#ready = false;
    });
    this.#timer = setInterval(() => {
      for (let n = 0; n < (options.perSecond * EVERY_MS) / 1_000; n++) this.#publish();
    }, EVERY_MS);
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  /** Publishes nothing new, and waits until everything is acknowledged. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    await until(`every PUBACK for ${this.id}`, () => this.acknowledged === this.readings.length);
    await this.#client.endAsync();
  }

  /** Ends it at once, whatever isn't acknowledged. */
  async abandon(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }

  #publish(): void {
    if (!this.#ready || this.readings.length - this.acknowledged >= IN_FLIGHT) return;
    const elapsedS = this.readings.length * (STEP_US / 1e6);
    // It cavitates for two minutes of every ten, so that there are alerts.
    const sick = elapsedS % 600 >= 480;
    const values = this.#machine.step(this.#nextUs, sick ? { cavitation: 0.9 } : {});
    const names = this.#machine.channels.map(({ name }) => name);
    const reading = {
      device: this.id,
      ts: this.#nextUs / 1_000,
      values: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
    };
    this.#nextUs += STEP_US;
    this.readings.push(reading);
    const body = JSON.stringify({ ts: reading.ts, ...reading.values });
    this.#client.publish(`plant/hall/pump/${this.id}/telemetry`, body, { qos: 1 }, (error) => {
      if (!error) this.acknowledged++;
    });
  }
}

/** The readings of all pumps as a recording, in the order of time. */
export function recordingCsv(pumps: readonly Pump[]): string {
  const readings = pumps.flatMap((pump) => pump.readings).sort((a, b) => a.ts - b.ts);
  const channels = Object.keys(readings[0]?.values ?? {});
  const line = ({ device, ts, values }: Reading): string =>
    [device, ts, ...channels.map((name) => values[name])].join(',');
  return `${['device', 'ts', ...channels].join(',')}\n${readings.map(line).join('\n')}\n`;
}
