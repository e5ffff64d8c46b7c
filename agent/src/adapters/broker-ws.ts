/**
 * MQTT over WebSocket (section 6 of MQTT 3.1.1) for the embedded broker: what pages in browsers speak. A connection
 * becomes a byte stream that goes the same way as a TCP connection, with the same bounds.
 *
 * A page of any site that is open in a browser here could connect, since browsers let WebSockets out to everywhere. So a
 * request with an Origin is taken only from a page of the same host name (any port), or of a listed origin.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { Flow } from './broker-flow.ts';

export interface WsListenerOptions {
  /** Further origins, `https://panel.example.com`. */
  origins: readonly string[];
  /** Contents in PEM; left out: plain `ws://`. */
  tls?: { cert: string; key: string } | undefined;
  maxPacketBytes: number;
  /** For the upgrade request, and the TLS handshake. */
  connectTimeoutMs: number;
  flow: Flow;
  /** Whether one more connection has room. */
  hasRoom(): boolean;
  onStream(stream: Duplex & { remoteAddress?: string | undefined }): void;
  /** Too many bytes of incomplete messages are held: this connection's are the oldest. */
  onExcess(connection: Duplex): void;
  onRefused(why: 'room' | 'origin' | 'protocol', request: IncomingMessage): void;
}

/** Frames of one message beyond the packet itself: MQTT's own header, and other packets in the same message. */
const MESSAGE_ROOM_BYTES = 64 * 1024;
const STATUS = { room: '503 Service Unavailable', origin: '403 Forbidden', protocol: '400 Bad Request' };

/** An HTTP server that takes nothing but WebSockets; listening is the caller's. */
export function createWsListener(options: WsListenerOptions): Server {
  const { tls, connectTimeoutMs } = options;
  const timeouts = { headersTimeout: connectTimeoutMs, requestTimeout: connectTimeoutMs };
  const server = tls
    ? createTlsServer({ ...tls, handshakeTimeout: connectTimeoutMs, ...timeouts })
    : createServer(timeouts);
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: options.maxPacketBytes + MESSAGE_ROOM_BYTES,
    handleProtocols: () => 'mqtt',
  });
  server.on('request', (_, response) => {
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end('MQTT over WebSocket only\n');
  });
  server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on('error', () => raw.destroy()); // who goes away in the middle of this is not missed
    const why = refusal(options, request);
    if (why) {
      options.onRefused(why, request);
      raw.end(`HTTP/1.1 ${STATUS[why]}\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, raw, head, (socket) => {
      countIncomplete(socket, raw, head.length, options);
      const stream = createWebSocketStream(socket);
      options.onStream(Object.assign(stream, { remoteAddress: request.socket.remoteAddress }));
    });
  });
  return server;
}

function refusal(
  { origins, hasRoom }: WsListenerOptions,
  { headers }: IncomingMessage,
): 'room' | 'origin' | 'protocol' | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes('mqtt')) return 'protocol';
  const { origin, host = '' } = headers;
  if (origin !== undefined && !origins.includes(origin)) {
    const own = URL.parse(`http://${host}`)?.hostname;
    if (own === undefined || URL.parse(origin)?.hostname !== own) return 'origin';
  }
  return hasRoom() ? undefined : 'room';
}

/**
 * ws holds a message until it is whole. Until then its bytes count as those of an incomplete packet do: by the raw
 * connection, what came in less what has left as messages.
 */
function countIncomplete(
  socket: WebSocket,
  raw: Duplex,
  headBytes: number,
  { flow, onExcess }: WsListenerOptions,
): void {
  let heldBytes = headBytes;
  const left = (bytes: number): void => {
    heldBytes = Math.max(0, heldBytes - bytes - frameHeaderBytes(bytes));
    flow.hold(raw, heldBytes, true);
  };
  socket.on('message', (data) => left((data as Buffer).length));
  socket.on('ping', (data) => left(data.length));
  socket.on('pong', (data) => left(data.length));
  raw.prependListener('data', (chunk: Buffer) => {
    heldBytes += chunk.length;
  });
  // Behind ws's own listener: what it could take as a message has left already.
  raw.on('data', () => {
    flow.hold(raw, heldBytes, false);
    for (let most = flow.excess(); most; most = flow.excess()) onExcess(most);
  });
  raw.once('close', () => flow.leave(raw));
}

/** RFC 6455, 5.2: two bytes, the longer lengths, and the mask that every client sends. */
function frameHeaderBytes(payloadBytes: number): number {
  return 6 + (payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8);
}
