/** One gateway of a fleet: a whole agent with Node's adapters in this process, its link and its power in a test's hand. */
import { join } from 'node:path';
import { createFetchTransport } from '@skerry/agent/adapters/fetch-transport';
import { systemRandom, systemTimers } from '@skerry/agent/adapters/system-clock';
import { createWsWake } from '@skerry/agent/adapters/ws-wake';
import { type RunningHost, startHost } from '@skerry/agent/cli/compose';
import { parseAgentConfig } from '@skerry/agent/config';
import type { PipelineStatus } from '@skerry/agent/local/view';
import type { Log, Transport, Wake } from '@skerry/agent/ports';
import { utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { MqttClient } from 'mqtt';
import type { ControlPlane } from './control-plane.ts';
import { HIGH, TICKS } from './fleet-releases.ts';
import { connectMqtt } from './mqtt.ts';

const TICK_MS = 10;
const START_MS = Date.now() - 3_600_000;

interface GatewayOptions {
  folder: string;
  id: string;
  /** Shifts which of its windows are alerts. */
  phase: number;
  labels: Readonly<Record<string, string>>;
  /** `inference.maxMemory`. */
  maxMemory: string;
  /** Whether its device publishes over MQTT; otherwise samples are handed to the agent as a broker hands them. */
  overMqtt: boolean;
}

export class Gateway {
  readonly id: string;
  /** Releases in the order in which they began to serve here, as its log says. */
  readonly served: string[] = [];
  /** The latest warning or error that it logged. */
  trouble = '';
  readonly #o: GatewayOptions;
  readonly #controlPlane: ControlPlane;
  #host: RunningHost | undefined;
  #mqtt: MqttClient | undefined;
  #isCut = false;
  #onWake: () => void = () => undefined;
  #windows = 0;

  constructor(controlPlane: ControlPlane, options: GatewayOptions) {
    this.id = options.id;
    this.#o = options;
    this.#controlPlane = controlPlane;
  }

  get isOn(): boolean {
    return this.#host !== undefined;
  }

  get hw(): string {
    return this.#o.labels.hw ?? '';
  }

  /** Powers it up, over what is there already. */
  async start(): Promise<void> {
    const { folder, id, overMqtt } = this.#o;
    const config = parseAgentConfig(JSON.stringify(this.#config()), 'agent.yaml', {});
    const loaded = { config, agentId: id, dataDir: join(folder, id), resolve: (path: string) => path };
    const onFatal = (error: unknown): void => this.#log('error', 'agent', 'fatal', { error });
    this.#host = await startHost(loaded, this.#log, onFatal, {
      transport: this.#transport,
      wake: this.#wake,
    });
    if (overMqtt) this.#mqtt = await connectMqtt(`mqtt://127.0.0.1:${this.#host.mqttPort}`);
  }

  async stop(): Promise<void> {
    await this.#mqtt?.endAsync(true);
    await this.#host?.close();
    this.#mqtt = undefined;
    this.#host = undefined;
  }

  /** Its link is down: nothing it asks for arrives, and no notice reaches it. */
  cut(): void {
    this.#isCut = true;
  }

  mend(): void {
    this.#isCut = false;
    // A wake socket that connects again notifies at once.
    this.#onWake();
  }

  get pipeline(): PipelineStatus {
    if (!this.#host) throw new Error(`${this.id} is off`);
    return this.#host.agent.status().pipelines[0]!;
  }

  /** Its machine works on: so many windows more, a tenth of them alerts; resolves when all of them are judged. */
  async work(windows: number, underLoad: boolean): Promise<void> {
    if (!this.#host) return;
    const sent: Promise<unknown>[] = [];
    for (const end = this.#windows + windows; this.#windows < end; this.#windows++)
      for (let tick = 0; tick < TICKS; tick++) {
        const ts = START_MS + (this.#windows * TICKS + tick) * TICK_MS;
        const value = levelOf(this.#windows + this.#o.phase);
        sent.push(this.#publish(JSON.stringify({ ts, value, load: underLoad ? 1 : 0 })));
      }
    await Promise.all(sent);
    await this.#host.agent.idle();
  }

  #publish(payload: string): Promise<unknown> {
    const topic = `plant/${this.id}/gauge`;
    if (this.#mqtt) return this.#mqtt.publishAsync(topic, payload, { qos: 1 });
    return new Promise<void>((resolve, reject) =>
      this.#host!.agent.ingest(topic, utf8(payload), (error) => (error ? reject(error) : resolve())),
    );
  }

  #config(): Record<string, unknown> {
    const { folder, id, labels, maxMemory } = this.#o;
    return {
      apiVersion: 'skerry/v1',
      kind: 'Agent',
      agent: { id, labels, data: join(folder, id) },
      controlPlane: {
        url: this.#controlPlane.url,
        enrollToken: this.#controlPlane.enrollToken,
        interval: '1s',
      },
      mqtt: { listen: { port: 0 } },
      pipelines: [
        {
          name: 'gauge',
          release: 'gauge',
          source: {
            topics: ['plant/+/gauge'],
            time: { field: 'ts', unit: 'ms' },
            channels: { value: 'value', load: 'load' },
          },
        },
      ],
      buffer: { maxBytes: '16MiB' },
      inference: { backends: ['native'], maxMemory },
      revert: { within: '10s' },
      local: { listen: '127.0.0.1:0' },
    };
  }

  readonly #log: Log = (level, module, msg, fields) => {
    const serves = /^(\S+) serves$/.exec(msg);
    if (module === 'release' && serves) this.served.push(serves[1]!);
    if (level === 'error' || level === 'warn')
      this.trouble = `${module}: ${msg} ${JSON.stringify(fields ?? {})}`;
  };

  readonly #transport: Transport = async (request) => {
    if (this.#isCut) throw new SkerryError('unavailable', 'no route to host');
    return FETCH(request);
  };

  readonly #wake: Wake = {
    connect: (url, accessToken, onWake) => {
      this.#onWake = onWake;
      const wake = createWsWake({ timers: systemTimers, random: systemRandom, log: this.#log });
      return wake.connect(url, accessToken, () => {
        if (!this.#isCut) onWake();
      });
    },
  };
}

const FETCH = createFetchTransport();

/** Of fifty windows five in a row are alerts, the first of them high; the others lie below, half of them not far. */
function levelOf(window: number): number {
  const place = window % 50;
  if (place >= 5) return 1 + 0.3 * ((window * 7) % 10);
  return place === 0 ? HIGH : 8;
}
