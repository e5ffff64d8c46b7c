/** Follows a target with inertia: called with the target and the seconds since the last call. */
export type Lag = (target: number, dtS: number) => number;

/**
 * First-order lag dx/dt = (target - x)/tauS, the step response of a heated mass or a pump coming up to speed, solved
 * exactly for a target that is constant over the step: x += (target - x)(1 - exp(-dt/tau)).
 */
export function createLag(tauS: number, initial: number): Lag {
  let x = initial;
  return (target, dtS) => {
    x += (target - x) * -Math.expm1(-dtS / tauS);
    return x;
  };
}
