/** The ways into the embedded broker: TCP or TLS, and WebSocket beside it. Each connection is read within bounds. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { BrokerOptions } from './broker-aedes.ts';
import type { Flow } from './broker-flow.ts';
import { boundReading, type Offence } from './broker-reader.ts';
import { createWsListener } from './broker-ws.ts';
import { readNamedFile } from './named-file.ts';

/**
 * Connections refused: for want of room, for a packet too large or too long under way, for no MQTT, for a wrong name or
 * password, and pages of other sites.
 */
export interface Refused {
  connections: number;
  tooLarge: number;
  incomplete: number;
  malformed: number;
  unauthorized: number;
  origin: number;
}

export interface Listening {
  readonly port: number;
  readonly wsPort: number | undefined;
  connections(): number;
  /** Takes no more connections, lets `before` happen, then cuts those that are left. */
  close(before: () => Promise<void>): Promise<void>;
}

const OFFENCES: Record<Offence, (options: BrokerOptions) => string> = {
  tooLarge: ({ maxPacketBytes }) => `it sent a packet over ${maxPacketBytes} bytes`,
  malformed: () => 'it sent bytes that are no MQTT',
  incomplete: ({ maxIncompleteBytes }) =>
    `incomplete packets take more than ${maxIncompleteBytes} bytes, and its own was under way for longest`,
};

/** Opens what `mqtt.listen` names. Throws SkerryError that names the option where a port or a file isn't to be had. */
export async function openListeners(
  options: BrokerOptions,
  flow: Flow,
  refused: Refused,
  handle: (stream: Duplex) => void,
): Promise<Listening> {
  const doors = new Doors(options, flow, refused, handle);
  try {
    await doors.open();
    return doors;
  } catch (error) {
    await doors.close(async () => undefined);
    throw error;
  }
}

class Doors implements Listening {
  port = 0;
  wsPort: number | undefined;
  readonly #options: BrokerOptions;
  readonly #flow: Flow;
  readonly #refused: Refused;
  readonly #handle: (stream: Duplex) => void;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(options: BrokerOptions, flow: Flow, refused: Refused, handle: (stream: Duplex) => void) {
    this.#options = options;
    this.#flow = flow;
    this.#refused = refused;
    this.#handle = handle;
  }

  async open(): Promise<void> {
    const { listen, connectTimeoutMs } = this.#options;
    const tls = listen.tls && {
      cert: await readNamedFile(listen.tls.cert, 'mqtt.listen.tls.cert'),
      key: await readNamedFile(listen.tls.key, 'mqtt.listen.tls.key'),
    };
    const named = listen.tls ?? { cert: '', key: '' };
    const server = tls
      ? usable(named, () => createTlsServer({ ...tls, handshakeTimeout: connectTimeoutMs }))
      : createServer();
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => this.#take(socket));
    this.port = await this.#listen(server, listen.port, 'mqtt.listen.port');
    if (!listen.ws) return;
    const ws = usable(named, () => this.#wsServer(tls, listen.ws!.origins));
    this.wsPort = await this.#listen(ws, listen.ws.port, 'mqtt.listen.ws.port');
  }

  connections(): number {
    return this.#sockets.size;
  }

  async close(before: () => Promise<void>): Promise<void> {
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    await before();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #wsServer(tls: { cert: string; key: string } | undefined, origins: readonly string[]): Server {
    const { maxPacketBytes, maxConnections, connectTimeoutMs, log } = this.#options;
    return createWsListener({
      origins,
      tls,
      maxPacketBytes,
      connectTimeoutMs,
      flow: this.#flow,
      // This one is among them already.
      hasRoom: () => this.#sockets.size <= maxConnections,
      onStream: (stream) => this.#take(stream),
      onExcess: (connection) => this.#end(connection, 'incomplete'),
      onRefused: (why, { headers, socket }) => {
        this.#refused[why === 'room' ? 'connections' : why === 'origin' ? 'origin' : 'malformed']++;
        const hint = why === 'origin' && 'list it under mqtt.listen.ws.origins to let it in';
        log('warn', 'mqtt', `WebSocket refused: ${why}`, {
          peer: socket.remoteAddress,
          origin: headers.origin,
          ...(hint && { hint }),
        });
      },
    });
  }

  async #listen(server: Server, port: number, option: string): Promise<number> {
    const { log, maxConnections, listen } = this.#options;
    this.#servers.push(server);
    server.maxConnections = maxConnections;
    server.on('drop', () => this.#refused.connections++);
    // A TLS handshake that fails belongs to its peer, and ends there.
    server.on('tlsClientError', (error) =>
      log('debug', 'mqtt', 'TLS handshake failed', { error: messageOf(error) }),
    );
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.setNoDelay(true);
    });
    await bind(server, { host: listen.host, port, option });
    // A failed accept (too many open files) costs that connection, not the broker.
    server.on('error', (error) => log('error', 'mqtt', 'accepting failed', { error: error.message }));
    const address = server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  #take(stream: Duplex): void {
    boundReading(stream, this.#flow, this.#options.maxPacketBytes, (most, why) => this.#end(most, why));
    this.#handle(stream);
  }

  #end(stream: Duplex & { remoteAddress?: string }, why: Offence): void {
    this.#refused[why]++;
    const what = OFFENCES[why](this.#options);
    this.#options.log('warn', 'mqtt', `connection closed: ${what}`, { peer: stream.remoteAddress });
    this.#flow.leave(stream);
    stream.destroy();
  }
}

function bind(
  server: Server,
  { host, port, option }: { host: string; port: number; option: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException): void => {
      const inUse = cause.code === 'EADDRINUSE';
      reject(
        new SkerryError(
          inUse ? 'conflict' : 'failed',
          inUse
            ? `${option} ${port} on ${host} is in use`
            : `mqtt.listen ${host}:${port} can't be opened: ${cause.message}`,
          { hint: 'set mqtt.listen to a free address and port, or stop what is using it', cause },
        ),
      );
    };
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function usable(tls: { cert: string; key: string }, create: () => Server): Server {
  try {
    return create();
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
