/** A PUBLISH as it arrived, from the embedded broker or an outside one. */
export interface MqttMessage {
  topic: string;
  payload: Uint8Array;
  qos: 0 | 1 | 2;
  /** The sender believes to have sent it before. */
  dup: boolean;
  /** Embedded: to be kept by the broker. Outside: kept by the broker, and maybe old. */
  retain: boolean;
  /** Who published it; on an outside broker that is unknown, and this is the agent's own client id. */
  clientId: string;
  /** Packet identifier, undefined at QoS 0. */
  packetId: number | undefined;
}

/**
 * Takes a message. PUBACK leaves once `done()` is called; `done(error)` leaves it unacknowledged, so that the sender
 * repeats it. Called exactly once, in any order.
 */
export type OnPublish = (message: MqttMessage, done: (error?: Error) => void) => void;

/** What the agent itself publishes, and what brokers say of themselves: never ingested. */
export function isReserved(topic: string): boolean {
  return topic.startsWith('$') || topic.startsWith('skerry/v1/') || topic === 'skerry/v1';
}

/** What another agent, connected here as to an outside broker, says of itself: passed on, never ingested. */
export function isOtherAgents(
  topic: string,
  clientId: string | undefined,
  agentId: string | undefined,
): boolean {
  const speaker = topic.startsWith('skerry/v1/') ? topic.split('/')[2] : undefined;
  return speaker !== undefined && speaker === clientId && agentId !== undefined && speaker !== agentId;
}
