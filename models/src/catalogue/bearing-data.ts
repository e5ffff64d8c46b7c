/** Simulated readings of bearings, each of another machine: what the classifier is trained and measured on. */
import {
  bearingAcceleration,
  bearingConditions,
  motorSensor,
} from '@skerry/firmware-sim/machines/bearing-vibration';
import { createRandom } from '@skerry/firmware-sim/random';
import type { Rows } from '../fit/scaling.ts';

export { bearingConditions };

/** Samples a reading: 125 ms at 8192 Hz. */
export const BEARING_LENGTH = motorSensor.samples;
export const BEARING_HZ = motorSensor.sampleHz;

/** Readings in m/s2, and the place of each one's condition among `bearingConditions`. */
export interface BearingReadings {
  waves: Float64Array[];
  conditions: number[];
}

// What differs from machine to machine, and what one machine runs through.
const RANGES = {
  speedRpm: [1410, 1500],
  load: [0.2, 1],
  resonanceHz: [1600, 3000],
  decayS: [0.0008, 0.002],
  noiseG: [0.05, 0.2],
  imbalance: [0.5, 2],
} as const;
const SEVERITY = { least: 0.05, most: 1 } as const;

/** `count` readings, the conditions in turn; of this severity, or of any (small ones more often). */
export function bearingReadings(seed: number, count: number, severity?: number): BearingReadings {
  const random = createRandom(seed).fork('bearings');
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random.uniform();
  const waves: Float64Array[] = [];
  const conditions: number[] = [];
  for (let i = 0; i < count; i++) {
    const { least, most } = SEVERITY;
    const drawn = least + (most - least) * random.uniform() ** 1.5;
    const condition = i % bearingConditions.length;
    waves.push(
      bearingAcceleration(random, {
        condition: bearingConditions[condition]!,
        severity: severity ?? drawn,
        speedRpm: between(RANGES.speedRpm),
        load: between(RANGES.load),
        resonanceHz: between(RANGES.resonanceHz),
        decayS: between(RANGES.decayS),
        noiseG: between(RANGES.noiseG),
        imbalance: between(RANGES.imbalance),
      }),
    );
    conditions.push(condition);
  }
  return { waves, conditions };
}

/** Readings one behind the other as rows of one channel. */
export function asRows(waves: readonly Float64Array[]): Rows {
  const values = new Float64Array(waves.length * BEARING_LENGTH);
  for (const [i, wave] of waves.entries()) values.set(wave, i * BEARING_LENGTH);
  return { width: 1, values };
}
