import type { Random } from '@skerry/firmware-sim/random';

/** Randomness as agents and actors take it. */
export function randomPort(random: Random): { bytes(length: number): Uint8Array; unit(): number } {
  return {
    bytes: (length) => Uint8Array.from({ length }, () => random.u32() & 0xff),
    unit: () => random.uniform(),
  };
}

/** An exponentially distributed time, in milliseconds: how long until something that happens every `meanMs`. */
export function exponentialMs(random: Random, meanMs: number): number {
  return -meanMs * Math.log(1 - random.uniform());
}
