/**
 * A process that publishes one round and prints when it began and when the last acknowledgement had come. It writes MQTT
 * 3.1.1 packets (spec 3.1, 3.3) that were made before the clock starts: what is measured is who receives them.
 *
 *   bulk 0      one connection, everything written as fast as the socket takes it, QoS 0; a last message at QoS 1 tells
 *               that all before it were read
 *   bulk 1      the same at QoS 1, at most 1,000 unacknowledged
 *   trickle 1   a connection per device, one message a TCP segment, the next when the last is acknowledged
 */
import { once } from 'node:events';
import { acknowledgements, openSession, publishPacket } from '../support/mqtt-packets.ts';
import { type Load, messages } from './load.ts';

const WINDOW = 1_000;
const CHUNK_BYTES = 64 * 1024;

interface Order {
  port: number;
  way: 'bulk' | 'trickle';
  qos: 0 | 1;
  load: Load;
}

const order = JSON.parse(process.argv[2]!) as Order;
const { beganMs, endedMs } = await (order.way === 'bulk' ? bulk(order) : trickle(order));
process.stdout.write(`${JSON.stringify({ beganMs, endedMs })}\n`);

async function bulk({ port, qos, load }: Order): Promise<{ beganMs: number; endedMs: number }> {
  const packets = [...messages(load)].map(({ topic, payload }, i) => publishPacket(topic, payload, qos, i));
  const socket = await openSession(port, 'bench');
  const acknowledged = acknowledgements(socket);
  const beganMs = Date.now();
  let next = 0;
  while (next < packets.length) {
    const chunk: Buffer[] = [];
    for (let bytes = 0; bytes < CHUNK_BYTES && next < packets.length; next++) {
      if (qos === 1 && next - acknowledged.count >= WINDOW) break;
      chunk.push(packets[next]!);
      bytes += packets[next]!.length;
    }
    if (chunk.length === 0) await acknowledged.more();
    else if (!socket.write(Buffer.concat(chunk))) await once(socket, 'drain');
  }
  if (qos === 0) socket.write(publishPacket('bench/end', Buffer.from('1'), 1, 0));
  const wanted = qos === 0 ? 1 : packets.length;
  while (acknowledged.count < wanted) await acknowledged.more();
  const endedMs = Date.now();
  socket.destroy();
  return { beganMs, endedMs };
}

async function trickle({ port, qos, load }: Order): Promise<{ beganMs: number; endedMs: number }> {
  const byDevice = new Map<string, Buffer[]>();
  for (const { topic, payload } of messages(load)) {
    const list = byDevice.get(topic) ?? [];
    byDevice.set(topic, list);
    list.push(publishPacket(topic, payload, qos, list.length));
  }
  const lanes = await Promise.all(
    [...byDevice.values()].map(async (packets, i) => ({
      packets,
      socket: await openSession(port, `bench-${i}`),
    })),
  );
  const beganMs = Date.now();
  await Promise.all(
    lanes.map(async ({ packets, socket }) => {
      const acknowledged = acknowledgements(socket);
      for (const [i, packet] of packets.entries()) {
        socket.write(packet);
        while (acknowledged.count <= i) await acknowledged.more();
      }
    }),
  );
  const endedMs = Date.now();
  for (const { socket } of lanes) socket.destroy();
  return { beganMs, endedMs };
}
