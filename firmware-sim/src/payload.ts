/**
 * What a reading looks like on the wire. Times are milliseconds since the Unix epoch, with decimals where there are any.
 *
 *   json     {"ts":1767225600000,"flow":45.9,"suction":0.93}     with "device" first where it is named
 *   csv      1767225600000,45.9,0.93                             one line, no header
 *   number   45.9                                                one message a channel, under TOPIC/CHANNEL (one channel: TOPIC)
 *
 * A missing value is left out of json, empty in csv, and not sent as number.
 */

/** How readings are written. */
export const codecs = ['json', 'csv', 'number'] as const;
export type Codec = (typeof codecs)[number];

/** One reading to be written. */
export interface Sample {
  readonly device?: string;
  readonly timeUs: number;
  readonly channels: readonly string[];
  readonly values: ArrayLike<number>;
}

/** A payload and the topic it goes under. */
export interface Payload {
  readonly topic: string;
  readonly payload: string;
}

/** The messages that carry a reading: one, or with `number` one a channel. None where nothing is left to say. */
export function encodeSample(codec: Codec, topic: string, sample: Sample): Payload[] {
  const { channels, values } = sample;
  const ts = sample.timeUs / 1000;
  switch (codec) {
    case 'json': {
      const body: Record<string, string | number> =
        sample.device === undefined ? { ts } : { device: sample.device, ts };
      for (let i = 0; i < channels.length; i++)
        if (Number.isFinite(values[i])) body[channels[i]!] = values[i]!;
      return [{ topic, payload: JSON.stringify(body) }];
    }
    case 'csv': {
      const fields = channels.map((_, i) => (Number.isFinite(values[i]) ? String(values[i]) : ''));
      return [{ topic, payload: [ts, ...fields].join(',') }];
    }
    case 'number':
      return channels.flatMap((name, i) => {
        if (!Number.isFinite(values[i])) return [];
        return [{ topic: channels.length === 1 ? topic : `${topic}/${name}`, payload: String(values[i]) }];
      });
  }
}
