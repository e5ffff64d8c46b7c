/**
 * Stands between a connection and aedes, which reads by `read()`: nothing while there is no room (broker-flow.ts), and
 * whole packets only. What is left of a chunk behind its last whole packet is kept here, in as many bytes as it has;
 * aedes' parser would keep the chunks themselves, of which a single byte takes hundreds.
 */
import type { Duplex } from 'node:stream';
import type { Flow } from './broker-flow.ts';
import { createPacketGuard } from './packet-guard.ts';

/** Why a connection must be closed. */
export type Offence = 'tooLarge' | 'malformed' | 'incomplete';

const EMPTY = Buffer.alloc(0);

/** Puts the reader in place; `close` is called for a connection (this one, or another) that must be closed. */
export function boundReading(
  socket: Duplex,
  flow: Flow,
  maxPacketBytes: number,
  close: (socket: Duplex, why: Offence) => void,
): void {
  const guard = createPacketGuard(maxPacketBytes, 'connect');
  const tail = new Tail();
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    if (size === 0) return read(0);
    for (;;) {
      if (socket.destroyed || !flow.mayRead(socket)) return null;
      const chunk = read() as Buffer | null;
      if (chunk === null) return null;
      const verdict = guard.take(chunk);
      if (verdict !== 'ok') {
        close(socket, verdict === 'too-large' ? 'tooLarge' : 'malformed');
        return null;
      }
      const packets = tail.take(chunk, guard.boundary);
      flow.hold(socket, tail.heldBytes, packets.length > 0);
      for (let most = flow.excess(); most; most = flow.excess()) close(most, 'incomplete');
      if (packets.length > 0) return packets;
    }
  };
  socket.once('close', () => flow.leave(socket));
}

/** The bytes of a packet that is not complete. */
class Tail {
  #buffer: Buffer = EMPTY;
  #length = 0;

  /** What it takes in memory. */
  get heldBytes(): number {
    return this.#length === 0 ? 0 : this.#buffer.length;
  }

  /** The whole packets that end in this chunk, before `boundary`, with what was kept of the first; keeps the rest. */
  take(chunk: Buffer, boundary: number): Buffer {
    if (boundary === 0) {
      this.#append(chunk);
      return EMPTY;
    }
    const ending = chunk.subarray(0, boundary);
    const packets =
      this.#length === 0 ? ending : Buffer.concat([this.#buffer.subarray(0, this.#length), ending]);
    // A small copy, so that the chunk can go.
    this.#buffer = boundary < chunk.length ? Buffer.from(chunk.subarray(boundary)) : EMPTY;
    this.#length = this.#buffer.length;
    return packets;
  }

  #append(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#buffer.length));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length = length;
  }
}
