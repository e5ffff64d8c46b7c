/**
 * The embedded MQTT broker, aedes (MQTT 3.1.1), over TCP or TLS.
 *
 * Delivery: a message reaches `onPublish` before anything else happens to it, and only `done()` lets its PUBACK leave
 * and its subscribers see it. aedes takes the packets of one read in parallel and reads on when all are done, so a
 * commit covers a read, and a slow disk slows the sender's socket. A message that is refused closes its connection
 * unacknowledged: MQTT 3.1.1 has no other way to say no [MQTT-3.3.5-2].
 *
 * Bounds: packets over `maxPacketBytes` close their connection when announced, before CONNECT too; `maxConnections`;
 * what is kept for subscribers (broker-bounds.ts); a subscriber that takes nothing for 5 s is disconnected; own
 * publishes beyond `maxPendingPublishes` are dropped. All counted in `stats`.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Log, OutMessage, Publisher } from '../ports.ts';
import { type BoundCounts, type BrokerBounds, boundBroker, DEFAULT_BOUNDS } from './broker-bounds.ts';
import { useRingQueues } from './broker-queue.ts';
import { isReserved, type OnPublish } from './mqtt-message.ts';
import { readUsers, type Users } from './mqtt-users.ts';
import { createPacketGuard } from './packet-guard.ts';

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
  maxPendingPublishes?: number;
  bounds?: BrokerBounds;
  onPublish: OnPublish;
  log: Log;
}

/** Connections and messages since the start, by what became of them. */
export interface BrokerStats extends BoundCounts {
  connections: number;
  /** Refused for want of room, for a packet too large, for no MQTT, for a wrong name or password. */
  refused: { connections: number; tooLarge: number; malformed: number; unauthorized: number };
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

const CONNECT_TIMEOUT_MS = 10_000;
const DRAIN_TIMEOUT_MS = 5_000;
/** QoS 2 messages of one client between PUBLISH and PUBREL. */
const MAX_QOS2_IN_FLIGHT = 100;
/** Packets that may come behind CONNECT before it is answered. */
const EARLY_PACKETS = 1_000;

/** Starts the broker. Throws SkerryError that names the option where the port or a file isn't to be had. */
export async function startEmbeddedBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { listen, log } = options;
  const users =
    listen.users === undefined ? undefined : readUsers(await text(listen.users, 'users'), listen.users);
  const server = listen.tls ? await tlsServer(listen.tls) : createServer();
  const refused = { connections: 0, tooLarge: 0, malformed: 0, unauthorized: 0 };
  const own = { reservedTopic: 0, publishesDropped: 0 };
  const aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    queueLimit: EARLY_PACKETS,
    maxInflightInbound: MAX_QOS2_IN_FLIGHT,
    authenticate: authenticator(users, refused),
    authorizePublish: (client, packet, callback) => {
      if (isReserved(packet.topic) || packet.topic.includes('\0')) {
        own.reservedTopic++;
        callback(new Error(`${packet.topic} is not for clients to publish on`));
      } else hand(options.onPublish, client, packet, callback);
    },
  });
  useRingQueues(aedes);
  const bounded = boundBroker(aedes, options.bounds ?? DEFAULT_BOUNDS);
  const logFailure = (client: Client, error: Error): void =>
    log('warn', 'mqtt', 'connection closed', { client: client.id, error: error.message });
  aedes.on('clientError', logFailure);
  aedes.on('connectionError', logFailure);
  const sockets = accept(server, aedes, options, refused);
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
    stats: () => ({ connections: sockets.size, refused: { ...refused }, ...own, ...bounded }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Accepts connections, each with a guard that reads along. Returns the open ones. */
function accept(
  server: Server,
  aedes: Aedes,
  options: BrokerOptions,
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
  const onSocket = (socket: Socket): void => {
    aedes.handle(socket);
    // aedes reads by `read()`, which emits each chunk here before returning it.
    const guard = createPacketGuard(options.maxPacketBytes, 'connect');
    socket.on('data', (chunk: Buffer) => {
      const verdict = guard.take(chunk);
      if (verdict === 'ok') return;
      if (verdict === 'too-large') refused.tooLarge++;
      else refused.malformed++;
      const what =
        verdict === 'too-large' ? `a packet over ${options.maxPacketBytes} bytes` : 'bytes that are no MQTT';
      options.log('warn', 'mqtt', `connection closed: it sent ${what}`, { peer: socket.remoteAddress });
      socket.destroy();
    });
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
  client: Client | null,
  packet: PublishPacket,
  callback: (error?: Error | null) => void,
): void {
  const { payload } = packet;
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
    (error) => callback(error ?? null),
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

async function tlsServer(tls: { cert: string; key: string }): Promise<Server> {
  const cert = await text(tls.cert, 'tls.cert');
  const key = await text(tls.key, 'tls.key');
  try {
    return createTlsServer({ cert, key, handshakeTimeout: CONNECT_TIMEOUT_MS });
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
