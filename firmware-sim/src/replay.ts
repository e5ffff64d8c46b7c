/**
 * A recording as a device would have sent it: rows become messages, each with the time at which it is due.
 *
 *   speed 1x, as recorded     row at 09:00:00 says ts 09:00:00; sent at once; the row at 09:00:10 ten seconds later
 *   speed 1x, to now          row at 09:00:00 says the moment of the start; all others keep their distance to it
 *   speed 60x, to now         times end at the moment when the last row is sent, so none lies in the future
 *   speed max                 rows are sent as fast as they are acknowledged; due at once
 */
import type { Message } from './device.ts';
import { type Codec, encodeSample } from './payload.ts';
import { createPace, originUs } from './speed.ts';

/** When a recording begins and ends, in microseconds since the Unix epoch: its least and greatest time. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** How to replay. */
export interface ReplayOptions {
  readonly topic: string;
  readonly device: string;
  readonly codec: Codec;
  readonly qos: 0 | 1 | 2;
  /** Factor; Infinity for as fast as acknowledgements allow. */
  readonly speed: number;
  /** Shift the recording's times so that it ends as it has been sent; otherwise they stay as recorded. */
  readonly toNow: boolean;
}

/** A row's messages, and the wall time in milliseconds when they are due. */
export interface DueMessages {
  readonly dueMs: number;
  readonly messages: readonly Message[];
}

/** One row of a recording. */
export interface ReplayRow {
  readonly timeUs: number;
  readonly values: ArrayLike<number>;
}

/** Turns the rows of a recording of this span, with these columns, into messages, for a replay that starts at `startMs`. */
export function createReplay(
  columns: readonly string[],
  span: Span,
  startMs: number,
  options: ReplayOptions,
): (row: ReplayRow) => DueMessages {
  const { device, codec, qos, speed } = options;
  const pace = createPace(speed, span.fromUs, startMs);
  const shiftUs = options.toNow ? originUs(speed, span.toUs - span.fromUs, startMs) - span.fromUs : 0;
  return ({ timeUs, values }) => {
    const sample = { device, timeUs: timeUs + shiftUs, channels: columns, values };
    const messages = encodeSample(codec, options.topic, sample).map((payload) => ({
      ...payload,
      qos,
      retain: false,
    }));
    return { dueMs: pace.wallMsAt(timeUs), messages };
  };
}
