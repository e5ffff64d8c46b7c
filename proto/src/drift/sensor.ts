/**
 * What is wrong with a sensor rather than with what it measures; looked at before any distance, because most of what
 * looks like drift in the field is one of these.
 *
 *     missing        more than half of the values weren't numbers
 *     stuck          every value is the same, at a place where the reference doesn't rest
 *     out-of-range   more than half of the values were outside the range that the release states, and were rejected
 */
import type { skerry } from '../wire.ts';
import { binOf, type HistogramState } from './histogram.ts';

export const SENSOR_FAULTS = ['missing', 'stuck', 'out-of-range'] as const;
export type SensorFault = (typeof SENSOR_FAULTS)[number];

/** The share of a window's values that must be missing, or of the reference that may rest at a stuck value. */
export const FAULT_SHARE = 0.5;
const FEWEST = 20;

/** The fault that a window of a channel shows, with the share of its values that show it. */
export function sensorFault(
  reference: skerry.v1.ISignalReference,
  window: HistogramState & { outside?: number },
): { fault: SensorFault; share: number } | undefined {
  const [n, missing, outside] = [window.n ?? 0, window.missing ?? 0, window.outside ?? 0];
  if (n + missing + outside < FEWEST) return undefined;
  const rejected = outside / (n + outside);
  if (rejected > FAULT_SHARE) return { fault: 'out-of-range', share: rejected };
  const share = missing / (n + missing);
  if (share > FAULT_SHARE) return { fault: 'missing', share };
  if (n < FEWEST) return undefined;
  if (window.min === window.max && !restsAt(reference, window.mean ?? 0)) return { fault: 'stuck', share: 1 };
  return undefined;
}

function restsAt({ edges, counts, n, m2 }: skerry.v1.ISignalReference, value: number): boolean {
  const bin = binOf(Float64Array.from(edges ?? []), value);
  return (m2 ?? 0) === 0 || (counts?.[bin] ?? 0) > FAULT_SHARE * (n ?? 0);
}
