/**
 * The outbox: what the agent has promised to keep. One object over the Store port; every change is one atomic batch,
 * and memory changes only once the batch is durable. Keys, bytes and the reasons are in FORMAT.md.
 */
import { toHex } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import type { ResultRow } from '@skerry/proto/results';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import type { SampleBatch, SampleCounters } from '../pipeline/types.ts';
import type { StoreOp } from '../ports.ts';
import type { OutboxReader } from '../sync/outbox-reader.ts';
import { acknowledgeLane, cutRange } from './acknowledge.ts';
import { decodeStored, encodeStored, type StoredBlock } from './block-codec.ts';
import { shownCounters } from './counters.ts';
import { Enforcer } from './enforcer.ts';
import { nextEpochHead } from './epoch.ts';
import { epochBytes, type Head, LANES, type LaneEnd, laneEnd, lifetimeLedger, withLane } from './head.ts';
import { inspectLane, type LaneNumbers } from './inspect.ts';
import type { LiveEntry, PipelineCounters } from './journal.ts';
import { blockKey, sketchKey } from './keys.ts';
import { type Entry, entryOf } from './lane-index.ts';
import { type Ledger, ledgerMessage, sampleLedgerMessage } from './ledger.ts';
import { planAlerts, planProgress } from './progress.ts';
import { holeTombstone } from './ranges.ts';
import type { Origin } from './repeats.ts';
import { unseal } from './sealed.ts';
import type { OutboxState } from './state.ts';
import type { LaneName, Progress } from './types.ts';

/** What the outbox holds, for metrics and the local page. */
export interface OutboxStats {
  sizeBytes: number;
  journalBytes: number;
  journalEntries: number;
  blocks: Record<LaneName, number>;
  /** Over all epochs. */
  ledgers: Record<LaneName, Ledger>;
  /** Of the present epoch. */
  numbers: Record<LaneName, LaneNumbers>;
  sketchesDropped: number;
}

/** Numbers beyond the last one that count as handed out along with it. */
const SENT_STOCK = 256;

export class Outbox implements OutboxReader {
  readonly #state: OutboxState;
  readonly #enforcer: Enforcer;
  readonly #tail: ResultRow[] = [];
  #remembered: Progress | undefined;
  readonly #spaceListeners = new Set<() => void>();
  /** All changes but appends to the journal go one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(state: OutboxState) {
    this.#state = state;
    this.#enforcer = new Enforcer(state);
  }

  get epoch(): Uint8Array {
    return epochBytes(this.#state.head);
  }

  /** How long this outbox has been open in all, over restarts. */
  poweredMs(): number {
    return this.#state.poweredMs();
  }

  /** True while `reject-new` or `block` has to turn new samples away. */
  get full(): boolean {
    return this.#enforcer.full;
  }

  /** Calls `listener` whenever `full` may have become false. Returns how to stop it. */
  onSpace(listener: () => void): () => void {
    this.#spaceListeners.add(listener);
    return () => this.#spaceListeners.delete(listener);
  }

  /** The newest rows of this process, newest last, at most `count`. */
  tail(count: number): readonly ResultRow[] {
    return this.#tail.slice(-count);
  }

  stats(): OutboxStats {
    const { head, lanes, journal } = this.#state;
    return {
      sizeBytes: this.#state.liveBytes(),
      journalBytes: journal.sizeBytes,
      journalEntries: journal.entries,
      blocks: { alert: lanes.alert.entries.length, result: lanes.result.entries.length },
      ledgers: { alert: lifetimeLedger(head, 'alert'), result: lifetimeLedger(head, 'result') },
      numbers: {
        alert: inspectLane('alert', head.lanes.alert, lanes.alert),
        result: inspectLane('result', head.lanes.result, lanes.result),
      },
      sketchesDropped: head.sketch.dropped,
    };
  }

