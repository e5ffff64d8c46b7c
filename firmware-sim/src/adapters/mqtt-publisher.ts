/**
 * A device's connection over MQTT 3.1.1 (MQTT.js, protocol level 4), as firmware has it: one client a device, a retained
 * status with a last will, reconnection for ever once the first connection stood.
 *
 * Delivery: QoS 1 and 2 are sent again after a reconnection until acknowledged, at most `inFlightMax` at a time; a reading
 * that comes while that many wait is dropped and counted (`offer`) or waits (`send`). QoS 0 without a connection is dropped.
 */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { Message } from '../device.ts';
import type { Publisher, PublisherCounts } from '../ports.ts';

/** Where and as whom to connect. */
export interface MqttPublisherOptions {
  readonly url: string;
  readonly clientId: string;
  readonly statusTopic: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Unacknowledged messages at a time, 1,000 by default. */
  readonly inFlightMax?: number;
  /** How long the first connection may take, 10 s by default. */
  readonly connectTimeoutMs?: number;
  /** Told when an established connection breaks, and when it stands again. */
  readonly onConnection?: (state: 'lost' | 'back') => void;
}

const goodbyeMs = 2_000;

/** Connects. Throws SkerryError: `unavailable` when nobody answers in time, `unauthorized` when the broker refuses. */
export async function createMqttPublisher(options: MqttPublisherOptions): Promise<Publisher> {
  const inFlightMax = options.inFlightMax ?? 1_000;
  const counts: PublisherCounts = { published: 0, acknowledged: 0, dropped: 0 };
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  // MQTT.js gives messages back when a connection breaks while it still repeats the ones before them. Until the next
  // connection, later ones queue up behind them: readings stay in order.
  const givenBack: Message[] = [];
  let boot = 0;
  let client = open();
  await firstConnection(client, options);

  function open(): MqttClient {
    const opened = openClient(options);
    opened.on('connect', () => givenBack.splice(0).forEach(transmit));
    return opened;
  }

  const blocked = (qos: number) => inFlight >= inFlightMax || (qos === 0 && !client.connected);

  function publish(message: Message): void {
    inFlight++;
    counts.published++;
    if (givenBack.length > 0) givenBack.push(message);
    else transmit(message);
  }

  function transmit(message: Message): void {
    const { topic, payload, qos, retain } = message;
    const sentIn = boot;
    client.publish(topic, payload, { qos, retain }, (error) => {
      // After a cut this answers for a device that has forgotten the message.
      if (sentIn !== boot) return;
      if (error && qos > 0 && !client.connected) {
        givenBack.push(message);
        return;
      }
      inFlight--;
      if (error) counts.dropped++;
      else counts.acknowledged++;
      waiting.shift()?.();
    });
  }

  // Settles at the next acknowledgement, the next connection where none is awaited, or the abort.
  function change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      if (inFlight > 0) waiting.push(wake);
      else client.once('connect', wake);
    });
  }

  return {
    counts,
    offer(message) {
      if (blocked(message.qos)) counts.dropped++;
      else publish(message);
    },
    async send(message, signal) {
      while (blocked(message.qos) && !signal.aborted) await change(signal);
      if (!signal.aborted) publish(message);
    },
    cut() {
      boot++;
      inFlight = 0;
      givenBack.length = 0;
      client.end(true);
    },
    restore() {
      client = open();
    },
    async close(signal) {
      while (inFlight > 0 && !signal.aborted) await change(signal);
      if (client.connected) await goodbye(client, options.statusTopic);
      client.end(true);
    },
  };
}

// A client that connects, and says `online` whenever it has: the broker has published the last will in between.
function openClient(options: MqttPublisherOptions): MqttClient {
  const settings: IClientOptions = {
    protocolVersion: 4,
    clientId: options.clientId,
    clean: true,
    queueQoSZero: false,
    reconnectPeriod: 1_000,
    connectTimeout: 10_000,
    will: {
      topic: options.statusTopic,
      payload: Buffer.from(statusPayload('offline')),
      qos: 1,
      retain: true,
    },
  };
  if (options.username !== undefined) settings.username = options.username;
  if (options.password !== undefined) settings.password = options.password;
  const client = connect(options.url, settings);
  let state: 'connecting' | 'connected' | 'lost' = 'connecting';
  client.on('connect', () => {
    client.publish(options.statusTopic, statusPayload('online'), { qos: 1, retain: true });
    if (state === 'lost') options.onConnection?.('back');
    state = 'connected';
  });
  client.on('close', () => {
    // Failed attempts close as well, and so does a client that was ended here.
    if (state !== 'connected' || client.disconnecting) return;
    state = 'lost';
    options.onConnection?.('lost');
  });
  // An error ends one attempt, and the next follows by itself; the first connection's errors are reported below.
  client.on('error', () => {});
  return client;
}

// The broker publishes the last will only where a client vanishes, so one that leaves says offline itself.
async function goodbye(client: MqttClient, topic: string): Promise<void> {
  client.publish(topic, statusPayload('offline'), { qos: 1, retain: true });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, goodbyeMs);
  });
  await Promise.race([client.endAsync(), patience]);
  clearTimeout(timer);
}

function firstConnection(client: MqttClient, options: MqttPublisherOptions): Promise<void> {
  const timeoutMs = options.connectTimeoutMs ?? 10_000;
  return new Promise((resolve, reject) => {
    let last = 'no answer';
    const timer = setTimeout(() => fail('unavailable'), timeoutMs);
    const onError = (error: Error) => {
      last = messageOf(error) || ('code' in error ? String(error.code) : last);
      if (/not authorized|bad user ?name/i.test(last)) fail('unauthorized');
    };
    function settle(): void {
      clearTimeout(timer);
      client.off('error', onError);
      client.off('connect', onConnect);
    }
    function onConnect(): void {
      settle();
      resolve();
    }
    function fail(code: keyof typeof connectHints): void {
      settle();
      client.end(true);
      const message = `cannot connect to ${withoutPassword(options.url)}: ${last}`;
      reject(new SkerryError(code, message, { hint: connectHints[code] }));
    }
    client.on('error', onError);
    client.on('connect', onConnect);
  });
}

const connectHints = {
  unavailable: 'start a broker there, or name another with --mqtt URL',
  unauthorized: 'check the user name and the password',
};

function statusPayload(status: 'online' | 'offline'): string {
  return JSON.stringify({ status });
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
