/**
 * The embedded MQTT broker, aedes (MQTT 3.1.1), over TCP or TLS, and over WebSocket beside it (broker-ws.ts).
 *
 * Delivery: a message reaches `onPublish` before anything else happens to it, and only `done()` lets its PUBACK leave
 * and its subscribers see it. aedes takes the packets of one read in parallel and reads on when all are done, so a
 * commit covers a read, and a slow disk slows the sender's socket. A message that is refused closes its connection
 * unacknowledged: MQTT 3.1.1 has no other way to say no [MQTT-3.3.5-2].
 *
 * Bounds: packets over `maxPacketBytes` close their connection when announced, before CONNECT too; `maxConnections`;
 * what waits for its commit or is not complete (broker-flow.ts); what is kept for subscribers (broker-bounds.ts); a subscriber that takes nothing for 5 s is disconnected; own
 * publishes beyond `maxPendingPublishes` are dropped. All counted in `stats`.
 */
import { messageOf } from '@skerry/proto/errors';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Log, OutMessage, Publisher } from '../ports.ts';
import { type BoundCounts, type BrokerBounds, boundBroker, DEFAULT_BOUNDS } from './broker-bounds.ts';
import { Flow } from './broker-flow.ts';
import { type Listening, openListeners, type Refused } from './broker-listen.ts';
import { useRingQueues } from './broker-queue.ts';
import { isOtherAgents, isReserved, type OnPublish } from './mqtt-message.ts';
import { readUsers, type Users } from './mqtt-users.ts';
import { readNamedFile } from './named-file.ts';

export interface BrokerOptions {
  /** `mqtt.listen` of agent.yaml; port 0 takes a free one. */
  listen: {
    host: string;
    port: number;
    users?: string | undefined;
    tls?: { cert: string; key: string } | undefined;
    /** On the same address, with the same users and the same certificate. */
    ws?: { port: number; origins: readonly string[] } | undefined;
  };
  /** Other agents may publish here under their own names; left out: none may. */
  agentId?: string;
  maxPacketBytes: number;
  maxConnections: number;
  /** Messages, and their bytes, that wait for their commit before nobody is read from. */
  maxUncommitted: number;
  maxUncommittedBytes: number;
  /** Bytes of packets begun and not complete, over all connections. */
  maxIncompleteBytes: number;
  /** How long a connection has for its CONNECT. */
  connectTimeoutMs: number;
  maxPendingPublishes?: number;
  bounds?: BrokerBounds;
  onPublish: OnPublish;
  log: Log;
}

/** Connections and messages since the start, by what became of them. */
export interface BrokerStats extends BoundCounts {
  connections: number;
  /** Connections that have something to read and wait, because too much waits for its commit. */
  held: number;
  refused: Refused;
  /** Publishes onto topics that are the agent's or the broker's own. */
  reservedTopic: number;
  /** Own messages dropped because too many were under way. */
  publishesDropped: number;
}

export interface EmbeddedBroker {
  readonly port: number;
  /** Of WebSockets; undefined where none are taken. */
  readonly wsPort: number | undefined;
  readonly publisher: Publisher;
  stats(): BrokerStats;
  /** Takes no more, closes every connection. What is not yet acknowledged stays so. */
  close(): Promise<void>;
}

const DRAIN_TIMEOUT_MS = 5_000;
/** QoS 2 messages of one client between PUBLISH and PUBREL. */
const MAX_QOS2_IN_FLIGHT = 100;
/** Packets that may come behind CONNECT before it is answered. */
const EARLY_PACKETS = 1_000;

