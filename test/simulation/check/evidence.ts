/**
 * What an agent says of the release that serves counts each of its windows once, on the disk itself: while a release
 * serves, its windows and the pipeline's results grow together, batch by batch and over every crash. A disk that was
 * damaged is asked no more: what lay in the damaged record can't be known by anyone.
 */
import { unseal, unsealJson } from '@skerry/agent/outbox/sealed';
import type { SampleCounters } from '@skerry/agent/pipeline/types';
import type { Store, StoreOp } from '@skerry/agent/ports';
import { decode, v1 } from '@skerry/proto/wire';
import type { BatchFault } from '../../support/faulty-store.ts';
import { InvariantBroken, type World } from '../world.ts';

const INVARIANT = 'evidence (every window counts once)';

export interface EvidenceCheck {
  /** The store, watched: every batch is checked right behind it. `fault` says what became of the latest. */
  watch(store: Store, fault: () => BatchFault | undefined): Store;
  /** Goes on with what a start finds. */
  recount(entries: readonly (readonly [key: string, value: Uint8Array])[]): void;
  /** A record of the disk was damaged. */
  damaged(): void;
}

/** A checker for one agent's disk. */
export function createEvidenceCheck(world: World, agent: string): EvidenceCheck {
  /** By pipeline: its results, and which release has served since when. */
  const results = new Map<string, number>();
  const tenures = new Map<string, string>();
  /** By tenure: results that came before it. */
  const before = new Map<string, number>();
  let isDamaged = false;

  function apply(ops: readonly StoreOp[]): void {
    const counted: [pipeline: string, digest: string, windows: number][] = [];
    for (const op of ops) {
      if (op.type === 'del') continue;
      const [kind, part, ...rest] = op.key.split('/');
      if (kind === 'c' && part === 'feed') results.set(rest[0]!, resultsIn(op.value));
      if (kind === 'e' && part === 'b') tenures.set(rest[0]!, tenureIn(op.value));
      if (kind === 'e' && part === 'c' && rest[1] === 'active')
        counted.push([rest[0]!, rest[2]!, windowsIn(op.value)]);
    }
    for (const [pipeline, digest, windows] of counted) verify(pipeline, digest, windows);
  }

  function verify(pipeline: string, digest: string, windows: number): void {
    const tenure = tenures.get(pipeline);
    // One that was given back lies there as it was.
    if (isDamaged || !tenure?.startsWith(digest)) return;
    const others = (results.get(pipeline) ?? 0) - windows;
    const known = before.get(`${pipeline} ${tenure}`) ?? others;
    before.set(`${pipeline} ${tenure}`, known);
    if (others === known) return;
    const message = `${agent} counts ${windows} windows of the release that serves, and ${windows + others - known} have come`;
    world.fail(new InvariantBroken(INVARIANT, message));
  }

  return {
    watch: (store, fault) => ({
      ...store,
      batch: async (ops, options) => {
        try {
          await store.batch(ops, options);
        } catch (error) {
          if (fault() === 'unsure') apply(ops);
          throw error;
        }
        apply(ops);
      },
    }),
    recount: (entries) => apply(entries.map(([key, value]) => ({ type: 'put', key, value }))),
    damaged() {
      isDamaged = true;
    },
  };
}

function resultsIn(value: Uint8Array): number {
  const counters = unsealJson(value) as SampleCounters | undefined;
  return Object.values(counters?.results ?? {}).reduce((a, b) => a + b, 0);
}

function tenureIn(value: Uint8Array): string {
  const page = unsealJson(value) as { active?: { digest: string; sinceMs: number } } | undefined;
  return page?.active ? `${page.active.digest} since ${page.active.sinceMs}` : '';
}

function windowsIn(value: Uint8Array): number {
  const bytes = unseal(value);
  return bytes ? decode(v1.ReleaseEvidence, bytes).windows : 0;
}
