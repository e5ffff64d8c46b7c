import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWsWake } from './ws-wake.ts';

let server: Server;
let url: string;
const sockets = new Set<Socket>();
beforeEach(async () => {
  server = createServer();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

test('the wake socket shows its token, wakes at once and at every notice, and comes back after a cut', async () => {
  const asked: (string | undefined)[] = [];
  server.on('upgrade', (request, socket) => {
    asked.push(request.headers['sec-websocket-protocol']);
    // RFC 6455, section 4.2.2, and a text frame "!" (section 5.2).
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: skerry.v1\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(Buffer.from([0x81, 0x01, 0x21]));
  });
  const pauses: number[] = [];
  const wake = createWsWake({
    timers: {
      after(delayMs, fn) {
        if (delayMs > 10_000) return () => undefined; // of connecting, and of an open connection
        pauses.push(delayMs);
        const handle = setImmediate(fn);
        return () => clearImmediate(handle);
      },
    },
    random: { bytes: (n) => new Uint8Array(n), unit: () => 0.5 },
    log: () => undefined,
  });
  let wakes = 0;
  let token = 0;
  let changed = (): void => undefined;
  const until = (count: number): Promise<void> =>
    new Promise((resolve) => {
      changed = () => wakes >= count && resolve();
      changed();
    });
  const close = wake.connect(
    `${url}/agent/v1/wake`,
    async () => `t${++token}`,
    () => {
      wakes++;
      changed();
    },
  );
  await until(2); // once connected, once by the notice
  expect(asked).toEqual(['skerry.v1, bearer.t1']);
  for (const socket of sockets) socket.destroy();
  await until(4);
  expect(asked).toEqual(['skerry.v1, bearer.t1', 'skerry.v1, bearer.t2']);
  expect(pauses).toEqual([500]);
  close();
});

test('what takes the connection and says nothing is let go, and tried again ever more rarely', async () => {
  let upgrades = 0;
  const delays: number[] = [];
  const done = new Promise<void>((resolve) => {
    server.on('upgrade', () => {
      if (++upgrades === 4) resolve();
      fireHandshake();
    });
  });
  let handshake = (): void => undefined;
  const fireHandshake = (): void => handshake();
  const wake = createWsWake({
    timers: {
      after(delayMs, fn) {
        delays.push(delayMs);
        if (delayMs === 30_000) {
          handshake = fn;
          return () => undefined;
        }
        const handle = setImmediate(fn);
        return () => clearImmediate(handle);
      },
    },
    random: { bytes: (n) => new Uint8Array(n), unit: () => 0.5 },
    log: () => undefined,
  });
  const close = wake.connect(
    `${url}/agent/v1/wake`,
    async () => 't',
    () => undefined,
  );
  await done;
  close();
  expect(delays.slice(0, 7)).toEqual([30_000, 500, 30_000, 1_000, 30_000, 2_000, 30_000]);
});
