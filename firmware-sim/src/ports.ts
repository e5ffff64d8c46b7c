import type { Message } from './device.ts';

/** One device's connection to a broker. */
export interface Publisher {
  /** Sends a message if it can be sent now; else (too many unacknowledged, or QoS 0 without a connection) it is counted as dropped. */
  offer(message: Message): void;
  /** Sends a message once there is room; once `signal` aborts it no longer waits, and doesn't send. */
  send(message: Message, signal: AbortSignal): Promise<void>;
  /** Cuts the connection as a power failure does: no DISCONNECT, what wasn't acknowledged is forgotten. */
  cut(): void;
  /** Connects again after a cut, for as long as it takes. */
  restore(): void;
  /** Waits until all is acknowledged or `signal` aborts, says `offline`, and disconnects. */
  close(signal: AbortSignal): Promise<void>;
  readonly counts: PublisherCounts;
}

/** Dropped messages were never sent; the rest of those published is in flight or was forgotten in a cut. */
export interface PublisherCounts {
  published: number;
  acknowledged: number;
  dropped: number;
}
