/**
 * A process that publishes one round and prints when it began, when the last acknowledgement had come, and how long each
 * message waited for its own. It writes MQTT 3.1.1 packets that were made before the clock starts: what is measured is
 * who receives them.
 *
 *   bulk 0      one connection, everything written as fast as the socket takes it, QoS 0; a last message at QoS 1 tells
 *               that all before it were read
 *   bulk 1      the same at QoS 1, at most 1,000 unacknowledged
 *   trickle 1   a connection per device, one message a TCP segment, the next when the last is acknowledged
 *   paced 1     a connection per device, one message a TCP segment, so many a second over all, evenly
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openSession, publishPacket } from '../support/mqtt-packets.ts';
import { Lane } from './lane.ts';
import { messages } from './load.ts';
import type { Order, Published } from './publish.ts';

const WINDOW = 1_000;
const CHUNK_BYTES = 64 * 1024;

const order = JSON.parse(process.argv[2]!) as Order;
const waits: number[] = [];
const beganMs = await { bulk, trickle, paced }[order.way](order);
const endedMs = Date.now();
const published: Published = { beganMs, endedMs, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
// Sockets that are still open end with the process.
process.stdout.write(`${JSON.stringify(published)}\n`, () => process.exit());

function quantile(share: number): number {
  const sorted = waits.sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

async function bulk({ port, qos, load }: Order): Promise<number> {
  const packets = [...messages(load)].map(({ topic, payload }, i) => publishPacket(topic, payload, qos, i));
  const lane = new Lane(await openSession(port, 'bench'), waits);
  const beganMs = Date.now();
  for (let next = 0; next < packets.length; ) {
    const chunk: Buffer[] = [];
    for (let bytes = 0; bytes < CHUNK_BYTES && next < packets.length; next++) {
      if (qos === 1 && lane.inFlight + chunk.length >= WINDOW) break;
      chunk.push(packets[next]!);
      bytes += packets[next]!.length;
    }
    if (chunk.length === 0) await lane.settle(lane.inFlight - 1);
    else if (!lane.write(Buffer.concat(chunk), qos * chunk.length)) await lane.drained();
  }
  if (qos === 0) lane.write(publishPacket('bench/end', Buffer.from('1'), 1, 0), 1);
  await lane.settle(0);
  return beganMs;
}

async function trickle(order: Order): Promise<number> {
  const devices = await lanes(order);
  const beganMs = Date.now();
  await Promise.all(
    devices.map(async ({ packets, lane }) => {
      for (const packet of packets) {
        lane.write(packet, 1);
        await lane.settle(0);
      }
    }),
  );
  return beganMs;
}

async function paced(order: Order): Promise<number> {
  const devices = await lanes(order);
  const total = order.load.devices * order.load.readings;
  const beganMs = Date.now();
  const startMs = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - startMs) / 1_000) * order.perSecond!));
    for (; sent < due; sent++) {
      const { packets, lane } = devices[sent % devices.length]!;
      lane.write(packets[Math.floor(sent / devices.length)]!, 1);
    }
    await sleep(1);
  }
  await Promise.all(devices.map(({ lane }) => lane.settle(0)));
  return beganMs;
}

/** A connection per device, with the packets that it is to send. */
async function lanes({ port, qos, load }: Order): Promise<{ packets: Buffer[]; lane: Lane }[]> {
  const byDevice = new Map<string, Buffer[]>();
  for (const { topic, payload } of messages(load)) {
    const list = byDevice.get(topic) ?? [];
    byDevice.set(topic, list);
    list.push(publishPacket(topic, payload, qos, list.length));
  }
  return Promise.all(
    [...byDevice.values()].map(async (packets, i) => ({
      packets,
      lane: new Lane(await openSession(port, `bench-${i}`), waits),
    })),
  );
}
