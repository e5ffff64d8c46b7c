/** Times of day at a place: windows within which something is allowed, or isn't. */
import { z } from 'zod';

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM')
  .transform((text) => 60 * Number(text.slice(0, 2)) + Number(text.slice(3)));

/** `HH:MM` → minutes since midnight. */
export const timeOfDay: z.ZodType<number, string> = time;

/** Minutes since midnight. A window whose end is before its beginning goes over midnight. */
export interface DayWindow {
  from: number;
  to: number;
}

/** Whether it is within the window in an IANA time zone. Throws RangeError where there is no such zone. */
export function isWithin({ from, to }: DayWindow, zone: string, nowMs: number): boolean {
  const text = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(nowMs);
  const minute = 60 * Number(text.slice(0, 2)) + Number(text.slice(3));
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** Whether there is such a time zone. */
export function isZone(zone: string): boolean {
  try {
    isWithin({ from: 0, to: 0 }, zone, 0);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
