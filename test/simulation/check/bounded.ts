/**
 * Invariant 6, on the disk itself: what the agent keeps stays under `maxBytes`, whatever arrives and however long nobody
 * takes it. The journal and the states of devices count towards the bound and are not given up for it (FORMAT.md), evidence
 * of releases stands beside it, and a commit may pass it before the next one makes room.
 */
import type { Store } from '@skerry/agent/ports';
import { InvariantBroken, type World } from '../world.ts';

const INVARIANT = 'invariant 6 (the disk stays under its bound)';
/** Head, counters and keys: what the outbox takes beside what can be listed. */
const FIXED_BYTES = 4096;

export interface BoundCheck {
  /** The store, watched: the bytes of its records are summed up behind every batch. */
  watch(store: Store): Store;
  /** Begins anew with what a start finds. */
  recount(entries: readonly (readonly [key: string, value: Uint8Array])[]): void;
  /** Of keys and values, now and at most so far. */
  readonly liveBytes: number;
  readonly peakBytes: number;
}

/** A checker for one agent's disk. */
export function createBoundCheck(world: World, agent: string, maxBytes: number): BoundCheck {
  const sizes = new Map<string, number>();
  let total = 0;
  /** Of the journal and of the states. */
  let kept = 0;
  let largest = 0;
  let peakBytes = 0;

  function set(key: string, value: Uint8Array | undefined): number {
    const bytes = value ? key.length + value.length : 0;
    const change = bytes - (sizes.get(key) ?? 0);
    if (value) sizes.set(key, bytes);
    else sizes.delete(key);
    total += change;
    if (/^[jde]\//.test(key)) kept += change;
    return bytes;
  }

  function verify(): void {
    peakBytes = Math.max(peakBytes, total);
    const allowed = maxBytes + kept + 2 * largest + FIXED_BYTES;
    if (total > allowed)
      world.fail(
        new InvariantBroken(
          INVARIANT,
          `${agent} keeps ${total} bytes: ${kept} of them journal and states, beside a bound of ${maxBytes}`,
        ),
      );
  }

  return {
    watch: (store) => ({
      ...store,
      async batch(ops, options) {
        await store.batch(ops, options);
        let bytes = 0;
        for (const op of ops) bytes += set(op.key, op.type === 'put' ? op.value : undefined);
        largest = Math.max(largest, bytes);
        verify();
      },
    }),
    recount(entries) {
      sizes.clear();
      [total, kept] = [0, 0];
      for (const [key, value] of entries) set(key, value);
    },
    get liveBytes() {
      return total;
    },
    get peakBytes() {
      return peakBytes;
    },
  };
}
