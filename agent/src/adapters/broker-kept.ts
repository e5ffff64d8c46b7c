/**
 * Bounds on the messages that the embedded broker keeps in memory: retained ones, those for absent subscribers, last
 * wills, and QoS 2 messages between PUBLISH and PUBREL. What is kept is copied out of the chunk in which it came, which
 * is up to 64 KiB however small the message.
 */
import type { AedesPublishPacket } from 'aedes';
import type { BoundCounts, BrokerBounds, Persistence } from './broker-bounds.ts';

/** Bounds retained messages: one that would be too many, or too much, is not kept, and counted. */
export function boundRetained(persistence: Persistence, bounds: BrokerBounds, counts: BoundCounts): void {
  const store = persistence.storeRetained.bind(persistence);
  const held = new Map<string, number>();
  let heldBytes = 0;
  persistence.storeRetained = async (packet) => {
    const before = held.get(packet.topic) ?? 0;
    const size = packet.payload.length === 0 ? 0 : sizeOf(packet);
    const full =
      heldBytes - before + size > bounds.maxRetainedBytes ||
      (before === 0 && held.size >= bounds.maxRetained);
    if (size > 0 && full) {
      counts.retainedDropped++;
      return;
    }
    heldBytes += size - before;
    if (size === 0) held.delete(packet.topic);
    else held.set(packet.topic, size);
    await store(withOwnPayload(packet));
  };
}

/** Bounds the queues of absent subscribers: the newest message is dropped, and counted. */
export function boundQueues(persistence: Persistence, bounds: BrokerBounds, counts: BoundCounts): void {
  const enqueue = persistence.outgoingEnqueue.bind(persistence);
  const clear = persistence.outgoingClearMessageId.bind(persistence);
  const queued = new Map<string, number>();
  let queuedBytes = 0;
  const admit = (clientId: string, packet: AedesPublishPacket): boolean => {
    const mine = queued.get(clientId) ?? 0;
    if (mine >= bounds.maxQueuedPerClient || queuedBytes + sizeOf(packet) > bounds.maxQueuedBytes) {
      counts.queuedDropped++;
      return false;
    }
    queued.set(clientId, mine + 1);
    queuedBytes += sizeOf(packet);
    return true;
  };
  persistence.outgoingEnqueue = async (sub, packet) => {
    if (admit(sub.clientId, packet)) await enqueue(sub, withOwnPayload(packet));
  };
  persistence.outgoingEnqueueCombi = async (subs, packet) => {
    if (subs.length === 0) return;
    const owned = withOwnPayload(packet);
    for (const sub of subs) if (admit(sub.clientId, packet)) await enqueue(sub, owned);
  };
  persistence.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet);
    if (cleared !== undefined) {
      const left = (queued.get(client.id) ?? 1) - 1;
      if (left > 0) queued.set(client.id, left);
      else queued.delete(client.id);
      queuedBytes -= sizeOf(cleared);
    }
    return cleared;
  };
}

/** Bounds last wills: a connection whose will has no room is closed, and counted. */
export function boundWills(persistence: Persistence, bounds: BrokerBounds, counts: BoundCounts): void {
  const put = persistence.putWill.bind(persistence);
  const del = persistence.delWill.bind(persistence);
  const held = new Map<string, number>();
  let heldBytes = 0;
  const hold = (clientId: string, size: number): void => {
    heldBytes += size - (held.get(clientId) ?? 0);
    if (size === 0) held.delete(clientId);
    else held.set(clientId, size);
  };
  persistence.putWill = async (client, packet) => {
    const size = sizeOf(packet);
    if (heldBytes - (held.get(client.id) ?? 0) + size > bounds.maxWillBytes) {
      counts.willsRefused++;
      throw new Error(`last wills take ${bounds.maxWillBytes} bytes already`);
    }
    hold(client.id, size);
    packet.payload = withOwnPayload(packet).payload; // the connection keeps this very object
    await put(client, packet);
  };
  persistence.delWill = async (client) => {
    hold(client.id, 0);
    return del(client);
  };
}

/**
 * Bounds QoS 2 messages of all clients between PUBLISH and PUBREL: a connection that begins one more is closed, and
 * counted. aedes has published them by then and asks only whether they were there, so nothing of them is kept.
 */
export function boundQos2(persistence: Persistence, bounds: BrokerBounds, counts: BoundCounts): void {
  const store = persistence.incomingStorePacket.bind(persistence);
  const del = persistence.incomingDelPacket.bind(persistence);
  const clean = persistence.cleanIncoming.bind(persistence);
  const open = new Map<string, Set<number>>();
  let total = 0;
  persistence.incomingStorePacket = async (client, packet) => {
    const mine = open.get(client.id) ?? new Set();
    if (total >= bounds.maxQos2InFlight && !mine.has(packet.messageId)) {
      counts.qos2Refused++;
      throw new Error(`${total} QoS 2 messages wait for PUBREL already`);
    }
    total += mine.has(packet.messageId) ? 0 : 1;
    open.set(client.id, mine.add(packet.messageId));
    await store(client, { ...packet, topic: '', payload: NOTHING });
  };
  persistence.incomingDelPacket = async (client, packet) => {
    const mine = open.get(client.id);
    if (mine?.delete(packet.messageId)) total--;
    if (mine?.size === 0) open.delete(client.id);
    await del(client, packet);
  };
  persistence.cleanIncoming = async (client) => {
    total -= open.get(client.id)?.size ?? 0;
    open.delete(client.id);
    await clean(client);
  };
}

const NOTHING = Buffer.alloc(0);

function withOwnPayload(packet: AedesPublishPacket): AedesPublishPacket {
  const { payload } = packet;
  if (typeof payload === 'string' || payload.buffer.byteLength <= 2 * payload.length) return packet;
  const own = Buffer.allocUnsafeSlow(payload.length);
  payload.copy(own);
  return { ...packet, payload: own };
}

/** What a kept message takes, about: its bytes and the objects around them. */
function sizeOf(packet: AedesPublishPacket): number {
  return packet.topic.length + packet.payload.length + 200;
}
