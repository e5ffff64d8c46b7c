/**
 * reference.pb as far as pictures need it: per signal its name, whether it is an output, its edges and counts. Read by
 * hand from the wire format (protobuf.dev, "Encoding"), since a general decoder would weigh more than this whole page:
 *
 *     DriftReference    1: repeated SignalReference
 *     SignalReference   1: name   2: is_output   3: edges, packed doubles   4: counts, packed varints (or one by one)
 */
export interface ReferenceCounts {
  name: string;
  isOutput: boolean;
  /** Between bins, rising. */
  edges: number[];
  counts: number[];
}

/** Decodes the bytes of a DriftReference. Throws RangeError where they are cut short. */
export function readReference(bytes: Uint8Array): ReferenceCounts[] {
  const signals: ReferenceCounts[] = [];
  for (const field of fields(bytes))
    if (field.number === 1 && field.bytes) signals.push(readSignal(field.bytes));
  return signals;
}

function readSignal(bytes: Uint8Array): ReferenceCounts {
  const signal: ReferenceCounts = { name: '', isOutput: false, edges: [], counts: [] };
  for (const { number, bytes: content, value } of fields(bytes)) {
    if (number === 1 && content) signal.name = new TextDecoder().decode(content);
    if (number === 2) signal.isOutput = value === 1;
    if (number === 3 && content) signal.edges.push(...doubles(content));
    if (number === 4) signal.counts.push(...(content ? packed(content) : [value]));
  }
  return signal;
}

interface Field {
  number: number;
  /** Of a varint; 0 for other wire types. */
  value: number;
  /** Of a length-delimited field. */
  bytes: Uint8Array | undefined;
}

function* fields(bytes: Uint8Array): Generator<Field> {
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const tag = varint(reader);
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint(reader), bytes: undefined };
        break;
      case 1:
        skip(reader, 8);
        break;
      case 2: {
        const length = varint(reader);
        const from = reader.at;
        skip(reader, length);
        yield { number, value: 0, bytes: bytes.subarray(from, reader.at) };
        break;
      }
      case 5:
        skip(reader, 4);
        break;
      default:
        throw new RangeError('the drift reference has a field of no known wire type');
    }
  }
}

function packed(bytes: Uint8Array): number[] {
  const reader = { bytes, at: 0 };
  const values: number[] = [];
  while (reader.at < bytes.length) values.push(varint(reader));
  return values;
}

function doubles(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => view.getFloat64(8 * i, true));
}

function varint(reader: { bytes: Uint8Array; at: number }): number {
  let [value, factor] = [0, 1];
  for (;;) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new RangeError('the drift reference is cut short');
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 128;
  }
}

function skip(reader: { bytes: Uint8Array; at: number }, length: number): void {
  reader.at += length;
  if (reader.at > reader.bytes.length) throw new RangeError('the drift reference is cut short');
}
