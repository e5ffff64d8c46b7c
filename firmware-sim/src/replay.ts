/**
 * A recording as a device would have sent it: rows become messages, each with the time at which it is due.
 *
 *   speed 1x, as recorded     row at 09:00:00 says ts 09:00:00; sent at once; the row at 09:00:10 ten seconds later
 *   speed 1x, to now          row at 09:00:00 says the moment of the start; all others keep their distance to it
 *   speed 60x, to now         times end at the moment when the last row is sent, so none lies in the future
 *   speed max                 rows are sent as fast as they are acknowledged; due at once
 *   within 2m                 the least speed, 1x or more, at which the last row is sent two minutes after the first
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
  /** `{device}` in it stands for the device. */
  readonly topic: string;
  readonly device: string;
  readonly codec: Codec;
  readonly qos: 0 | 1 | 2;
  /** Factor (Infinity: as fast as acknowledgements allow), or what it takes to be done within a time, at least 1. */
  readonly speed: number | { readonly withinMs: number };
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
  const { device, codec, qos } = options;
  const topic = fillTopic(options.topic, device);
  const spanUs = span.toUs - span.fromUs;
  const speed =
    typeof options.speed === 'number' ? options.speed : Math.max(1, spanUs / 1000 / options.speed.withinMs);
  const pace = createPace(speed, span.fromUs, startMs);
  const shiftUs = options.toNow ? originUs(speed, spanUs, startMs) - span.fromUs : 0;
  return ({ timeUs, values }) => {
    const sample = { device, timeUs: timeUs + shiftUs, channels: columns, values };
    const messages = encodeSample(codec, topic, sample).map((payload) => ({
      ...payload,
      qos,
      retain: false,
    }));
    return { dueMs: pace.wallMsAt(timeUs), messages };
  };
}

/** A topic with the device in the place of `{device}`. */
export function fillTopic(topic: string, device: string): string {
  return topic.replaceAll('{device}', device);
}
