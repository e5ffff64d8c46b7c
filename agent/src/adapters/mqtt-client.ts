/**
 * A broker that is there already, by MQTT.js (MQTT 3.1.1), with a session that the broker keeps while the agent is
 * away.
 *
 * Delivery: at least once. MQTT.js would handle one message after the other and acknowledge each before the next: one
 * message a commit. Here `handleMessage` lets every message through at once and keeps MQTT.js from acknowledging (an
 * error in its callback does just that); PUBACKs are written when `done()` came, in the order of arrival
 * [MQTT-4.6.0-2], those of one commit together. An acknowledgement belongs to its connection: after a reconnect the
 * broker sends again what it has no PUBACK for. A message that is refused closes the connection, which is how MQTT
 * 3.1.1 asks for it again.
 *
 * Bounds: with `maxUncommitted` messages or `maxUncommittedBytes` waiting, reading stops and the socket holds the broker back; a packet over
 * `maxPacketBytes` closes the connection; own messages are dropped while disconnected and beyond
 * `maxPendingPublishes` (the outbox keeps what they say). All counted in `stats`.
 */
import { messageOf } from '@skerry/proto/errors';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import type { Log, OutMessage, Publisher, Random } from '../ports.ts';
import { isReserved, type OnPublish } from './mqtt-message.ts';
import { createPacketGuard } from './packet-guard.ts';

export interface OutsideBrokerOptions {
  /** `mqtt.connect` of agent.yaml; `ca` is the PEM itself. */
  connect: {
    url: string;
    clientId?: string | undefined;
    ca?: string | undefined;
    username?: string | undefined;
    password?: string | undefined;
  };
  /** Names the session where `connect.clientId` doesn't: the agent's id. */
  agentId: string;
  /** Topic filters of the pipelines. One that is no longer here stays in a kept session until the broker forgets it. */
  topics: readonly string[];
  /** Left with the broker as last will, and published by `close`. */
  offline: OutMessage;
  maxPacketBytes: number;
  maxUncommitted: number;
  /** The same in bytes of topics and payloads. */
  maxUncommittedBytes: number;
  maxPendingPublishes?: number;
  onPublish: OnPublish;
  /** After every connect, for the retained status. */
  onConnect: () => void;
  random: Random;
  log: Log;
}

export interface OutsideBrokerStats {
  connected: boolean;
  connects: number;
  received: number;
  /** Messages on the agent's or the broker's own topics, let go. */
  reservedTopic: number;
  uncommitted: number;
  tooLarge: number;
  publishesDropped: number;
}

export interface OutsideBroker {
  readonly publisher: Publisher;
  stats(): OutsideBrokerStats;
  /** Publishes `offline` and disconnects; the session stays with the broker. */
  close(): Promise<void>;
}

const MIN_RECONNECT_MS = 500;
const MAX_RECONNECT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 3_000;

/** Begins to connect, and goes on trying with growing, jittered pauses; a broker that isn't there yet is no error. */
export function connectOutsideBroker(options: OutsideBrokerOptions): OutsideBroker {
  const { connect, offline } = options;
  const client = mqtt.connect(connect.url, {
    protocolVersion: 4,
    clientId: connect.clientId ?? options.agentId,
    clean: false,
    resubscribe: false,
    queueQoSZero: false,
    reconnectOnConnackError: true,
    manualConnect: true,
    keepalive: 60,
    will: { ...offline, payload: asBuffer(offline.payload) },
    // In a browser it would make a worker for its timers.
    timerVariant: 'native',
    ...(connect.ca !== undefined && { ca: connect.ca }),
    ...(connect.username !== undefined && { username: connect.username }),
    ...(connect.password !== undefined && { password: connect.password }),
  });
  const broker = new Connection(client, options);
  client.connect();
  broker.watchStream();
  return broker;
}

class Connection implements OutsideBroker {
  readonly publisher: Publisher;
  readonly #client: MqttClient;
  readonly #options: OutsideBrokerOptions;
  readonly #counts = { connects: 0, received: 0, reservedTopic: 0, tooLarge: 0, publishesDropped: 0 };
  #acks = new Acks(() => undefined);
  #uncommitted = 0;
  #uncommittedBytes = 0;
  /** MQTT.js waits for it before it handles the next packet. */
  #held: (() => void) | undefined;
  #subscribed = false;
  #failures = 0;
  #pendingPublishes = 0;

