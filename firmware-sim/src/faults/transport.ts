import type { Random } from '../random.ts';
import { activeForMs, type FaultOfTransport } from './fault.ts';

/** What a device has to say: the time it believes in, and a value a channel, NaN for one it doesn't have. */
export interface Reading {
  readonly timeUs: number;
  readonly values: Float64Array;
}

/**
 * Turns each reading into those that are sent now: none, one, or several. Never changes or invents a value. `last` says that
 * the device stops, so whatever is held back comes out.
 */
export type TransportFault = (
  readings: readonly Reading[],
  elapsedMs: number,
  last: boolean,
) => readonly Reading[];

/** One way in which what is sent goes wrong; `index` is the position of the channel that drops out. */
export function createTransportFault(
  fault: Exclude<FaultOfTransport, { kind: 'reboot' }>,
  index: number | undefined,
  random: Random,
): TransportFault {
  switch (fault.kind) {
    case 'dropout':
      return whileActive(fault, (reading) => {
        if (random.uniform() >= fault.probability) return [reading];
        return index === undefined
          ? []
          : [{ timeUs: reading.timeUs, values: reading.values.with(index, Number.NaN) }];
      });
    case 'clock-skew':
      return whileActive(fault, ({ timeUs, values }, sinceMs) => {
        const skewUs = Math.round(fault.offset * 1000 + (sinceMs * fault.ppm) / 1000);
        return [{ timeUs: timeUs + skewUs, values }];
      });
    case 'duplicate':
      return whileActive(fault, (reading) =>
        random.uniform() < fault.probability ? [reading, reading] : [reading],
      );
    case 'reorder':
      return createReorder(fault, random);
  }
}

function whileActive(
  fault: FaultOfTransport,
  change: (reading: Reading, sinceMs: number) => readonly Reading[],
): TransportFault {
  return (readings, elapsedMs) => {
    const sinceMs = activeForMs(fault, elapsedMs);
    return sinceMs === undefined ? readings : readings.flatMap((reading) => change(reading, sinceMs));
  };
}

// Holds a reading back behind 1 to `depth` later ones, so at most `depth` are ever held. When the fault is over or the
// device stops, those held come out.
function createReorder(fault: FaultOfTransport & { kind: 'reorder' }, random: Random): TransportFault {
  let held: { reading: Reading; behind: number }[] = [];

  function release(out: Reading[], all: boolean): void {
    for (const entry of held) entry.behind--;
    const due = held.filter((entry) => all || entry.behind <= 0);
    held = held.filter((entry) => !due.includes(entry));
    out.push(...due.map((entry) => entry.reading));
  }

  return (readings, elapsedMs, last) => {
    const out: Reading[] = [];
    const active = activeForMs(fault, elapsedMs) !== undefined;
    for (const reading of readings) {
      if (active && random.uniform() < fault.probability) {
        release(out, false);
        held.push({ reading, behind: 1 + Math.floor(random.uniform() * fault.depth) });
      } else {
        out.push(reading);
        release(out, !active);
      }
    }
    if (last) release(out, true);
    return out;
  };
}
