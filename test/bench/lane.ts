import { once } from 'node:events';
import type { Socket } from 'node:net';
import { acknowledgements } from '../support/mqtt-packets.ts';

/** The messages of one connection on their way. */
export class Lane {
  readonly #socket: Socket;
  readonly #sentMs: number[] = [];
  readonly #acknowledged: ReturnType<typeof acknowledgements>;

  /** `waits` takes how long each message waited for its acknowledgement, milliseconds. */
  constructor(socket: Socket, waits: number[]) {
    this.#socket = socket;
    this.#acknowledged = acknowledgements(socket);
    let noted = 0;
    socket.on('data', () => {
      const nowMs = performance.now();
      for (; noted < this.#acknowledged.count; noted++) waits.push(nowMs - this.#sentMs[noted]!);
    });
  }

  /** Messages that are not acknowledged. */
  get inFlight(): number {
    return this.#sentMs.length - this.#acknowledged.count;
  }

  /** Writes packets, `acknowledgeable` of which will be answered; false where the socket has enough for now. */
  write(bytes: Buffer, acknowledgeable: number): boolean {
    const nowMs = performance.now();
    for (let i = 0; i < acknowledgeable; i++) this.#sentMs.push(nowMs);
    return this.#socket.write(bytes);
  }

  /** Waits until at most so many are not acknowledged. */
  async settle(inFlight: number): Promise<void> {
    while (this.inFlight > inFlight) await this.#acknowledged.more();
  }

  /** Resolves once the socket takes more. */
  async drained(): Promise<void> {
    await once(this.#socket, 'drain');
  }
}
