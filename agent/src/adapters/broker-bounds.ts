/**
 * Bounds on what the embedded broker keeps for others. aedes holds subscriptions, retained messages and the queues of
 * absent subscribers in memory without a limit; past these bounds a subscription is refused (SUBACK 0x80, and a new
 * kept session by closing its connection), a retained message is not kept and a queued one is dropped
 * (the newest goes), and both are counted. A subscriber that is connected and has as much unacknowledged is
 * disconnected by aedes, and finds its queue when it comes back.
 */
import type { Aedes, AedesPublishPacket, Client } from 'aedes';

export interface BrokerBounds {
  maxRetained: number;
  maxRetainedBytes: number;
  /** Messages waiting for one subscriber, and bytes waiting for all together. */
  maxQueuedPerClient: number;
  maxQueuedBytes: number;
  maxSubscriptionsPerClient: number;
  /** Sessions that are kept while their client is away. */
  maxSessions: number;
}

export const DEFAULT_BOUNDS: BrokerBounds = {
  maxRetained: 10_000,
  maxRetainedBytes: 16 * 1024 ** 2,
  maxQueuedPerClient: 2_000,
  maxQueuedBytes: 32 * 1024 ** 2,
  maxSubscriptionsPerClient: 200,
  maxSessions: 10_000,
};

/** What was dropped. */
export interface BoundCounts {
  retainedDropped: number;
  queuedDropped: number;
  subscriptionsRefused: number;
}

/** The part of aedes' persistence that is bounded here. */
interface Persistence {
  storeRetained(packet: AedesPublishPacket): Promise<void>;
  addSubscriptions(client: { id: string }, subs: readonly { topic: string }[]): Promise<void>;
  countOffline(): Promise<{ clientsCount: number }>;
  subscriptionsByClient(client: { id: string }): Promise<readonly unknown[]>;
  outgoingEnqueue(sub: { clientId: string }, packet: AedesPublishPacket): Promise<void>;
  outgoingEnqueueCombi(subs: { clientId: string }[], packet: AedesPublishPacket): Promise<void>;
  outgoingClearMessageId(
    client: { id: string },
    packet: AedesPublishPacket,
  ): Promise<AedesPublishPacket | undefined>;
}

/** Puts the bounds in front of the broker; returns the counters, kept up to date. */
export function boundBroker(broker: Aedes, bounds: BrokerBounds): BoundCounts {
  const { persistence } = broker as unknown as { persistence: Persistence };
  const counts: BoundCounts = { retainedDropped: 0, queuedDropped: 0, subscriptionsRefused: 0 };
  boundSubscriptions(broker, bounds, counts);
  boundSessions(persistence, bounds, counts);
  boundRetained(persistence, bounds, counts);
  boundQueues(persistence, bounds, counts);
  return counts;
}

function boundSubscriptions(broker: Aedes, bounds: BrokerBounds, counts: BoundCounts): void {
  const topics = new WeakMap<Client, Set<string>>();
  broker.authorizeSubscribe = (client, subscription, callback) => {
    const mine = topics.get(client) ?? new Set();
    topics.set(client, mine);
    if (!mine.has(subscription.topic) && mine.size >= bounds.maxSubscriptionsPerClient) {
      counts.subscriptionsRefused++;
      callback(null, null);
    } else {
      mine.add(subscription.topic);
      callback(null, subscription);
    }
  };
  broker.on('unsubscribe', (gone, client) => {
    for (const topic of gone) topics.get(client)?.delete(topic);
  });
}

function boundSessions(persistence: Persistence, bounds: BrokerBounds, counts: BoundCounts): void {
  const add = persistence.addSubscriptions.bind(persistence);
  persistence.addSubscriptions = async (client, subs) => {
    const { clientsCount } = await persistence.countOffline();
    if (
      clientsCount >= bounds.maxSessions &&
      (await persistence.subscriptionsByClient(client)).length === 0
    ) {
      counts.subscriptionsRefused++;
      throw new Error(`${bounds.maxSessions} sessions are kept already`);
    }
    await add(client, subs);
  };
}

function boundRetained(persistence: Persistence, bounds: BrokerBounds, counts: BoundCounts): void {
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
    await store(packet);
  };
}

function boundQueues(persistence: Persistence, bounds: BrokerBounds, counts: BoundCounts): void {
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
    if (admit(sub.clientId, packet)) await enqueue(sub, packet);
  };
  persistence.outgoingEnqueueCombi = async (subs, packet) => {
    for (const sub of subs) if (admit(sub.clientId, packet)) await enqueue(sub, packet);
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

/** What a kept message takes, about: its bytes and the objects around them. */
function sizeOf(packet: AedesPublishPacket): number {
  return packet.topic.length + packet.payload.length + 200;
}
