/** A process that publishes the load of the benchmark `offline` at QoS 1, as fast as it is acknowledged. */
import { openSession, publishPacket } from '../support/mqtt-packets.ts';
import { Lane } from './lane.ts';
import { type OfflineLoad, offlineMessages } from './offline-load.ts';

/** Messages on their way: as many as the plant's devices would have between two commits. */
const WINDOW = 2_000;
const CHUNK_BYTES = 64 * 1024;

const { port, load } = JSON.parse(process.argv[2]!) as { port: number; load: OfflineLoad };
const lane = new Lane(await openSession(port, 'plant'), []);
let chunk: Buffer[] = [];
let bytes = 0;
let sent = 0;
for (const { topic, payload } of offlineMessages(load)) {
  const packet = publishPacket(topic, payload, 1, sent++);
  chunk.push(packet);
  bytes += packet.length;
  if (bytes >= CHUNK_BYTES) await flush();
}
await flush();
await lane.settle(0);
process.stdout.write(`${sent}\n`, () => process.exit());

async function flush(): Promise<void> {
  await lane.settle(WINDOW - chunk.length);
  const free = lane.write(Buffer.concat(chunk), chunk.length);
  chunk = [];
  bytes = 0;
  if (!free) await lane.drained();
}
