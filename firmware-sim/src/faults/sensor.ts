import type { Random } from '../random.ts';
import { activeForMs, type FaultOfSensor } from './fault.ts';

/** Changes one value of a reading in place; called for every reading, whether the fault is there or not. */
export type SensorFault = (values: Float64Array, elapsedMs: number) => void;

/** A sensor that fails on the channel at `index`. */
export function createSensorFault(fault: FaultOfSensor, index: number, random: Random): SensorFault {
  let held = Number.NaN;
  return (values, elapsedMs) => {
    const sinceMs = activeForMs(fault, elapsedMs);
    if (sinceMs === undefined) {
      held = values[index]!;
      return;
    }
    switch (fault.kind) {
      case 'spike':
        if (random.uniform() < fault.probability)
          values[index]! += (random.u32() & 1 ? 1 : -1) * fault.magnitude;
        break;
      case 'drift':
        values[index]! += (fault.perMinute * sinceMs) / 60_000;
        break;
      case 'noise':
        values[index]! += fault.sd * random.normal();
        break;
      case 'stuck':
        if (Number.isNaN(held)) held = values[index]!;
        values[index] = held;
        break;
    }
  };
}
