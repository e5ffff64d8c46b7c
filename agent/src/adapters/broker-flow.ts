/**
 * What connections together may have on their way: messages that were read and wait for their commit, and packets that
 * were begun and are not complete. Past the first bound no connection is read from, so its kernel's buffer fills and
 * the sender's socket stalls; they take turns as room comes back. Past the second, the connection whose packet was
 * begun first is closed: of many, it is the likeliest to have stalled.
 */
import type { Duplex } from 'node:stream';

export interface FlowLimits {
  /** Messages, and bytes of their topics and payloads, that wait for their commit before reading stops. */
  maxMessages: number;
  maxBytes: number;
  /** Bytes held for packets that are not complete. */
  maxIncompleteBytes: number;
}

export class Flow {
  readonly #limits: FlowLimits;
  #messages = 0;
  #bytes = 0;
  /** Connections that asked to read while nobody may, in the order of asking. */
  readonly #waiting = new Set<Duplex>();
  /** Bytes held by connection, in the order in which their packets were begun. */
  readonly #incomplete = new Map<Duplex, number>();
  #incompleteBytes = 0;
  #letting = false;

  constructor(limits: FlowLimits) {
    this.#limits = limits;
  }

  /** Connections that are not read from at the moment, though they asked. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get #full(): boolean {
    return this.#messages >= this.#limits.maxMessages || this.#bytes >= this.#limits.maxBytes;
  }

  /** Whether a connection may read; if not, it gets `readable` when there is room. */
  mayRead(socket: Duplex): boolean {
    if (!this.#full) return true;
    this.#waiting.add(socket);
    return false;
  }

  /** A message begins to wait for its commit. Returns how to end that. */
  enter(bytes: number): () => void {
    this.#messages++;
    this.#bytes += bytes;
    return () => {
      this.#messages--;
      this.#bytes -= bytes;
      if (this.#waiting.size > 0) this.#letOn();
    };
  }

  /** Takes note that a connection holds so many bytes of an incomplete packet: of a new one, or of the one before. */
  hold(socket: Duplex, bytes: number, isNew: boolean): void {
    const before = this.#incomplete.get(socket) ?? 0;
    if (bytes === 0 && before === 0) return;
    this.#incompleteBytes += bytes - before;
    if (isNew) this.#incomplete.delete(socket);
    if (bytes > 0) this.#incomplete.set(socket, bytes);
  }

  /** The connection to close, where all together hold too much. */
  excess(): Duplex | undefined {
    if (this.#incompleteBytes <= this.#limits.maxIncompleteBytes) return undefined;
    return this.#incomplete.keys().next().value;
  }

  /** A connection is closed. */
  leave(socket: Duplex): void {
    this.#waiting.delete(socket);
    this.hold(socket, 0, true);
  }

  // In a later turn: many messages leave with one commit, and room is given out once.
  #letOn(): void {
    if (this.#letting) return;
    this.#letting = true;
    setImmediate(() => {
      this.#letting = false;
      for (const socket of this.#waiting) {
        if (this.#full) return;
        this.#waiting.delete(socket);
        socket.emit('readable');
      }
    });
  }
}
