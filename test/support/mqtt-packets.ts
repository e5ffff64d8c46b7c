/** MQTT 3.1.1 packets as bytes, and connections that write them: for whoever measures or harries a broker. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** CONNECT with a clean session and no keep-alive (section 3.1). */
export function connectPacket(clientId: string): Buffer {
  return packet(0x10, field('MQTT'), Buffer.from([4, 2, 0, 0]), field(clientId));
}

/** PUBLISH (section 3.3); `index` gives the packet identifier at QoS 1, so that 65,535 in a row differ. */
export function publishPacket(
  topic: string,
  payload: Buffer,
  qos: 0 | 1,
  index: number,
  retain = false,
): Buffer {
  const id = (index % 65_535) + 1;
  const packetId = qos === 1 ? Buffer.from([id >> 8, id & 0xff]) : Buffer.alloc(0);
  return packet(0x30 | (qos << 1) | (retain ? 1 : 0), field(topic), packetId, payload);
}

/** SUBSCRIBE to one filter at QoS 0 (section 3.8). */
export function subscribePacket(filter: string): Buffer {
  return packet(0x82, Buffer.from([0, 1]), field(filter), Buffer.from([0]));
}

/** A TCP connection to a broker here, nothing sent yet. What goes wrong shows in its closing. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

/** Connects and waits for CONNACK. */
export async function openSession(port: number, clientId: string): Promise<Socket> {
  const socket = await openSocket(port);
  socket.write(connectPacket(clientId));
  await once(socket, 'data');
  return socket;
}

/** Counts the PUBACKs that a connection gets from now on; they are four bytes each. */
export function acknowledgements(socket: Socket): { readonly count: number; more(): Promise<void> } {
  let bytes = 0;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    wake();
  });
  return {
    get count() {
      return bytes >> 2;
    },
    more: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
  };
}

function packet(first: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first, ...remainingLength(body.length)]), body]);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** Seven bits a byte, low ones first (section 2.2.3). */
function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
