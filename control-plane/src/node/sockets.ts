import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '@skerry/proto/errors';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Hub } from './hub.ts';

const PATH = '/agent/v1/wake';
const PROTOCOL = 'skerry.v1';
const PING_MS = 30_000;
/** More than these are refused: each costs about 8 kB. */
const MAX_SOCKETS = 50_000;

/**
 * The wake sockets: `GET /agent/v1/wake` with `Sec-WebSocket-Protocol: skerry.v1, bearer.<access token>`. The server
 * sends the text `wake` where there is something for the agent, and nothing else; what a client sends is ignored. A
 * socket that answers no ping for half a minute is closed.
 */
export function attachWakeSockets(
  server: Server,
  hub: Hub,
  authenticate: (accessToken: string) => Promise<string>,
): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 1_024,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  const alive = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, PING_MS);
  timer.unref();
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    // An agent that goes away in the middle of this has nothing to be told.
    stream.on('error', () => stream.destroy());
    const path = (request.url ?? '').split('?')[0];
    const token = offeredToken(request);
    const open = sockets.clients.size < MAX_SOCKETS;
    if (path !== PATH) refuse(stream, 404, 'not found');
    else if (token === undefined) refuse(stream, 401, 'no access token was offered');
    else if (!open) refuse(stream, 503, 'too many sockets');
    else accept(request, stream, head, token);
  };
  const accept = (request: IncomingMessage, stream: Duplex, head: Buffer, token: string): void => {
    authenticate(token).then(
      (agent) =>
        sockets.handleUpgrade(request, stream, head, (socket) => {
          alive.add(socket);
          socket.on('pong', () => alive.add(socket));
          socket.on('error', () => socket.terminate());
          socket.on(
            'close',
            hub.connect(agent, {
              wake: () => socket.send('wake'),
              close: () => socket.close(1000, 'replaced'),
            }),
          );
        }),
      (error: unknown) => refuse(stream, 401, messageOf(error)),
    );
  };
  server.on('upgrade', upgrade);
  return () => {
    clearInterval(timer);
    server.off('upgrade', upgrade);
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

function offeredToken(request: IncomingMessage): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim());
  return offered.find((p) => p.startsWith('bearer.'))?.slice('bearer.'.length);
}

function refuse(stream: Duplex, status: number, why: string): void {
  stream.end(
    `HTTP/1.1 ${status} ${why.replace(/[\r\n]/g, ' ')}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
