/**
 * What is wrong with a sensor rather than with what it measures; looked at before any distance, because most of what
 * looks like drift in the field is one of these.
 *
 *     missing        more than half of the values weren't numbers
 *     stuck          every value is the same, at a place where the reference doesn't rest
 *     out-of-range   the mean is further out of the reference's range than that range is wide (-999, an open wire)
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
  window: HistogramState,
): { fault: SensorFault; share: number } | undefined {
  const [n, missing] = [window.n ?? 0, window.missing ?? 0];
  if (n + missing < FEWEST) return undefined;
  const share = missing / (n + missing);
  if (share > FAULT_SHARE) return { fault: 'missing', share };
  if (n < FEWEST) return undefined;
  const [low, high] = [reference.min ?? 0, reference.max ?? 0];
  const mean = window.mean ?? 0;
  const width = high - low;
  if (width > 0 && (mean > high + width || mean < low - width)) return { fault: 'out-of-range', share: 1 };
  if (window.min === window.max && !restsAt(reference, mean)) return { fault: 'stuck', share: 1 };
  return undefined;
}

function restsAt({ edges, counts, n, m2 }: skerry.v1.ISignalReference, value: number): boolean {
  const bin = binOf(Float64Array.from(edges ?? []), value);
  return (m2 ?? 0) === 0 || (counts?.[bin] ?? 0) > FAULT_SHARE * (n ?? 0);
}
