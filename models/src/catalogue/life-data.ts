/** Simulated motors that run until their bearing fails: what remaining life is learnt from and measured on. */
import { motorModel } from '@skerry/firmware-sim/machines/motor';
import { recordMachine } from '@skerry/firmware-sim/machines/recording';
import { createRandom } from '@skerry/firmware-sim/random';

/** The motor's channels that are looked at. */
export const LIFE_CHANNELS = motorModel.channels.filter(
  ({ name }) => name === 'vibration' || name === 'envelope',
);
/** Readings, one an hour, in a window. */
export const LIFE_LENGTH = 48;
/** Beyond so many hours nothing is promised: the curve is flat there. */
export const LIFE_CAP_H = 200;

/** One motor from the day it is watched to its failure, a row an hour, row-major. */
export interface LifeRun {
  rows: Float64Array;
  hours: number;
}

/**
 * A motor that fails after 150 to 900 hours. Its bearing is sound for up to 60 % of that; from then on the damage grows
 * as a power of the time, of exponent 1.5 to 5, to severity 1.
 */
export function lifeRun(seed: number): LifeRun {
  const random = createRandom(seed).fork('life');
  const hours = Math.round(150 + 750 * random.uniform());
  const onset = 0.6 * hours * random.uniform();
  const exponent = 1.5 + 3.5 * random.uniform();
  const recording = recordMachine('motor', { seed, hours, rateHz: 1 / 3_600 }, (elapsedS) => {
    const grown = Math.max(0, elapsedS / 3_600 - onset) / (hours - onset);
    return { bearing: grown ** exponent };
  });
  const columns = LIFE_CHANNELS.map(({ name }) => recording.channels.findIndex((c) => c.name === name));
  const rows = Float64Array.from(
    { length: hours * columns.length },
    (_, i) =>
      recording.rows[
        Math.floor(i / columns.length) * recording.channels.length + columns[i % columns.length]!
      ]!,
  );
  return { rows, hours };
}

/** Windows of a run every `hop` hours, and the hours that are left at the end of each. */
export function lifeWindows(
  { rows, hours }: LifeRun,
  hop: number,
): { windows: Float64Array[]; left: number[] } {
  const width = LIFE_CHANNELS.length;
  const windows: Float64Array[] = [];
  const left: number[] = [];
  for (let end = LIFE_LENGTH; end <= hours; end += hop) {
    windows.push(rows.slice((end - LIFE_LENGTH) * width, end * width));
    left.push(hours - end);
  }
  return { windows, left };
}
