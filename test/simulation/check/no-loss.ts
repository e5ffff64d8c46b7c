/**
 * Invariant 1, on the disk itself: after every batch the ledgers are compared with what lies beside them, not with
 * themselves. Per agent:
 *
 *   1. results pending = records in the result lane's blocks, and the same for alerts
 *   2. produced = delivered + pending + summarized + evicted, per lane
 *   3. 0 ≤ open samples ≤ samples in the journal: what is open can be replayed
 *   4. acknowledged messages ≤ received, at the moment of the acknowledgement and ever after: durable comes first
 *
 * Of a disk that was damaged only 1 and 2 are asked, from the first batch behind the damage on: what lay in the damaged
 * record can't be known by anyone.
 */

import { decodeStored } from '@skerry/agent/outbox/block-codec';
import { addCounters, emptyCounters } from '@skerry/agent/outbox/counters';
import { decodeHead, type Head, LANES, lifetimeLedger } from '@skerry/agent/outbox/head';
import { decodeJournal } from '@skerry/agent/outbox/journal-codec';
import { HEAD_KEY, numberOfKey } from '@skerry/agent/outbox/keys';
import { check, emptyLedger, type Ledger, openSamples } from '@skerry/agent/outbox/ledger';
import { unsealJson } from '@skerry/agent/outbox/sealed';
import type { SampleCounters } from '@skerry/agent/pipeline/types';
import type { Store, StoreOp } from '@skerry/agent/ports';
import { messageOf } from '@skerry/proto/errors';
import { v1 } from '@skerry/proto/wire';
import type { BatchFault } from '../../support/faulty-store.ts';
import { InvariantBroken, type World } from '../world.ts';

const INVARIANT = 'invariant 1 (nothing acknowledged is lost)';

export interface LedgerCheck {
  /** The store, watched: every batch is checked right behind it. `fault` says what became of the latest. */
  watch(store: Store, fault: () => BatchFault | undefined): Store;
  /** Begins anew with what a start finds. */
  recount(entries: readonly (readonly [key: string, value: Uint8Array])[]): void;
  /** A message reached the agent; one was acknowledged. */
  delivered(): void;
  acknowledged(): void;
  /** A record of the disk was damaged. */
  damaged(): void;
  /** Durable by now. */
  counters(): SampleCounters;
  /** Over all epochs. */
  ledger(lane: 'alert' | 'result'): Ledger;
  /** Samples in the journal behind what was fed. */
  unfed(): number;
}

/** A checker for one agent's disk. */
export function createLedgerCheck(world: World, agent: string): LedgerCheck {
  return new DiskLedgers(world, agent);
}

class DiskLedgers implements LedgerCheck {
  readonly #world: World;
  readonly #agent: string;
  #journal = new Tally();
  #blocks = { alert: new Tally(), result: new Tally() };
  #counters = new Map<string, SampleCounters>();
  /** Their sum, until one of them changes. */
  #summed: SampleCounters | undefined;
  #head: Head | undefined;
  #delivered = 0;
  #acknowledged = 0;
  #damage: 'none' | 'unseen' | 'seen' = 'none';

  constructor(world: World, agent: string) {
    this.#world = world;
    this.#agent = agent;
  }

