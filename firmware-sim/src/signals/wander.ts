import type { Random } from '../random.ts';

/** A value that evolves in time: called with the seconds since its last call, returns its new value. */
export type Process = (dtS: number) => number;

/**
 * Gaussian noise with memory: the stationary Ornstein-Uhlenbeck process, which sampled at any spacing is an AR(1) series
 * (Uhlenbeck and Ornstein 1930; exact discretization: Gillespie, Phys. Rev. E 54 (1996) 2084). Mean 0, standard deviation
 * `sd`, autocorrelation exp(-dt/tauS). It starts in its stationary distribution.
 */
export function createWander(random: Random, tauS: number, sd: number): Process {
  let x = random.normal();
  return (dtS) => {
    const phi = Math.exp(-dtS / tauS);
    x = phi * x + Math.sqrt(1 - phi * phi) * random.normal();
    return sd * x;
  };
}
