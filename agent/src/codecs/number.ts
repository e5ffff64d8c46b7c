import { fromUtf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { Codec, Fields } from './codec.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The payload is one decimal number as text: one channel, stamped with its time of arrival. Anything else is malformed. */
export function numberCodec(fields: Fields): Codec {
  if (fields.channels.length !== 1 || fields.time !== undefined || fields.device.length > 0)
    throw new SkerryError('invalid', 'codec number carries one channel and neither a time nor a device', {
      hint: 'name one channel, leave time out, and take the device from the topic',
    });
  return {
    decode(payload, sink) {
      let text: string;
      try {
        text = fromUtf8(payload).trim();
      } catch {
        sink.malformed(); // counted by its reason
        return;
      }
      if (!NUMBER.test(text)) {
        sink.malformed();
        return;
      }
      sink.values[0] = Number(text);
      sink.time = undefined;
      sink.row();
    },
  };
}
