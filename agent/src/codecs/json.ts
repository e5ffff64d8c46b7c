import { fromUtf8 } from '@skerry/proto/bytes';
import type { Codec, Fields, RowSink } from './codec.ts';
import { compilePath, readPath } from './path.ts';

/**
 * JSON (RFC 8259): an object is one row, an array is one row per element. `null` counts as absent. Invalid UTF-8 or
 * JSON, and an element that is no object, are malformed.
 */
export function jsonCodec(fields: Fields): Codec {
  const channels = fields.channels.map(compilePath);
  const device = fields.device.map(compilePath);
  const time = fields.time === undefined ? undefined : compilePath(fields.time);

  function row(value: unknown, sink: RowSink): void {
    if (value === null || typeof value !== 'object') {
      sink.malformed();
      return;
    }
    for (let c = 0; c < channels.length; c++) sink.values[c] = readPath(value, channels[c]!) ?? undefined;
    for (let d = 0; d < device.length; d++) sink.device[d] = readPath(value, device[d]!);
    sink.time = time === undefined ? undefined : readPath(value, time);
    sink.row();
  }

  return {
    decode(payload, sink) {
      let value: unknown;
      try {
        value = JSON.parse(fromUtf8(payload));
      } catch {
        sink.malformed(); // counted by its reason; the bytes are the sender's affair
        return;
      }
      // An array whose channels are indices ("0", "[1]") is one row of numbers; otherwise each element is a row.
      if (Array.isArray(value) && (value.length === 0 || typeof value[0] === 'object')) {
        if (value.length === 0) sink.malformed();
        for (const element of value) row(element, sink);
      } else row(value, sink);
    },
  };
}
