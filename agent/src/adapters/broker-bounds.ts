/**
 * Bounds on what the embedded broker keeps for others. aedes holds subscriptions, retained messages, last wills and the
 * queues of absent subscribers in memory without a limit; past these bounds a subscription is refused (SUBACK 0x80, and
 * one of a kept session by closing its connection), and a message isn't kept (broker-kept.ts). All of it is counted. A
 * subscriber that is connected and has as much unacknowledged is
 * disconnected by aedes, and finds its queue when it comes back.
 */
import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import { boundQos2, boundQueues, boundRetained, boundWills } from './broker-kept.ts';

export interface BrokerBounds {
  maxRetained: number;
  maxRetainedBytes: number;
  /** Messages waiting for one subscriber, and bytes waiting for all together. */
  maxQueuedPerClient: number;
  maxQueuedBytes: number;
  maxSubscriptionsPerClient: number;
  /** Topic filters, with the objects around them: of connected clients, and as much again of kept sessions. */
  maxSubscriptionBytes: number;
  /** Sessions that are kept while their client is away. */
  maxSessions: number;
  maxWillBytes: number;
  /** QoS 2 messages between PUBLISH and PUBREL, of all clients. */
  maxQos2InFlight: number;
}

export const DEFAULT_BOUNDS: BrokerBounds = {
  maxRetained: 10_000,
  maxRetainedBytes: 16 * 1024 ** 2,
  maxQueuedPerClient: 2_000,
  maxQueuedBytes: 32 * 1024 ** 2,
  maxSubscriptionsPerClient: 200,
  maxSubscriptionBytes: 16 * 1024 ** 2,
  maxSessions: 10_000,
  maxWillBytes: 16 * 1024 ** 2,
  maxQos2InFlight: 20_000,
};

/** What was dropped or refused. */
export interface BoundCounts {
  retainedDropped: number;
  queuedDropped: number;
  subscriptionsRefused: number;
  willsRefused: number;
  qos2Refused: number;
}

/** The part of aedes' persistence that is bounded here. */
export interface Persistence {
  storeRetained(packet: AedesPublishPacket): Promise<void>;
  addSubscriptions(client: { id: string }, subs: readonly { topic: string }[]): Promise<void>;
  removeSubscriptions(client: { id: string }, topics: readonly string[]): Promise<void>;
  cleanSubscriptions(client: { id: string }): Promise<void>;
  countOffline(): Promise<{ clientsCount: number }>;
  subscriptionsByClient(client: { id: string }): Promise<readonly { topic: string }[]>;
  outgoingEnqueue(sub: { clientId: string }, packet: AedesPublishPacket): Promise<void>;
  outgoingEnqueueCombi(subs: { clientId: string }[], packet: AedesPublishPacket): Promise<void>;
  outgoingClearMessageId(
    client: { id: string },
    packet: AedesPublishPacket,
  ): Promise<AedesPublishPacket | undefined>;
  putWill(client: { id: string }, packet: AedesPublishPacket): Promise<void>;
  delWill(client: { id: string }): Promise<AedesPublishPacket | undefined>;
  incomingStorePacket(
    client: { id: string },
    packet: AedesPublishPacket & { messageId: number },
  ): Promise<void>;
  incomingDelPacket(client: { id: string }, packet: { messageId: number }): Promise<void>;
  cleanIncoming(client: { id: string }): Promise<void>;
}

/** Puts the bounds in front of the broker; returns the counters, kept up to date. */
export function boundBroker(broker: Aedes, bounds: BrokerBounds): BoundCounts {
  const { persistence } = broker as unknown as { persistence: Persistence };
  const counts: BoundCounts = {
    retainedDropped: 0,
    queuedDropped: 0,
    subscriptionsRefused: 0,
    willsRefused: 0,
    qos2Refused: 0,
  };
  boundSubscriptions(broker, bounds, counts);
  boundSessions(persistence, bounds, counts);
  boundRetained(persistence, bounds, counts);
  boundQueues(persistence, bounds, counts);
  boundWills(persistence, bounds, counts);
  boundQos2(persistence, bounds, counts);
  return counts;
}

function boundSubscriptions(broker: Aedes, bounds: BrokerBounds, counts: BoundCounts): void {
  const held = new WeakMap<Client, Set<string>>();
  let heldBytes = 0;
  const begin = (client: Client): Set<string> => {
    const mine = new Set<string>();
    held.set(client, mine);
    client.conn.once('close', () => {
      for (const topic of mine) heldBytes -= filterBytes(topic);
      mine.clear();
    });
    return mine;
  };
  broker.authorizeSubscribe = (client, subscription, callback) => {
    const { topic } = subscription;
    const mine = held.get(client) ?? begin(client);
    const full =
      mine.size >= bounds.maxSubscriptionsPerClient ||
      heldBytes + filterBytes(topic) > bounds.maxSubscriptionBytes;
    if (!mine.has(topic) && full) {
      counts.subscriptionsRefused++;
      callback(null, null);
      return;
    }
    if (!mine.has(topic)) heldBytes += filterBytes(topic);
    mine.add(topic);
    callback(null, subscription);
  };
  broker.on('unsubscribe', (gone, client) => {
    const mine = held.get(client);
    for (const topic of gone) if (mine?.delete(topic)) heldBytes -= filterBytes(topic);
  });
}

function boundSessions(persistence: Persistence, bounds: BrokerBounds, counts: BoundCounts): void {
  const add = persistence.addSubscriptions.bind(persistence);
  const remove = persistence.removeSubscriptions.bind(persistence);
  const clean = persistence.cleanSubscriptions.bind(persistence);
  const held = new Map<string, number>();
  let heldBytes = 0;
  const hold = (clientId: string, size: number): void => {
    heldBytes += size - (held.get(clientId) ?? 0);
    if (size === 0) held.delete(clientId);
    else held.set(clientId, size);
  };
  const topicsOf = async (client: { id: string }): Promise<Set<string>> =>
    new Set((await persistence.subscriptionsByClient(client)).map(({ topic }) => topic));
  persistence.addSubscriptions = async (client, subs) => {
    const topics = await topicsOf(client);
    const isNew = topics.size === 0;
    for (const { topic } of subs) topics.add(topic);
    const size = bytesOf(topics);
    const { clientsCount } = await persistence.countOffline();
    if (
      (isNew && clientsCount >= bounds.maxSessions) ||
      topics.size > bounds.maxSubscriptionsPerClient ||
      heldBytes - (held.get(client.id) ?? 0) + size > bounds.maxSubscriptionBytes
    ) {
      counts.subscriptionsRefused++;
      throw new Error('too many sessions or subscriptions are kept already');
    }
    hold(client.id, size);
    await add(client, subs);
  };
  persistence.removeSubscriptions = async (client, gone) => {
    await remove(client, gone);
    hold(client.id, bytesOf(await topicsOf(client)));
  };
  persistence.cleanSubscriptions = async (client) => {
    hold(client.id, 0);
    await clean(client);
  };
}

function bytesOf(topics: ReadonlySet<string>): number {
  let sum = 0;
  for (const topic of topics) sum += filterBytes(topic);
  return sum;
}

/** What a subscription takes, about: its filter and the objects around it. */
function filterBytes(topic: string): number {
  return topic.length + 500;
}
