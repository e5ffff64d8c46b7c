/** Seeded draws: a decision judged again on the same numbers comes out the same, on every machine. */

/**
 * Uniform numbers in [0, 1) from a text. Seed by FNV-1a, steps by mulberry32: 2^32 long, which is plenty for the
 * 10^5 arrangements that a test draws, and not for secrets.
 */
export function drawsOf(seed: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