/** Starts the broker. Throws SkerryError that names the option where the port or a file isn't to be had. */
export async function startEmbeddedBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { listen, log } = options;
  const users =
    listen.users === undefined
      ? undefined
      : readUsers(await readNamedFile(listen.users, 'mqtt.listen.users'), listen.users);
  const refused = { connections: 0, tooLarge: 0, incomplete: 0, malformed: 0, unauthorized: 0, origin: 0 };
  const own = { reservedTopic: 0, publishesDropped: 0 };
  const flow = new Flow({
    maxMessages: options.maxUncommitted,
    maxBytes: options.maxUncommittedBytes,
    maxIncompleteBytes: options.maxIncompleteBytes,
  });
  const aedes = await Aedes.createBroker({
    connectTimeout: options.connectTimeoutMs,
    drainTimeout: DRAIN_TIMEOUT_MS,
    queueLimit: EARLY_PACKETS,
    maxInflightInbound: MAX_QOS2_IN_FLIGHT,
    authenticate: authenticator(users, refused),
    authorizePublish: (client, packet, callback) => {
      if (isOtherAgents(packet.topic, client?.id, options.agentId)) callback(null);
      else if (isReserved(packet.topic) || packet.topic.includes('\0')) {
        own.reservedTopic++;
        callback(new Error(`${packet.topic} is not for clients to publish on`));
      } else hand(options.onPublish, flow, client, packet, callback);
    },
  });
  useRingQueues(aedes);
  const bounded = boundBroker(aedes, options.bounds ?? DEFAULT_BOUNDS);
  // aedes tells of every packet that was under way.
  const told = new WeakSet<Client>();
  const logFailure = (client: Client, error: Error): void => {
    if (!told.has(client))
      log('warn', 'mqtt', 'connection closed', { client: client.id, error: error.message });
    told.add(client);
  };
  aedes.on('clientError', logFailure);
  aedes.on('connectionError', logFailure);
  let listening: Listening;
  try {
    listening = await openListeners(options, flow, refused, (stream) => aedes.handle(stream));
  } catch (error) {
    await new Promise<void>((resolve) => aedes.close(resolve));
    throw error;
  }
  return {
    port: listening.port,
    wsPort: listening.wsPort,
    publisher: { publish: publisher(aedes, options.maxPendingPublishes ?? 10_000, own) },
    stats: () => ({
      connections: listening.connections(),
      held: flow.waiting,
      refused: { ...refused },
      ...own,
      ...bounded,
    }),
    close: () => listening.close(() => new Promise<void>((resolve) => aedes.close(resolve))),
  };
}

function authenticator(users: Users | undefined, refused: BrokerStats['refused']): Aedes['authenticate'] {
  return (_client, username, password, done) => {
    if (!users) {
      done(null, true);
      return;
    }
    const refuse = (message: string): void => {
      refused.unauthorized++;
      done(Object.assign(new Error(message), { returnCode: 4 }) as AuthenticateError, false);
    };
    if (username === undefined || password === undefined) {
      refuse('no user name or password');
      return;
    }
    users.verify(username, password).then(
      (ok) => (ok ? done(null, true) : refuse('wrong user name or password')),
      (error: unknown) => refuse(messageOf(error)),
    );
  };
}

function hand(
  onPublish: OnPublish,
  flow: Flow,
  client: Client | null,
  packet: PublishPacket,
  callback: (error?: Error | null) => void,
): void {
  const { payload } = packet;
  const leave = flow.enter(packet.topic.length + payload.length);
  onPublish(
    {
      topic: packet.topic,
      payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
      qos: packet.qos,
      dup: packet.dup,
      retain: packet.retain,
      clientId: client?.id ?? '',
      packetId: packet.qos > 0 ? packet.messageId : undefined,
    },
    (error) => {
      leave();
      callback(error ?? null);
    },
  );
}

function publisher(
  aedes: Aedes,
  maxPending: number,
  own: { publishesDropped: number },
): (message: OutMessage) => void {
  let pending = 0;
  return ({ topic, payload, qos, retain }) => {
    if (aedes.closed || pending >= maxPending) {
      own.publishesDropped++;
      return;
    }
    pending++;
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    aedes.publish({ cmd: 'publish', topic, payload: bytes, qos, retain, dup: false }, (error) => {
      pending--;
      if (error) own.publishesDropped++;
    });
  };
}