  constructor(client: MqttClient, options: OutsideBrokerOptions) {
    this.#client = client;
    this.#options = options;
    this.publisher = { publish: (message) => this.#publish(message) };
    client.handleMessage = (packet, callback) => this.#receive(packet, callback);
    client.on('reconnect', () => queueMicrotask(() => this.watchStream()));
    client.on('connect', ({ sessionPresent }) => this.#connected(sessionPresent));
    client.on('close', () => this.#pauseBeforeReconnect());
    client.on('error', (error) => this.#warn('broker', error));
    this.#pauseBeforeReconnect();
  }

  /** Every connection has its own stream, its own guard and its own acknowledgements. */
  watchStream(): void {
    const { stream } = this.#client;
    const guard = createPacketGuard(this.#options.maxPacketBytes, 'connack');
    stream.on('data', (chunk: Uint8Array) => {
      const verdict = guard.take(chunk);
      if (verdict === 'ok') return;
      if (verdict === 'too-large') this.#counts.tooLarge++;
      this.#warn(`connection closed: the broker sent ${verdict} bytes`);
      stream.destroy();
    });
    this.#acks = new Acks((bytes) => {
      if (!stream.destroyed) stream.write(bytes);
    });
  }

  #connected(sessionPresent: boolean): void {
    this.#failures = 0;
    this.#counts.connects++;
    // Subscribing anew would bring every retained message again, so only where the broker may not know the filters.
    if (!sessionPresent || !this.#subscribed) {
      this.#client.subscribe([...this.#options.topics], { qos: 1 }, (error) => {
        this.#subscribed = !error;
        if (error) this.#warn('subscribing was refused', error);
      });
    }
    this.#options.onConnect();
  }

  /** Full jitter over a doubling ceiling; MQTT.js reads the period when its connection closes next. */
  #pauseBeforeReconnect(): void {
    const ceilingMs = Math.min(MAX_RECONNECT_MS, MIN_RECONNECT_MS * 2 ** Math.min(this.#failures++, 20));
    this.#client.options.reconnectPeriod = 1 + Math.round(ceilingMs * this.#options.random.unit());
  }

  #receive(packet: IPublishPacket, callback: (error?: Error) => void): void {
    const { topic, qos } = packet;
    const acks = this.#acks;
    const ack = qos === 0 ? undefined : acks.expect(packet.messageId ?? 0);
    // An error here means: go on, and leave PUBACK to me.
    const goOn = (): void => callback(ack && new Error('acknowledged after its commit'));
    this.#counts.received++;
    if (isReserved(topic)) {
      this.#counts.reservedTopic++;
      ack?.();
      goOn();
      return;
    }
    const sizeBytes = topic.length + packet.payload.length;
    this.#uncommitted++;
    this.#uncommittedBytes += sizeBytes;
    const { stream } = this.#client;
    this.#options.onPublish(
      {
        topic,
        payload: typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload,
        qos,
        dup: packet.dup,
        retain: packet.retain,
        clientId: this.#client.options.clientId ?? '',
        packetId: packet.messageId,
      },
      (error) => {
        this.#uncommitted--;
        this.#uncommittedBytes -= sizeBytes;
        if (error) {
          this.#warn('connection closed: a message was not taken', error);
          stream.destroy();
        } else ack?.();
        this.#letGo();
      },
    );
    if (this.#full) this.#held = goOn;
    else goOn();
  }

  get #full(): boolean {
    const { maxUncommitted, maxUncommittedBytes } = this.#options;
    return this.#uncommitted >= maxUncommitted || this.#uncommittedBytes >= maxUncommittedBytes;
  }

  #letGo(): void {
    if (!this.#held || this.#full) return;
    const goOn = this.#held;
    this.#held = undefined;
    goOn();
  }

  #publish({ topic, payload, qos, retain }: OutMessage): void {
    if (!this.#client.connected || this.#pendingPublishes >= (this.#options.maxPendingPublishes ?? 1_000)) {
      this.#counts.publishesDropped++;
      return;
    }
    this.#pendingPublishes++;
    this.#client.publish(topic, asBuffer(payload), { qos, retain }, (error) => {
      this.#pendingPublishes--;
      if (error) this.#counts.publishesDropped++;
    });
  }

  readonly stats = (): OutsideBrokerStats => ({
    ...this.#counts,
    connected: this.#client.connected,
    uncommitted: this.#uncommitted,
  });

  async close(): Promise<void> {
    this.#publish(this.#options.offline);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([this.#client.endAsync(!this.#client.connected), tooLong]);
    clearTimeout(timer);
    this.#client.stream.destroy();
  }

  #warn(msg: string, error?: Error): void {
    const { log, connect } = this.#options;
    log('warn', 'mqtt', msg, { url: withoutSecrets(connect.url), ...(error && { error: messageOf(error) }) });
  }
}

/** PUBACKs of one connection: sent in the order of arrival, those that come due in one turn in one write. */
class Acks {
  readonly #write: (bytes: Uint8Array) => void;
  #queue: { packetId: number; due: boolean }[] = [];
  #head = 0;
  #scheduled = false;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** Takes a place in the order; the returned function says that this one is due. */
  expect(packetId: number): () => void {
    const entry = { packetId, due: false };
    this.#queue.push(entry);
    return () => {
      entry.due = true;
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => this.#flush());
    };
  }

  #flush(): void {
    this.#scheduled = false;
    const bytes: number[] = [];
    for (; this.#queue[this.#head]?.due; this.#head++) {
      const { packetId } = this.#queue[this.#head]!;
      bytes.push(0x40, 0x02, packetId >> 8, packetId & 0xff); // PUBACK, MQTT 3.1.1 section 3.4
    }
    if (this.#head > 1_000 || this.#head === this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    if (bytes.length > 0) this.#write(Uint8Array.from(bytes));
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function withoutSecrets(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
