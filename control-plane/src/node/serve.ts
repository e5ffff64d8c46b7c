import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { SkerryError } from '@skerry/proto/errors';

export interface HttpServer {
  server: Server;
  url: string;
  close(): Promise<void>;
}

/** Listens. Throws SkerryError conflict where the port is in use, naming the option. */
export async function serveHttp(
  fetch: (request: Request) => Response | Promise<Response>,
  host: string,
  port: number,
): Promise<HttpServer> {
  const server = createServer(getRequestListener(fetch, { hostname: host }));
  // A large block on the slowest link that agents wait for takes two minutes.
  server.requestTimeout = 300_000;
  server.headersTimeout = 20_000;
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    server,
    url: `http://${shown}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): SkerryError {
  if (error.code === 'EADDRINUSE')
    return new SkerryError('conflict', `port ${port} on ${host} is in use`, {
      hint: 'stop what is using it, or choose another with --port',
      cause: error,
    });
  return new SkerryError('failed', `can't listen on ${host}:${port}: ${error.message}`, { cause: error });
}