  /** Sample counters as they are durable, pipelines that agent.yaml no longer has included. */
  counters(): ReadonlyMap<string, SampleCounters> {
    return new Map(
      [...this.#state.counters()].map(([pipeline, counters]) => [pipeline, shownCounters(counters)]),
    );
  }

  /**
   * Whether a message without an event time is a copy of one that was taken within `repeats.keepMs`. Where it isn't and
   * `taken` says that its samples go into the next append, it is remembered with them.
   */
  isRepeat(origin: Origin, digest: number, taken: boolean): boolean {
    const { repeats } = this.#state;
    const nowMs = this.#state.poweredMs();
    if (repeats.knows(origin, digest, nowMs)) return true;
    if (taken) repeats.remember(origin, digest, nowMs);
    return false;
  }

  /**
   * Commits accepted samples and arrival's counters; what the promise resolves with is durable. Returns the journal
   * entry's number, or undefined where there were only counters. One call at a time; a rejected call may be repeated.
   */
  async appendJournal(
    batches: readonly SampleBatch[],
    counters: PipelineCounters,
  ): Promise<number | undefined> {
    const { repeats, journal } = this.#state;
    const remembered = repeats.plan(this.#state.poweredMs());
    const seq = await journal.append(batches, counters, remembered.ops);
    remembered.done();
    this.#state.noteArrival(counters);
    return seq;
  }

  /** What the journal holds, whether fed or not. */
  get journal(): { readonly entries: number; readonly sizeBytes: number } {
    return this.#state.journal;
  }

  /** The journal's entries up to `seq`, in order. */
  journalThrough(seq: number): readonly LiveEntry[] {
    return this.#state.journal.through(seq);
  }

  /**
   * Commits one step of progress: results, alerts, sketches, states, counters and the trimming of the journal, all or
   * nothing. After a rejection the same object may be committed again: if the first attempt reached the disk after
   * all, nothing happens twice.
   */
  commitProgress(progress: Progress): Promise<void> {
    return this.#exclusive(async () => {
      await this.#state.settle();
      if (!this.#state.landed(progress)) {
        const plan = planProgress(this.#state, progress);
        await this.#state.commit('progress.commit', plan, progress);
      }
      this.#remember(progress);
      await this.#enforcer.enforce();
    });
  }

  /** Commits alert records that no window stands behind (the agent's own). */
  appendAlerts(alerts: readonly skerry.v1.IAlertRecord[]): Promise<void> {
    return this.#exclusive(async () => {
      await this.#state.settle();
      await this.#state.commit('alerts.commit', planAlerts(this.#state, this.#state.head, alerts));
      await this.#enforcer.enforce();
    });
  }

  /** Lets go what became too old, and keeps the outbox's age. To be called every few minutes. */
  maintain(): Promise<void> {
    return this.#exclusive(async () => {
      await this.#state.settle();
      await this.#state.commit('outbox.maintain', { ops: [], head: this.#state.head, apply: () => {} });
      await this.#enforcer.enforce();
      this.#tellSpace();
    });
  }

  pending(lane: LaneName, afterSeq: number, maxBytes: number): Promise<skerry.v1.IBlock[]> {
    return this.#exclusive(async () => {
      await this.#state.settle();
      const { offset } = this.#state.head.lanes[lane];
      const { entries } = this.#state.lanes[lane];
      const first = this.#state.lanes[lane].after(afterSeq + offset);
      let end = first;
      for (let room = maxBytes; end < entries.length; room -= entries[end++]!.sizeBytes)
        if (end > first && entries[end]!.sizeBytes > room) break;
      if (end === first) return [];
      await this.#noteSent(lane, entries[end - 1]!.seqLast);
      const blocks: skerry.v1.IBlock[] = [];
      for (let i = first; i < end; i++) {
        const block = await this.#read(lane, entries[i]!, i);
        this.#state.lanes[lane].offer(i, true);
        blocks.push(this.#wire(lane, block, offset));
      }
      return blocks;
    });
  }

  // Durable before anyone can have them: what a start finds above is nobody's yet. A stock of numbers spares commits.
  async #noteSent(lane: LaneName, seq: number): Promise<void> {
    const { head } = this.#state;
    const { sent, last } = head.lanes[lane];
    if (sent !== undefined && seq <= sent) return;
    const next = withLane(head, lane, { sent: last + SENT_STOCK });
    await this.#state.commit('outbox.offer', { ops: [], head: next, apply: () => {} });
  }

  lanes(): { lane: LaneName; firstPending: number; last: number }[] {
    return LANES.map((lane) => {
      const { offset, last } = this.#state.head.lanes[lane];
      const first = this.#state.lanes[lane].entries[0];
      return { lane, firstPending: first ? first.seq - offset : 0, last: last - offset };
    });
  }

  ledgers(): skerry.v1.ILedgerReport[] {
    const { head } = this.#state;
    const report = (
      epoch: string,
      ledgers: Record<LaneName, Ledger>,
      ends: Record<LaneName, LaneEnd> | undefined,
    ): skerry.v1.ILedgerReport => ({
      epoch: epochBytes({ ...head, epoch }),
      results: ledgerMessage(ledgers.result, ends?.result),
      alerts: ledgerMessage(ledgers.alert, ends?.alert),
    });
    const { alert, result } = head.lanes;
    return [
      ...head.past.map(({ epoch, lanes, ends }) => report(epoch, lanes, ends)),
      {
        ...report(
          head.epoch,
          { alert: alert.ledger, result: result.ledger },
          { alert: laneEnd(alert), result: laneEnd(result) },
        ),
        samples: [...this.counters()].map(([pipeline, counters]) => sampleLedgerMessage(pipeline, counters)),
      },
    ];
  }

  async sketches(maxCount: number): Promise<skerry.v1.IDriftSketch[]> {
    const sketches: skerry.v1.IDriftSketch[] = [];
    for (const { seq } of this.#state.sketches.slice(0, maxCount)) {
      const value = await this.#state.store.get(sketchKey(seq));
      const bytes = value && unseal(value);
      if (bytes)
        sketches.push({ ...decode(v1.DriftSketch, bytes), seq: seq - this.#state.head.sketch.offset });
      else this.#state.log('warn', 'outbox', `sketch ${seq} can't be read; it is left out`);
    }
    return sketches;
  }

  acknowledge(
    acks: readonly { lane: LaneName; cursor: number }[],
    sketchCursor: number,
    held: readonly { lane: LaneName; first: number; last: number }[] = [],
  ): Promise<void> {
    return this.#exclusive(async () => {
      await this.#state.settle();
      const plan = await this.#planAcknowledge(acks, sketchCursor, held);
      if (plan.ops.length === 0) return;
      await this.#state.commit('outbox.acknowledge', plan);
      this.#tellSpace();
    });
  }

  newEpoch(reason: string): Promise<void> {
    return this.#exclusive(async () => {
      await this.#state.settle();
      const state = this.#state;
      const before = toHex(this.epoch);
      const head = nextEpochHead(state.head, state.lanes, state.random.bytes(16));
      const alert = state.agentAlert(
        `epoch-${head.epoch.slice(0, 16)}`,
        `outbox: a new epoch began (${reason}); the one before was ${before}`,
      );
      const plan = planAlerts(state, head, [alert]);
      await state.commit('outbox.epoch', {
        ...plan,
        apply: () => {
          // Under the new epoch nothing has been offered to anyone.
          for (const lane of LANES)
            for (let i = 0; i < state.lanes[lane].entries.length; i++) state.lanes[lane].offer(i, false);
          plan.apply();
        },
      });
      state.log('warn', 'outbox', 'a new epoch began', { reason, before, epoch: head.epoch });
    });
  }

  async #planAcknowledge(
    acks: readonly { lane: LaneName; cursor: number }[],
    sketchCursor: number,
    held: readonly { lane: LaneName; first: number; last: number }[],
  ): Promise<{ ops: StoreOp[]; head: Head; apply: () => void }> {
    const state = this.#state;
    const ops: StoreOp[] = [];
    const applies: (() => void)[] = [];
    let { head } = state;
    for (const { lane, cursor } of acks) {
      const { offset } = head.lanes[lane];
      const index = state.lanes[lane];
      const parts = held
        .filter((part) => part.lane === lane)
        .map((part) => ({ first: part.first + offset, last: part.last + offset }));
      const acked = acknowledgeLane(head.lanes[lane], index, cursor + offset, parts);
      if (!acked) continue;
      head = withLane(head, lane, acked.lane);
      for (const entry of acked.gone) ops.push({ type: 'del', key: blockKey(lane, entry.seq) });
      applies.push(() => index.dropOldest(acked.gone.length));
      if (!acked.cut) continue;
      const { value, entry } = await this.#cut(lane, acked.cut, cursor + offset);
      ops.push({ type: 'del', key: blockKey(lane, acked.cut.seq) });
      ops.push({ type: 'put', key: blockKey(lane, entry.seq), value });
      applies.push(() => index.replaceOldest(entry));
    }
    const sketchEnd = Math.min(sketchCursor + head.sketch.offset, head.sketch.last);
    const sketches = state.sketches.filter(({ seq }) => seq <= sketchEnd);
    if (sketches.length > 0) {
      head = { ...head, sketch: { ...head.sketch, cursor: sketchEnd } };
      for (const { seq } of sketches) ops.push({ type: 'del', key: sketchKey(seq) });
      applies.push(() => state.sketches.splice(0, sketches.length));
    }
    return { ops, head, apply: () => runAll(applies) };
  }

  async #cut(lane: LaneName, entry: Entry, cursor: number): Promise<{ value: Uint8Array; entry: Entry }> {
    const value = await this.#state.store.get(blockKey(lane, entry.seq));
    const cut = cutRange(stored(value, entry).block, cursor);
    const bytes = encodeStored(cut);
    return { value: bytes, entry: entryOf(cut, bytes.length, entry.offered, true) };
  }

  /** Reads a block that is to be sent. One that turns out damaged becomes a counted hole before it is sent. */
  async #read(lane: LaneName, entry: Entry, at: number): Promise<StoredBlock> {
    const value = await this.#state.store.get(blockKey(lane, entry.seq));
    const { block, damaged } = stored(value, entry);
    if (damaged) await this.#enforcer.bury(lane, at, block);
    return block;
  }

  #wire(lane: LaneName, block: StoredBlock, offset: number): skerry.v1.IBlock {
    return {
      epoch: this.epoch,
      lane: lane === 'alert' ? v1.Lane.LANE_ALERT : v1.Lane.LANE_RESULT,
      seq: block.seq - offset,
      seqLast: block.seqLast - offset,
      kind: block.kind,
      count: block.count,
      codec: block.codec,
      crc32c: crc32c(block.columns),
      columns: block.columns,
    };
  }

  // A progress that is committed again, because making room failed after it, is remembered once.
  #remember(progress: Progress): void {
    if (this.#remembered === progress) return;
    this.#remembered = progress;
    const { tailRows } = this.#state.limits;
    this.#tail.push(...progress.rows.slice(-tailRows));
    this.#tail.splice(0, this.#tail.length - tailRows);
  }

  #tellSpace(): void {
    if (!this.full) for (const listener of this.#spaceListeners) listener();
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    // Whoever waits in line doesn't care how this one ended; the caller does.
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

/** The block as it lies there, or the hole that it left. */
function stored(value: Uint8Array | undefined, entry: Entry): { block: StoredBlock; damaged: boolean } {
  try {
    if (value) return { block: decodeStored(value), damaged: false };
  } catch {
    // Damaged, then, as if it weren't there at all.
  }
  return { block: holeTombstone(entry), damaged: true };
}

function runAll(steps: readonly (() => void)[]): void {
  for (const step of steps) step();
}