  watch(store: Store, fault: () => BatchFault | undefined): Store {
    return {
      ...store,
      batch: async (ops, options) => {
        try {
          await store.batch(ops, options);
        } catch (error) {
          if (fault() === 'unsure') this.#apply(ops);
          throw error;
        }
        this.#apply(ops);
        // The first batch of a start says what opening made of the damage.
        if (this.#damage === 'unseen') this.#damage = 'seen';
        this.#verify();
      },
    };
  }

  recount(entries: readonly (readonly [key: string, value: Uint8Array])[]): void {
    this.#journal = new Tally();
    this.#blocks = { alert: new Tally(), result: new Tally() };
    this.#counters = new Map();
    this.#summed = undefined;
    this.#head = undefined;
    this.#apply(entries.map(([key, value]) => ({ type: 'put', key, value })));
    this.#verify();
  }

  delivered(): void {
    this.#delivered++;
  }

  acknowledged(): void {
    this.#acknowledged++;
    this.#verify();
  }

  damaged(): void {
    this.#damage = 'unseen';
  }

  counters(): SampleCounters {
    this.#summed ??= [...this.#counters.values()].reduce(addCounters, emptyCounters());
    return this.#summed;
  }

  ledger(lane: 'alert' | 'result'): Ledger {
    return this.#head ? lifetimeLedger(this.#head, lane) : emptyLedger();
  }

  unfed(): number {
    const through = this.#head?.fedThrough ?? 0;
    let rows = 0;
    for (const [key, count] of this.#journal.counts) if (numberOfKey(key) > through) rows += count;
    return rows;
  }

  #apply(ops: readonly StoreOp[]): void {
    for (const op of ops) {
      const value = op.type === 'put' ? op.value : undefined;
      if (op.key.startsWith('j/')) this.#journal.set(op.key, value && this.#count(value, rowsOf));
      else if (op.key.startsWith('b/a/'))
        this.#blocks.alert.set(op.key, value && this.#count(value, recordsOf));
      else if (op.key.startsWith('b/r/'))
        this.#blocks.result.set(op.key, value && this.#count(value, recordsOf));
      else if (op.key.startsWith('c/')) this.#setCounters(op.key, value);
      else if (op.key === HEAD_KEY && value) this.#head = decodeHead([value]) ?? this.#head;
    }
  }

  #setCounters(key: string, value: Uint8Array | undefined): void {
    this.#summed = undefined;
    const counters = value && (unsealJson(value) as SampleCounters | undefined);
    if (counters) this.#counters.set(key, counters);
    else this.#counters.delete(key);
  }

  /** A record that can't be read holds nothing; without damage there is none. */
  #count(value: Uint8Array, countOf: (value: Uint8Array) => number): number {
    try {
      return countOf(value);
    } catch (error) {
      if (this.#damage === 'none') this.#fail(messageOf(error));
      return 0;
    }
  }

  #verify(): void {
    if (this.#damage === 'none') this.#verifySamples();
    if (this.#damage !== 'unseen') this.#verifyLanes();
  }

  #verifySamples(): void {
    const counters = this.counters();
    const open = openSamples(counters);
    const journaled = this.#journal.total;
    if (open < 0 || open > journaled)
      this.#fail(`${open} samples are open and ${journaled} lie in the journal`);
    if (counters.received < this.#acknowledged || counters.received > this.#delivered)
      this.#fail(
        `${this.#delivered} messages came, ${this.#acknowledged} were acknowledged, and ${counters.received} are accounted for`,
      );
  }

  #verifyLanes(): void {
    const head = this.#head;
    for (const lane of head ? LANES : []) {
      const { ledger } = head!.lanes[lane];
      const held = this.#blocks[lane].total;
      if (ledger.pending !== held)
        this.#fail(`${ledger.pending} ${lane}s are pending and ${held} lie in blocks`);
      try {
        check(ledger, lane);
      } catch (error) {
        this.#fail(messageOf(error));
      }
    }
  }

  #fail(message: string): void {
    this.#world.fail(new InvariantBroken(INVARIANT, `${this.#agent}: ${message}`));
  }
}

/** Counts by key, and their sum. */
class Tally {
  readonly counts = new Map<string, number>();
  total = 0;

  set(key: string, count: number | undefined): void {
    this.total += (count ?? 0) - (this.counts.get(key) ?? 0);
    if (count === undefined) this.counts.delete(key);
    else this.counts.set(key, count);
  }
}

function rowsOf(value: Uint8Array): number {
  return decodeJournal(value).reduce((rows, batch) => rows + batch.count, 0);
}

/** Records that lie there one by one: a summary or a tombstone stands for records that are counted elsewhere. */
function recordsOf(value: Uint8Array): number {
  const { kind, count } = decodeStored(value);
  return kind === v1.BlockKind.BLOCK_KIND_RESULTS || kind === v1.BlockKind.BLOCK_KIND_ALERTS ? count : 0;
}
