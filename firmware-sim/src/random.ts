/**
 * Seeded randomness for the simulation: xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c)
 * whose state is filled by SplitMix64 (https://prng.di.unimi.it/splitmix64.c), as its authors advise.
 *
 * `fork(label)` depends on the seed and the label alone, never on how much was drawn before. So a new draw in one part of
 * the simulation changes nothing in another:
 *
 *   createRandom(7).fork('pump-1').uniform()   // the same whatever else createRandom(7) was used for
 */
export interface Random {
  /** The next 32 random bits, as an unsigned integer. */
  u32(): number;
  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number;
  /** Standard normal: mean 0, standard deviation 1. */
  normal(): number;
  /** A generator of its own for one concern. */
  fork(label: string): Random;
}

const mask64 = 0xffff_ffff_ffff_ffffn;

/** A generator that gives the same numbers for the same seed (any finite number; its integer part counts). */
export function createRandom(seed: number): Random {
  return fromSeed64(BigInt.asUintN(64, BigInt(Math.trunc(seed))));
}

function fromSeed64(seed: bigint): Random {
  const [lo, hi] = [splitMix64(seed, 1n), splitMix64(seed, 2n)];
  let s0 = Number(lo & 0xffff_ffffn) | 0;
  let s1 = Number(lo >> 32n) | 0;
  let s2 = Number(hi & 0xffff_ffffn) | 0;
  let s3 = Number(hi >> 32n) | 0;
  let spare = Number.NaN;

  function u32(): number {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotateLeft(s3, 11);
    return result;
  }

  function uniform(): number {
    return ((u32() >>> 5) * 0x400_0000 + (u32() >>> 6)) / 0x20_0000_0000_0000;
  }

  // Box and Muller (1958): two normals from two uniforms; the second is kept for the next call.
  function normal(): number {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = Number.NaN;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  return { u32, uniform, normal, fork: (label) => fromSeed64(splitMix64(seed ^ fnv1a64(label), 3n)) };
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function splitMix64(seed: bigint, index: bigint): bigint {
  let z = (seed + index * 0x9e37_79b9_7f4a_7c15n) & mask64;
  z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & mask64;
  z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & mask64;
  return z ^ (z >> 31n);
}

// FNV-1a, 64 bits (Fowler, Noll and Vo, http://www.isthe.com/chongo/tech/comp/fnv/), over UTF-16 code units.
function fnv1a64(label: string): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (let i = 0; i < label.length; i++) {
    hash = ((hash ^ BigInt(label.charCodeAt(i))) * 0x100_0000_01b3n) & mask64;
  }
  return hash;
}
