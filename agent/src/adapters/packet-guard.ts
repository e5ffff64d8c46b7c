/**
 * Reads along a stream of MQTT packets, fixed headers only (MQTT 3.1.1, section 2.2), so that a packet announced
 * larger than allowed is refused before anything of it is kept:
 *
 *   byte 1     type and flags
 *   byte 2..5  remaining length, 7 bits a byte, low bits first, the top bit says that another follows
 *
 *   30 80 80 80 40 …   a PUBLISH that announces 128 MiB: refused at its fifth byte
 */
export type GuardVerdict = 'ok' | 'too-large' | 'malformed';

export interface PacketGuard {
  /** Takes the next bytes of the stream. Anything but `ok` is final: the connection must be closed. */
  take(chunk: Uint8Array): GuardVerdict;
  /** Where the last packet that ended in the chunk just taken ends in it; 0 where none did. */
  readonly boundary: number;
}

const CONNECT = 0x10;
const CONNACK = 0x20;
const MAX_LENGTH_BYTES = 4;

/**
 * A guard for one connection. `firstPacket` is what must come first: CONNECT towards a broker, CONNACK towards a
 * client; any other first byte is no MQTT.
 */
export function createPacketGuard(maxPacketBytes: number, firstPacket: 'connect' | 'connack'): PacketGuard {
  const expectedType = firstPacket === 'connect' ? CONNECT : CONNACK;
  let first = true;
  /** Bytes of the packet's body still to come; -1 while its header is read. */
  let bodyLeft = -1;
  /** Bytes of the current header so far, its first byte included. */
  let headerBytes = 0;
  let length = 0;
  let boundary = 0;
  return {
    get boundary() {
      return boundary;
    },
    take(chunk) {
      let at = 0;
      boundary = 0;
      while (at < chunk.length) {
        if (bodyLeft > 0) {
          const step = Math.min(bodyLeft, chunk.length - at);
          at += step;
          bodyLeft -= step;
        } else {
          const byte = chunk[at++]!;
          if (headerBytes === 0) {
            if (first && (byte & 0xf0) !== expectedType) return 'malformed';
            first = false;
            headerBytes = 1;
            length = 0;
          } else {
            length += (byte & 0x7f) * 2 ** (7 * (headerBytes - 1));
            headerBytes++;
            if (length + headerBytes > maxPacketBytes) return 'too-large';
            if (byte & 0x80) {
              if (headerBytes > MAX_LENGTH_BYTES) return 'malformed';
            } else bodyLeft = length;
          }
        }
        if (bodyLeft === 0) {
          bodyLeft = -1;
          headerBytes = 0;
          boundary = at;
        }
      }
      return 'ok';
    },
  };
}
