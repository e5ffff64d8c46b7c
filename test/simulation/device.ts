/**
 * A device in the field: firmware-sim's pump, published by QoS 1 in order. Until its PUBACK has come a reading is kept
 * and, after every reconnect, sent again before newer ones; the device itself never dies.
 */
import { createDevice, type Device, type DeviceOutput, type Message } from '@skerry/firmware-sim/device';
import type { Random } from '@skerry/firmware-sim/random';
import { utf8 } from '@skerry/proto/bytes';
import type { Mix } from './mix.ts';
import { exponentialMs } from './random-port.ts';
import { START_MS, type World } from './world.ts';

/** The gateways of a fleet. */
export function agentIds(mix: Mix): string[] {
  return Array.from({ length: mix.agents }, (_, i) => `gw-${i + 1}`);
}

/** The devices of a gateway. */
export function deviceIds(mix: Mix, agent: string): string[] {
  return Array.from({ length: mix.devicesPerAgent }, (_, i) => `${agent}-pump-${i + 1}`);
}

/** Everything that a device publishes in the first `forMs` of a history, in order. */
export function* readings(seed: number, id: string, mix: Mix, forMs: number): Generator<Message> {
  const pump = createPump(seed, id, mix);
  while (pump.nextUs <= (START_MS + forMs) * 1_000) yield* published(pump.step(pump.nextUs));
  yield* published(pump.finish());
}

/** One MQTT connection; `open` ends at either side. */
export interface Session {
  open: boolean;
}

/** A PUBLISH at QoS 1. */
export interface Published {
  topic: string;
  payload: Uint8Array;
  client: string;
  packetId: number;
  /** It was sent before, and no PUBACK came. */
  dup: boolean;
}

/** The broker side of an agent, as its devices know it. */
export interface Broker {
  /** A new connection, or undefined where nobody answers. */
  connect(): Session | undefined;
  /** A message arrives; `acknowledge` is called where it may be acknowledged. */
  publish(session: Session, message: Published, acknowledge: () => void): void;
}

export interface SimulatedDevice {
  /** Readings taken so far. */
  readonly taken: number;
  /** Readings without a PUBACK. */
  readonly unacknowledged: number;
  /** Takes no more readings, and sends what is held back. */
  finish(): void;
  heal(): void;
}

const MAX_IN_FLIGHT = 20;
const RECONNECT_MS = 3_000;
const LINK_MS = 10;
const LAST_PACKET_ID = 0xffff;

export interface DeviceOptions {
  world: World;
  /** Of what it measures: the same whatever goes wrong around it. */
  seed: number;
  /** Of its link. */
  random: Random;
  id: string;
  mix: Mix;
  broker: Broker;
}

/** A device that runs. */
export function startDevice(options: DeviceOptions): SimulatedDevice {
  const device = new Pump(options);
  device.start();
  return device;
}

class Pump implements SimulatedDevice {
  taken = 0;
  readonly #o: DeviceOptions;
  readonly #device: Device;
  /** Readings without a PUBACK, oldest first; the first `#sent` are under way. */
  #queue: Published[] = [];
  #sent = 0;
  #session: Session | undefined;
  #arrivalMs = 0;
  #ackMs = 0;
  #finished = false;
  #cutEveryMs: number;

  constructor(options: DeviceOptions) {
    const { seed, id, mix } = options;
    this.#o = options;
    this.#cutEveryMs = mix.deviceCutEveryMs;
    this.#device = createPump(seed, id, mix);
  }

  get unacknowledged(): number {
    return this.#queue.length;
  }

  start(): void {
    this.#tick();
    this.#connect();
    this.#planCut();
  }

  finish(): void {
    this.#finished = true;
    this.#take(this.#device.finish());
  }

  heal(): void {
    this.#cutEveryMs = 0;
  }

  #tick(): void {
    const { world } = this.#o;
    world.quietly(this.#device.nextUs / 1_000 - world.nowMs, () => {
      if (this.#finished) return;
      this.#take(this.#device.step(world.nowMs * 1_000));
      this.#tick();
    });
  }

  #take(outputs: readonly DeviceOutput[]): void {
    for (const { topic, payload } of published(outputs)) {
      const packetId = 1 + (this.taken++ % LAST_PACKET_ID);
      this.#queue.push({ topic, payload: utf8(payload), client: this.#o.id, packetId, dup: false });
    }
    this.#pump();
  }

  #connect(): void {
    this.#session = this.#o.broker.connect();
    this.#sent = 0;
    this.#pump();
    this.#watch();
  }

  // A client notices the end of its connection by its keep-alive.
  #watch(): void {
    const { world, random } = this.#o;
    world.quietly(RECONNECT_MS * (0.5 + random.uniform()), () => {
      if (this.#session?.open) this.#watch();
      else this.#connect();
    });
  }

  #pump(): void {
    const session = this.#session;
    if (!session?.open) return;
    while (this.#sent < Math.min(this.#queue.length, MAX_IN_FLIGHT))
      this.#send(session, this.#queue[this.#sent++]!);
  }

  // In order both ways, as TCP does.
  #send(session: Session, message: Published): void {
    const { world, random, broker } = this.#o;
    const sent = { ...message };
    message.dup = true;
    this.#arrivalMs = Math.max(this.#arrivalMs, world.nowMs + LINK_MS * random.uniform());
    world.after(this.#arrivalMs - world.nowMs, () => {
      if (!session.open) return;
      broker.publish(session, sent, () => {
        this.#ackMs = Math.max(this.#ackMs, world.nowMs + LINK_MS * random.uniform());
        world.quietly(this.#ackMs - world.nowMs, () => this.#acknowledged(session));
      });
    });
  }

  #acknowledged(session: Session): void {
    if (!session.open || session !== this.#session) return;
    this.#queue.shift();
    this.#sent--;
    this.#pump();
  }

  #planCut(): void {
    if (this.#cutEveryMs === 0) return;
    const { world, random, id } = this.#o;
    world.quietly(exponentialMs(random, this.#cutEveryMs), () => {
      if (this.#cutEveryMs === 0) return;
      if (this.#session) this.#session.open = false;
      world.trace.note(id, 'loses its connection');
      this.#planCut();
    });
  }
}

function createPump(seed: number, id: string, mix: Mix): Device {
  const { dropout, duplicate, reorder } = mix.devices;
  const always = { at: 0, for: Number.POSITIVE_INFINITY };
  return createDevice(
    {
      id,
      machine: 'pump',
      params: {},
      seed,
      rateHz: 1_000 / mix.periodMs,
      topic: `plant/${id}/telemetry`,
      statusTopic: `plant/${id}/status`,
      qos: 1,
      codec: 'json',
      faults: [
        { ...always, kind: 'dropout', probability: dropout },
        { ...always, kind: 'duplicate', probability: duplicate },
        { ...always, kind: 'reorder', probability: reorder, depth: 2 },
      ],
    },
    (START_MS + mix.devicesFromMs) * 1_000,
  );
}

function* published(outputs: readonly DeviceOutput[]): Generator<Message> {
  for (const output of outputs) if (output.kind === 'publish') yield output.message;
}
