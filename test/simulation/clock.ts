import type { Clock, Timers } from '@skerry/agent/ports';
import type { Random } from '@skerry/firmware-sim/random';
import type { ClockMix } from './mix.ts';
import { exponentialMs } from './random-port.ts';
import type { Life, World } from './world.ts';

/** The clocks of one machine: its oscillator runs fast or slow, its wall clock is off, and NTP steps it at times. */
export interface MachineClock {
  clock(bootMs: number): Clock;
  timers(life: Life): Timers;
  /** No steps any more; the clock stays as wrong as it is. */
  heal(): void;
}

export function createMachineClock(
  world: World,
  random: Random,
  mix: ClockMix,
  machine: string,
): MachineClock {
  let offsetMs = mix.offsetMs * (2 * random.uniform() - 1);
  const rate = 1 + (mix.ppm / 1e6) * (2 * random.uniform() - 1);
  let healed = false;

  function planStep(): void {
    if (mix.stepEveryMs === 0) return;
    world.after(exponentialMs(random, mix.stepEveryMs), () => {
      if (healed) return;
      offsetMs = mix.stepMs * (2 * random.uniform() - 1);
      world.trace.note(machine, `the wall clock is set, now off by ${Math.round(offsetMs / 1000)} s`);
      planStep();
    });
  }

  planStep();
  return {
    clock: (bootMs) => ({
      wallMs: () => world.nowMs + offsetMs,
      monoMs: () => (world.nowMs - bootMs) * rate,
    }),
    timers: (life) => ({
      after(delayMs, run) {
        return world.after(delayMs / rate, () => {
          if (life.alive) run();
        });
      },
    }),
    heal() {
      healed = true;
    },
  };
}
