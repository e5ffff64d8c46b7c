import type { Random } from '../random.ts';
import type { Process } from './wander.ts';

/** How a load is switched: between which levels, and for how many seconds each is held. */
export interface DutyOptions {
  readonly levels: readonly [min: number, max: number];
  readonly dwellS: readonly [min: number, max: number];
}

/**
 * A load that is set to a new level now and then: each level is uniform in `levels` and held for a time uniform in
 * `dwellS`. Stationary, so hours of it look like minutes of it.
 */
export function createDuty(random: Random, { levels, dwellS }: DutyOptions): Process {
  const between = ([min, max]: readonly [number, number]) => min + (max - min) * random.uniform();
  let level = between(levels);
  let leftS = between(dwellS) * random.uniform();
  return (dtS) => {
    leftS -= dtS;
    // After a silence of many dwells only the last level counts, so the phase is drawn anew instead of replayed.
    if (leftS < -10 * dwellS[1]) leftS = -dwellS[0] * random.uniform();
    while (leftS <= 0) {
      level = between(levels);
      leftS += between(dwellS);
    }
    return level;
  };
}
