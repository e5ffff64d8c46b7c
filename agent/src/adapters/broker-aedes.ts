/**
 * The embedded MQTT broker, aedes (MQTT 3.1.1), over TCP or TLS.
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
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Log, OutMessage, Publisher } from '../ports.ts';
import { type BoundCounts, type BrokerBounds, boundBroker, DEFAULT_BOUNDS } from './broker-bounds.ts';
import { Flow } from './broker-flow.ts';
import { useRingQueues } from './broker-queue.ts';
import { boundReading, type Offence } from './broker-reader.ts';
import { isReserved, type OnPublish } from './mqtt-message.ts';
import { readUsers, type Users } from './mqtt-users.ts';

export interface BrokerOptions {
  /** `mqtt.listen` of agent.yaml; port 0 takes a free one. */
  listen: {
    host: string;
    port: number;
    users?: string | undefined;
    tls?: { cert: string; key: string } | undefined;
  };
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
  /** Refused for want of room, for a packet too large or too long under way, for no MQTT, for a wrong name or password. */
  refused: {
    connections: number;
    tooLarge: number;
    incomplete: number;
    malformed: number;
    unauthorized: number;
  };
  /** Publishes onto topics that are the agent's or the broker's own. */
  reservedTopic: number;
  /** Own messages dropped because too many were under way. */
  publishesDropped: number;
}

export interface EmbeddedBroker {
  readonly port: number;
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

const OFFENCES: Record<Offence, (options: BrokerOptions) => string> = {
  tooLarge: ({ maxPacketBytes }) => `it sent a packet over ${maxPacketBytes} bytes`,
  malformed: () => 'it sent bytes that are no MQTT',
  incomplete: ({ maxIncompleteBytes }) =>
    `incomplete packets take more than ${maxIncompleteBytes} bytes, and its own was under way for longest`,
};

/** Starts the broker. Throws SkerryError that names the option where the port or a file isn't to be had. */
export async function startEmbeddedBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { listen, log } = options;
  const users =
    listen.users === undefined ? undefined : readUsers(await text(listen.users, 'users'), listen.users);
  const server = listen.tls ? await tlsServer(listen.tls, options.connectTimeoutMs) : createServer();
  const refused = { connections: 0, tooLarge: 0, incomplete: 0, malformed: 0, unauthorized: 0 };
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
      if (isReserved(packet.topic) || packet.topic.includes('\0')) {
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
  const sockets = accept(server, aedes, options, flow, refused);
  try {
    await bind(server, listen, log);
  } catch (error) {
    await new Promise<void>((resolve) => aedes.close(resolve));
    throw error;
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : listen.port,
    publisher: { publish: publisher(aedes, options.maxPendingPublishes ?? 10_000, own) },
    stats: () => ({
      connections: sockets.size,
      held: flow.waiting,
      refused: { ...refused },
      ...own,
      ...bounded,
    }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Accepts connections, each read within bounds. Returns the open ones. */
function accept(
  server: Server,
  aedes: Aedes,
  options: BrokerOptions,
  flow: Flow,
  refused: BrokerStats['refused'],
): Set<Socket> {
  const sockets = new Set<Socket>();
  server.maxConnections = options.maxConnections;
  server.on('drop', () => refused.connections++);
  // A TLS handshake that fails belongs to its peer, and ends there.
  server.on('tlsClientError', (error) =>
    options.log('debug', 'mqtt', 'TLS handshake failed', { error: messageOf(error) }),
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
  });
  const close = (socket: Socket, why: Offence): void => {
    refused[why]++;
    const what = OFFENCES[why](options);
    options.log('warn', 'mqtt', `connection closed: ${what}`, { peer: socket.remoteAddress });
    flow.leave(socket);
    socket.destroy();
  };
  const onSocket = (socket: Socket): void => {
    boundReading(socket, flow, options.maxPacketBytes, close);
    aedes.handle(socket);
  };
  server.on(options.listen.tls ? 'secureConnection' : 'connection', onSocket);
  return sockets;
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

function bind(server: Server, listen: BrokerOptions['listen'], log: Log): Promise<void> {
  const { host, port } = listen;
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE';
      reject(
        new SkerryError(
          inUse ? 'conflict' : 'failed',
          inUse
            ? `mqtt.listen.port ${port} on ${host} is in use`
            : `mqtt.listen ${host}:${port} can't be opened: ${cause.message}`,
          { hint: 'set mqtt.listen to a free address and port, or stop what is using it', cause },
        ),
      );
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      // A failed accept (too many open files) costs that connection, not the broker.
      server.on('error', (error) => log('error', 'mqtt', 'accepting failed', { error: error.message }));
      resolve();
    });
  });
}

async function tlsServer(tls: { cert: string; key: string }, handshakeTimeout: number): Promise<Server> {
  const cert = await text(tls.cert, 'tls.cert');
  const key = await text(tls.key, 'tls.key');
  try {
    return createTlsServer({ cert, key, handshakeTimeout });
  } catch (cause) {
    throw new SkerryError(
      'invalid',
      `mqtt.listen.tls: ${tls.cert} and ${tls.key} don't serve: ${messageOf(cause)}`,
      {
        hint: 'expected a certificate and its unencrypted private key in PEM',
        cause,
      },
    );
  }
}

async function text(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('invalid', `mqtt.listen.${option}: ${messageOf(cause)}`, { cause });
  }
}
